"""The rows on what is pretended, and on what is said twice: placeholders, duplicates, parallels, candidates for one.

What counts as what is in `docs/placeholders.md` and `docs/duplicates.md`. Evidence is as in `overhaul.inventory`: short
facts that begin with their place.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from overhaul.facts import Row
from overhaul.inventory import Component, Confidence

Tier = Literal["certain", "likely", "note"]
Reached = Literal["entry", "tests", "nowhere", "unknown"]
"""From where a function is reached: entry: from where the program begins, or as part of what a library offers; tests:
from tests only; nowhere: nothing found names it, or only what is reached from nowhere; unknown: its name is used on
receivers whose class is not known."""


class Reach(Row, frozen=True):
    """By whom a function or class is used, and whether the program gets there."""

    module: str
    name: str
    """Dotted, inside its module."""
    path: str
    line: int
    reached: Reached
    called_by: tuple[str, ...]
    """The functions, methods and classes that use it, dotted with their modules, by module and name, at most ten; a
    module's name for its top level. A use that is not resolved for sure (an attribute of an unknown receiver) is not
    among them, and of what stands in the source no use in tests."""
    callers: int
    """How many use it, for sure."""
    users: int
    """Modules besides its own that use it, for sure."""
    tests: int
    """Test functions from which it is reached for sure, itself left out: all of them, however far away."""


class Placeholder(Component, frozen=True):
    """Code that claims to do something and does not.

    `kind` is "placeholder", `subkind` the tier; the confidence is high for certain, medium for likely, low for note.
    `name` is the function, class or variable that it stands in or before; "" for a comment of the module.
    """

    tier: Tier
    pattern: Literal[
        "empty", "not_implemented", "constant", "contradiction", "unused_parameters", "simulated", "fake_data",
        "announced", "swallowed", "marker",
    ]  # fmt: skip
    """What is seen first: empty: a body of nothing; contradiction: a result is promised and a constant given;
    announced: prints or logs instead of the act its name promises; marker: a comment or docstring says so."""
    why: str
    """What is seen, in a few words."""
    marker_line: int | None
    """Of the comment, docstring line or handler that says so."""
    called_by: tuple[str, ...]
    """Functions that call it, dotted with their modules, at most ten; a module's name for its top level."""
    callers: int
    """How many call it."""
    reached: Reached
    fuller: tuple[str, ...]
    """Implementations of the same name elsewhere in the project that do something: dotted with their modules, at most
    five."""
    end: int
    """Last line of what `name` names; of the comment where that is all."""


class Clone(msgspec.Struct, frozen=True):
    """One member of a group of duplicates."""

    module: str
    name: str
    """Dotted, inside its module; of a statement run the function around it, "" for the module's top level."""
    path: str
    line: int
    """Of the `def` or `class`; of a run its first statement."""
    end: int


class Difference(msgspec.Struct, frozen=True):
    """A name that members use at the same place and that is not the same thing for all of them."""

    name: str
    """As the first member writes it."""
    meanings: tuple[str, ...]
    """What it resolves to, dotted, one for each member in their order."""


class Duplicate(Component, frozen=True):
    """Functions, methods, classes or statement runs that say the same thing.

    `kind` is "duplicate", `subkind` the unit; `name`, `module`, `path`, `line` are the first member's.
    """

    type: Literal[1, 2, 3]
    """1: equal but for layout, comments and docstring; 2: equal but for names and literals, or for what the same names
    mean; 3: statements added, removed or changed."""
    unit: Literal["function", "method", "class", "run"]
    similarity: float
    """0 to 1: of the least similar member to the first; 1.0 for types 1 and 2."""
    members: tuple[Clone, ...]
    """By module and line."""
    statements: int
    """Of the first member, nested ones with them."""
    saved_lines: int
    """Lines of code that one shared implementation would save: those of all members but the longest one."""
    differences: tuple[Difference, ...]
    identity: str
    """Tells the group by its members' names and what they say, not by lines: `dup-` and 12 hexadecimal digits."""


