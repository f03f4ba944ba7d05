"""A step is tried before it is drafted: what would be changed, what would be left, or why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from overhaul.changes import Leftover
from overhaul.coordinating.saving import SAME_FILE
from overhaul.errors import Refused, Unreadable


class Trial:
    """What a codemod says to a step."""

    def __init__(self, propose: Callable[[], Iterable[object]]) -> None:
        """It is asked at once."""
        self.refused = ""
        self.found: list[object] = []
        try:
            self.found = list(propose())
        except Refused as error:
            self.refused = str(error)
        except Unreadable as error:
            self.refused = f"{getattr(error, '__notes__', ['a file'])[0]}: cannot be read ({error}): mend it first"

    @property
    def left(self) -> list[Leftover]:
        """Places that somebody is to look at."""
        return [one for one in self.found if isinstance(one, Leftover)]

    @property
    def nothing(self) -> bool:
        """Whether it is done already."""
        return not self.refused and all(isinstance(one, Leftover) for one in self.found)

    @property
    def ready(self) -> bool:
        """Whether it may be carried out as it is."""
        return not self.refused and not self.nothing and all(one.reason != SAME_FILE for one in self.left)

    def by_hand(self) -> Iterator[str]:
        """What could not be told."""
        if self.refused:
            yield self.refused
        for one in self.left:
            yield f"{one.path}:{one.line}: {one.reason}"
