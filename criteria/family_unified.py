"""The chosen family stands behind one interface."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.facts import Import
from overhaul.inventory import CustomRole, testing
from overhaul.leaves import Criterion
from overhaul.options import Options
from overhaul.symbols import Symbol


class FamilyOptions(Options, frozen=True):
    """What unifies it."""

    interface: Annotated[
        str, msgspec.Meta(description="The class that all members inherit from, dotted: `shop.pricing.base.Rule`.")
    ] = ""
    front: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Modules that may import members, as patterns; empty where all may."),
    ] = ()


@Criterion("family")
def family_unified(
    ground: Ground, members: Sequence[CustomRole], imports: Sequence[Import], options: FamilyOptions
) -> Iterator[Evidence]:
    """Every member of the phase's family inherits from one interface, and only the front imports members.

    The family is a role of the settings, `[tool.overhaul.roles.NAME]`, and the phase names it: `family = "NAME"`. The
    interface is a class of the project; members that are functions, or a guess, are not asked for. One that a decision
    says must not be unified (`overhaul decide --protect`) stands apart, and the decision is told.

    Why: whoever uses the family has to know each member by its own methods, and a new one is added in many places.

    To reach it: write the interface, let each member inherit from it, and build them in the front.
    """
    family = ground.phase.family
    own = [row for row in members if row.kind == family and not testing(row.path)]
    if not family or not own:
        what = f"the role {family} has no members" if family else "no family is chosen"
        yield untold(what, "`family` of the phase names a role of the settings: [tool.overhaul.roles.NAME]")
        return
    if not options.interface:
        yield untold("no interface is named", 'write options = { interface = "package.module.Class" }')
        return
    classes = [row for row in own if row.subkind != "function" and row.sure and row.dotted != options.interface]
    for row in classes:
        if options.interface in set(_ancestors(ground, row)):
            yield met(f"{row.name} stands behind the interface", row.path, row.line, row.dotted)
        elif why := ground.kept(row.dotted):
            yield met(f"{row.name} stands apart: {why}", row.path, row.line, row.dotted)
        else:
            name = options.interface.rpartition(".")[2]
            yield unmet(f"{row.name} does not inherit from {name}", row.path, row.line, row.dotted)
    homes = {row.module for row in own}
    allowed = (*options.front, *homes)
    for one in imports if options.front else ():
        inside = any(fnmatchcase(one.importer, pattern) for pattern in allowed)
        if one.imported in homes and not one.implicit and not inside and not testing(one.path):
            yield unmet(f"imports {one.imported} past the front", one.path, one.line, one.importer)
    if not classes:
        yield untold(f"no class of the family {family} is sure enough to be asked for")


def _ancestors(ground: Ground, row: CustomRole) -> Iterator[str]:
    """The classes of the project that a member inherits from, dotted."""
    types = ground.project.types
    waiting = [Symbol(row.module, row.name, "class", row.path, row.line)]
    seen: set[str] = set()
    while waiting:
        for base in types.own_bases(waiting.pop()):
            dotted = f"{base.module}.{base.name}"
            if dotted not in seen:
                seen.add(dotted)
                waiting.append(base)
                yield dotted
