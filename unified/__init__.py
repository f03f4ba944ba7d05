"""The implementations a codebase migrates to; usable as a dependency or copied, they import nothing of overhaul."""
