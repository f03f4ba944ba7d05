"""Managers of which there are several where one is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from overhaul.facts import Construction, Facts
from overhaul.findings import Finding, Place
from overhaul.inventory import Manager, Site
from overhaul.leaves import Rule
from overhaul.options import Options


class BuiltMoreThanOnceOptions(Options, frozen=True):
    """How many are too many."""

    least_places: Annotated[
        int, msgspec.Meta(ge=2, description="Places that make and keep one, from which on it is reported")
    ] = 2


@Rule
def built_more_than_once(
    managers: Sequence[Manager], constructions: Facts[Construction], options: BuiltMoreThanOnceOptions
) -> Iterator[Finding]:
    """A manager is made and kept in several places, each with a state of its own.

    Why: what is registered with one instance is not known to the other; limits, counts and connections are there twice.

    Instead: make it once where the application is put together, and hand it on.

    Only where each place keeps its instance without a condition, and the places are not ways of making the same
    (branches, subclasses, tests). Many objects of this kind are meant to be there several times: a note, not a warning.
    """
    for manager in managers:
        if manager.confidence != "high" or manager.subkind in ("scoped", "abstract", "orm"):
            continue
        kept: dict[tuple[str, str], Site] = {}
        for site in manager.constructed:
            for row in constructions[site.module]:
                if (row.line, row.scope) != (site.line, site.scope) or row.how not in ("attribute", "variable"):
                    continue
                if not row.conditional and not row.looped and row.callee.rpartition(".")[2] == manager.name:
                    kept.setdefault((site.module, site.scope), site)
        if len(kept) < options.least_places:
            continue
        yield Finding(
            rule="built_more_than_once", severity="note",
            message=f"{manager.name} is made and kept in {len(kept)} places",
            module=manager.module, path=manager.path, line=manager.line, name=manager.name,
            places=tuple(
                Place(site.path, site.line, f"made in {site.scope or 'the module'}") for site in kept.values()
            ),
        )  # fmt: skip
