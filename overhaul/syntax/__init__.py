"""The one walk over a tree."""
