"""Managers are made by a factory, and nowhere else."""

import re
from collections.abc import Iterator, Sequence, Set
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.facts import Facts, Import, Registration
from overhaul.inventory import Manager, Site, testing
from overhaul.layout import Layout
from overhaul.leaves import Criterion
from overhaul.options import Options


class FactoryOptions(Options, frozen=True):
    """Which managers need none."""

    outside: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Managers that may be made anywhere: patterns of dotted names."),
    ] = ()


@Criterion("managers")
def managers_built_by_factory(
    managers: Sequence[Manager], registrations: Facts[Registration], imports: Sequence[Import], layout: Layout,
    options: FactoryOptions,
) -> Iterator[Evidence]:  # fmt: skip
    """Every manager is made in a function that is registered with a factory, or by the factory from its class.

    Not asked for: managers that are a guess, abstract ones, those of one order or request, the application root (it
    holds the factory), and what tests make for themselves. A manager that nothing is seen to make may be made by a name
    that is not its own; nobody can tell.

    Why: what is made in several places is made in several orders, with several sets of arguments.

    To reach it: `overhaul propose managers -o managers.toml`, look at it, `overhaul migrate managers.toml --write`.
    """
    rows = [
        (module, row) for module, several in registrations.items() for row in several
        if row.what == "manager" and (place := layout.modules.get(module)) is not None and not testing(place.path)
    ]  # fmt: skip
    users = {(row.importer, row.imported) for row in imports}
    asked = [
        row for row in managers
        if row.sure and row.subkind not in ("abstract", "scoped", "root") and not testing(row.path)
        and not any(fnmatchcase(row.dotted, one) for one in options.outside)
    ]  # fmt: skip
    for row in asked:
        stray = [
            site for site in row.constructed
            if not testing(site.path) and not any(_makes(module, one, site, row, users) for module, one in rows)
        ]  # fmt: skip
        for site in stray:
            where = f"in {site.scope}" if site.scope else "at the top of the module"
            yield unmet(
                f"{row.name} is made {where}, which no factory knows", site.path, site.line, row.dotted,
                remedy="overhaul propose managers",
            )  # fmt: skip
        made = any(not testing(site.path) for site in row.constructed)
        if not stray and (made or any(_given(module, one, row, users) for module, one in rows)):
            yield met(f"{row.name} is made by a factory", row.path, row.line, row.dotted)
        elif not stray:
            yield untold(
                f"{row.name} is made nowhere that can be seen ({row.path}:{row.line})",
                f'register it, or write options = {{ outside = ["{row.dotted}"] }}',
            )
    if not asked:
        yield met("there is no manager that a factory would have to make")


def _makes(module: str, row: Registration, site: Site, manager: Manager, users: Set[tuple[str, str]]) -> bool:
    """Whether a manager is made there on behalf of a registration: in the function that is registered, or a lambda."""
    if row.made.startswith("lambda"):
        inside = f"{row.scope}.<lambda>".removeprefix(".")
        named = re.search(rf"(?<!\w){re.escape(_last(manager.name))}\(", row.made)
        return site.module == module and site.scope == inside and named is not None
    # A function of that name elsewhere is another one.
    near = site.module == module or (module, site.module) in users
    return near and _last(row.made) in site.scope.split(".")


def _given(module: str, row: Registration, manager: Manager, users: Set[tuple[str, str]]) -> bool:
    """Whether a registration names the class itself, and not another of its name."""
    near = module == manager.module or (module, manager.module) in users
    return near and _last(row.made) == _last(manager.name)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
