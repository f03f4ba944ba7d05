"""Random packages, renamed and moved at random, and held against CPython's compiler."""
