"""What the names of a module mean: the parts of the symbol table."""
