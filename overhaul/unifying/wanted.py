"""What a unification of two classes is asked to do."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from overhaul.changes import Target


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    target: Target
    to: Target
    construct: str
    methods: Mapping[str, str]
    attributes: Mapping[str, str]
    imports: Mapping[str, str]
    delete: bool
    unsure: str
