"""What a leaf left for its next run, so that it need not begin anew when few files have changed."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

_State = TypeVar("_State", bound=msgspec.Struct)


class Past(Generic[_State]):
    """Handed to an analyzer or a rule that asks for `Past[State]`.

    The state is of the same audited root, the same code of leaf and trunk, layout and configuration, but of whatever
    the files were then: it is for the leaf to find out what has changed since (`Facts.prints`), and to yield exactly
    the rows that it would without a past.
    """

    def __init__(self, state: _State | None = None) -> None:
        """`state` is what was left the last time; None when nothing was, or when it does not hold any more."""
        self.state = state
        self.left: _State | None = None

    def leave(self, state: _State) -> None:
        """Keep this for the next run."""
        self.left = state
