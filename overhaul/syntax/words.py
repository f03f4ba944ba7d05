"""Words in names that say what a thing commonly is; never more than a hint."""

from __future__ import annotations

from typing import Final

from overhaul.patterns import regex

STATE_WORD: Final = regex(
    r"(?i:state|status|stage|phase|step|mode|cycle|condition|progress|activity)\d?\Z|_(?i:st|fsm)\Z"
)
"""Names that are commonly given to what has states."""
