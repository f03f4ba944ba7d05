"""Classes that own, coordinate or give access, with what they hold and who makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from overhaul.copied import copies
from overhaul.facts import Class, Comment, Construction, Facts, LocalName, Variable
from overhaul.inventory import Manager, Site
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.naming.meanings import Symbol
from overhaul.past import Past
from overhaul.symbols import Symbols
from overhaul.types import Types
from overhaul.wiring.graph import tiers
from overhaul.wiring.judgement import Judge, Verdict
from overhaul.wiring.keeping import Known, Memory
from overhaul.wiring.portraits import Key, Portrait, Portraits

_SITES = 20
"""How many places of construction a row names at most."""


@Analyzer
def managers(
    layout: Layout, symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName], classes: Facts[Class],
    constructions: Facts[Construction], comments: Facts[Comment], past: Past[Known],
) -> Iterator[Manager]:  # fmt: skip
    """The managers of the project, by evidence; scoped look-alikes with low confidence."""
    memory = Memory(past.state, symbols, variables, local_names, classes, constructions)
    seen, taken = (memory.known.seen, memory.known.taken) if memory.known is not None else (None, None)
    portraits = Portraits(layout, symbols, Types(symbols, variables, local_names), classes, constructions, seen)
    judge = Judge(portraits, taken)
    copied = copies(comments)
    verdicts = {
        portrait.key: verdict for portrait in portraits
        if (verdict := judge(portrait)) is not None and not copied(portrait.symbol.module)
    }
    past.leave(memory.left(portraits.seen(), tuple(verdicts)))
    listed = {key for key, verdict in verdicts.items() if verdict.subkind != "scoped" and verdict.confidence != "low"}
    depends = {key: _depends(portraits[key], listed, portraits) for key in verdicts}
    # A context that holds everything and that everything is handed stands above the others, not among them.
    tier = tiers({
        key: frozenset(one for one in depends[key] if not (portraits.everywhere(one) and key in depends[one]))
        for key in listed
    })  # fmt: skip
    for key, verdict in sorted(
        verdicts.items(), key=lambda item: (portraits[item[0]].symbol.path, portraits[item[0]].row.line)
    ):
        portrait = portraits[key]
        yield Manager(
            kind="manager", subkind=_subkind(portrait, verdict, verdicts, depends), name=portrait.symbol.name,
            module=portrait.symbol.module, path=portrait.symbol.path, line=portrait.row.line,
            confidence=verdict.confidence, evidence=verdict.evidence, purpose=_purpose(portrait),
            collaborators=portrait.collaborators, constructed=_sites(portrait),
            life_cycle=portrait.life_cycle, interface=portrait.interface, tier=tier.get(key),
            bases=tuple(one.dotted for one in portrait.order[1:] if isinstance(one, Symbol)),
            depends_on=tuple(sorted(portraits[one].symbol.dotted for one in depends[key])),
        )  # fmt: skip


def _depends(portrait: Portrait, listed: set[Key], portraits: Portraits) -> frozenset[Key]:
    """The managers that one holds, but not its owner: the one that made it and handed itself over."""
    owners = {
        made.holder for made in portrait.made
        if any(value in ("self", "self.app") for _, value in made.row.arguments)
    }  # fmt: skip
    found = {portraits.keys[one.name] for one in portrait.collaborators if one.name in portraits.keys}
    return frozenset((found & listed) - owners - {portrait.key})


def _subkind(
    portrait: Portrait, verdict: Verdict, verdicts: Mapping[Key, Verdict], depends: Mapping[Key, frozenset[Key]]
) -> str:
    if verdict.subkind != "concrete":
        return verdict.subkind
    for one in portrait.order[1:]:
        if (getattr(one, "module", ""), one.name) in verdicts:
            return "inherited"
    made = {one.name for one in portrait.collaborators if one.how == "constructs"}
    if (
        len(depends[portrait.key]) >= 3 and len(made) >= 3
        and not any(portrait.key in held for held in depends.values())
    ):  # fmt: skip
        return "root"
    return "concrete"


def _purpose(portrait: Portrait) -> str:
    """The first line of the docstring, or what its methods say."""
    if portrait.row.summary:
        return portrait.row.summary
    acting = [name.replace("_", " ") for name in portrait.acting if not name.startswith("_")]
    return f"{', '.join(acting[:5])}{', ...' if len(acting) > 5 else ''}" if acting else ""


def _sites(portrait: Portrait) -> tuple[Site, ...]:
    return tuple(one.site for one in portrait.made[:_SITES])
