"""The map of dependencies has no hole."""

from collections.abc import Iterator, Sequence

from overhaul.evidence import Evidence, met, unmet
from overhaul.facts import Import, UnresolvedImport
from overhaul.leaves import Criterion


@Criterion("audit")
def dependencies_mapped(imports: Sequence[Import], unresolved: Sequence[UnresolvedImport]) -> Iterator[Evidence]:
    """Every import of one of the project's own modules leads somewhere, or its failure is handled.

    Why: an edge that leads nowhere is missing in every count of users, cycle and risk that follows.

    To reach it: mend the imports that `overhaul check --select unresolved_import` lists.
    """
    missing = [row for row in unresolved if not row.caught]
    for row in missing:
        yield unmet(f"{row.name} is not there", row.path, row.line, row.module, remedy="mend the import")
    if not missing:
        pairs = len({(row.importer, row.imported) for row in imports})
        yield met(f"{pairs:,} dependencies between modules, none of which leads nowhere")