class Correspondence(msgspec.Struct, frozen=True):
    """A line of an interface table: a definition of one module or package, and what does the same in the other."""

    first: str
    """Dotted with its module; "" where the first has none."""
    second: str
    """"" where the second has none."""
    unit: Literal["function", "method", "class", "constant"]
    similarity: float
    """0 to 1, of names, signatures and bodies together; 0 where one side is missing."""
    difference: str
    """In which way the signatures or bases differ; "" for none."""
    first_path: str
    first_line: int
    second_path: str
    second_line: int


class Parallel(Component, frozen=True):
    """Two modules or packages that implement the same thing under the same or similar public names.

    `kind` is "parallel", `subkind` "module" or "package"; `module`, `path`, `line` (always 1) and `name` ("") are those
    of `first`.
    """

    first: str
    """Dotted module or package."""
    second: str
    similarity: float
    """0 to 1: how much of the smaller public interface corresponds."""
    correspondences: tuple[Correspondence, ...]
    """The interface table: what corresponds, by the order of the first, then what is missing on either side."""
    first_users: tuple[str, ...]
    """Modules that import the first and do not belong to it."""
    second_users: tuple[str, ...]
    identity: str
    """`par-` and 12 hexadecimal digits."""


class FamilyMember(msgspec.Struct, frozen=True):
    """One definition of a name family."""

    module: str
    name: str
    path: str
    line: int


class NameFamily(Row, frozen=True):
    """Definitions of several modules whose names have the same verb, or the same verb and noun."""

    pattern: str
    """`calculate_*`, `get_*_data`."""
    verb: str
    noun: str
    """The last word they share; "" for none."""
    members: tuple[FamilyMember, ...]
    modules: int
    """How many modules define one."""
    module: str
    """Of the first member."""
    path: str
    line: int


class RepeatedUtility(Component, frozen=True):
    """A function that the project has already, or that the standard library offers, with the same body.

    `kind` is "repeated_utility", `subkind` "project" or "stdlib".
    """

    repeats: str
    """Dotted name of what is there already."""
    repeats_path: str
    """"" for the standard library."""
    repeats_line: int
    type: Literal[1, 2]
    end: int
    identity: str
    """Tells it by its name, what it repeats and what both say: `rep-` and 12 hexadecimal digits."""


RiskName = Literal["users", "fan_in", "interface_distance", "state_held", "untested", "complexity"]


class RiskPart(msgspec.Struct, frozen=True):
    """One part of a risk score."""

    name: RiskName
    value: float
    """0 to 1."""
    weight: float
    """The weights of a score's parts add up to 1."""
    measure: str
    """What was counted: `14 modules use it`."""

    @property
    def adds(self) -> float:
        """What it adds to the risk, as it is shown: rounded to three places."""
        return round(self.weight * self.value, 3)


class Consolidation(Component, frozen=True):
    """Things that could be one, with what it would save and what it would risk.

    `kind` is "consolidation", `subkind` where it comes from: duplicate, parallel, cache_family, responsibility_overlap,
    repeated_utility.
    """

    members: tuple[str, ...]
    """Dotted, with their modules."""
    risk: float
    """0 to 1: the sum of what the parts add, each rounded to three places."""
    parts: tuple[RiskPart, ...]
    saved_lines: int
    identity: str
    """That of the row it comes from."""
    justified: str
    """The reason on record that it stays as it is; "" for none."""
    further_lines: int = 0
    """Those of the saved lines that no candidate before it takes away already: what overlaps counts once, so these can
    be added up. 0 for a candidate that is unsure or justified."""


class BaselineMetric(Row, frozen=True):
    """One figure of the codebase as a whole, comparable between two runs."""

    name: str
    """`lines`, `functions`, `complexity_rank_f`, ..."""
    group: str
    """`size`, `complexity`, `inventory`, `imports`, `placeholders`, `duplicates`, `findings`."""
    value: float
    unit: str
    better: Literal["less", "more", ""]
    """Which way is an improvement; "" for neither."""


class ChangeHistory(Row, frozen=True):
    """What was read of the git history: one row, also where there is none."""

    head: str
    """The commit that HEAD is; "" for none."""
    since: str
    """Date of the oldest commit that was read, ISO 8601, in UTC."""
    until: str
    commits: int
    """How many were read that touch Python files of the audited folder; merges are not among them."""
    authors: int
    note: str
    """Why nothing was read, or what is missing; "" when all is as it should be."""


