"""Renames and moves chosen by chance, applied to real projects, and judged by the projects' own tests."""
