"""What is asked of a function that remembers: `f.cache_clear()`, `f.clear()` of a memoiser of the project's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from overhaul.changes import Leftover, Replacement, Target
from overhaul.errors import Refused, Unreadable
from overhaul.naming.meanings import Unknown
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.syntax import Def, Syntax

if TYPE_CHECKING:
    from overhaul.refactoring.references import References


class Members(NamedTuple):
    """Attributes of what a memoiser makes."""

    renamed: Mapping[str, str]
    lacking: frozenset[str]
    """Those that the unified decorator does not give."""


def member_changes(
    references: References, syntax: Syntax, function: Def, members: Members
) -> Iterator[tuple[str, Replacement] | Leftover]:
    """The attributes that are called otherwise, by path. Raises Refused for what is asked and will not be there."""
    asked = {*members.renamed, *members.lacking}
    if not asked:
        return
    target = Target(syntax.module, syntax.dotted(function))
    known: set[tuple[str, int]] = set()
    for path, one, certain in _uses(references, syntax, function):
        file = references.bindings(path)
        known.add((path, one.number))
        attribute = next((each for each in file.occurrences.all if each.base == one.number), None)
        if attribute is None:
            if one.role == "load" and one.use == "load" and members.renamed:
                called = ", ".join(sorted(members.renamed))
                yield references.project.leftover(
                    path, one.line, target, f"passed on as a value: whoever asks it for {called} there will not find it"
                )
            continue
        if attribute.name not in asked:
            continue
        where = f"{path}:{attribute.line}"
        if not certain or attribute.name in members.lacking:
            raise Refused(f"{where}: {function.name}.{attribute.name} is used, which the unified decorator has not: "
                          "change that first")  # fmt: skip
        new = members.renamed[attribute.name]
        yield path, Replacement(attribute.start, attribute.end, new, f"what {attribute.name} is called there")
    _refuse_unknown(references, function.name, asked, known)


def _uses(
    references: References, syntax: Syntax, function: Def
) -> Iterator[tuple[str, Occurrence, bool]]:
    """Every place that names a function."""
    if syntax.function(function) is None:
        symbol = references.project.symbol(Target(syntax.module, syntax.dotted(function)))
        for found in references.to(symbol):
            if found.occurrence is not None and found.how in ("name", "attribute"):
                yield found.path, found.occurrence, found.certain
        return
    file = syntax.file
    named = (one for one in file.occurrences.named(function.name) if one.role == "function")
    own = next((one for one in named if one.line == function.lineno), None)
    if own is None or own.home is None:
        raise Refused(f"{syntax.where(function)}: what uses {function.name} cannot be told: change it by hand")
    for one in file.uses(own.home, function.name):
        if one is not own:
            yield file.path, one, len(file.bindings(own.home, function.name)) == 1


def _refuse_unknown(
    references: References, name: str, asked: set[str], known: set[tuple[str, int]]
) -> None:
    """Raise Refused for `x.name.clear()` where it is not known what x is."""
    for path in references.project.mentioning([name]):
        try:
            file: Bindings = references.bindings(path)
        except Unreadable:
            continue
        for one in file.occurrences.all:
            if one.role != "attribute" or one.name not in asked or one.base < 0:
                continue
            base = file.occurrences.all[one.base]
            if base.name != name or (path, base.number) in known or base.role != "attribute":
                continue
            if isinstance(references.meaning(path, base), Unknown):
                raise Refused(f"{path}:{one.line}: this may be {name}.{one.name}, its class is not known: by hand")
