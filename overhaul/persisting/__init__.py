"""State that is saved and brought back: which functions belong together, and how they do it."""
