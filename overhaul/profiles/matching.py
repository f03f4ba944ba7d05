"""Which component a function, a call as it is written, or a measured name belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from overhaul.patterns import regex
from overhaul.profiles.model import NOWHERE
from overhaul.thresholds import ComponentPattern

_CALL: Final = regex(r"(?<![\w.])((?:[A-Za-z_]\w*(?:\(\)|\[[^\[\]]{0,40}\])?\.)*[A-Za-z_]\w*)\s*\(")
_LONGEST_LINE: Final = 2000


class Components:
    """Components in the order in which they are looked for; each is named by its index."""

    def __init__(self, wanted: Sequence[tuple[str, ComponentPattern]]) -> None:
        """`wanted`: names and patterns."""
        self.names = tuple(name for name, _ in wanted)
        self.patterns = tuple(pattern for _, pattern in wanted)
        self._split = tuple(tuple(one.partition(":")[::2] for one in pattern.frames) for pattern in self.patterns)

    def of_function(self, module: str, function: str) -> int:
        """The component of a function; NOWHERE for none."""
        short = function.rpartition(".")[2]
        for index, patterns in enumerate(self._split):
            for in_module, in_function in patterns:
                if not fnmatchcase(module, in_module):
                    continue
                if not in_function or fnmatchcase(function, in_function) or fnmatchcase(short, in_function):
                    return index
        return NOWHERE

    def of_line(self, text: str) -> int:
        """The component of the first call on a line that has one; NOWHERE for none."""
        for call in _CALL.finditer(text[:_LONGEST_LINE]):
            for index, pattern in enumerate(self.patterns):
                if any(fnmatchcase(call[1], one) for one in pattern.calls):
                    return index
        return NOWHERE

    def of_measured(self, name: str) -> int:
        """The component that an instrumentor has measured under a name; NOWHERE for none."""
        if name in self.names:
            return self.names.index(name)
        for index, pattern in enumerate(self.patterns):
            if any(fnmatchcase(name, one) for one in pattern.measured):
                return index
        return NOWHERE
