"""Strings that name what a test replaces: `mock.patch("module.name")` changes the binding in that module only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from overhaul.changes import Moved, Replacement
from overhaul.errors import Refused
from overhaul.facts import UsedName
from overhaul.mentions.contexts import Around, Context, Contexts
from overhaul.mentions.lexing import lexed
from overhaul.mentions.subject import Answer, Subject
from overhaul.mentions.tokens import Remark, Token, replaced_by
from overhaul.naming.meanings import Symbol

if TYPE_CHECKING:
    from overhaul.project import Project

Outcome: TypeAlias = Replacement | Remark


def patched(
    project: Project, subject: Subject, token: Token, answer: Answer, context: Context
) -> Iterator[Outcome]:
    """What becomes of the name of something that is moved and patched."""
    moved = answer.moved
    away = bool(moved.before.name) and moved.before.module != moved.after.module
    binding = answer.count == token.name.count(".") + 1
    if not (away and binding and answer.direct and answer.works) or answer.text is None:
        yield replaced_by(token, answer, "name that is patched", "safe")
        return
    # The old module goes on to have the name, because it uses it or passes it on.
    users = _users(project, moved.before.module, moved.before.name.partition(".")[0])
    users -= {moved.before.name.partition(".")[0]}
    elsewhere = _used_elsewhere(project, moved)
    if users and not elsewhere:
        return
    names = _names_in(context.around)
    if context.around is not None:
        names.add(context.around.name)
    if users and (users & names or not elsewhere & names):
        yield Remark(token.start, moved, f"patched where {moved.before.module} looks it up, and nowhere else now")
    else:
        yield replaced_by(token, answer, "name that is patched", "review")


class PatchedHelpers:
    """`patch("old.helper")`, where what has left `old` uses `helper`, and now looks it up in its new module."""

    def __init__(self, project: Project, subject: Subject) -> None:
        """Of what has moved from one module to another."""
        self._project, self._subject = project, subject
        self._helpers: dict[str, dict[str, list[Moved]]] = {}
        for moved in subject.moved:
            if not moved.before.name or moved.before.module == moved.after.module or "." in moved.before.name:
                continue
            for name in _globals_of(project, moved.before.module, moved.before.name):
                if (moved.before.module, name) not in subject.by_target:
                    self._helpers.setdefault(moved.before.module, {}).setdefault(name, []).append(moved)
        names = {name for helpers in self._helpers.values() for name in helpers}
        self._pattern = re.compile(rf"\.(?:{'|'.join(map(re.escape, sorted(names)))})(?!\w)") if names else None

    @property
    def words(self) -> list[str]:
        """Files that have none of these cannot patch a helper."""
        return sorted({module.rpartition(".")[2] for module in self._helpers})

    def outcomes(self, path: str) -> Iterator[Outcome]:
        """What becomes of such names in a Python file. Raises Refused where a test would no longer patch all it did."""
        text = self._project.source(path).text()
        if self._pattern is None or self._pattern.search(text) is None:
            return
        contexts: Contexts | None = None
        for one in lexed(text):
            if one.kind != "string" or _NAME.fullmatch(text, one.inner, one.inner_end) is None:
                continue
            dotted = text[one.inner : one.inner_end]
            if self._pattern.search(dotted) is None:
                continue
            contexts = contexts or Contexts(text)
            context = contexts.at(one.start)
            if context.use == "patch":
                yield from self._outcome(path, text, Token(one.inner, one.inner_end, dotted), context.around)

    def _outcome(self, path: str, text: str, token: Token, around: Around) -> Iterator[Outcome]:
        parts = token.name.split(".")
        importer = self._project.layout.module_of(path)
        for count in range(len(parts) - 1, 0, -1):
            holder = self._project.symbols.resolve(".".join(parts[:count]), importer)
            if not isinstance(holder, Symbol) or holder.name or holder.module not in self._helpers:
                continue
            movers = self._helpers[holder.module].get(parts[count], ())
            new = sorted({one.after.module for one in movers})
            if not movers or not self._binds(new, parts[count]):
                return
            yield from self._decided(path, text, token, movers[0], count, around)
            return

    def _binds(self, modules: list[str], name: str) -> bool:
        """Whether the moved code looks a name up in its new module."""
        return any(name in self._subject.afterwards.bound(module) for module in modules)

    def _decided(
        self, path: str, text: str, token: Token, moved: Moved, count: int, around: Around
    ) -> Iterator[Outcome]:
        parts = token.name.split(".")
        old, name = moved.before.module, parts[count]
        kept = name in self._subject.afterwards.bound(old)
        there = Replacement(
            token.start, token.end, ".".join((moved.after.module, *parts[count:])), "name that is patched", "review"
        )
        if count + 1 < len(parts):
            if not kept:
                yield there
            return
        gone = {one.before.name for one in self._subject.moved if one.before.module == old}
        users = _users(self._project, old, name) - gone - {name}
        mentioned = _names_in(around)
        if not (kept and users) or (mentioned & gone and not mentioned & users):
            yield there
        elif mentioned & users and not mentioned & gone:
            yield Remark(token.start, moved, f"patched for {old} alone: the moved code looks it up in its own module")
        else:
            line = text.count("\n", 0, token.start) + 1
            why = (
                f"patches {token.name}, which {moved.before.name} looks up in {moved.after.module} afterwards, "
                f"and {', '.join(sorted(users)[:3])} in {old}"
            )
            if not self._subject.leave_strings:
                raise Refused(f"{path}:{line}: {why}: patch both there, move these too, or say --leave-strings")
            yield Remark(token.start, moved, why)


def _globals_of(project: Project, module: str, name: str) -> Iterator[str]:
    """The globals of its module that a definition uses."""
    bindings = project.symbols.interior(module).bindings
    found = {
        root
        for row in project.facts(UsedName)[module]
        if row.scope == name or row.scope.startswith(f"{name}.")
        if (root := row.name.partition(".")[0]) in bindings
    }
    yield from sorted(found - {name})


def _users(project: Project, module: str, name: str) -> set[str]:
    """The definitions at the top of a module that use one of its names; "" for its own statements."""
    return {
        row.scope.partition(".")[0]
        for row in project.facts(UsedName)[module]
        if row.name.partition(".")[0] == name
    }


def _used_elsewhere(project: Project, moved: Moved) -> set[str]:
    """The definitions of other modules that take it from its old one when they run: `old.name`, now `new.name`.

    With the names of their modules, for what stands in none.
    """
    symbol = project.symbols.resolve(moved.before.dotted)
    if not isinstance(symbol, Symbol):
        return set()
    found = [
        one for one in project.symbols.references(symbol)
        if one.module != moved.before.module and "." in one.name and one.how in ("load", "call")
    ]
    return {name for one in found for name in (one.scope.partition(".")[0], one.module.rpartition(".")[2]) if name}


def _names_in(around: Around) -> set[str]:
    """The names that a function speaks of."""
    if around is None:
        return set()
    found: set[str] = set()
    for node in ast.walk(around):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.add(name)
            case _:
                pass
    return found


_NAME: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
