"""Copies of the unified modules in a user's tree: what stands in them, where they go, and what they need."""
