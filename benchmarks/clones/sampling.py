"""Real functions, methods and classes, taken at random from released code, none of them nearly a copy of another."""

from __future__ import annotations

import ast
import builtins
import textwrap
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final, Literal

import msgspec

from benchmarks.clones.exact import Definition, shape, statements
from benchmarks.clones.exact import text as text_of
from benchmarks.corpora import Corpus, fetch, python_files

Kind = Literal["function", "method", "class"]
LEAST: Final = 6
MOST: Final = 60
_OF_A_FILE: Final = 6
_LEFT_OUT: Final = frozenset(
    {"tests", "test", "testing", "migrations", "locale", "conf", "generated", "_vendor", "examples"}
)
_BARRED: Final = frozenset({"locals", "globals", "vars", "eval", "exec", "__class__"})
_GRAM: Final = 5
_SKETCH: Final = 40
_ALIKE_BY_SHAPE: Final = 0.8
_ALIKE_BY_TEXT: Final = 0.5
BUILTINS: Final = frozenset(dir(builtins))


class Import(msgspec.Struct, frozen=True):
    """A name that a definition takes from its module, as an import that gives the same thing."""

    bound: str
    module: str
    name: str
    """"" for `import module as bound`."""

    @property
    def statement(self) -> str:
        """The line of code."""
        if self.name:
            return f"from {self.module} import {self.name}" + (f" as {self.bound}" if self.bound != self.name else "")
        return f"import {self.module}" + (f" as {self.bound}" if self.bound != self.module else "")


class Unit(msgspec.Struct, frozen=True):
    """A definition, by itself: dedented, with the imports that its free names need."""

    corpus: str
    path: str
    line: int
    name: str
    """Dotted in its module."""
    kind: Kind
    source: str
    imports: tuple[Import, ...]
    statements: int

    @property
    def own(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]

    @property
    def origin(self) -> str:
        """Where it comes from, for a reader."""
        return f"{self.corpus}: {self.path}:{self.line} {self.name}"


def bound_names(node: ast.AST) -> set[str]:
    """Names that a definition binds somewhere inside, its own left out."""
    found: set[str] = set()
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                found.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                if inner is not node:
                    found.add(name)
            case ast.alias(name=name, asname=renamed):
                found.add(renamed or name.partition(".")[0])
            case _:
                pass
    return found


def free_names(node: ast.AST) -> set[str]:
    """Names that a definition takes from outside, builtins left out."""
    used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    return used - bound_names(node) - BUILTINS


def units(corpus: Corpus, seed: int) -> Iterator[Unit]:
    """Definitions of a code base that fit, in an order of chance that the seed gives; a few of each file."""
    root = fetch(corpus)
    random = Random(f"{seed} {corpus.package}")
    paths = [path for path in python_files(root / corpus.package) if _fit(path.relative_to(root))]
    random.shuffle(paths)
    for path in paths:
        found = list(_of_file(corpus, root, path))
        yield from random.sample(found, min(_OF_A_FILE, len(found)))


def _fit(path: Path) -> bool:
    of_tests = path.stem.startswith(("test_", "_test")) or path.stem.endswith(("_pb2", "_test"))
    return not of_tests and not _LEFT_OUT & {*path.parts[:-1]}


def _of_file(corpus: Corpus, root: Path, path: Path) -> Iterator[Unit]:
    try:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
    except (SyntaxError, UnicodeDecodeError):
        return
    if "\r" in source or "\f" in source or "\t" in source or "generated" in source[:400].lower():
        return
    parts = path.relative_to(root).with_suffix("").parts
    package = parts[:-1]
    module = ".".join(package if parts[-1] == "__init__" else parts)
    offers = dict(_offers(tree, module, package))
    relative = path.relative_to(root).as_posix()
    lines = source.splitlines()

    def unit(node: Definition, owner: str, kind: Kind) -> Iterator[Unit]:
        begin = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        if node.end_lineno is None or not _interesting(node):
            return
        text = textwrap.dedent("\n".join(lines[begin - 1 : node.end_lineno])) + "\n"
        free = free_names(node)
        if free <= offers.keys() and not text[0].isspace() and _stands_alone(text, node):
            needs = tuple(offers[name] for name in sorted(free))
            yield Unit(
                corpus.package, relative, node.lineno, f"{owner}{node.name}", kind, text, needs, statements(node)
            )  # fmt: skip

    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from unit(node, "", "function")
        elif isinstance(node, ast.ClassDef):
            yield from unit(node, "", "class")
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.name != "__init__":
                    yield from unit(inner, f"{node.name}.", "method")


