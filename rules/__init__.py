"""Judge: each file is one rule, named by the bad pattern it finds."""
