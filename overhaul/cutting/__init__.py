"""Break import cycles: which imports can be done without, at what cost, and what becomes of the files."""
