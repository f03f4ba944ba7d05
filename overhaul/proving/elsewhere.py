"""Files that are not changed mean what they meant: a name that has gone, or come, may be theirs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from overhaul.naming.meanings import Meaning
from overhaul.plans import Refusal
from overhaul.proving.context import Context
from overhaul.proving.meaning import Told, told

CHECK: Final = "bindings"


class Elsewhere:
    """Compares what unchanged files say, by the two symbol tables."""

    def __init__(self, context: Context) -> None:
        """Nothing is looked at before `refusals`."""
        self._context = context
        self._old, self._new = context.before.symbols, context.after.symbols
        self._words = context.words
        self.looked = 0
        """How many names and imports were compared."""

    def refusals(self) -> Iterator[Refusal]:
        """Every name in unchanged files that would mean something else, by file."""
        if not self._words:
            return
        layout, after = self._context.before.layout, self._context.after.layout
        for path in self._context.before.mentioning(self._words):
            if path in self._context.touched:
                continue
            module = layout.module_of(path)
            if module in after.modules and self._old.path(module) == path:
                yield from self._imports(module, path)
                yield from self._used(module, path)

    def _imports(self, module: str, path: str) -> Iterator[Refusal]:
        for row in self._old.imports[module]:
            target = f"{'.' * row.level}{row.target}"
            if not row.names:
                if self._words.isdisjoint(row.target.split(".")):
                    continue
                self.looked += 1
                meant, means = (told(one.target(module, target, "")) for one in (self._old, self._new))
                yield from self._compare(path, row.line, row.target, meant, means, 0)
            for name, _ in row.names:
                if name == "*" or (name not in self._words and self._words.isdisjoint(row.target.split("."))):
                    continue
                self.looked += 1
                meant, means = (told(one.taken(module, target, name)) for one in (self._old, self._new))
                yield from self._compare(path, row.line, name, meant, means, 0)

    def _used(self, module: str, path: str) -> Iterator[Refusal]:
        for row in self._old.used[module]:
            parts = row.name.split(".")
            if self._words.isdisjoint(parts):
                continue
            self.looked += 1
            meant = _trail(self._old.trail(module, row.scope, parts))
            means = _trail(self._new.trail(module, row.scope, parts))
            known = max((number for number, one in enumerate(meant) if one), default=-1)
            own = known >= 0 and self._context.replacing.own(meant[known], module, row.scope)
            if known >= 0 and not (own and means[known] == meant[known]):
                # What is called otherwise is told once, what is to be another thing at each place.
                for line in row.lines if self._context.replacing.some else row.lines[:1]:
                    yield from self._compare(path, line, row.name, meant[known], means[known], line)
        for export in self._old.exports[module]:
            for name in export.names:
                if name in self._words and self._lost(module, name):
                    why = f"`__all__` lists `{name}`, which would be gone"
                    yield Refusal(path, export.line, CHECK, why, "update it")

    def _lost(self, module: str, name: str) -> bool:
        return self._new.offers(module, name) is False and self._old.offers(module, name) is not False

    def _compare(
        self, path: str, line: int, text: str, meant: Told, means: Told, left: int
    ) -> Iterator[Refusal]:
        """`left` is the line at which a use may be told to stay; 0 for an import, which stays with any use."""
        replacing = self._context.replacing
        wanted = replacing.wanted(meant)
        if not meant or replacing.serves(meant, means):
            return
        if self._context.goes_on(meant, means) or replacing.left(meant, means, path, left):
            return
        was = " or ".join(map(str, sorted(meant)))
        instead = " or ".join(map(str, sorted(means))) or "nothing that is known"
        remedy = f"let it mean {' or '.join(map(str, sorted(wanted)))}"
        yield Refusal(path, line, CHECK, f"`{text}` would mean {instead}, where it meant {was}", remedy)


def _trail(meanings: Iterator[Meaning]) -> Sequence[Told]:
    return [told(one) for one in meanings]
