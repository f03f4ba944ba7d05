"""What the statements of each module are made of, so that equal ones can be found."""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from itertools import accumulate, chain, pairwise
from typing import Final, Literal
from zlib import crc32

from overhaul.facts import Fingerprint, Fragment
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Scope
from overhaul.syntax.shapes import Shaper
from overhaul.syntax.statements import LIGHT, MOST, WANTED, Flat, flatten, pattern

_LEAST_STATEMENTS: Final = 3
_LEAST_CODES: Final = 20
_TOP: Final = 40
"""Lines in which a file says that it is generated."""
_GENERATED: Final = re.compile(
    r"@generated|(?:auto|code|machine)[- ]?generated|generated (?:by|from|using|with|file|code|automatically)"
    r"|do not (?:edit|modify|change)|don't edit",
    re.IGNORECASE,
)


@Collector(*WANTED)
def fingerprints(module: Module) -> Iterator[Fingerprint]:
    """The syntax of every statement as a hash, its names as numbers, and digests of functions and classes."""
    lines = {kind: [line for _, line, _ in module.nodes(getattr(cst, kind))] for kind in WANTED}
    flat = flatten(module.tree.body, lines, module.scopes, _shaper())
    if not len(flat):
        return
    prints = list(flat.prints())
    number = dict(zip(dict.fromkeys(flat.names), range(len(flat.names)), strict=False))
    counts = [later - sooner for sooner, later in pairwise(flat.names_at)]
    if max(counts) <= MOST:
        uses = array("I", map(number.__getitem__, flat.names))
    else:
        # What stands in tables of thousands of names is told by its shape.
        kept = chain.from_iterable(
            flat.names[begin : begin + min(count, MOST)] for begin, count in zip(flat.names_at, counts, strict=False)
        )
        uses = array("I", map(number.__getitem__, kept))
        counts = [min(count, MOST) for count in counts]
    yield Fingerprint(
        shapes=_packed([one[0] for one in prints]),
        bare=_packed([one[1] for one in prints]),
        lines=_packed(flat.lines),
        kinds=bytes([flat.data[place] for place in flat.codes_at[:-1]]),
        weights=bytes([min(one[2], MOST) for one in prints]),
        depths=bytes(flat.depths),
        literals=_packed([
            _hash(flat.literals[first:last]) if first < last else 0 for first, last in pairwise(flat.literals_at)
        ]),
        counts=bytes(counts),
        uses=_packed(uses),
        names="\n".join(number),
        fragments=tuple(_fragments(flat, _bound(module.scopes))),
        generated=any(_GENERATED.search(text[:200]) for line, text, _ in module.comments if line <= _TOP),
    )


@cache
def _shaper() -> Shaper:
    """Made once in a process: it holds nothing but functions."""
    return Shaper()


def _packed(numbers: Sequence[int]) -> bytes:
    values = array("I", numbers)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def _hash(literals: Sequence[str]) -> int:
    return crc32("\0".join(literals).encode("utf-8", "surrogatepass")) or 1


def _bound(scopes: Sequence[Scope]) -> dict[int, set[str]]:
    """Identity of a scope -> what it and the scopes inside bind."""
    bound = {id(scope): set(scope.bound) for scope in scopes if scope.kind in ("function", "class")}
    for scope in scopes:
        outer = scope.parent
        while outer is not None:
            if id(outer) in bound:
                bound[id(outer)] |= scope.bound
            outer = outer.parent
    return bound


def _fragments(flat: Flat, bound: dict[int, set[str]]) -> Iterator[Fragment]:
    codes, at = flat.data, flat.codes_at
    told = [0, *accumulate([not LIGHT[codes[place]] for place in at[:-1]])]
    depths = bytes(flat.depths)
    for span in flat.spans:
        if at[span.last] - at[span.first] < _LEAST_CODES:
            continue
        statements = told[span.last] - told[span.first]
        if statements < _LEAST_STATEMENTS:
            continue
        scope = span.scope
        own = scope.name.rpartition(".")[2]
        shape = flat.shape(span.first, span.last) + depths[span.first : span.last]
        names = flat.named(span.first, span.last)
        noted = flat.notes[span.notes[0] : span.notes[1]]
        free = [one for one in set(names) - bound[id(scope)] if one[0] not in ".=" and one != own and " " not in one]
        renamed = _digest(b"".join((shape, pattern(names), bytes([one for one in noted if isinstance(one, int)]))))
        # What it is called is not part of what it says.
        place = -1
        for _ in range(names.count(own)):
            place = names.index(own, place + 1)
            names[place] = ""
        said = "\0".join([*names, "", *flat.said(span.first, span.last), "", *map(str, noted)])
        yield Fragment(
            name=scope.name,
            unit=_unit(scope),
            line=scope.line,
            end=scope.end,
            first=span.first,
            last=span.last,
            statements=statements,
            exact=_digest(shape, said),
            renamed=renamed,
            free=" ".join(sorted(free)),
        )


def _unit(scope: Scope) -> Literal["function", "method", "class"]:
    if scope.kind == "class":
        return "class"
    return "method" if scope.parent is not None and scope.parent.kind == "class" else "function"


def _digest(data: bytes, text: str = "") -> bytes:
    return blake2b(data + text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
