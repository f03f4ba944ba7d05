"""Places as text: `self.state`, `STATE`, `job['status']`."""

from __future__ import annotations


def last_name(text: str) -> str:
    """The attribute, variable or key that a place names in the end: `self.state` -> `state`."""
    if text.endswith("]"):
        return text[text.index("[") + 1 : -1].strip("'\"").rpartition(".")[2]
    return text.rpartition(".")[2]
