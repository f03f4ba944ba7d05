"""Memos become uses of one unified cache: what they are, whether one call serves, and what is written."""
