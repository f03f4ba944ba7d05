"""Which findings speak of which rows of the inventories: links of the page, in both directions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from overhaul.facts import Cycle, Row
from overhaul.findings import Finding
from overhaul.inventory import Cache, Component, Manager, StateMachine, StatePersistence
from overhaul.leaves import row_of
from overhaul.patterns import regex
from overhaul.redundancy import Duplicate, Parallel, Placeholder, Subject
from overhaul.sections import anchor, link, rows_of
from overhaul.summary import urgency
from overhaul.survey import Survey

KINDS: Final[Mapping[type[Component], str]] = {
    Cache: "cache", Manager: "manager", StateMachine: "machine", StatePersistence: "persistence",
}  # fmt: skip
"""What the ids of rows begin with that are told apart by their module and name."""
_SUBJECTS: Final = {"consolidations": "candidate", "caches": "cache", "state_persistences": "persistence"}

Known = tuple[type[Row], str, str]
"""Row type, module, name."""


class Crosslinks:
    """The links between findings and rows of one survey."""

    def __init__(self, survey: Survey) -> None:
        """Reads the findings and the tables of the inventories."""
        rows = tuple(_ids(survey))
        # Of what shares a name (of placeholders several may stand in one function) the first stands for it.
        self._rows = {one.known: one.id for one in reversed(rows)}
        self._standing = {(one.known[0], one.path, one.line): one.id for one in reversed(rows)}
        self._asked = {
            name: [row for hint in leaf.reads.values() if (row := row_of(hint)) is not None]
            for name, leaf in survey.leaves.rules.items()
        }
        self._groups = {row.identity: row.kind for row in rows_of(survey, Duplicate) or ()}
        self._groups |= {row.identity: row.kind for row in rows_of(survey, Parallel) or ()}
        self._findings: dict[str, list[Finding]] = defaultdict(list)
        # What stands at a place: a finding is told before a row, for it shows the source.
        self._at = dict(_places(survey))
        for one in survey.findings:
            self._at[one.path, one.line] = finding_id(one)
            for id, _ in self._of(one):
                self._findings[id].append(one)

    def rows(self, finding: Finding) -> str:
        """The rows that a finding is about, as a cell of the kind links."""
        return "\n".join(link(id, kind) for id, kind in self._of(finding))

    def places(self, finding: Finding, limit: int) -> str:
        """Rows and findings that stand at the first further places of a finding, as a cell of the kind links."""
        own = finding_id(finding)
        return "\n".join(
            link(id, f"{place.path.rpartition('/')[2]}:{place.line}") for place in finding.places[:limit]
            if (id := self._at.get((place.path, place.line), own)) != own
        )  # fmt: skip

    def findings(self, id: str) -> str:
        """The findings about a row, by its id, as a cell of the kind links."""
        return "\n".join(link(finding_id(one), one.rule) for one in self._findings.get(id, ()))

    def count(self, ids: Iterable[str]) -> Counter[str]:
        """How many findings each rule has about these rows; one about several of them counts once."""
        found = {one.identity: one.rule for id in ids for one in self._findings.get(id, ())}
        return Counter(found.values())

    def _of(self, finding: Finding) -> Iterator[tuple[str, str]]:
        for row in self._asked.get(finding.rule, ()):
            yield from ((id, _LABELS[row]) for id in dict.fromkeys(self._named(row, finding)))
        # What is about a group says how to keep it, and so which it is.
        for identity in dict.fromkeys(_IDENTITY.findall("\n".join(finding.because))):
            if identity in self._groups:
                yield identity, self._groups[identity]

    def _named(self, row: type[Row], finding: Finding) -> Iterator[str]:
        """The rows of one type that a finding names: in its name or among its members, or else by a place of its own.

        A finding may stand where a row is used, and its name may say more than the row's (`where:row:parameter`,
        `row.key`): the longest beginning of each part that is a row counts.
        """
        if row is Cycle:
            # A module is in one ring at most, and a ring is found at any of its modules.
            names = [(finding.module, "")]
        else:
            members = (one.partition(":")[::2] for one in finding.members)
            names = [(finding.module, part) for part in finding.name.split(":")] + [one for one in members if one[1]]
        # Several placeholders may stand in one function: the place tells them apart.
        own = self._standing.get((row, finding.path, finding.line)) if row is Placeholder else None
        found = [own] if own else [id for one in names if (id := self._prefix(row, *one)) is not None]
        yield from found
        if not found:
            for place in finding.places:
                if (id := self._standing.get((row, place.path, place.line))) is not None:
                    yield id

    def _prefix(self, row: type[Row], module: str, name: str) -> str | None:
        while (id := self._rows.get((row, module, name))) is None and "." in name:
            name = name.rpartition(".")[0]
        return id


_IDENTITY: Final = regex(r"\b(?:dup|par)-[0-9a-f]{12}\b")
_LABELS: Final[Mapping[type[Row], str]] = {
    Cache: "cache", Manager: "manager", StateMachine: "state machine", StatePersistence: "saved state",
    Placeholder: "placeholder", Cycle: "import cycle",
}  # fmt: skip


def finding_id(finding: Finding) -> str:
    """The address of a finding on the page."""
    return f"finding-{finding.identity}"


def placeholder_ids(rows: Iterable[Placeholder]) -> Iterator[tuple[Placeholder, str]]:
    """Placeholders, the most urgent first, with their ids: several may stand in one function."""
    seen = Counter[str]()
    for row in sorted(rows, key=urgency):
        about = chr(0).join((row.module, row.name, row.pattern))
        seen[about] += 1
        yield row, anchor("placeholder", about, str(seen[about]))


def subject_id(subject: Subject) -> str:
    """The address on the page of a row that a step is about."""
    match subject.table:
        case "placeholders":
            return anchor("placeholder", *subject.key, "1")
        case "cycles":
            return anchor("cycle", *subject.key)
        case "unresolved_imports":
            return anchor("unresolved", *subject.key)
        case table:
            return anchor(_SUBJECTS.get(table, table), *subject.key)


def _places(survey: Survey) -> Iterator[tuple[tuple[str, int], str]]:
    for kind, name in KINDS.items():
        for row in rows_of(survey, kind) or ():
            yield (row.path, row.line), anchor(name, row.module, row.name)
    for placeholder, id in placeholder_ids(rows_of(survey, Placeholder) or ()):
        yield (placeholder.path, placeholder.line), id


class _Standing(NamedTuple):
    """A row that findings may be about, with its address on the page and its place."""

    known: Known
    id: str
    path: str
    line: int


def _ids(survey: Survey) -> Iterator[_Standing]:
    for kind, name in KINDS.items():
        for row in rows_of(survey, kind) or ():
            id = anchor(name, row.module, row.name)
            yield _Standing((kind, row.module, row.name), id, row.path, row.line)
    for one, id in placeholder_ids(rows_of(survey, Placeholder) or ()):
        yield _Standing((Placeholder, one.module, one.name), id, one.path, one.line)
    for cycle in rows_of(survey, Cycle) or ():
        id = anchor("cycle", *sorted(cycle.modules))
        for module in cycle.modules:
            yield _Standing((Cycle, module, ""), id, cycle.path, cycle.line)
