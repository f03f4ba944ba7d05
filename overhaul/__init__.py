"""Find what a large Python codebase has too many of, and bring it to one implementation of each."""

__version__ = "0.1.0"
