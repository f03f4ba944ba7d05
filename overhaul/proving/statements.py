"""Nothing but what was told has become of the statements in changed files: none is lost, added, or says another thing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from overhaul.changes import Formed, Target
from overhaul.facts import Parameter
from overhaul.naming.meanings import Symbol
from overhaul.plans import Refusal
from overhaul.project import Project
from overhaul.proving.context import Changed, Context
from overhaul.proving.forms import Form, read
from overhaul.proving.likeness import Likeness
from overhaul.proving.suites import bare, bound

CHECK: Final = "bindings"
STRICT: Final = bool(__import__("os").environ.get("B_STRICT"))


class Statements:
    """Compares the trees of files in which something is replaced."""

    def __init__(self, context: Context) -> None:
        """Nothing is read before `refusals`."""
        self._context = context
        self.looked = 0
        """How many files were compared."""

    def refusals(self) -> Iterator[Refusal]:
        """Every statement that is not what it was, by file."""
        context = self._context
        if not context.replacing.some or (not context.forms and not STRICT):
            return
        forms = list(self._forms())
        words = frozenset(self._words())
        for one in context.changed:
            if one.before == one.after:
                continue
            try:
                old, new = ast.parse(one.before), ast.parse(one.after)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue  # `compile` tells of it
            self.looked += 1
            yield from _Compared(one, words, forms, context.lines_used(one.path)).refusals(old, new)

    def _words(self) -> Iterator[str]:
        """The words by which what is replaced, or moved, is asked for."""
        for one in (*self._context.replacing.replaced, *self._context.mapping.moved):
            yield from one.before.name.split(".")[-1:] if one.before.name else one.before.module.split(".")
            if one.before.name:
                yield from one.before.name.split(".")[:1]

    def _forms(self) -> Iterator[Form]:
        for told in self._context.forms:
            yield read(told, tuple(_parameters(self._context.before, told)))


def _parameters(project: Project, told: Formed) -> Iterator[Parameter]:
    """What a caller of something that is replaced gives."""
    target = told.before
    owner, _, name = target.name.rpartition(".") if "." in target.name else (target.name, "", "__init__")
    symbol = _class(project, Target(target.module, owner))
    if symbol is None:
        return
    found = project.types.method(symbol, name)
    if found is not None:
        function = found[1]
        bare_kind = function.kind in ("method", "classmethod", "property")
        yield from function.parameters[1:] if bare_kind else function.parameters
    elif name == "__init__":
        for row in project.symbols.attribute_rows(symbol.module):
            if row.owner == symbol.name and not row.where and row.annotation and "ClassVar" not in row.annotation:
                yield Parameter(row.name, "positional", row.annotation, row.value)
    else:
        yield Parameter({"__contains__": "item", "__getitem__": "key"}.get(name, ""), "positional", "", "")


def _class(project: Project, target: Target) -> Symbol | None:
    found = project.symbols.resolve(target.dotted)
    return found if isinstance(found, Symbol) and found.kind == "class" else None


class _Compared:
    """One file."""

    def __init__(self, one: Changed, words: frozenset[str], forms: Sequence[Form], used: frozenset[int]) -> None:
        self._one = one
        self._old, self._new = one.before.splitlines(), one.after.splitlines()
        self._told: list[tuple[int, str]] = []
        self._used = used
        self._words, self._forms = words, forms
        self._likeness = Likeness(words, forms, self._suites)

    def refusals(self, old: ast.Module, new: ast.Module) -> Iterator[Refusal]:
        """What is wrong with the statements."""
        words = self._words | frozenset(_aliases(old, self._words))
        self._likeness = Likeness(words, self._forms, self._suites)
        self._words = words
        if not self._suites(old.body, new.body):
            line, why = self._told[0] if self._told else (1, "a statement would be another one")
            yield Refusal(self._one.path_after, line, CHECK, why, "change nothing but the uses of what is replaced")

    # Suites

    def _suites(self, old: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> bool:
        was, now = bare(old), bare(new)
        names, names_now = bound(was), bound(now)
        was = [one for one in was if not self._goes(one, names_now)]
        now = [one for one in now if not _comes(one, names)]
        keys = [_text(self._old, one) for one in was], [_text(self._new, one) for one in now]
        holds = True
        for tag, a, a_end, b, b_end in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
            if tag != "equal" and not self._block(was[a:a_end], now[b:b_end], was, now):
                holds = False
                break
        return holds

    def _goes(self, one: ast.stmt, names_now: frozenset[str]) -> bool:
        """Whether a definition is one of those that are replaced, and is there no more."""
        names = bound([one])
        return bool(names) and names <= self._words and names.isdisjoint(names_now)

    def _block(
        self, old: Sequence[ast.stmt], new: Sequence[ast.stmt], was: Sequence[ast.stmt], now: Sequence[ast.stmt]
    ) -> bool:
        at = 0
        known = {node.id for one in was for node in ast.walk(one) if isinstance(node, ast.Name)}
        for one in old:
            above: list[ast.stmt] = []
            begun = len(self._told)
            while at < len(new) and len(above) < 3:
                if self._likeness.statement(one, new[at], above):
                    break
                if not self._stands_above(new[at], known) or len(new) - at <= 1:
                    return self._wrong(one, new[at], begun)
                above.append(new[at])
                at += 1
            else:
                return self._wrong(one, new[at] if at < len(new) else None, begun)
            del self._told[begun:]
            at += 1
        if at < len(new):
            line = new[at].lineno
            self._told.append((line, f"`{_first_line(self._new, new[at])}` would come without a word"))
            return False
        return True

    def _stands_above(self, one: ast.stmt, known: set[str]) -> bool:
        """Whether a statement may stand above another for its sake: an argument in a variable, or what is done first."""
        if isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
            return one.targets[0].id not in known
        return isinstance(one, ast.Expr) and any(form.first is not None for form in self._forms)

    def _wrong(self, old: ast.stmt, new: ast.stmt | None, begun: int) -> bool:
        if len(self._told) == begun:
            was = _first_line(self._old, old)
            if new is None:
                self._told.append((1, f"`{was}` (line {old.lineno} as it is now) would be lost"))
            else:
                self._told.append((new.lineno, f"`{_first_line(self._new, new)}` would stand in the place of `{was}`, "
                                   "and nobody has told so"))  # fmt: skip
        return False


def _comes(one: ast.stmt, names: frozenset[str]) -> bool:
    """Whether a definition is new; what it is called is looked at by others."""
    return isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and one.name not in names


def _aliases(tree: ast.Module, words: frozenset[str]) -> Iterator[str]:
    """What files call things that are replaced: `import x as y`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (one.asname for one in node.names if one.asname and one.name in words)
        elif isinstance(node, ast.Import):
            yield from (one.asname for one in node.names if one.asname and one.name.rpartition(".")[2] in words)


def _text(lines: Sequence[str], one: ast.stmt) -> str:
    first = min([one.lineno, *(each.lineno for each in getattr(one, "decorator_list", ()))])
    last = one.end_lineno or one.lineno
    if first == last or one.lineno == first:
        head = lines[first - 1]
        # Several statements may share a line.
        return "\n".join([f"{one.col_offset}:{head[:one.end_col_offset] if first == last else head}", *lines[first:last]])
    return "\n".join(lines[first - 1 : last])


def _first_line(lines: Sequence[str], one: ast.stmt) -> str:
    return re.sub(r"\s+", " ", lines[one.lineno - 1].strip())[:80]

