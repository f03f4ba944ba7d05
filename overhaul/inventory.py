"""The rows of the inventories: what a codebase has of managers, caches, state machines and state persistence.

What counts as what is in `docs/inventories.md`. Every row says where it stands, how sure it is, and on what evidence:
short facts that a reader can check, each of which begins with its place, `line 12: ...`, or `path.py:12: ...` where it
is another file's.
"""

from __future__ import annotations

import hashlib
from typing import Final, Literal

import msgspec

from overhaul.facts import Row
from overhaul.patterns import regex

Confidence = Literal["high", "medium", "low"]


class Component(Row, frozen=True):
    """What every row of an inventory has."""

    kind: str
    subkind: str
    name: str
    """Dotted, inside its module."""
    module: str
    path: str
    line: int
    confidence: Confidence
    evidence: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Whether it counts: its confidence is high or medium."""
        return self.confidence != "low"

    @property
    def dotted(self) -> str:
        """Its name with its module."""
        return f"{self.module}.{self.name}"


class Site(msgspec.Struct, frozen=True):
    """A place in the code."""

    module: str
    path: str
    line: int
    scope: str
    """The dotted function or class it stands in; "" for the module."""


class Collaborator(msgspec.Struct, frozen=True):
    """A class of the project whose instance another one holds or is given."""

    name: str
    """Dotted, with its module."""
    attribute: str
    """Where it is held; "" for what is only received."""
    how: Literal["constructs", "receives", "annotated", "setter"]
    """constructs: makes it itself; receives: by the constructor; setter: by another method; annotated: declared."""
    line: int


class Manager(Component, frozen=True):
    """A class that owns, coordinates or gives access to other objects, resources or a domain area, and is kept.

    `subkind`: concrete, abstract, inherited, orm, gateway, root (builds the others); scoped ones (one order, request or
    run) are no managers: they are listed with low confidence, so that nobody wonders where they are.
    """

    purpose: str
    """The first line of its docstring, or what its methods say."""
    collaborators: tuple[Collaborator, ...]
    constructed: tuple[Site, ...]
    life_cycle: tuple[str, ...]
    """Its methods that begin and end its life."""
    interface: tuple[str, ...]
    """Its public methods and properties."""
    tier: int | None
    """The longest chain of managers below it; None for one in a ring, and for one that is scoped."""
    depends_on: tuple[str, ...]
    """Dotted names of the managers it constructs or receives."""
    bases: tuple[str, ...]
    """Dotted names of the classes of the project that it inherits from."""


class CustomRole(Component, frozen=True):
    """A member of a family that the project's configuration names: `[tool.overhaul.roles.NAME]`; `kind` is NAME.

    `subkind`: concrete, abstract, inherited, or function.
    """

    purpose: str
    collaborators: tuple[Collaborator, ...]
    constructed: tuple[Site, ...]
    interface: tuple[str, ...]


class Wire(Row, frozen=True):
    """One component holds another: an edge of the wiring graph of managers and custom roles."""

    holder: str
    """Dotted name with its module."""
    held: str
    how: Literal["constructs", "receives", "annotated", "setter"]
    attribute: str
    module: str
    """The holder's."""
    path: str
    line: int


class BuildStep(Row, frozen=True):
    """One manager is made in a function that makes several: a step of an initialisation order."""

    function: str
    """Dotted, with its module."""
    order: int
    """1 for the first that is made there."""
    component: str
    """Dotted, with its module."""
    target: str
    """The attribute or variable it becomes; "" for none."""
    needs: tuple[str, ...]
    """Components that it is handed there."""
    module: str
    path: str
    line: int


class ResponsibilityOverlap(Row, frozen=True):
    """Two managers whose public methods speak of the same things."""

    first: str
    """Dotted, with its module."""
    second: str
    shared: tuple[str, ...]
    """What both do, as verb and noun: `cancel order`."""
    similarity: float
    """Weighted Jaccard index of their verbs and nouns, 0 to 1: words that few managers use weigh more."""
    module: str
    """Of the first."""
    path: str
    line: int

    @property
    def group(self) -> str:
        """What an entry that justifies it names: `ovl-` and 12 hexadecimal digits."""
        text = "\0".join((self.first, self.second, *self.shared)).encode("utf-8", "surrogateescape")
        return f"ovl-{hashlib.blake2b(text, digest_size=6).hexdigest()}"


class Cache(Component, frozen=True):
    """A place that returns a value which could be computed or fetched again.

    `subkind`: decorator, class, library, adhoc_dict, lazy_attr, file; throttle and retention for a library's cache that
    only counts.
    """

    storage: str
    """The attribute or variable with the entries, where that is not the name itself."""
    bounded: bool | None
    """Has an explicit limit of size; None where that cannot be told."""
    ttl: bool | None
    """Expires or is refreshed by the clock; None where that cannot be told or only events invalidate it."""
    scope: Literal["instance", "class", "module", "process-external"]
    key: str
    """What the entries are found by, as it is written; "" for a single value."""
    value_kind: Literal["pure", "fetched", "singleton", ""]
    """pure: computed; fetched: asked of something outside; singleton: one object without parameters."""
    invalidation: tuple[str, ...]
    """Functions that drop or replace entries."""
    locked: bool | None
    """Whether look-up and store stand under a lock."""
    none: Literal["stored", "miss", ""]
    """Whether None is a value that is stored, or means that there is none; "" where that cannot be told."""
    lookups: tuple[Site, ...]
    stores: tuple[Site, ...]
    memoiser: str = ""
    """The decorator that caches, dotted; "" where none does."""


