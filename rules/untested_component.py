"""Components that lack a kind of test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final

import msgspec

from overhaul.covering.rows import KINDS, Coverage, MeasuredFile, TestKind
from overhaul.findings import Finding, Place
from overhaul.inventory import Component, CustomRole, Manager
from overhaul.leaves import OptIn
from overhaul.options import Options


class UntestedComponentOptions(Options, frozen=True):
    """Which roles want which kinds of test: manager, cache, state_machine, names of custom roles, or `*` for all."""

    unit: Annotated[tuple[str, ...], msgspec.Meta(description="Roles that want unit tests.")] = ("*",)
    integration: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Roles that want integration tests, of those that work with others of the project."),
    ] = ("manager",)
    system: Annotated[tuple[str, ...], msgspec.Meta(description="Roles that want system tests.")] = ()
    performance: Annotated[tuple[str, ...], msgspec.Meta(description="Roles that want performance tests.")] = ()
    least_run: Annotated[
        int, msgspec.Meta(ge=0, le=100, description="Percent of its statements that must run, by coverage data.")
    ] = 0


@OptIn("coverage")
def untested_component(
    coverages: Sequence[Coverage], measured: Sequence[MeasuredFile], managers: Sequence[Manager],
    roles: Sequence[CustomRole], options: UntestedComponentOptions,
) -> Iterator[Finding]:  # fmt: skip
    """A manager, cache, state machine or member of a custom role lacks a kind of test that its role wants.

    Why: before such a thing is moved, merged or replaced, nothing says whether it still does what it did.

    Instead: write the test that is missing, or say in the options which kinds its role wants.

    One finding for each component, with all the kinds it lacks: a warning where no test of any kind gets to it, else a
    note. Unless the options say otherwise, all roles want unit tests, and managers that hold or receive others of the
    project integration tests. Of which kind a test is, and what counts as covering, stands in `docs/test-matrix.md`.

    Abstract classes are passed over, and so is a project in which no test gets to any component: its tests may stand
    elsewhere. Whatever builds the root of the others is a system test, so that a root is reported only without any.
    With `coverage-data` in the settings, what ran under a test counts as covered by it, and `least-run` asks for a part
    of the statements.
    """
    for row in measured:
        if not row.module:
            yield Finding(
                rule="untested_component", severity="warning", module="", path=row.path, line=1, name="coverage-data",
                message=f"the coverage data cannot be read: {row.why}",
            )  # fmt: skip
    by_component: dict[tuple[str, str], dict[TestKind, Coverage]] = {}
    for one in coverages:
        by_component.setdefault((one.role, one.component), {})[one.kind] = one
    if not any(one.covered for one in coverages):
        return
    together = {row.dotted: _works_with_others(row) for row in (*managers, *roles)}
    for (role, component), cells in by_component.items():
        if cells["unit"].subkind == "abstract":
            continue
        # Whatever builds a root is a system test of it.
        root = cells["unit"].subkind == "root" and any(cell.covered for cell in cells.values())
        missing = [] if root else [
            kind for kind, wanted in _wanted(options).items() if (role in wanted or "*" in wanted)
            and not cells[kind].covered and (kind != "integration" or together.get(component, False))
        ]  # fmt: skip
        first = cells["unit"]
        short = _too_little(first, options.least_run)
        if not missing and not short:
            continue
        found = [cell for cell in cells.values() if cell.covered]
        name = component.removeprefix(f"{first.module}.")
        lacks = f"{name} has no {' and no '.join(missing)} test" if missing else ""
        alone = not found and bool(missing)
        yield Finding(
            rule="untested_component", severity="warning" if alone else "note", module=first.module, path=first.path,
            line=first.line, name=f"{role}:{name}",
            message=f"{name} is got to by no test" if alone else "; ".join(filter(None, (lacks, short))),
            because=tuple(_because(cells)),
            places=tuple(_places(found)),
        )  # fmt: skip


_SHOWN: Final = 5


def _wanted(options: UntestedComponentOptions) -> Mapping[TestKind, tuple[str, ...]]:
    return {
        "unit": options.unit, "integration": options.integration, "system": options.system,
        "performance": options.performance,
    }  # fmt: skip


def _works_with_others(row: Component) -> bool:
    """Whether there is something to integrate it with."""
    return isinstance(row, Manager | CustomRole) and bool(row.collaborators)


def _too_little(cell: Coverage, least: int) -> str:
    """That too few of its statements run; "" where enough do, or nobody can tell."""
    if cell.statements is None or cell.ran is None or cell.stale or 100 * cell.ran >= least * cell.statements:
        return ""
    return f"{cell.ran} of {cell.statements} statements run under tests, less than {least}%"


def _because(cells: Mapping[TestKind, Coverage]) -> Iterator[str]:
    for kind in KINDS:
        cell = cells[kind]
        parts = [
            f"{_many(cell.tests, 'uses', 'use')} it" if cell.tests else "",
            f"fixtures or helpers of {cell.beside} make it among others" if cell.beside else "",
            f"{_many(cell.files, 'file gets', 'files get')} to it by way of other code" if cell.files else "",
            f"{cell.run} of {cell.statements} statements run" if cell.run else "",
        ]
        if told := ", ".join(filter(None, parts)):
            yield f"{kind} tests: {told}"
    first = cells["unit"]
    if first.imported:
        yield f"imported by {', '.join(first.imported[:_SHOWN])}, without a test that uses it"
    if first.stale:
        yield "the coverage data is older than the file, or does not fit it"


def _many(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _places(found: Sequence[Coverage]) -> Iterator[Place]:
    for cell in found:
        for one in cell.testers[:2]:
            yield Place(one.path, one.line, f"{cell.kind}: {one.test}")
