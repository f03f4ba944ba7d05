"""Every component has the tests that its role asks for."""

from collections.abc import Iterator, Sequence

from overhaul.campaign.gates import Ground
from overhaul.covering.rows import Coverage
from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.leaves import Criterion


@Criterion("tests")
def coverage_matrix_full(ground: Ground, coverages: Sequence[Coverage]) -> Iterator[Evidence]:
    """For each component and each kind of test that its role asks for, some test covers it.

    Which kinds a role asks for is set with the rule untested_component; what counts as which kind of test, and as
    covering, is told by `overhaul explain coverages`.

    Beside that some test must use each component itself: made by its fixture or helper will do, code that happens to
    use it will not.

    Why: a component that only its neighbours' tests happen to touch breaks without anybody being told.

    To reach it: write the tests that are named; `overhaul query "SELECT * FROM coverages"` shows the whole matrix.
    """
    components = len({(row.role, row.component) for row in coverages})
    if not coverages:
        yield met("there is no component that would have to be tested")
    elif not any(row.covered for row in coverages):
        # The rule is silent then, since the tests may stand elsewhere; a gate may not be.
        yield untold(f"no test gets to any of {components} components", "audit the folder that holds the tests too")
    else:
        yield from ground.silent("untested_component")
        yield from _touched_only(coverages)


def _touched_only(coverages: Sequence[Coverage]) -> Iterator[Evidence]:
    """Components that tests get to by way of other code alone."""
    rows: dict[tuple[str, str], list[Coverage]] = {}
    for row in coverages:
        rows.setdefault((row.role, row.component), []).append(row)
    for (_, component), cells in rows.items():
        first = cells[0]
        used = any(cell.tests or cell.beside or (cell.run and not cell.stale) for cell in cells)
        files = sum(cell.files for cell in cells)
        if files and not used and first.subkind not in ("abstract", "root"):
            name = component.removeprefix(f"{first.module}.")
            what = f"{name} is used by no test; {files} test files get to it by other code"
            yield unmet(what, first.path, first.line, component, remedy="write a test that makes it, or uses it")
