"""Pickles from places where others can write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from overhaul.facts import Attribute, Facts, FileAct, Variable
from overhaul.findings import Finding
from overhaul.layout import Layout
from overhaul.leaves import Rule

_SHARED: Final = re.compile(
    r"""["'](?:/tmp|/var/tmp|/dev/shm|/usr/tmp|[A-Za-z]:\\+(?:Windows\\+)?Temp)(?=[/\\"'])|\bgettempdirb?\(\)|\bmktemp\("""
)


@Rule
def unpickled_from_shared_path(
    layout: Layout, acts: Facts[FileAct], variables: Facts[Variable], attributes: Facts[Attribute]
) -> Iterator[Finding]:
    """A pickle is read from a folder that every user of the machine can write to.

    Why: reading a pickle runs what its writer wants. Whoever puts a file under that name first is the one who decides.

    Instead: keep state where only its owner can write, or in a format that holds nothing but data (JSON, MessagePack).

    Seen where the path, or the variable or attribute that names it, is written out: `/tmp`, `/var/tmp`, `/dev/shm`,
    `tempfile.gettempdir()`, `tempfile.mktemp()`.
    """
    for module, rows in acts.items():
        unpickling = {row.scope: row for row in rows if row.act == "unpickle"}
        for row in rows:
            if row.scope not in unpickling or row.act not in ("unpickle", "read"):
                continue
            place = _place(row.target, variables, attributes, module)
            if place is not None:
                yield Finding(
                    rule="unpickled_from_shared_path", severity="error",
                    message=f"{unpickling[row.scope].callee} reads a pickle that others can write",
                    module=module, path=layout.modules[module].path, line=row.line, name=row.scope or "module",
                    because=(place,),
                )  # fmt: skip


def _place(target: str, variables: Facts[Variable], attributes: Facts[Attribute], module: str) -> str | None:
    """Where the path is said to lie in a shared folder, as a fact; None when it is not."""
    if _SHARED.search(target):
        return f"the path is {target}"
    name = target.removeprefix("self.").removeprefix("cls.")
    rows: list[Variable | Attribute] = [*variables[module], *attributes[module]]
    for row in rows:
        if row.name == name and _SHARED.search(row.value):
            return f"line {row.line}: {name} is {row.value}"
    return None
