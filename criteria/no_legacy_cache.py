"""Nothing imports a cache that was replaced."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from overhaul.campaign.gates import Ground
from overhaul.errors import Unreadable
from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.facts import Facts, Import, UnresolvedImport, UsedName
from overhaul.inventory import Cache, testing
from overhaul.later import parsed
from overhaul.layout import Layout
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
    used: Facts[UsedName], layout: Layout, options: LegacyOptions,
) -> Iterator[Evidence]:  # fmt: skip
    """No module, test or function imports a cache that was replaced, or names it in a text of its own.

    While more than one cache class is left, all that the inventory of the campaign knows count, since nobody can tell
    which of them is to stay.

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
    if not options.legacy and "cache_class" not in ground.campaign.inventory:
        yield untold("the campaign does not say which caches there were", "write [inventory] cache_class = [...]")
        return
    legacy = options.legacy or tuple(sorted(known - classes if len(classes) <= 1 else known))
    everything = {*known, *classes, *(row.dotted for row in caches), *layout.modules}
    for pattern in options.legacy:
        if not any(_fits(name, (pattern,)) or name.startswith(f"{pattern}.") for name in everything):
            yield untold(f"{pattern} names no cache that there is or was", "mend its name in `legacy`")
    plain = {one.rpartition(".")[2]: one for one in legacy if "." in one and not set(one) & set("*?[")}
    naming = frozenset(ground.project.mentioning(plain)) if plain else frozenset[str]()
    # The module that holds a class may use it; a package does not hold its modules.
    held = tuple(one for one in legacy if one not in layout.modules)
    found = 0
    for row in imports:
        names = [name for name in row.names if _fits(f"{row.imported}.{name}", legacy)]
        # Whoever has the module, or all of its names, and writes the name somewhere has the class.
        has = row.path in naming and (not row.names or "*" in row.names) and _holds(row.imported, plain.values())
        whole = not row.implicit and (has or _fits(row.imported, legacy) or _fits(f"{row.imported}.", legacy))
        if (names or whole) and not _fits(row.importer, legacy) and not _holds(row.importer, held):
            found += 1
            what = ", ".join(f"{row.imported}.{name}" for name in names) or row.imported
            yield unmet(f"imports {what}", row.path, row.line, row.importer, remedy="overhaul propose cache")
    for one in unresolved:
        if _fits(one.name, legacy) or any(name.startswith(f"{one.name}.") for name in legacy):
            found += 1
            yield unmet(f"imports {one.name}, which is gone", one.path, one.line, one.module, remedy="mend the import")
    for module, rows in used.items():
        for use in rows if not _holds(module, held) else ():
            # `import shop` is enough to get at what others have imported from the package.
            if "." in use.name and _fits(use.name, legacy):
                found += 1
                path = layout.modules[module].path if module in layout.modules else ""
                yield unmet(f"uses {use.name}", path, use.lines[0], module, remedy="overhaul propose cache")
    for path, line, name in _quoted(ground, plain, naming):
        found += 1
        yield unmet(f"names {name} in a text", path, line, remedy="name what has replaced it")
    if not found:
        yield met(f"nothing imports {', '.join(legacy)}" if legacy else "no cache was replaced, one is left at most")


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, one) or name.startswith(f"{one}.") for one in patterns)


def _holds(module: str, legacy: Iterable[str]) -> bool:
    """Whether a module holds one of them itself."""
    return any(one.rpartition(".")[0] == module for one in legacy)


def _quoted(ground: Ground, plain: Mapping[str, str], naming: Set[str]) -> Iterator[tuple[str, int, str]]:
    """Places where a text is just the dotted name of one of them: what is imported by name at run time."""
    names = {text for last, one in plain.items() for text in (one, f"{one.rpartition('.')[0]}:{last}")}
    for path in sorted(naming):
        try:
            tree = parsed(ground.project.source(path).text())
        except (Unreadable, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names:
                yield path, node.lineno, node.value
