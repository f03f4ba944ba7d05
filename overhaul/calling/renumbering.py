"""What modules define and use, with the numbers that definitions have once others have come between them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from overhaul.calling.definitions import Defined, Numbering
from overhaul.calling.outgoing import Outgoing


def renumbered(
    known: Iterable[tuple[str, Defined, Outgoing]], numbering: Numbering
) -> Iterator[tuple[str, Defined, Outgoing]]:
    """What is `known` of all modules, by their order, in a new numbering that has all of their definitions and more.

    Of a module that has got definitions itself it does not hold: numbers inside of modules are left as they are.
    """
    modules = tuple(known)
    numbers = array("I")
    for module, defined, _ in modules:
        start = numbering.starts[module]
        numbers.extend(
            range(start, start + len(defined.names)) if numbering.of_module(module) == len(defined.names)
            else [numbering.of(module, name) for name in defined.names]
        )  # fmt: skip
    for module, defined, outgoing in modules:
        yield module, msgspec.structs.replace(
            defined, ancestors=tuple([
                (number, tuple([numbers[one] for one in known])) for number, known in defined.ancestors
            ]),
        ), msgspec.structs.replace(
            outgoing, uses=_moved(outgoing.uses, numbers, 1, 2), asks=_moved(outgoing.asks, numbers, 1, 3),
            offered=_moved(outgoing.offered, numbers, 0, 1),
        )  # fmt: skip


def _moved(packed: bytes, numbers: Sequence[int], first: int, step: int) -> bytes:
    """Every so manieth number, from the first on, turned into its new one."""
    found = array("I", packed)
    found[first::step] = array("I", [numbers[one] for one in found[first::step]])
    return found.tobytes()
