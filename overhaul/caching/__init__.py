"""Caches: what is looked up, else made and kept, and what speaks against taking it for one."""
