"""How well duplicates are found: real functions, changed in ways that are known, and look-alikes that are none."""
