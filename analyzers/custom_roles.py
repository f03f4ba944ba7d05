"""Families that the project's configuration names."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from overhaul.config import Config, RolePattern
from overhaul.facts import Class, Construction, Facts, LocalName, Variable
from overhaul.inventory import CustomRole, fact
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.naming.meanings import Symbol
from overhaul.symbols import Symbols
from overhaul.types import Types
from overhaul.wiring.portraits import Portrait, Portraits


@Analyzer
def custom_roles(
    config: Config, layout: Layout, symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName],
    classes: Facts[Class], constructions: Facts[Construction],
) -> Iterator[CustomRole]:  # fmt: skip
    """The members of each family of `[tool.overhaul.roles.NAME]`: classes, and functions where it asks for them."""
    if not config.roles:
        return
    portraits = Portraits(layout, symbols, Types(symbols, variables, local_names), classes, constructions)
    found: list[CustomRole] = []
    for role, pattern in sorted(config.roles.items()):
        for portrait in portraits:
            if portrait.testing and not pattern.tests:
                continue
            if reasons := tuple(_reasons(pattern, portrait, symbols)):
                found.append(_member(role, portrait, reasons))
        if pattern.functions:
            found += _functions(role, pattern, symbols)
    yield from sorted(found, key=lambda one: (one.kind, one.path, one.line))


def _reasons(pattern: RolePattern, portrait: Portrait, symbols: Symbols) -> Iterator[str]:
    """Why a class belongs to a family."""
    line = portrait.row.line
    name = portrait.symbol.name.rpartition(".")[2]
    if any(fnmatchcase(portrait.symbol.dotted, one) for one in pattern.exclude) or any(
        fnmatchcase(name, one) for one in pattern.exclude
    ):
        return
    if pattern.modules and not any(fnmatchcase(portrait.symbol.module, one) for one in pattern.modules):
        return
    by_name = [one for one in pattern.names if fnmatchcase(name, one)]
    if by_name:
        yield fact(line, f"its name matches {by_name[0]}")
    for base in pattern.bases:
        for one in portrait.order:
            dotted = one.dotted if isinstance(one, Symbol) else one.name
            if dotted == base or dotted.endswith(f".{base}"):
                yield fact(line, f"is {base}" if one is portrait.order[0] else f"inherits from {base}")
                break
    for decorator in pattern.decorators:
        if any(_means(symbols, portrait.symbol.module, one, decorator) for one in portrait.decorators):
            yield fact(line, f"is decorated with {decorator}")
    if pattern.modules and not (pattern.names or pattern.bases or pattern.decorators) and not portrait.data:
        yield fact(line, f"stands in {portrait.symbol.module}")


def _means(symbols: Symbols, module: str, written: str, wanted: str) -> bool:
    """Whether a decorator is the one that is asked for: as it is written, or by the name of what it means."""
    if written == wanted or written.endswith(f".{wanted}"):
        return True
    meaning = symbols.lookup(module, "", written)
    dotted = meaning.dotted if isinstance(meaning, Symbol) else meaning.name
    return dotted == wanted or dotted.endswith(f".{wanted}")


def _member(role: str, portrait: Portrait, reasons: tuple[str, ...]) -> CustomRole:
    own = portrait.order[1:]
    inherited = any(isinstance(one, Symbol) for one in own)
    subkind = "abstract" if portrait.abstract else "inherited" if inherited else "concrete"
    return CustomRole(
        kind=role, subkind=subkind, name=portrait.symbol.name, module=portrait.symbol.module,
        path=portrait.symbol.path, line=portrait.row.line, confidence="high", evidence=reasons,
        purpose=portrait.row.summary, collaborators=portrait.collaborators,
        constructed=tuple(one.site for one in portrait.made[:20]), interface=portrait.interface,
    )  # fmt: skip


def _functions(role: str, pattern: RolePattern, symbols: Symbols) -> Iterator[CustomRole]:
    """Functions of modules that belong to a family by name or decorator."""
    for module in symbols.layout.modules:
        if pattern.modules and not any(fnmatchcase(module, one) for one in pattern.modules):
            continue
        for row in symbols.interior(module).functions.values():
            if row.kind != "function":
                continue
            reasons = [fact(row.line, f"its name matches {one}") for one in pattern.names if fnmatchcase(row.name, one)]
            for decorator in pattern.decorators:
                plain = [one.partition("(")[0] for one in row.decorators]
                if any(_means(symbols, module, one, decorator) for one in plain):
                    reasons.append(fact(row.line, f"is decorated with {decorator}"))
            if reasons:
                yield CustomRole(
                    kind=role, subkind="function", name=row.name, module=module, path=symbols.path(module),
                    line=row.line, confidence="high", evidence=tuple(reasons), purpose=row.summary, collaborators=(),
                    constructed=(), interface=(),
                )  # fmt: skip
