"""Steps that cut rings of imports, each with what its cuts do end, and what stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from overhaul.components import components
from overhaul.facts import Cut, Cycle, Import, ImportKind, Ring
from overhaul.inventory import testing
from overhaul.redundancy import Doubt, Gain, Spot, Subject
from overhaul.repeating.next_steps import FAILS_ALWAYS, FAILS_FOR_SOME, Draft, counted, named
from overhaul.repeating.risk import saturated

RINGED: Final[Mapping[str, float]] = {"fatal": 10.0, "order-dependent": 10.0, "latent": 3.0, "deferred": 1.0}
"""A module that leaves a ring: it can be imported, tested and moved without the others."""
HELD: Final = 2.0
"""A module that a ring of imports inside functions goes on holding: a latent one less a deferred one, also where it
failed, for that is counted by itself."""
HALF_CUTS: Final = 10
"""A cut of this cost is as likely to be dear as not: two modules taken apart, or five imports put off."""
_AT_IMPORT: Final[frozenset[ImportKind]] = frozenset({"module", "conditional"})


class Opened(msgspec.Struct, frozen=True):
    """What the cuts of a ring do."""

    cuts: tuple[Cut, ...]
    """Those that do anything: where imports inside functions close a ring, one more inside a function ends nothing."""
    modules: frozenset[str]
    """Those that leave a ring of the imports by which the whole has its effect."""
    stopped: bool
    """No such ring is left."""
    held: frozenset[str]
    """Those that are in a ring afterwards, by imports that run at all."""
    typed: frozenset[str]
    """Those that are in a ring for type checkers afterwards."""


def rings(cycles: Iterable[Cycle], around: Iterable[Ring], paths: Mapping[str, str]) -> Iterator[Draft]:
    """Each ring that stands in the way when the program runs or is changed, and that its cuts open.

    Rings of typing alone are none, nor is one of imports inside functions where nothing but such imports is proposed:
    it would stay what it is.
    """
    imports = {row.modules: row.imports for row in around}
    for row in cycles:
        if row.effect not in RINGED or not row.cuts:
            continue
        found = opened(row, imports.get(row.modules, ()))
        # A ring of tests is a matter for the tests.
        if not found.modules or all(testing(paths.get(one, "")) for one in found.modules):
            continue
        cost = sum(cut.cost for cut in found.cuts)
        cheapest = "No cheaper cut is possible" if row.exact and found.cuts == row.cuts else "The cut that was found"
        yield Draft(
            kind="cut_ring", title=_title(row, found),
            why=" ".join((*_why(row, found), f"{cheapest}: cost {cost}.")), gains=tuple(_gains(row, found)),
            doubts=(
                Doubt(
                    "cut_cost", round(saturated(cost, HALF_CUTS), 3), 1.0,
                    f"the cut costs {cost}: 1 for an import that goes or moves under TYPE_CHECKING, 2 for one "
                    "that moves into functions, 5 for modules taken apart",
                ),
            ),
            spots=tuple(
                Spot(paths.get(cut.importer, ""), cut.line, f"{_WAYS[cut.way]} `{cut.imported}`") for cut in found.cuts
            ),
            subjects=(Subject("cycles", tuple(sorted(row.modules))),),
            command="overhaul graph --cycles-only --format mermaid",
        )  # fmt: skip


def opened(row: Cycle, imports: Sequence[Import]) -> Opened:
    """What is left of a ring when its cuts are made in the way that each proposes; `imports` are those among it.

    An import that moves into functions still runs, one that moves under TYPE_CHECKING is still there; the others go.
    """
    runs = [one for one in imports if one.kind != "typing"]
    counted_ones = runs
    late = row.effect == "deferred"
    if not late:
        # An import by name may run at import: it does where nothing else makes the ring.
        for kinds in (_AT_IMPORT, _AT_IMPORT | {"dynamic"}):
            if ringed(at_import := [one for one in runs if one.kind in kinds]):
                counted_ones = at_import
                break
        else:
            late = True
    cuts = row.cuts if not late else tuple(cut for cut in row.cuts if cut.way != "defer")
    if late and all(cut.way == "typing" for cut in cuts):
        cuts = ()
    every = _places(cuts)
    off = _places(cut for cut in cuts if cut.way != "defer")
    away = _places(cut for cut in cuts if cut.way not in ("defer", "typing"))
    left = ringed(_without(counted_ones, every))
    return Opened(
        cuts, ringed(counted_ones) - left, not left, ringed(_without(runs, off)), ringed(_without(imports, away))
    )


def ringed(imports: Iterable[Import]) -> frozenset[str]:
    """The modules that are in a ring of these imports."""
    edges: dict[str, set[str]] = {}
    for one in imports:
        edges.setdefault(one.importer, set()).add(one.imported)
    return frozenset(
        name for members in components(edges) if len(members) > 1 or members[0] in edges.get(members[0], ())
        for name in members
    )  # fmt: skip


def _places(cuts: Iterable[Cut]) -> set[tuple[str, str, int]]:
    return {(cut.importer, cut.imported, cut.line) for cut in cuts}


def _without(imports: Iterable[Import], cut: Collection[tuple[str, str, int]]) -> list[Import]:
    return [one for one in imports if (one.importer, one.imported, one.line) not in cut]


def _gains(row: Cycle, found: Opened) -> Iterator[Gain]:
    each = RINGED[row.effect]
    if row.effect == "fatal" and found.stopped:
        yield Gain("imports that fail in every order", 1, FAILS_ALWAYS)
    elif row.effect == "order-dependent" and found.stopped:
        yield Gain("imports that fail in some orders", 1, FAILS_FOR_SOME)
    if free := len(found.modules - found.held):
        yield Gain("modules that leave a ring", free, each)
    if (bound := len(found.modules & found.held)) and row.effect != "deferred":
        yield Gain("modules in no ring at import any more", bound, HELD)


def _title(row: Cycle, found: Opened) -> str:
    cuts, modules = counted(len(found.cuts), "import"), sorted(found.modules)
    names = named([f"`{one}`" for one in modules])
    stays = f"; {counted(len(found.held), 'module')} {_stay(found.held)} in a ring" if found.held else ""
    if row.fails and found.stopped:
        return f"Cut {cuts} and {names} can be imported in every order{stays}"
    are = "is in no ring" if len(modules) == 1 else "are no ring"
    when = " at import" if found.held and row.effect != "deferred" else ""
    return f"Cut {cuts} and {counted(len(modules), 'module')} {are}{when} any more: {names}{stays}"


def _why(row: Cycle, found: Opened) -> Iterator[str]:
    match row.effect:
        case "fatal":
            yield "Whichever of them is imported first, the import fails."
        case "order-dependent" if row.fails:
            yield f"The import fails when {row.fails[0]} is imported first."
        case "latent":
            yield "None of them can be imported, tested or moved without the others of its ring."
        case _:
            yield "Imports inside functions close it: it holds as long as nobody moves them up."
    if found.held:
        now = "is" if len(found.held) == 1 else "are"
        some = counted(len(found.held), "module")
        yield f"What stays: {some} {now} in a ring by imports that run later, inside functions."
    elif found.typed:
        yield f"What stays: {counted(len(found.typed), 'module')} in a ring for type checkers alone."


def _stay(held: Collection[str]) -> str:
    return "stays" if len(held) == 1 else "stay"


_WAYS: Final = {
    "typing": "move under TYPE_CHECKING the import of", "direct": "import from the defining module, not from",
    "defer": "move into the functions that use it the import of", "move": "take out what both need: no import of",
    "drop": "drop the import of",
}  # fmt: skip
