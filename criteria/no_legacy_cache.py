"""Nothing imports a cache that was replaced."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met, unmet
from overhaul.facts import Import, UnresolvedImport
from overhaul.inventory import Cache, testing
from overhaul.leaves import Criterion
from overhaul.options import Options


class LegacyOptions(Options, frozen=True):
    """Which they are."""

    legacy: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            description="Caches that are replaced: dotted names of modules or classes, or patterns of them. By default "
            "the cache classes of the inventory, without the class that is left when only one is."
        ),
    ] = ()


@Criterion("caches")
def no_legacy_cache(
    ground: Ground, caches: Sequence[Cache], imports: Sequence[Import], unresolved: Sequence[UnresolvedImport],
    options: LegacyOptions,
) -> Iterator[Evidence]:  # fmt: skip
    """No module, test or function imports a cache that was replaced.

    What a decision says must not be unified (`overhaul decide --protect`) is not replaced.

    Why: an import that is left keeps the old cache alive, or fails when its line runs.

    To reach it: migrate what imports it (`overhaul propose cache`), then delete it.
    """
    classes = {row.dotted for row in caches if row.subkind == "class" and row.sure and not testing(row.path)}
    known = frozenset(ground.campaign.inventory.get("cache_class", ()))
    decided = {name: why for name in sorted(classes) if (why := ground.kept(name))}
    classes -= decided.keys()
    known -= decided.keys()
    for name, why in decided.items():
        yield met(f"{name.rpartition('.')[2]} may be imported: {why}", name=name)
    legacy = options.legacy or tuple(sorted(known - classes if len(classes) <= 1 else known & classes))
    found = 0
    for row in imports:
        names = [name for name in row.names if _fits(f"{row.imported}.{name}", legacy)]
        whole = not row.implicit and _fits(row.imported, legacy)
        if (names or whole) and not _fits(row.importer, legacy) and not _own(row.importer, legacy):
            found += 1
            what = ", ".join(f"{row.imported}.{name}" for name in names) or row.imported
            yield unmet(f"imports {what}", row.path, row.line, row.importer, remedy="overhaul propose cache")
    for one in unresolved:
        if _fits(one.name, legacy) or (one.kind == "module" and _own(one.name, legacy)):
            found += 1
            yield unmet(f"imports {one.name}, which is gone", one.path, one.line, one.module, remedy="mend the import")
    if not found:
        yield met(f"nothing imports {', '.join(legacy)}" if legacy else "no cache was replaced, one is left at most")


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, one) or name.startswith(f"{one}.") for one in patterns)


def _own(module: str, legacy: tuple[str, ...]) -> bool:
    """Whether a module holds one of them itself."""
    return any(one.startswith(f"{module}.") for one in legacy)
