"""What happens when modules are imported, and where to cut a ring."""
