"""Managers that are made one by one become parts of a factory: how a function is divided, and what is written."""
