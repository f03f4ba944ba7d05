"""Pickles from places where others can write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final

import msgspec

from overhaul.facts import Attribute, Facts, FileAct, Variable
from overhaul.findings import Finding
from overhaul.layout import Layout
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.patterns import regex
from overhaul.placing import apart

_SHARED: Final = regex(
    r"""["'](?:/tmp|/var/tmp|/dev/shm|/usr/tmp|[A-Za-z]:\\+(?:Windows\\+)?Temp)(?=[/\\"'])|\bgettempdirb?\(\)|\bmktemp\("""
)


class UnpickledFromSharedPathOptions(Options, frozen=True):
    """Where others can write."""

    shared_folders: Annotated[
        tuple[str, ...], msgspec.Meta(description="Further folders that others can write to, as absolute paths")
    ] = ()


@Rule
def unpickled_from_shared_path(
    layout: Layout, acts: Facts[FileAct], variables: Facts[Variable], attributes: Facts[Attribute],
    options: UnpickledFromSharedPathOptions,
) -> Iterator[Finding]:  # fmt: skip
    """A pickle is read from a folder that every user of the machine can write to.

    Why: reading a pickle runs what its writer wants. Whoever puts a file under that name first is the one who decides.

    Instead: keep state where only its owner can write, or in a format that holds nothing but data (JSON, MessagePack).

    Seen where the path, or the variable or attribute that names it, is written out: `/tmp`, `/var/tmp`, `/dev/shm`,
    `tempfile.gettempdir()`, `tempfile.mktemp()`.
    """
    shared = _shared(options)
    for module, rows in acts.items():
        unpickling = {row.scope: row for row in rows if row.act == "unpickle"}
        for row in rows:
            if row.scope not in unpickling or row.act not in ("unpickle", "read"):
                continue
            place = _place(row.target, variables, attributes, module, shared)
            if place is not None:
                path = layout.modules[module].path
                because, places = apart((place,), path, row.line)
                yield Finding(
                    rule="unpickled_from_shared_path", severity="error",
                    message=f"{unpickling[row.scope].callee} reads a pickle that others can write",
                    module=module, path=path, line=row.line, name=row.scope or "module", because=because, places=places,
                )  # fmt: skip


def _shared(options: UnpickledFromSharedPathOptions) -> re.Pattern[str]:
    """What finds a path in a shared folder."""
    if not options.shared_folders:
        return _SHARED
    further = "|".join(re.escape(folder.rstrip("/")) for folder in options.shared_folders)
    return re.compile(rf"""{_SHARED.pattern}|["'](?:{further})(?=[/\\"'])""")


def _place(
    target: str, variables: Facts[Variable], attributes: Facts[Attribute], module: str, shared: re.Pattern[str]
) -> str | None:
    """Where the path is said to lie in a shared folder, as a fact; None when it is not."""
    if shared.search(target):
        return f"the path is {target}"
    name = target.removeprefix("self.").removeprefix("cls.")
    rows: list[Variable | Attribute] = [*variables[module], *attributes[module]]
    for row in rows:
        if row.name == name and shared.search(row.value):
            return f"line {row.line}: {name} is {row.value}"
    return None
