"""The names of one text, and where they stand."""

from __future__ import annotations

from typing import Literal, NamedTuple

from overhaul.proving.scoping import Scope, home, mangled

Role = Literal["load", "store", "delete", "definition", "parameter", "import", "string"]
When = Literal["import", "call", "annotation", "quoted"]
"""annotation: of what need not be evaluated: under `from __future__ import annotations`, or of a local variable."""


class Use(NamedTuple):
    """A name, or a chain of attributes of one, where it stands."""

    start: int
    """Offset of the first name; -1 where it stands in a string that cannot be mapped to the source."""
    end: int
    """Offset behind the last one."""
    parts: tuple[str, ...]
    """The chain; the first part is "" where it hangs on another expression than a name."""
    scope: Scope
    """Where it is looked up from."""
    role: Role
    """Of the first name; string: the last part is a string: `getattr(a, "b")`."""
    early: bool
    """The class body it stands in has not bound it yet."""
    base: str
    """The expression that the chain hangs on, where that is no name."""
    line: int
    when: When
    """Whether it is looked up when its module is imported."""
    number: int
    """Its index in `Reading.uses`."""

    @property
    def text(self) -> str:
        """As it is written."""
        return ".".join(self.parts)

    @property
    def home(self) -> Scope:
        """The scope whose variable the first name is."""
        return home(self.scope, self.variable, self.early)

    @property
    def variable(self) -> str:
        """The first name as Python keeps it."""
        return mangled(self.parts[0], self.scope.owner)


class Keyword(NamedTuple):
    """A keyword argument of a call."""

    callee: Use
    name: str
    start: int
    line: int


class Reading:
    """The names of one text."""

    def __init__(self) -> None:
        """Made by `read`."""
        self.module = Scope("module", "", 0, None)
        self.uses: list[Use] = []
        """In the order of execution within each statement."""
        self.keywords: list[Keyword] = []
        self.since: dict[str, int] = {}
        """Name of the module -> how many uses come before the first statement that binds it."""
        self.origins: dict[str, str] = {}
        """Name of the module -> what the last import of it says, as `overhaul.facts.Binding.target` has it."""
        self.definitions: dict[str, list[tuple[int, int]]] = {}
        """Dotted name of a class, function or variable outside of functions -> where the statements stand."""
