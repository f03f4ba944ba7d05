"""Functions that are there already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Finding
from overhaul.leaves import Rule
from overhaul.redundancy import RepeatedUtility


@Rule
def repeated_utility(repeated: Sequence[RepeatedUtility]) -> Iterator[Finding]:
    """A function has the same body as one that the project shares already, or that the standard library offers.

    Why: a mistake in it is mended in one place and stays in the other; who looks for it finds two.

    Instead: import the one that is there. What the standard library has under a given name may need a newer Python than
    the project supports (its documentation says since when), and may give an iterator where the function gives a list.
    """
    for row in repeated:
        if not row.sure:
            continue
        where = f" ({row.repeats_path}:{row.repeats_line})" if row.repeats_path else " of the standard library"
        yield Finding(
            rule="repeated_utility", severity="warning" if row.confidence == "high" else "note",
            message=f"{row.name} repeats {row.repeats}{where}", module=row.module, path=row.path, line=row.line,
            name=row.name, because=row.evidence,
        )  # fmt: skip
