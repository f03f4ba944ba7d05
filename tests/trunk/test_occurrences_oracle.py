"""Names and scopes of whole libraries, held against CPython's own tokenize, ast and symtable."""

from __future__ import annotations

import ast
import io
import re
import symtable
import sys
import sysconfig
import tokenize
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from overhaul.errors import Unreadable
from overhaul.occurrences.finding import Occurrences, Scope, occurrences_of
from overhaul.occurrences.lexing import KEYWORDS
from overhaul.occurrences.scoping import key_of
from overhaul.source import Source, digest

HERE = Path(__file__).resolve().parents[2]
FUTURE = re.compile(rb"(?m)^from __future__ import")


def differences(source: Source) -> Iterator[str]:
    """What CPython says otherwise of a file; nothing for one that it does not take either."""
    # The names in annotations are to be looked at, whether they are run or not.
    source = Source(source.path, FUTURE.sub(b"from the__future import", source.data), source.digest)
    text = source.text()
    try:
        tree = ast.parse(text)
        table = symtable.symtable(text, source.path, "exec")
    except (SyntaxError, ValueError):
        return
    try:
        found = occurrences_of(source)
    except Unreadable as error:
        yield str(error)
        return
    yield from of_tokens(found, text)
    yield from of_tree(found, tree, text)
    yield from of_scopes(found, table)
    yield from of_statements(found, tree)


def of_tokens(found: Occurrences, text: str) -> Iterator[str]:
    """Each name stands where tokenize has a name; each name of tokenize is one, or a soft keyword, or a constant."""
    starts = found.scopes[0].rows
    mine = {one.start: one.name for one in found.all if not one.quoted}
    literals = [(start, end) for start, end, node, _ in found.strings() if node is not None]
    firsts = [start for start, _ in literals]
    theirs: dict[int, str] = {}
    inside = False
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.NAME and token.string not in KEYWORDS:
                theirs[starts[token.start[0] - 1] + token.start[1]] = token.string
            inside = inside or tokenize.tok_name[token.type].startswith("FSTRING")
    except (tokenize.TokenError, IndentationError):
        return
    for start, name in mine.items():
        if text[start : start + len(name)] != name:
            yield f"{name} does not stand at {start}"
        at = bisect_right(firsts, start) - 1
        in_string = any(begin <= start < end for begin, end in literals[max(at - 20, 0) : at + 1])
        if not in_string and theirs.get(start) != name:
            yield f"tokenize has no {name} at {start}"
    for start, name in theirs.items():
        if start not in mine and name not in ("True", "False", "None", "match", "case", "type", "_"):
            yield f"{name} at {start} was not seen"


def of_tree(found: Occurrences, tree: ast.AST, text: str) -> Iterator[str]:
    """As many names of each role as the syntax tree has, and those at the places it gives."""
    theirs: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[int, int, str], str] = {}
    in_fields = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for inner in ast.walk(node)}
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        for name, role, line, column in told(node, called):
            theirs[name, role] += 1
            if line and id(node) not in in_fields:
                places[line, column, name] = role
    mine: Counter[tuple[str, str]] = Counter()
    rows = found.scopes[0].rows
    placed: dict[tuple[int, int, str], str] = {}
    for one in found.all:
        if not one.quoted:
            role = ROLES.get(one.role, one.role)
            role = one.use if role == "name" else f"attribute {one.use}" if role == "attribute" else role
            mine[key_of(one.name, ""), role] += 1
            row = one.line
            column = len(text[rows[row - 1] : one.start].encode())
            placed[row, column, key_of(one.name, "")] = role
    for key in theirs.keys() | mine.keys():
        if theirs[key] != mine[key]:
            yield f"{key[1]} {key[0]}: {mine[key]} instead of {theirs[key]}"
    for place, role in places.items():
        if placed.get(place) != role:
            yield f"{role} {place}: {placed.get(place)}"


ROLES = {"load": "name", "store": "name", "delete": "name", "alias": "bound", "taken": "import", "module": "import"}
CONTEXTS = {"Load": "load", "Store": "store", "Del": "delete"}


