"""Work items on the members of a family, and on components without tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from overhaul.campaign.sketches import BY_HAND, Key, Site, Sketch, counted, named
from overhaul.findings import Finding
from overhaul.inventory import CustomRole, testing
from overhaul.naming.meanings import Symbol
from overhaul.project import Project

_PLAIN: Final = 5.0
"""What is worth doing because a gate asks for it, and little besides."""
_MANY: Final = 4
"""Components of one package that lack the same kind of test, from which on they are one item."""


def family(project: Project, role: str) -> Iterator[Sketch]:
    """The interface of a family, and one item for each member that does not inherit from it."""
    rows = [
        row for row in project.survey.rows(CustomRole)
        if row.kind == role and row.subkind != "function" and row.sure and not testing(row.path)
    ]  # fmt: skip
    if len(rows) < 2:
        return
    above = {row.dotted: _ancestors(project, row) for row in rows}
    bases = [name for names in above.values() for name in names]
    # What most of them inherit from; among equals the first by name.
    interface = min(sorted(set(bases)), key=lambda name: -bases.count(name), default="")
    if bases.count(interface) < 2:
        interface = ""
    first: Key = ("interface", role)
    if not interface:
        shared = sorted({one for row in rows for one in row.interface if sum(one in o.interface for o in rows) > 1})
        what = f"{counted(len(shared), 'method')} that members share: {named(shared)}" if shared else "none is shared"
        yield Sketch(
            phase="family", key=first, title=f"Write the interface of the {len(rows)} members of {role} ({what})",
            sites=(), worth=_PLAIN * len(rows), by_hand=BY_HAND,
            command=f"overhaul query \"SELECT path, line, name, interface FROM custom_roles WHERE kind = '{role}'\"",
        )  # fmt: skip
    for row in rows:
        if row.dotted != interface and (not interface or interface not in above[row.dotted]):
            behind = interface.rpartition(".")[2] or "the interface"
            yield Sketch(
                phase="family", key=("member", role, row.dotted), title=f"Put {row.name} behind {behind}",
                sites=(Site(row.path, row.line, row.dotted),), worth=_PLAIN + len(row.constructed), by_hand=BY_HAND,
                work=0.5, distance=0.5,
                callers=len(row.constructed), needs=(("family", first),) if not interface else (), rank=1,
                command=f"overhaul query \"SELECT * FROM custom_roles WHERE name = '{row.name}'\"",
            )  # fmt: skip


def _ancestors(project: Project, row: CustomRole) -> set[str]:
    own = Symbol(row.module, row.name, "class", row.path, row.line)
    return {one.dotted for one in project.types.own_bases(own)} - {row.dotted}


def tests(project: Project) -> Iterator[Sketch]:
    """One item for each component that lacks a kind of test that its role wants; one for many of one package."""
    packages: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for one in project.survey.said(("untested_component",)):
        if one.module:
            role, _, name = one.name.partition(":")
            lacks = one.message.removeprefix(name).strip()
            packages[one.module.rpartition(".")[0] or one.module, role, lacks].append(one)
    for (package, role, lacks), some in packages.items():
        kind = role.replace("_", " ")
        if len(some) >= _MANY:
            names = named([one.name.partition(":")[2] for one in some])
            lack = lacks.replace("is got", "are got", 1).replace("has no", "have no", 1)
            yield _untested(
                ("tests", package, role, lacks), some,
                f"Write tests for {len(some)} components of {package} ({kind}) that {lack}: {names}",
            )  # fmt: skip
            continue
        for one in some:
            name = one.name.partition(":")[2]
            title = f"Write tests for the {kind} {name}, which {lacks}"
            yield _untested(("test", role, one.module, name), [one], title)


def _untested(key: Key, found: Sequence[Finding], title: str) -> Sketch:
    return Sketch(
        phase="tests", key=key, title=title, by_hand=BY_HAND, changes=False, worth=_PLAIN * len(found),
        sites=tuple(Site(one.path, one.line, f"{one.module}.{one.name.partition(':')[2]}") for one in found),
        command="overhaul check --select untested_component",
        # A cache is tested with what it serves more often than a manager is.
        rank=2 if found[0].name.startswith("cache:") else min(one.severity != "warning" for one in found),
    )  # fmt: skip
