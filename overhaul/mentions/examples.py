"""Change the names in example code: it is read as code, by what its own imports say."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from overhaul.changes import Guidance, Replacement
from overhaul.mentions.afterwards import bound_names
from overhaul.mentions.contexts import columns, line_starts
from overhaul.mentions.snippets import Snippet
from overhaul.mentions.subject import Answer, Subject
from overhaul.mentions.tokens import Remark

Outcome: TypeAlias = Replacement | Remark


class Session:
    """Examples that share their names: those of one docstring, document or string."""

    def __init__(
        self, subject: Subject, importer: str, around: str, guidance: Guidance = "review", *, shared: bool = False
    ) -> None:
        """Absolute names are looked up from `importer`; those of `around` are there already (a doctest's module).

        `shared`: what the examples import may be there for code that stands elsewhere.
        """
        self._subject, self._importer, self._around = subject, importer, around
        self._guidance: Guidance = guidance
        self._bound: dict[str, str] = {}
        """What imports have bound -> its dotted name."""
        self._renamed: dict[str, str] = {}
        """What imports have bound, and bind under another name afterwards."""
        self._own: set[str] = set()
        """What the examples so far have bound themselves."""
        self._ambiguous: set[str] = set()
        """What any of them binds itself, in its functions too, or has as a parameter."""
        self._shared = shared
        self._used: set[str] = set()
        """The names that any of them uses."""
        self.seen: set[int] = set()
        """Offsets of the names that were understood, whether or not they change."""

    def all(self, snippets: Iterable[Snippet]) -> Iterator[Outcome]:
        """What changes in several examples that share their names, in order."""
        snippets = list(snippets)
        for snippet in snippets:
            tree = _parsed(snippet.code)
            if tree is not None:
                self._ambiguous.update(bound_names(_without_imports(tree.body)), _inner_names(tree))
                self._used.update(chain.parts[0] for chain in _chains(tree))
        for snippet in snippets:
            yield from self._outcomes(snippet)

    def _outcomes(self, snippet: Snippet) -> Iterator[Outcome]:
        code = snippet.code
        tree = _parsed(code)
        if tree is None:
            return
        own = set(bound_names(_without_imports(tree.body)))
        inner = _inner_names(tree)
        place = _Place(snippet, code, line_starts(code))
        for node in ast.walk(tree):
            match node:
                case ast.ImportFrom():
                    yield from self._from(node, place)
                case ast.Import():
                    yield from self._import(node, place, tree)
                case _:
                    pass
        for chain in _chains(tree):
            yield from self._chain(chain, place, own | inner)
        self._own |= own
        for name in own:
            self._bound.pop(name, None)

    # Imports

    def _from(self, node: ast.ImportFrom, place: _Place) -> Iterator[Outcome]:
        if node.level or not node.module:
            return
        module = node.module
        taken: dict[str, list[tuple[ast.alias, str]]] = {}
        for alias in node.names:
            if alias.name == "*":
                continue
            dotted = f"{module}.{alias.name}"
            self._bound[alias.asname or alias.name] = dotted
            self._own.discard(alias.asname or alias.name)
            answer = self._subject.answer(dotted, self._importer)
            if answer is None:
                taken.setdefault(module, []).append((alias, alias.name))
                continue
            self.seen.add(place.at(alias))
            if answer.text is None or "." not in answer.text:
                yield Remark(place.at(alias), answer.moved, "what it would mean afterwards cannot be told")
                taken.setdefault(module, []).append((alias, alias.name))
                continue
            base, _, name = answer.text.rpartition(".")
            if alias.asname is None and name != alias.name:
                # Its uses cannot be told apart, or are elsewhere.
                if alias.name in self._ambiguous or (self._shared and alias.name not in self._used):
                    name = f"{name} as {alias.name}"
                else:
                    self._renamed[alias.name] = name
            taken.setdefault(base, []).append((alias, name))
        yield from self._written_from(node, place, taken)

    def _written_from(
        self, node: ast.ImportFrom, place: _Place, taken: Mapping[str, Sequence[tuple[ast.alias, str]]]
    ) -> Iterator[Outcome]:
        module = node.module or ""
        start = place.find(node, module)
        self.seen.add(start)
        answer = self._subject.answer(module, self._importer)
        if not taken and answer is not None and answer.text is not None:
            yield self._put(start, module, answer.text)  # from module import *
        elif set(taken) - {module}:
            if len(taken) == 1:
                (base,) = taken
                yield self._put(start, module, base)
            else:
                yield self._split(node, place, taken)
                return
        for aliases in taken.values():
            for alias, name in aliases:
                if name != alias.name:
                    yield self._put(place.at(alias), alias.name, name)

    def _split(
        self, node: ast.ImportFrom, place: _Place, taken: Mapping[str, Sequence[tuple[ast.alias, str]]]
    ) -> Replacement:
        """One statement for each module; on lines of their own, with the prompt of the first."""
        written: list[str] = []
        for base, aliases in taken.items():
            names = (f"{name} as {alias.asname}" if alias.asname else name for alias, name in aliases)
            written.append(f"from {base} import {', '.join(names)}")
        line, column = node.lineno, node.col_offset
        before = place.snippet.lines[line - 1].text[:column]
        joint = f"\n{place.snippet.lead}{before}" if not before.strip() else "; "
        start, end = place.at(node), place.end(node)
        return Replacement(start, end, joint.join(written), "import in an example", self._guidance)

    def _import(self, node: ast.Import, place: _Place, tree: ast.Module) -> Iterator[Outcome]:
        for alias in node.names:
            self._bound[alias.asname or alias.name.partition(".")[0]] = (
                alias.name if alias.asname else alias.name.partition(".")[0]
            )
            self.seen.add(place.at(alias))
            answer = self._subject.answer(alias.name, self._importer)
            if answer is not None and answer.text is not None:
                yield self._put(place.at(alias), alias.name, answer.text)
            elif answer is None and (swapped := self._swapped(alias, tree)):
                yield self._put(place.at(alias), alias.name, swapped)

    def _swapped(self, alias: ast.alias, tree: ast.Module) -> str:
        """The module that takes the place of an imported one, of which only what has moved away is used; else ""."""
        uses = [one.dotted for one in _chains(tree) if one.dotted.startswith(f"{alias.name}.")]
        if alias.asname or not uses:
            return ""
        modules: set[str] = set()
        for dotted in uses:
            answer = self._subject.answer(dotted, self._importer)
            if answer is None or not answer.moved.before.name or not answer.direct or answer.text is None:
                return ""
            modules.add(answer.moved.after.module)
        return modules.pop() if len(modules) == 1 and modules != {alias.name} else ""

    # Uses

    def _chain(self, chain: _Chain, place: _Place, own: set[str]) -> Iterator[Outcome]:
        root, *rest = chain.parts
        start = place.at(chain.nodes[0])
        self.seen.add(start)
        if root in own or (root in self._own and root not in self._bound):
            return
        if root in self._bound:
            base = self._bound[root]
        elif self._around:
            base = f"{self._around}.{root}"
        else:
            self.seen.discard(start)
            return
        answer = self._subject.answer(".".join((base, *rest)), self._importer)
        if root in self._renamed:
            yield self._put(start, root, self._renamed[root])
        if answer is None:
            return
        depth = base.count(".") + 1
        if answer.count <= depth:
            # Its import has been changed. A name of the doctest's own module follows it, if it stays there.
            if root not in self._bound and answer.count == depth:
                yield from self._own_name(start, root, answer)
            return
        yield from self._attribute(chain, place, base, answer)

    def _own_name(self, start: int, root: str, answer: Answer) -> Iterator[Outcome]:
        around, _, name = (answer.text or "").rpartition(".")
        if around == self._around and name != root:
            yield self._put(start, root, name)
        elif not answer.works:
            yield Remark(start, answer.moved, "an example uses what its module no longer has: import it there")

    def _attribute(self, chain: _Chain, place: _Place, base: str, answer: Answer) -> Iterator[Outcome]:
        """A name behind a dot moves: `X` in `a.b.X`."""
        first = place.at(chain.nodes[0])
        index = answer.count - base.count(".") - 1
        last = chain.nodes[index]
        end = place.end(last)
        text = answer.text
        if text is None:
            yield Remark(first, answer.moved, "what it would mean afterwards cannot be told")
            return
        whole = (base, *chain.parts[1:])
        now = ".".join((text, "")).split(".")[: len(text.split("."))]
        before = ".".join(whole).split(".")
        behind = len(before) - answer.count
        now = now[: len(now) - behind] if behind else now
        stem = base.split(".")
        if now[: len(stem)] == stem and len(now) > len(stem):
            written = ".".join((chain.parts[0], *now[len(stem) :]))
        elif stem == [chain.parts[0]] or base == chain.parts[0]:
            written = ".".join(now)
        else:
            yield Remark(first, answer.moved, "an example reaches it through another module: import it there")
            return
        old = ".".join(chain.parts[: index + 1])
        if written != old:
            yield Replacement(first, end, written, "name in an example", self._guidance)

    def _put(self, start: int, old: str, new: str) -> Replacement:
        return Replacement(start, start + len(old), new, "name in an example", self._guidance)


class _Place:
    """Where the nodes of a snippet are in the file."""

    def __init__(self, snippet: Snippet, code: str, starts: Sequence[int]) -> None:
        self.snippet, self._code, self._starts = snippet, code, starts

    def at(self, node: ast.expr | ast.stmt | ast.alias) -> int:
        """Offset of its first character."""
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.alias) -> int:
        """Offset behind its last character."""
        return self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _offset(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        return self.snippet.offset(line, columns(self._code, start, column))

    def find(self, node: ast.ImportFrom, module: str) -> int:
        """Offset of the module's name in an import."""
        line = self.snippet.lines[node.lineno - 1]
        column = columns(self._code, self._starts[node.lineno - 1], node.col_offset)
        return line.start + max(line.text.find(module, column + len("from")), column)


class _Chain:
    """Names joined by dots, the longest that are written together."""

    def __init__(self, nodes: Sequence[ast.expr], parts: Sequence[str]) -> None:
        self.nodes, self.parts = nodes, parts

    @property
    def dotted(self) -> str:
        return ".".join(self.parts)


def _chains(tree: ast.Module) -> Iterator[_Chain]:
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        nodes: list[ast.expr] = []
        parts: list[str] = []
        at: ast.AST = node
        while isinstance(at, ast.Attribute):
            nodes.append(at)
            parts.append(at.attr)
            at = at.value
        if isinstance(at, ast.Name):
            yield _Chain([at, *reversed(nodes)], [at.id, *reversed(parts)])
        elif nodes:
            stack.append(at)
        else:
            stack.extend(ast.iter_child_nodes(node))


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _inner_names(tree: ast.Module) -> set[str]:
    """The names that functions in it, and whatever else is inside something, have of their own."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.ExceptHandler(name=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case _:
                pass
    return found


def _without_imports(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    return [one for one in body if not isinstance(one, _IMPORTS)]


_IMPORTS: Final = (ast.Import, ast.ImportFrom)
