"""Write down the chosen cuts: what becomes of the imports and annotations of each file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from overhaul.changes import Edit, Guidance, Replacement
from overhaul.moving.text import merged, quoted
from overhaul.refactoring.imports import Imports

if TYPE_CHECKING:
    from overhaul.cutting.crossings import Sight
    from overhaul.cutting.ways import Option


def edits(sight: Sight, options: Sequence[Option]) -> Iterator[Edit]:
    """The edits that carry out some options, one for each file."""
    by_path: dict[str, list[Option]] = {}
    for one in options:
        by_path.setdefault(one.crossing.path, []).append(one)
    for path in sorted(by_path):
        yield _edit(sight, path, by_path[path])


def _edit(sight: Sight, path: str, options: Sequence[Option]) -> Edit:
    imports = Imports(sight.project, path)
    quotes: set[Replacement] = set()
    for one in options:
        taken = one.crossing.taken
        if one.way == "defining-module":
            imports.replace(taken.statement, taken.name, one.module, one.name, taken.bound)
            continue
        imports.drop(taken.statement, taken.name or taken.target)
        if one.way == "lazy":
            _late(imports, one, _absolute(sight, one))
            continue
        module = _absolute(sight, one)
        if one.annotations:
            _ask(imports, one, module, typing=True)
        for function in one.functions:
            if taken.name:
                imports.take(module, taken.name, taken.bound, within=function)
            else:
                imports.load(module, taken.bound if taken.alias is not None else "", within=function)
        quotes.update(quoted(imports.occurrences, one.quotes))
    because, guidance = _because(options)
    changes = (Replacement(one.start, one.end, one.text, because, guidance) for one in imports.replacements())
    return sight.project.edit(path, merged(changes, quotes))


def _ask(imports: Imports, one: Option, module: str, *, typing: bool) -> None:
    taken = one.crossing.taken
    if taken.name:
        imports.take(module, taken.name, taken.bound, typing=typing)
    else:
        imports.load(module, taken.bound if taken.alias is not None else "", typing=typing)


def _late(imports: Imports, one: Option, module: str) -> None:
    taken = one.crossing.taken
    if taken.name:
        imports.take(module, taken.name, taken.bound, like=taken.statement, lazy=True)
    else:
        imports.load(module, taken.bound if taken.alias is not None else "", like=taken.statement, lazy=True)


def _absolute(sight: Sight, one: Option) -> str:
    """The module that an import names, without dots before it."""
    taken = one.crossing.taken
    return sight.project.symbols.absolute(one.crossing.importer, taken.target) or taken.target


def _because(options: Sequence[Option]) -> tuple[str, Guidance]:
    ways = {one.way for one in options}
    if "lazy" in ways:
        return "import made lazy", "review"
    if "defer" in ways:
        return "import made late", "review"
    if "typing" in ways:
        return "import for type checkers only", "safe"
    return "import from the defining module", "safe"
