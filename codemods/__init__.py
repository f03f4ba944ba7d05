"""Propose: each file plans one kind of change, named by its verb."""
