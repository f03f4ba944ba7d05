"""Who calls what, and from where it is reached."""
