"""Choose what is renamed and moved: by a seed, from all that there is, and never by taste."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

Sort = Literal["class", "function", "constant", "method", "attribute", "module"]


class Thing(NamedTuple):
    """Something that can be chosen."""

    sort: Sort
    module: str
    name: str
    """Dotted, inside the module; "" for the module."""
    path: str
    line: int
    column: int
    """Of its name, in characters, from 0."""

    @property
    def target(self) -> str:
        """As the command line takes it."""
        return f"{self.module}:{self.name}" if self.name else self.module


class Trial(NamedTuple):
    """One rename or move."""

    number: int
    verb: Literal["rename", "move"]
    thing: Thing
    to: str
    """The new name, or the module (for a module: the package) that it moves to."""
    to_path: str = ""
    """For a move the file or folder of that."""

    @property
    def title(self) -> str:
        """How it is told."""
        return f"{self.verb} {self.thing.target} {self.to}"


_RENAMES: Final[Sequence[tuple[Sort, int]]] = (
    ("class", 3), ("function", 3), ("constant", 2), ("method", 2), ("attribute", 1), ("module", 1),
)  # fmt: skip
_MOVES: Final[Sequence[tuple[Sort, int]]] = (("class", 4), ("function", 4), ("constant", 2), ("module", 2))


def trials(root: Path, packages: Sequence[str], seed: int, each: int = 12, runner: Path | None = None) -> list[Trial]:
    """`each` renames and as many moves. What a project lacks of one sort is made up for with others.

    What the `runner` of the tests uses is not chosen: pytest stands on pluggy, and would be broken by any tool.
    """
    chance = random.Random(seed)
    taken: frozenset[str] = frozenset()
    if runner is not None:
        taken = _used_outside(runner, {Path(package).name for package in packages})
    things = sorted({
        thing for package in packages for thing in _things(root, package)
        if taken.isdisjoint((thing.name or thing.module).split(".")[-1:])
    })  # fmt: skip
    modules = sorted({(thing.module, thing.path) for thing in things if thing.sort == "module"})
    folders = sorted({
        (module, path.removesuffix("/__init__.py")) for package in packages for module, path in _packages(root, package)
    })  # fmt: skip
    found: list[Trial] = []
    for thing in _drawn(chance, things, _RENAMES, each):
        found.append(Trial(len(found), "rename", thing, _renamed(thing)))
    for thing in _drawn(chance, things, _MOVES, each):
        if thing.sort == "module":
            others = [one for one in folders if one[0] != thing.module.rpartition(".")[0]]
        else:
            top = thing.module.partition(".")[0]
            others = [one for one in modules if one[0] != thing.module and one[0].partition(".")[0] == top]
        if others:
            to, to_path = chance.choice(others)
            found.append(Trial(len(found), "move", thing, to, to_path))
    return found


def _used_outside(runner: Path, packages: Collection[str]) -> frozenset[str]:
    """Every word in the files of another package, if one of them imports one of these."""
    imports = re.compile(rf"^\s*(?:from|import)\s+(?:{'|'.join(sorted(packages))})\b", re.MULTILINE)
    texts = [file.read_text("utf-8", "replace") for file in runner.rglob("*.py")]
    if not any(imports.search(text) for text in texts):
        return frozenset()
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


def _drawn(
    chance: random.Random, things: Sequence[Thing], wanted: Sequence[tuple[Sort, int]], each: int
) -> Iterator[Thing]:
    """Things by sort, and others of the same sorts until there are enough."""
    chosen: list[Thing] = []
    for sort, count in wanted:
        kind = [thing for thing in things if thing.sort == sort]
        chosen += chance.sample(kind, min(count, len(kind)))
    sorts = {sort for sort, _ in wanted} - {"module"}
    rest = [thing for thing in things if thing.sort in sorts and thing not in chosen]
    chosen += chance.sample(rest, min(max(0, each - len(chosen)), len(rest)))
    yield from chosen[:each]


def _renamed(thing: Thing) -> str:
    last = thing.name.rpartition(".")[2] or thing.module.rpartition(".")[2]
    if thing.sort == "class":
        return f"{last}Renewed"
    return f"{last}_RENEWED" if last.isupper() else f"{last}_renewed"


def _packages(root: Path, package: str) -> Iterator[tuple[str, str]]:
    top = (root / package).parent
    for file in sorted((root / package).rglob("__init__.py")):
        if not _left_out(file):
            yield ".".join(file.parent.relative_to(top).parts), str(file.relative_to(root))


def _left_out(file: Path) -> bool:
    return any(part in ("tests", "testing", "_vendor", "vendor", "demo", "__pycache__") for part in file.parts)


def _things(root: Path, package: str) -> Iterator[Thing]:
    top = (root / package).parent
    for file in sorted((root / package).rglob("*.py")):
        below = file.relative_to(top)
        if _left_out(below) or file.name in ("__main__.py", "_version.py") or not file.stem.isidentifier():
            continue
        path = str(file.relative_to(root))
        module = ".".join(below.with_suffix("").parts)
        text = file.read_text("utf-8")
        tree = ast.parse(text)
        if file.name != "__init__.py":
            yield Thing("module", module, "", path, 1, 0)
        yield from _defined(tree, text.splitlines(), module.removesuffix(".__init__"), path)


def _defined(tree: ast.Module, lines: Sequence[str], module: str, path: str) -> Iterator[Thing]:
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name) if _plain(name):
                yield Thing("class", module, name, path, node.lineno, _column(lines, node.lineno, name))
                yield from _members(node, lines, module, path)
            case (ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name)) if _plain(name):
                yield Thing("function", module, name, path, node.lineno, _column(lines, node.lineno, name))
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if _plain(name):
                yield Thing("constant", module, name, path, node.lineno, node.col_offset)


def _members(node: ast.ClassDef, lines: Sequence[str], module: str, path: str) -> Iterator[Thing]:
    seen: set[str] = set()
    for one in node.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and _plain(one.name) and one.name not in seen:
            seen.add(one.name)
            column = _column(lines, one.lineno, one.name)
            yield Thing("method", module, f"{node.name}.{one.name}", path, one.lineno, column)
        elif isinstance(one, ast.FunctionDef) and one.name == "__init__":
            for store in ast.walk(one):
                match store:
                    case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()) if (
                        _plain(name) and name not in seen
                    ):
                        seen.add(name)
                        column = (store.end_col_offset or 0) - len(name)
                        line = lines[store.lineno - 1].encode()[:column].decode()
                        yield Thing("attribute", module, f"{node.name}.{name}", path, store.lineno, len(line))


def _column(lines: Sequence[str], line: int, name: str) -> int:
    return lines[line - 1].index(name, lines[line - 1].find("def " if "def " in lines[line - 1] else "class "))


def _plain(name: str) -> bool:
    """Names that Python itself gives a meaning are not chosen, nor `_`."""
    return not (name.startswith("__") and name.endswith("__")) and name != "_"
