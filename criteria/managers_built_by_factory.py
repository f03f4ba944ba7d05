"""Managers are made by a factory, and nowhere else."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from overhaul.evidence import Evidence, met, unmet
from overhaul.facts import Facts, Registration
from overhaul.inventory import Manager, testing
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
    managers: Sequence[Manager], registrations: Facts[Registration], options: FactoryOptions
) -> Iterator[Evidence]:
    """Every manager is made in a function that is registered with a factory, or by the factory from its class.

    Not asked for: managers that are a guess, abstract ones, those of one order or request, the application root (it
    holds the factory), and what tests make for themselves.

    Why: what is made in several places is made in several orders, with several sets of arguments.

    To reach it: `overhaul propose managers -o managers.toml`, look at it, `overhaul migrate managers.toml --write`.
    """
    rows = [(module, row) for module, several in registrations.items() for row in several if row.what == "manager"]
    makers = {row.made.rpartition(".")[2] for _, row in rows}
    asked = [
        row for row in managers
        if row.sure and row.subkind not in ("abstract", "scoped", "root") and not testing(row.path)
        and not any(fnmatchcase(row.dotted, one) for one in options.outside)
    ]  # fmt: skip
    for row in asked:
        stray = [
            site for site in row.constructed
            if not testing(site.path) and not makers.intersection(site.scope.split("."))
        ]  # fmt: skip
        for site in stray:
            where = f"in {site.scope}" if site.scope else "at the top of the module"
            yield unmet(
                f"{row.name} is made {where}, which no factory knows", site.path, site.line, row.dotted,
                remedy="overhaul propose managers",
            )  # fmt: skip
        if not stray and (row.constructed or row.name.rpartition(".")[2] in makers):
            yield met(f"{row.name} is made by a factory", row.path, row.line, row.dotted)
        elif not stray:
            yield met(f"{row.name} is made nowhere that can be seen", row.path, row.line, row.dotted)
    if not asked:
        yield met("there is no manager that a factory would have to make")