def _offers(tree: ast.Module, module: str, package: Sequence[str]) -> Iterator[tuple[str, Import]]:
    """What the top level of a module binds, and the import that gives it to others; a later one wins."""
    for node in ast.walk(ast.Module([n for n in tree.body if not isinstance(n, Definition)], [])):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    yield bound, Import(bound, alias.name if alias.asname else bound, "")
            case ast.ImportFrom(module=of, names=names, level=level):
                base = list(package[: len(package) - level + 1]) if level else []
                source = ".".join([*base, *([of] if of else [])])
                for alias in names:
                    if alias.name != "*":
                        yield alias.asname or alias.name, Import(alias.asname or alias.name, source, alias.name)
            case ast.Name(id=name, ctx=ast.Store()):
                yield name, Import(name, module, name)
            case _:
                pass
    for node in tree.body:
        if isinstance(node, Definition):
            yield node.name, Import(node.name, module, node.name)


def _interesting(node: Definition) -> bool:
    """Whether it has statements enough, does something, and does nothing that forbids renaming."""
    if not LEAST <= statements(node) <= MOST or _overloads(node):
        return False
    if isinstance(node, ast.ClassDef) and not any(isinstance(one, ast.FunctionDef) for one in node.body):
        return False
    for inner in ast.walk(node):
        if isinstance(inner, ast.Global | ast.Nonlocal) or (isinstance(inner, ast.Name) and inner.id in _BARRED):
            return False
    # A table in the form of code, or a mere list of assignments, is no logic.
    constants = sum(isinstance(inner, ast.Constant) for inner in ast.walk(node))
    acts = sum(isinstance(inner, ast.Call | ast.If | ast.For | ast.Compare | ast.BinOp) for inner in ast.walk(node))
    return acts >= max(4, constants // 3) and constants <= 8 * statements(node)


def _overloads(node: Definition) -> bool:
    """Whether it only declares one of several signatures, is one half of a property, or belongs to tests."""
    names = {ast.unparse(one).partition("(")[0].rpartition(".")[2] for one in node.decorator_list}
    return bool(names & {"overload", "setter", "deleter", "fixture"})


def _stands_alone(text: str, node: Definition) -> bool:
    """Whether the dedented text says the same: no string over several lines was changed by it."""
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return False
    return len(body) == 1 and text_of(body[0]) == text_of(node)


class Different:
    """Takes units one by one, and refuses what is nearly a copy of one that it took before."""

    def __init__(self) -> None:
        """With none yet."""
        self._taken: list[tuple[frozenset[int], frozenset[int]]] = []
        self._whole: set[tuple[str, str]] = set()
        self._parts: set[tuple[str, str]] = set()

    def take(self, unit: Unit) -> bool:
        """Whether it is taken. Two are too much alike when their shapes, or their texts, share most of their parts.

        A class is refused when a method of it is taken already, and a method when its class is.
        """
        owner = (unit.path, unit.name.partition(".")[0])
        if owner in self._whole or (unit.kind == "class" and owner in self._parts):
            return False
        tree = ast.parse(unit.source)
        by_shape = _sketch(shape(tree.body[0]))
        by_text = _sketch(text_of(tree.body[0]))
        for other_shape, other_text in self._taken:
            if _overlap(by_shape, other_shape) >= _ALIKE_BY_SHAPE or _overlap(by_text, other_text) >= _ALIKE_BY_TEXT:
                return False
        self._taken.append((by_shape, by_text))
        (self._whole if unit.kind == "class" else self._parts).add(owner)
        return True


def _sketch(pieces: Sequence[str]) -> frozenset[int]:
    """The smallest digests of the runs of five pieces: a sample of them that two lists of pieces share or do not."""
    grams = {zlib.crc32(" ".join(pieces[at : at + _GRAM]).encode()) for at in range(len(pieces) - _GRAM + 1)}
    return frozenset(sorted(grams)[:_SKETCH])


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """About Jaccard's coefficient of the sets that two sketches are of ("bottom-k", Broder 1997)."""
    return len(one & other) / max(len(one), len(other), 1)


def sample(corpora: Iterable[Corpus], seed: int, wanted: Mapping[Kind, int]) -> list[Unit]:
    """So many units of each kind, from all code bases in turn, none alike; fewer where there are not so many."""
    streams = [units(corpus, seed) for corpus in corpora]
    left = dict(wanted)
    different = Different()
    found: list[Unit] = []
    while streams and any(left.values()):
        for stream in list(streams):
            unit = next(stream, None)
            if unit is None:
                streams.remove(stream)
            elif left.get(unit.kind, 0) > 0 and different.take(unit):
                left[unit.kind] -= 1
                found.append(unit)
    return found
