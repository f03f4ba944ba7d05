"""`overhaul audit --compare FILE.json`: an earlier report is read, and set beside this audit."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from overhaul import __version__
from overhaul.commands.report_schema import SCHEMA
from overhaul.comparison import Comparison, Standing, compare
from overhaul.errors import UsageError
from overhaul.redundancy import BaselineMetric
from overhaul.survey import Survey

LARGEST: Final = 1 << 30
"""Bytes of a report that is read."""


class Named(msgspec.Struct, frozen=True):
    """What tells a row of an inventory from the others."""

    module: str
    name: str
    kind: str = ""
    confidence: str = "high"
    path: str = ""

    def __str__(self) -> str:
        """The dotted name."""
        return f"{self.module}.{self.name}" if self.name else self.module

    @property
    def places(self) -> frozenset[str]:
        """The paths that the row speaks of, or the modules where it has no paths."""
        return frozenset((self.path,))


class Role(Named, frozen=True):
    """A member of a family of the project's own."""

    def __str__(self) -> str:
        """The dotted name with the family."""
        return f"{self.module}.{self.name} ({self.kind})"


class Pretended(Named, frozen=True):
    """A placeholder."""

    pattern: str = ""

    def __str__(self) -> str:
        """The dotted name with what is seen."""
        return f"{self.module}.{self.name} ({self.pattern})" if self.name else f"{self.module} ({self.pattern})"


class Member(msgspec.Struct, frozen=True):
    """One of a group of duplicates."""

    module: str
    name: str
    path: str = ""


class Repeated(Named, frozen=True):
    """A group of duplicates."""

    identity: str = ""
    members: tuple[Member, ...] = ()

    def __str__(self) -> str:
        """The first member with the identity."""
        return f"{self.module}.{self.name} ({self.identity})"

    @property
    def together(self) -> frozenset[str]:
        """The dotted names of the members."""
        return frozenset(f"{one.module}.{one.name}" for one in self.members)

    @property
    def places(self) -> frozenset[str]:
        """The paths of the members."""
        return frozenset((self.path, *(one.path for one in self.members)))


class Alike(Named, frozen=True):
    """A pair of parallels."""

    identity: str = ""
    first: str = ""
    second: str = ""

    def __str__(self) -> str:
        """The two of them."""
        return f"{self.first} and {self.second} ({self.identity})"

    @property
    def together(self) -> frozenset[str]:
        """The two of them."""
        return frozenset((self.first, self.second))

    @property
    def places(self) -> frozenset[str]:
        """The two of them: modules or packages."""
        return self.together


class Ring(msgspec.Struct, frozen=True):
    """An import cycle."""

    modules: tuple[str, ...]
    confidence: str = "high"

    def __str__(self) -> str:
        """All its modules, with their number first, since of many not all are shown."""
        return f"{len(self.modules)} modules: {', '.join(self.modules)}"

    @property
    def together(self) -> frozenset[str]:
        """The modules."""
        return frozenset(self.modules)

    @property
    def places(self) -> frozenset[str]:
        """The modules."""
        return self.together


class Missing(Named, frozen=True):
    """An import that nothing provides."""

    def __str__(self) -> str:
        """Who imports what."""
        return f"{self.name} in {self.module}"


