"""What moves of symbols and of modules are made of: what belongs to one, what it needs, who uses it."""
