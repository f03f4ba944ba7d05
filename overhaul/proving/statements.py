"""Statements of changed files are what they were, but for what was told: none is lost, comes, or says another thing."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from overhaul.changes import BY_HAND, Formed, Moved, Replaced, Target
from overhaul.errors import Unreadable
from overhaul.facts import Parameter
from overhaul.later import parsed
from overhaul.naming.meanings import Symbol
from overhaul.patterns import regex
from overhaul.plans import Refusal
from overhaul.project import Project
from overhaul.proving.context import Changed, Context
from overhaul.proving.forms import SKIPPED, Form, read
from overhaul.proving.likeness import Likeness
from overhaul.proving.suites import bare, bound

CHECK: Final = "bindings"
_WORD: Final = regex(r"[^\W\d]\w*")


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
        if not self._is_wanted():
            return
        forms = list(self._forms())
        words = frozenset(self._words())
        after = frozenset(self._words_after())
        for one in context.changed:
            if one.before == one.after:
                continue
            try:
                old, new = parsed(one.before), parsed(one.after)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue  # `compile` tells of it
            self.looked += 1
            renamed = {
                told.before.name.rpartition(".")[2]: told.after.name.rpartition(".")[2]
                for told in context.mapping.moved if told.before.module == one.module and told.before.name
            }  # fmt: skip
            used = context.lines_used(one.path)
            texts = one.path_after, one.before, one.after
            loose = context.replacing.some and not forms
            carries = any(
                told.kept or (told.before.name and told.before.module != told.after.module)
                for told in context.mapping.moved
            )
            compared = _Compared(texts, words, after, forms, used, renamed, _by_hand(one), loose=loose, carries=carries)
            yield from compared.refusals(old, new)
        yield from self._moved(words, after)

    def _moved(self, words: frozenset[str], after: frozenset[str]) -> Iterator[Refusal]:
        """Functions and classes that stand in another file."""
        context = self._context
        for told in context.mapping.moved:
            module = context.mapping.module(told.before.module)
            if told.kind not in ("class", "function") or told.after.module == module or "." in told.before.name:
                continue
            old, new = _text_of(context.before, told.before.module), _text_of(context.after, told.after.module)
            nodes = _definitions(old, told.before.name), _definitions(new, told.after.name)
            if not all(nodes):
                continue
            self.looked += 1
            path = context.after.symbols.path(told.after.module)
            compared = _Compared((path, old, new), words, after, (), frozenset(), {}, (), qualified=True)
            yield from compared.refusals(*(ast.Module(list(one), []) for one in nodes))

    def _is_wanted(self) -> bool:
        """Whether forms are told, or nothing but definitions is replaced: other steps write statements of their own."""
        context = self._context
        if context.forms:
            return True
        kinds = {one.kind for one in context.replacing.replaced}
        if not kinds:
            return bool(context.mapping.moved) and context.plain
        return kinds <= {"class", "function", "method", "variable"} and not context.uses_lines

    def _words(self) -> Iterator[str]:
        """The words by which what is replaced, or moved, is asked for."""
        told: Sequence[Replaced | Moved] = (*self._context.replacing.replaced, *self._context.mapping.moved)
        for one in told:
            yield from one.before.name.split(".")[-1:] if one.before.name else one.before.module.split(".")
            if one.before.name:
                yield from one.before.name.split(".")[:1]

    def _words_after(self) -> Iterator[str]:
        """The words of what takes the place."""
        told: Sequence[Replaced | Moved] = (*self._context.replacing.replaced, *self._context.mapping.moved)
        for one in told:
            yield from (one.after.name or one.after.module).split(".")

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


def _by_hand(one: Changed) -> Sequence[tuple[int, int]]:
    """The lines before that somebody has written anew."""
    stretches = [each for each in one.places.replacements if each.because == BY_HAND]
    line = one.before.count
    return [(line("\n", 0, each.start) + 1, line("\n", 0, each.end) + 1) for each in stretches]


def _text_of(project: Project, module: str) -> str:
    if module not in project.layout.modules:
        return ""
    try:
        return project.source(project.symbols.path(module)).text()
    except Unreadable:
        return ""


def _definitions(text: str, name: str) -> Sequence[ast.stmt]:
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [one for one in tree.body if isinstance(one, kinds) and one.name == name]


class _Compared:
    """One file."""

    def __init__(
        self, texts: tuple[str, str, str], words: frozenset[str], after: frozenset[str], forms: Sequence[Form],
        used: frozenset[int], renamed: Mapping[str, str], by_hand: Sequence[tuple[int, int]], qualified: bool = False,
        loose: bool = False, carries: bool = False,
    ) -> None:  # fmt: skip
        """`texts`: the path after, the text before, and that after; `by_hand`: lines before."""
        self._loose, self._carries = loose, carries
        self._path = texts[0]
        self._old, self._new = texts[1].splitlines(), texts[2].splitlines()
        self._told: list[tuple[int, str]] = []
        self._words, self._every, self._forms = words, words | after, forms
        self._used, self._renamed, self._hand = used, renamed, by_hand
        self._qualified = qualified
        self._likeness = Likeness(words, forms, self._suites, {}, qualified)

    def refusals(self, old: ast.Module, new: ast.Module) -> Iterator[Refusal]:
        """What is wrong with the statements."""
        aliases = dict(_aliases(old, self._words))
        words = self._words | aliases.keys()
        self._every |= words
        self._likeness = Likeness(words, self._forms, self._suites, aliases, self._qualified)
        self._words = words
        if not self._suites(old.body, new.body):
            line, why = self._told[0] if self._told else (1, "a statement would be another one")
            yield Refusal(self._path, line, CHECK, why, "change nothing but the uses of what is replaced")

    # Suites

    def _suites(self, old: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> bool:
        was, now = bare(old), bare(new)
        names, names_now = bound(was), bound(now)
        was = [one for one in was if not self._goes(one, names_now)]
        now = [one for one in now if not self._comes(one, names)]
        keys = [_text(self._old, one) for one in was], [_text(self._new, one) for one in now]
        holds = True
        for tag, a, a_end, b, b_end in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
            begun = len(self._told)
            alone = (was[a:a_end], self._old) if tag == "delete" else (now[b:b_end], self._new)
            if self._carries and tag in ("insert", "delete") and all(self._speaks(one, alone[1]) for one in alone[0]):
                continue  # what belongs to a definition goes along with it; a shim says its name
            if tag != "equal" and not self._block(was[a:a_end], now[b:b_end], was):
                if not self._loose or not self._loosely(was[a:a_end], now[b:b_end]):
                    holds = False
                    break
                del self._told[begun:]
        return holds

    def _goes(self, one: ast.stmt, names_now: frozenset[str]) -> bool:
        """Whether a definition is one of those that are replaced, and is there no more."""
        names = bound([one])
        stays = any(self._renamed.get(name) in names_now for name in names)
        return bool(names) and names <= self._words and names.isdisjoint(names_now) and not stays

    def _comes(self, one: ast.stmt, names: frozenset[str]) -> bool:
        """Whether a definition is new; what it is called is looked at by others."""
        known = bound([one])
        if any(new in known and old in names for old, new in self._renamed.items()):
            return False
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return one.name not in names
        return bool(known) and known <= self._every and known.isdisjoint(names)

    def _block(
        self, old: Sequence[ast.stmt], new: Sequence[ast.stmt], was: Sequence[ast.stmt]
    ) -> bool:
        for one in old:
            end = one.end_lineno or one.lineno
            if any(first <= end and one.lineno <= last for first, last in self._hand):
                return True
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

    def _loosely(self, old: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> bool:
        """Where no forms are told: statements that use what is replaced, or define it, lose no call but of that."""
        if not all(self._speaks(one, self._old) for one in old) or not all(self._speaks(one, self._new) for one in new):
            return False
        for one, other in zip(old, new, strict=False):
            if type(one) is not type(other):
                return False
            if _has_suite(one) and (not self._may_differ(one) or self._likeness.same(_head(one), _head(other))):
                return False  # what is wrong is wrong inside
        lost = Counter(self._calls(old)) - Counter(self._calls(new))
        return not lost

    def _may_differ(self, one: ast.stmt) -> bool:
        """Whether what a compound statement says before its suites may become something else."""
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
            decorated = (ast.unparse(each) for each in one.decorator_list)
            return one.name in self._every or any(
                not self._words.isdisjoint(_WORD.findall(text)) for text in decorated
            )
        return isinstance(one, ast.ClassDef)

    def _speaks(self, one: ast.stmt, lines: Sequence[str]) -> bool:
        last = one.end_lineno or one.lineno
        first = min([one.lineno, *(each.lineno for each in getattr(one, "decorator_list", ()))])
        if lines is self._old and any(line in self._used for line in range(first, last + 1)):
            return True
        return not self._every.isdisjoint(_WORD.findall("\n".join(lines[first - 1 : last])))

    def _calls(self, suite: Sequence[ast.stmt]) -> Iterator[str]:
        """What is called in some statements that is not replaced."""
        waiting: list[ast.AST] = list(suite)
        while waiting:
            node = waiting.pop()
            # A definition that goes: another one takes its place.
            if not (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in self._words):
                waiting += ast.iter_child_nodes(node)
                if isinstance(node, ast.Call):
                    text = ast.unparse(node.func) if isinstance(node.func, (ast.Name, ast.Attribute)) else ""
                    if text and self._every.isdisjoint(_WORD.findall(text)):
                        yield text.rpartition(".")[2]

    def _stands_above(self, one: ast.stmt, known: set[str]) -> bool:
        """Whether a statement may stand above another for its sake: an argument in a variable, or a first part."""
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


def _has_suite(one: ast.stmt) -> bool:
    return isinstance(getattr(one, "body", None), list)


def _head(one: ast.stmt) -> list[object]:
    """What a statement says before its suites."""
    suites = {"body", "orelse", "finalbody", "handlers", "cases"}
    return [getattr(one, name, None) for name in one._fields if name not in suites and name not in SKIPPED]


def _aliases(tree: ast.Module, words: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What a file calls things that are replaced, with their own names: `import x as y`."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for one in node.names:
                name = one.name.rpartition(".")[2]
                if one.asname and name in words:
                    yield one.asname, name


def _text(lines: Sequence[str], one: ast.stmt) -> str:
    first = min([one.lineno, *(each.lineno for each in getattr(one, "decorator_list", ()))])
    last = one.end_lineno or one.lineno
    if first == last or one.lineno == first:
        head = lines[first - 1]
        # Several statements may share a line.
        head = head[: one.end_col_offset] if first == last else head
        return "\n".join([f"{one.col_offset}:{head}", *lines[first:last]])
    return "\n".join(lines[first - 1 : last])


def _first_line(lines: Sequence[str], one: ast.stmt) -> str:
    return re.sub(r"\s+", " ", lines[one.lineno - 1].strip())[:80]