def told(node: ast.AST, called: set[int]) -> Iterator[tuple[str, str, int, int]]:
    """The names of one node: name, role, and line and column in bytes where the tree tells them."""
    match node:
        case ast.Name(id=name):
            use = "call" if id(node) in called else CONTEXTS[type(node.ctx).__name__]
            yield name, use, node.lineno, node.col_offset
        case ast.Attribute(attr=name):
            use = "call" if id(node) in called else CONTEXTS[type(node.ctx).__name__]
            yield name, f"attribute {use}", node.end_lineno or 0, (node.end_col_offset or 0) - len(name.encode())
        case ast.arg(arg=name):
            yield name, "parameter", node.lineno, node.col_offset
        case ast.keyword(arg=str() as name):
            yield name, "keyword", node.lineno, node.col_offset
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name, "function", 0, 0
        case ast.ClassDef(name=name):
            yield name, "class", 0, 0
        case ast.ExceptHandler(name=str() as name):
            yield name, "handler", 0, 0
        case ast.Global(names=names):
            yield from ((name, "global", 0, 0) for name in names)
        case ast.Nonlocal(names=names):
            yield from ((name, "nonlocal", 0, 0) for name in names)
        case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name) | ast.MatchMapping(rest=str() as name):
            yield name, "capture", 0, 0
        case ast.MatchClass(kwd_attrs=names):
            yield from ((name, "keyword", 0, 0) for name in names)
        case ast.ImportFrom(module=str() as module):
            yield from ((name, "import", 0, 0) for name in module.split("."))
        case ast.alias(name=name, asname=bound) if name != "*":
            yield from ((part, "import", 0, 0) for part in name.split("."))
            if bound is not None:
                yield bound, "bound", node.end_lineno or 0, (node.end_col_offset or 0) - len(bound.encode())
        case _:
            pass


class Nest(NamedTuple):
    """A scope: its name, its names with the steps to where each is found, the scopes inside."""

    name: str
    known: list[tuple[str, int]]
    inner: list[Nest]


def of_scopes(found: Occurrences, table: symtable.SymbolTable) -> Iterator[str]:
    """The same scopes with the same names, each found in the same scope around, counted in steps outwards."""
    names: dict[int, dict[str, int]] = {id(scope): {} for scope in found.scopes}
    for scope in found.scopes:
        names[id(scope)].update(dict.fromkeys(scope.variables, 0 if scope.parent is not None else -1))
        declared = [key for key, where in scope.elsewhere.items() if where == "global"]
        names[id(scope)].update(dict.fromkeys(declared, -1))
        names[id(found.scopes[0])].update(dict.fromkeys(declared, -1))
    for one in found.all:
        if one.home is not None and not one.quoted:
            names[id(one.scope)][one.key] = steps(one.scope, one.home)
    for one in found.all:
        # What a scope uses of one further out is handed through by those between them.
        at = one.scope.parent
        while one.home is not None and one.home.parent is not None and at not in (None, one.home, one.scope):
            if one.scope is one.home or one.quoted:
                break
            names[id(at)].setdefault(one.key, steps(at, one.home))
            at = at.parent
    inner: dict[int, list[Scope]] = {id(scope): [] for scope in found.scopes}
    for scope in found.scopes[1:]:
        assert scope.parent is not None
        inner[id(scope.parent)].append(scope)

    def mine(scope: Scope) -> Nest:
        name = scope.name.rpartition(".")[2] if scope.kind in ("class", "function") else KINDS.get(scope.kind, "")
        known = sorted((key, step) for key, step in names[id(scope)].items() if key != "__class__")
        return Nest(name, known, sorted(map(mine, inner[id(scope)])))

    yield from unlike(mine(found.scopes[0]), theirs(table, []))


COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}
KINDS = {"module": "top", "lambda": "lambda", "comprehension": "comprehension"}


def steps(scope: Scope, home: Scope) -> int:
    """How many scopes further out the home is; -1 for the module."""
    count = 0
    at: Scope | None = scope
    while at is not None and at is not home:
        at = at.parent
        count += 1
    return -1 if home.parent is None else count


