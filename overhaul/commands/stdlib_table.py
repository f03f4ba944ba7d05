"""Makes the table of the standard library's functions.

`python -m overhaul.commands.stdlib_table [LIBRARY ...]`: each LIBRARY is the folder of a standard library; the
running interpreter's by default. What is kept are facts: digests of bodies with the dotted names of public functions,
no source. Several libraries make one table; it has to be made again when the collector `fingerprints` says another
shape of a statement, which tests/analyzers/test_repeated_utilities.py finds out.
"""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, cast

from overhaul.errors import OverhaulError
from overhaul.facts import Fingerprint
from overhaul.repeating.utilities import LEAST, LEAST_KNOWN, Functions
from overhaul.testing import collect

TABLE: Final = Path(__file__).parents[1] / "repeating" / "stdlib.py"
SPECIMENS: Final = Path(__file__).parents[2] / "fixtures" / "specimens" / "standard_library.py"
"""Only a checkout has them, where the table is made."""
_NOT_OFFERED: Final = frozenset({
    "test", "tests", "idlelib", "lib2to3", "turtledemo", "site-packages", "ensurepip", "distutils", "pydoc_data",
    "venv", "this", "antigravity", "turtle", "dist-packages",
})  # fmt: skip


def entries_of(library: Path) -> Iterator[tuple[str, str]]:
    """(entry, dotted name) of the public functions of a standard library, four statements and more, by name."""
    for file in sorted(library.rglob("*.py")):
        parts = file.relative_to(library).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        private = any(part.startswith("_") for part in module.split("."))
        if private or not _NOT_OFFERED.isdisjoint(parts):
            continue
        source = file.read_bytes()
        offered = _offered(source)
        for line, name in _entries(source, LEAST):
            if not name.startswith("_") and name != "main" and (offered is None or name in offered):
                yield line, f"{module}.{name}"


def entries_of_specimens() -> Iterator[tuple[str, str]]:
    """The same of what programmers write again in bodies that the library does not have."""
    for line, name in _entries(SPECIMENS.read_bytes(), LEAST_KNOWN):
        if "__" in name:
            yield line, _repeated(name)


def _repeated(name: str) -> str:
    """`itertools__batched__list` -> `itertools.batched`: what follows is but another way to write it."""
    parts = name.split("__")
    if parts[0] in ("max", "next"):
        return parts[0]
    whole = parts[:3] if len(parts) > 2 and (parts[1][0].isupper() or parts[2] == "from_iterable") else parts[:2]
    if len(whole) == 3 and whole[1] == "Counter":
        whole = whole[:2]
    return ".".join(whole)


def _entries(source: bytes, least: int) -> Iterator[tuple[str, str]]:
    try:
        rows = cast("Sequence[Fingerprint]", collect("fingerprints", source))
    except OverhaulError:
        return
    for row in rows:
        functions = Functions(row)
        for one in functions:
            if one.statements >= least:
                yield functions.entry(one), one.name


def _offered(source: bytes) -> frozenset[str] | None:
    """The names in `__all__`; None where there is none that is a plain list."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "__all__" for to in node.targets):
            try:
                return frozenset(map(str, ast.literal_eval(node.value)))
            except (ValueError, TypeError):
                return None
    return None


def _written(table: dict[str, str]) -> str:
    lines = [f"{line} {name}" for line, name in sorted(table.items(), key=lambda item: (item[1], item[0]))]
    return '"""Which bodies the standard library has: made by `overhaul.commands.stdlib_table`, not by hand."""\n\n' + (
        'from typing import Final\n\nSTDLIB: Final = """\n' + "\n".join(lines) + '\n"""\n'
    )


def main(libraries: Sequence[str]) -> None:
    """Write the table of what some libraries have."""
    table: dict[str, str] = {}
    for library in libraries or [sysconfig.get_path("stdlib")]:
        for line, name in entries_of(Path(library)):
            table.setdefault(line, name)
    table.update(entries_of_specimens())
    TABLE.write_text(_written(table), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
