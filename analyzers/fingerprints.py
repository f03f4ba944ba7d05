"""What the statements of each module are made of, so that equal ones can be found."""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from itertools import accumulate, chain, pairwise
from typing import Any, Final, Literal
from zlib import crc32

from overhaul.copied import MARK
from overhaul.facts import Fingerprint, Fragment
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import Scope
from overhaul.syntax.shapes import Shaper
from overhaul.syntax.statements import LIGHT, MOST, WANTED, Flat, flatten, pattern

_COPY: Final = MARK.strip("# ")
_LEAST_STATEMENTS: Final = 3
_LEAST_CODES: Final = 20
_TOP: Final = 40
"""Lines in which a file says that it is generated."""
_BY: Final = (
    r"(?:\s*(?:$|[^\w\s])|\s(?:by|from|using|with|via|on|at|in|files?|code|modules?|source|python|automatically)\b)"
)
_GENERATED: Final = regex(
    r"(?:(?:warning|attention|important|note|caution|begin)\b\W*)?(?:"
    rf"(?:auto|automatically|machine|code|file|form|form implementation)\W?\s?generated{_BY}"
    r"|generated\s(?:by|from|using|with|file|code|automatically)\b"
    r"|(?:(?:this|the)\s(?:contents?\sof\sthis\s)?(?:file|module|code|class|is|script)\s|it is\s)"
    r"(?:(?:is|was|were|has|have|been|contains?|an?|the)\s){0,4}(?:(?:auto|automatically|machine|code)\W?\s?)?"
    rf"generated{_BY}"
    r"|(?:please )?(?:do not|don't|never) (?:edit|modify|change)"
    r"(?:\s*(?:$|[^\w\s])|\s(?:this (?:file|module)|\S{1,60}\.pyi?|by hand|manually|directly|unless)\b)"
    r"|(?:(?:all|any|manual|your) ){0,3}(?:changes|edits|modifications) (?:made )?(?:in|to) this file will be\b)",
    re.IGNORECASE,
)
"""How a comment begins that says of its file that it is generated."""


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
        generated=_generated(module, flat.lines[0]),
        waits=bytes([min(count, MOST) for count in flat.waits()]) if flat.waiting else b"",
    )


@cache
def _shaper() -> Shaper:
    """Made once in a process: it holds nothing but functions."""
    return Shaper()


def _generated(module: Module, first: int) -> bool:
    """Whether a comment on a line of its own, before the statement in line `first`, says that the file is generated."""
    before, goes_on = 0, False
    for line, text, alone in module.comments:
        if line >= min(first, _TOP + 1):
            return False
        said = text[:200].strip("#!:;*=-~ \t")
        # A line that goes on with the sentence of the line before begins nothing.
        begins = not (goes_on and line == before + 1 and said[:1].islower())
        if alone and (said.startswith(_COPY) or "@generated" in said or (begins and _GENERATED.match(said))):
            return True
        before, goes_on = line, text[-1:].isalnum() or text[-1:] == ","
    return False


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
        depth = depths[span.first]
        shape = flat.shape(span.first, span.last) + bytes([one - depth for one in depths[span.first : span.last]])
        names = flat.named(span.first, span.last)
        noted = flat.notes[span.notes[0] : span.notes[1]]
        decorated = _decorated(scope)
        head = flat.names_at[span.first + 1] - flat.names_at[span.first]
        free = _free(scope, names, decorated, head, bound[id(scope)])
        other = _unit(scope) == "method" or own in scope.bound
        if other:
            # Inside, its name means something else.
            names[: decorated + 1] = ["" if one == own else one for one in names[: decorated + 1]]
        renamed = _digest(b"".join((shape, pattern(names), bytes([one for one in noted if isinstance(one, int)]))))
        # What it is called is not part of what it says.
        place = -1
        for _ in range(0 if other else names.count(own)):
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
            free=free,
        )


def _free(scope: Scope, names: Sequence[str], decorated: int, head: int, bound: set[str]) -> str:
    """The names that it does not bind; with `@` before them those that its head takes from around it, and it binds.

    Of its names `head` stand in its head, and `decorated` of these in decorators.
    """
    own = scope.name.rpartition(".")[2]
    outer: list[str] = []
    if scope.kind == "function":
        outer = list(names[:head])
        del outer[decorated]
        node: Any = scope.node
        params = node.params
        for one in (*params.posonly_params, *params.params, *params.kwonly_params, params.star_arg, params.star_kwarg):
            if one.__class__ is cst.Param:
                outer.remove(one.name.value)
    method = _unit(scope) == "method"
    inner = names if scope.kind == "class" else names[head:]
    found = {one for one in inner if one not in bound and (method or one != own)}
    found |= {one if one not in bound and one != own else f"@{one}" for one in outer if one[0] not in ".="}
    return " ".join(sorted(one for one in found if one[0] not in ".=" and " " not in one))


def _decorated(scope: Scope) -> int:
    """How many names its decorators have."""
    node: Any = scope.node
    found: list[str] = []
    shaper = _shaper()
    for one in node.decorators:
        shaper[one.__class__](one, _nowhere, found.append, _nowhere)
    return len(found)


def _nowhere(_: object) -> None:
    """What is not wanted."""


def _unit(scope: Scope) -> Literal["function", "method", "class"]:
    if scope.kind == "class":
        return "class"
    return "method" if scope.parent is not None and scope.parent.kind == "class" else "function"


def _digest(data: bytes, text: str = "") -> bytes:
    return blake2b(data + text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