def theirs(table: symtable.SymbolTable, around: Sequence[symtable.SymbolTable]) -> Nest:
    """A table of CPython in the same form."""
    known: list[tuple[str, int]] = []
    for symbol in table.get_symbols():
        name = symbol.get_name()
        if name.startswith(".") or name == "__class__":
            continue
        # Not is_global alone: symtable takes a function called `top` for the module.
        own = table.get_type() != "module" and symbol.is_local() and not symbol.is_declared_global()
        if not own and (table.get_type() == "module" or symbol.is_global()):
            known.append((name, -1))
        elif symbol.is_free():
            levels = (
                number for number, one in enumerate(reversed(around), 1)
                if one.get_type() == "function" and name in one.get_identifiers() and one.lookup(name).is_local()
            )  # fmt: skip
            known.append((name, next(levels)))
        else:
            known.append((name, 0))
    name = "comprehension" if table.get_name() in COMPREHENSIONS else table.get_name()
    children = [theirs(one, [*around, table]) for one in table.get_children()]
    return Nest(name, sorted(known), sorted(children))


def unlike(mine: Nest, theirs: Nest) -> Iterator[str]:
    """Where two nests of scopes differ, the outermost place first."""
    if mine == theirs:
        return
    if mine.name != theirs.name or mine.known != theirs.known or len(mine.inner) != len(theirs.inner):
        only = set(mine.known).symmetric_difference(theirs.known)
        yield f"scope {mine.name} / {theirs.name}: {sorted(only)}, {len(mine.inner)} / {len(theirs.inner)} inside"
    else:
        for one, table in zip(mine.inner, theirs.inner, strict=True):
            yield from unlike(one, table)


def of_statements(found: Occurrences, tree: ast.AST) -> Iterator[str]:
    """The same statements, from their first token to their last."""
    text, rows = found.text, found.scopes[0].rows

    def offset(line: int, column: int) -> int:
        row = text[rows[line - 1] : rows[line] if line < len(rows) else len(text)]
        return rows[line - 1] + len(row.encode()[:column].decode())

    expected: list[tuple[int, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            decorators: list[ast.expr] = getattr(node, "decorator_list", [])
            start = offset(node.lineno, node.col_offset)
            if decorators:
                start = text.rindex("@", 0, offset(decorators[0].lineno, decorators[0].col_offset))
            if not (isinstance(node, ast.If) and text.startswith("elif", start)):
                expected.append((start, offset(node.end_lineno or 0, node.end_col_offset or 0)))
    seen = [(one.start, one.start + len(text[one.start : one.end].rstrip("; \t"))) for one in found.statements]
    for place in sorted(set(expected).symmetric_difference(seen))[:3]:
        yield f"statement {place}, {text[slice(*place)][:60]!r}: {'only ast' if place in expected else 'only here'}"
    for one in found.all:
        statement = found.statement_of(one)
        if not one.quoted and not statement.start <= one.start < statement.end:
            yield f"{one} is not in {statement}"


def files(*folders: Path) -> Iterator[Source]:
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            data = file.read_bytes()
            yield Source(str(file), data, digest(data))


def assert_same(sources: Iterator[Source]) -> int:
    """Compare them all; how many there were."""
    count = 0
    found: list[str] = []
    for source in sources:
        count += 1
        try:
            found += [f"{source.path}: {one}" for one in differences(source)]
        except Unreadable:
            continue
    assert not found, "\n".join(found[:20])
    return count


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="symtable has scopes of its own for annotations since then")
def test_names_scopes_and_statements_of_our_own_code_are_those_of_cpython() -> None:
    assert assert_same(files(HERE / "overhaul", HERE / "codemods")) > 300


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="symtable has scopes of its own for annotations since then")
def test_names_scopes_and_statements_of_the_standard_library_are_those_of_cpython() -> None:
    library = Path(sysconfig.get_path("stdlib"))
    assert assert_same(one for one in files(library) if Path(one.path).parent == library) > 150
