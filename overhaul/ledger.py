"""The baseline: findings that are inherited, one on a line, so that none is added without a word."""

from __future__ import annotations

import msgspec


class Entry(msgspec.Struct, frozen=True, order=True):
    """One inherited finding."""

    rule: str
    module: str
    """Dotted; the path, for what is no module."""
    name: str
    print: str
    """Digest of the source line the finding stands on, without its indentation: it knows a renamed file again."""
