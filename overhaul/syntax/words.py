"""Words in names that say what a thing commonly is; never more than a hint."""

from __future__ import annotations

import re
from typing import Final

STATE_WORD: Final = re.compile(
    r"(?i:state|status|stage|phase|step|mode|cycle|condition|progress|activity)\d?\Z|_(?i:st|fsm)\Z"
)
"""Names that are commonly given to what has states."""
