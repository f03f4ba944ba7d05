"""Decisions and patterns on record: what was decided, on what evidence, and what must stay as it is because of it."""
