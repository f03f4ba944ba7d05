"""Every import of the project's own code leads somewhere."""

from collections.abc import Iterator, Sequence

from overhaul.evidence import Evidence, met, unmet
from overhaul.facts import Import, UnresolvedImport
from overhaul.leaves import Criterion


@Criterion("caches", "state", "managers", "family", "redundancy", "verification")
def every_import_resolves(imports: Sequence[Import], unresolved: Sequence[UnresolvedImport]) -> Iterator[Evidence]:
    """No import of one of the project's own modules, or of a name from one, leads nowhere.

    Imports whose failure is handled are left out.

    Why: it fails as soon as its line runs, which may be in production.

    To reach it: mend the imports that `overhaul check --select unresolved_import` lists.
    """
    missing = [row for row in unresolved if not row.caught]
    for row in missing:
        near = f"; there is {', '.join(row.near)}" if row.near else ""
        yield unmet(f"{row.name} is not there{near}", row.path, row.line, row.module, remedy="mend the import")
    if not missing:
        handled = f"; of {len(unresolved)} that do not the failure is handled" if unresolved else ""
        yield met(f"all {len(imports):,} imports of own modules resolve{handled}")