CacheRole = Literal["get", "get_or_compute", "put", "invalidate", "contains", "size", "other"]
"""What a method of a cache does: get_or_compute makes what is missing, invalidate drops entries."""


class Operation(msgspec.Struct, frozen=True):
    """One line of an interface table: what a member does, and by which function."""

    role: CacheRole
    """get_or_compute: makes what is missing; invalidate: drops entries."""
    cache: str
    """The member, dotted with its module."""
    function: str
    """Dotted inside the module."""
    signature: str
    """Parameters and result as they are annotated, without the instance."""
    asynchronous: bool
    path: str
    line: int


class CacheFamily(Row, frozen=True):
    """Caches that hold the same kind of thing, or are classes for the same purpose: a candidate for one cache."""

    name: str
    basis: Literal["class", "value"]
    """class: cache classes of the project; value: they keep instances of the same class."""
    members: tuple[str, ...]
    """The caches, dotted with their modules."""
    operations: tuple[Operation, ...]
    """The interface table, by role and member."""
    differing: tuple[CacheRole, ...]
    """What its members do under different names or with other parameters."""
    module: str
    path: str
    line: int
    """Of its first member."""
    confidence: Confidence
    evidence: tuple[str, ...]


class Transition(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """An assignment of a state, or a row of a table that allows one."""

    source: str | None
    """The state that is left; None for any."""
    target: str
    line: int
    guard: str | None
    """The other conditions around it; None for none."""
    path: str
    function: str
    """The dotted function that makes it; "" for the module or a class body."""


class Stranger(msgspec.Struct, frozen=True):
    """A constant that a state variable is compared with or assigned, and that is none of its states."""

    value: str
    at: Site


class StateMachine(Component, frozen=True):
    """A variable that moves among a closed set of states on which behaviour depends.

    `subkind`: enum, string, int, table, library; `flag_lifecycle`, with low confidence, for booleans that stand
    together.
    """

    states: tuple[str, ...]
    """In the order of their declaration, or of their first assignment."""
    initial: str | None
    final: tuple[str, ...]
    """States with no way out."""
    transitions: tuple[Transition, ...]
    enum: str
    """The dotted Enum class its states belong to; "" for none."""
    table: str
    """The dotted variable that says which transitions are allowed; "" for none."""
    tests: tuple[Site, ...]
    """Where behaviour depends on it."""
    unknown_writes: tuple[Site, ...]
    """Assignments of what is no constant: restored or passed on."""
    entered: tuple[str, ...] = ()
    """The states that some code assigns."""
    allowed: tuple[Transition, ...] = ()
    """What the table allows; empty without a table."""
    attempts: tuple[Transition, ...] = ()
    """What the code itself does, whether or not the table lets it."""
    outside: tuple[Site, ...] = ()
    """Assignments by others than the class that declares it and its subclasses."""
    strangers: tuple[Stranger, ...] = ()
    """Comparisons with what is none of the states."""


class Persisting(msgspec.Struct, frozen=True):
    """A function that takes part in saving or restoring."""

    module: str
    name: str
    path: str
    line: int
    role: Literal["save", "restore"]


class StatePersistence(Component, frozen=True):
    """A save path and a restore path for the same runtime state across a process end."""

    members: tuple[Persisting, ...]
    write: Literal["atomic", "append", "in_place", ""]
    """How the file is written; "" where that cannot be told."""
    medium: str
    """json, pickle, database ...: what holds the state, as far as that can be told."""
    damaged: str
    """What happens on a damaged file: the exception raised, or "ignored", "default"; "" where that cannot be told."""
    complete: bool
    """Both halves are there."""
    saved: tuple[str, ...]
    """Keys that are written."""
    restored: tuple[str, ...]
    """Keys that are read."""


def testing(path: str) -> bool:
    """Whether a file belongs to tests."""
    return _TESTING.search(path) is not None


def fact(line: int, text: str, path: str = "") -> str:
    """A piece of evidence: `line 12: text`, or `path.py:12: text` for another file's."""
    return f"{path}:{line}: {text}" if path else f"line {line}: {text}"


_TESTING: Final = regex(
    # Files and folders, by their own names.
    r"(^|/)(tests?|testing|conftest|test_[^/]*|[^/]*_test)(/|\.py$)"
    # Folders only: a file `connection_tests.py` may be about tests that the program makes of a connection.
    r"|(^|/)(unittests?|test-?suites?|tests?-[^/]*|tests_[^/]*|[^/]*-tests?|[^/]*_tests)/"
    # `t` says little: it is one of tests where a kind of test stands below it.
    r"|(^|/)t/(unit|integration|functional|smoke|acceptance|e2e|regression|tests?)/"
)