class Judged(msgspec.Struct, frozen=True):
    """A finding."""

    rule: str
    path: str
    name: str = ""
    confidence: str = "high"
    because: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The rule, with the place."""
        return f"{self.rule}: {self.path}{f' {self.name}' if self.name else ''}"

    @property
    def places(self) -> frozenset[str]:
        """The path, and those that its reasons begin with: `shop/cart.py:4: ...`."""
        return frozenset((self.path, *(reason.partition(":")[0] for reason in self.because)))


class Failed(msgspec.Struct, frozen=True):
    """What could not be analysed."""

    path: str
    stage: str


Identity = Named | Role | Pretended | Repeated | Alike | Ring | Missing | Judged

IDENTITIES: Final[Mapping[str, type[Identity]]] = {
    "managers": Named, "caches": Named, "state_machines": Named, "state_persistences": Named, "custom_roles": Role,
    "cycles": Ring, "unresolved_imports": Missing, "placeholders": Pretended, "duplicates": Repeated,
    "parallels": Alike,
}  # fmt: skip
"""Table -> what of its rows is compared."""


class _Document(msgspec.Struct):
    """A report, as far as it is read at first."""

    schema: str
    version: str
    root: str
    tables: dict[str, msgspec.Raw]
    findings: list[Judged]
    failures: list[Failed]


class Earlier(msgspec.Struct, frozen=True):
    """A report that was made before."""

    name: str
    """What its file is called."""
    standing: Standing


def read_report(file: str) -> Earlier:
    """Read a JSON report of ours; `-` is standard input.

    Raises UsageError for whatever is no such report, has another schema, or is too large.
    """
    name = "standard input" if file == "-" else Path(file).name
    try:
        if file == "-":
            data = _all(sys.stdin.buffer, name)
        else:
            with open(file, "rb") as stream:
                data = _all(stream, file)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}: name a report made with --report json=FILE") from error
    return Earlier(name, _standing(data, file))


def _all(stream: IO[bytes], name: str) -> bytes:
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UsageError(f"{name}: larger than {LARGEST >> 20:,} MiB: compare reports of smaller parts of the code")
    return data


def _standing(data: bytes, file: str) -> Standing:
    """What a report says. Raises UsageError."""
    try:
        document = msgspec.json.decode(data, type=_Document)
        if document.schema != SCHEMA:
            raise UsageError(
                f"{file}: a report of schema {document.schema[:40]!r}, and this version compares {SCHEMA!r}: "
                "make it again with this version"
            )
        tables = document.tables
        figures = _decoded(tables.get("baseline_metrics"), BaselineMetric)
        rows = {table: _decoded(tables[table], row) for table, row in IDENTITIES.items() if table in tables}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        why = " ".join(str(error).split())[:120]
        raise UsageError(f"{file}: no JSON report of overhaul ({why}): make one with --report json=FILE") from error
    rows["findings"] = document.findings
    return _made(document.version, document.root, figures, rows, document.failures)


def _decoded(raw: msgspec.Raw | None, row: type[Any]) -> list[Any]:
    rows: Any = list.__class_getitem__(row)
    decoded: list[Any] = [] if raw is None else msgspec.json.decode(raw, type=rows)
    return decoded


def _made(
    version: str, root: str, figures: Sequence[BaselineMetric], tables: Mapping[str, Iterable[Identity]],
    failures: Iterable[Failed],
) -> Standing:  # fmt: skip
    """What is compared, without the rows of low confidence."""
    sure = {table: [row for row in rows if row.confidence != "low"] for table, rows in tables.items()}
    names = {table: Counter(map(str, rows)) for table, rows in sure.items()}
    members = {
        table: {str(row): row.together for row in rows if isinstance(row, Ring | Repeated | Alike)}
        for table, rows in sure.items()
    }
    places: defaultdict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for table, rows in sure.items():
        for row in rows:
            # Rows of one name may stand in several files.
            places[table][str(row)] = places[table].get(str(row), frozenset()) | row.places
    # Metadata that cannot be read is no code.
    unseen = frozenset(one.path for one in failures if one.stage != "layout")
    return Standing(version, root, figures, names, members, places, unseen)


def compared(earlier: Earlier, survey: Survey) -> Comparison:
    """An audit beside an earlier report."""
    tables = survey.leaves.tables
    rows: dict[str, Iterable[Identity]] = {
        table: [msgspec.convert(one, row, from_attributes=True) for one in survey.rows(tables[table])]
        for table, row in IDENTITIES.items() if table in tables
    }  # fmt: skip
    rows["findings"] = [msgspec.convert(one, Judged, from_attributes=True) for one in survey.findings]
    figures = survey.rows(BaselineMetric) if BaselineMetric in tables.values() else ()
    failures = [Failed(one.path, one.stage) for one in survey.failures]
    now = _made(__version__, survey.root.name or ".", figures, rows, failures)
    modules = {path: one.module for one in survey.layout.modules.values() for path in (one.path, one.stub) if path}
    return compare(earlier.name, earlier.standing, now, modules)
