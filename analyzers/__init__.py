"""Look: each file fills one table of rows from modules or from other tables."""