class FileChange(Row, frozen=True):
    """A Python file with how often it was changed in the part of the history that was read; see `ChangeHistory`."""

    path: str
    changes: int
    """Commits that touched it, under this name or one that it was renamed from."""
    authors: int
    """Different addresses of electronic mail among their authors."""
    first: str
    """Date of the first of these commits, ISO 8601, in UTC."""
    last: str


class Hotspot(Row, frozen=True):
    """A module that is complex, changes often, and that many others stand on."""

    module: str
    path: str
    line: int
    """Of its most complex function."""
    name: str
    """Its most complex function, dotted inside it; "" where it has none."""
    score: float
    """0 to 1: the geometric mean of three percentile ranks; see `docs/hotspots.md`."""
    complexity: int
    """Sum over its functions."""
    changes: int
    """Commits of the history that was read which touched it."""
    authors: int
    fan_in: int
    """Modules that import it."""
    last: str
    """Date of the last of these commits, ISO 8601."""


class Gain(msgspec.Struct, frozen=True):
    """One part of what a step is worth."""

    what: str
    """What ends, in the plural: `lines that are said again`."""
    number: int
    each: float
    """How much one of them counts: in lines of code that need not be there."""

    @property
    def adds(self) -> float:
        """What it adds to the worth of the step."""
        return round(self.number * self.each, 1)


class Doubt(msgspec.Struct, frozen=True):
    """One part of a step's risk."""

    name: str
    """As in `RiskName`, or `cut_cost`."""
    value: float
    """0 to 1."""
    weight: float
    """The weights of a step's parts add up to 1."""
    measure: str
    """What was counted: `14 modules use it`."""

    @property
    def adds(self) -> float:
        """What it adds to the risk, rounded to three places."""
        return round(self.weight * self.value, 3)


class Spot(msgspec.Struct, frozen=True):
    """A place that a step touches."""

    path: str
    line: int
    what: str
    """What stands there, dotted with its module, or what is to be done there."""


StepKind = Literal[
    "unify", "cut_ring", "write_out", "bound_caches", "renew_caches", "save_atomically", "repair_imports", "repair_uses"
]
"""What a step does: unify: makes one of several; write_out: of what only pretends."""
SubjectTable = Literal[
    "consolidations", "cycles", "placeholders", "caches", "state_persistences", "unresolved_imports",
    "interface_mismatches",
]  # fmt: skip


class Subject(msgspec.Struct, frozen=True):
    """A row of another table that a step is about."""

    table: SubjectTable
    key: tuple[str, ...]
    """What tells the row from the others of its table, lines left out."""


class NextStep(Row, frozen=True):
    """Something that is worth doing next, with what it is worth, what it touches and what it risks."""

    rank: int
    """1 for the first."""
    kind: StepKind
    title: str
    """What to do, as one would tell somebody; names stand between backticks."""
    why: str
    """Why it pays: a sentence or two with numbers."""
    gains: tuple[Gain, ...]
    worth: float
    """The sum of what the gains add, in lines."""
    doubts: tuple[Doubt, ...]
    risk: float
    """0 to 1: the sum of what the doubts add."""
    priority: float
    """Worth times what the risk leaves of it; the order of the steps."""
    files: int
    """Different files that have a place which is touched."""
    places: int
    """Places that are touched."""
    spots: tuple[Spot, ...]
    """The first of these places."""
    subjects: tuple[Subject, ...]
    command: str
    """What shows it in full."""
    identity: str
    """`step-` and 10 hexadecimal digits, of the kind and the subjects."""


__all__ = [
    "BaselineMetric", "ChangeHistory", "Clone", "Confidence", "Consolidation", "Correspondence", "Difference",
    "Doubt", "Duplicate", "FamilyMember", "FileChange", "Gain", "Hotspot", "NameFamily", "NextStep", "Parallel",
    "Placeholder", "Reach", "Reached", "RepeatedUtility", "RiskPart", "Spot", "StepKind", "Subject",
    "SubjectTable", "Tier",
]  # fmt: skip
