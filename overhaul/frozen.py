"""Fingerprints of definitions and files that are not to be changed.

The definition of version 1, of which no part may change without another number, is in `docs/contracts.md`.
"""

from __future__ import annotations

import ast
import hashlib
import os
import posixpath
import stat
import warnings
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple, TypeVar, cast

import msgspec

from overhaul.config import Config
from overhaul.contracts import Frozen
from overhaul.errors import Unreadable
from overhaul.layout import Layout

VERSION: Final = "v1"
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a file that is looked at."""
_CANDIDATES: Final = 8
"""Modules that are looked into for what is gone from its own."""
_LEFT_OUT: Final = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_Tree = TypeVar("_Tree", bound=ast.AST)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Part(NamedTuple):
    """A statement that says what a name means."""

    statement: ast.stmt
    branches: tuple[tuple[str, tuple[object, ...]], ...]
    """What it stands in, the outermost first: `If.body` and the like, each with what decides about it."""


class Found(msgspec.Struct, frozen=True):
    """What became of something frozen."""

    state: str
    """`same`, `changed`, `gone`, `unreadable`; `unseen` for what the run did not look at."""
    module: str
    """Dotted; "" for what is no module."""
    path: str
    """Relative to the audited root."""
    line: int
    fingerprint: str
    """As it is now; "" where there is none."""
    near: tuple[str, ...] = ()
    """What it may be called now."""
    there: tuple[str, ...] = ()
    """The paths of other modules that this stands in."""
    because: str = ""
    """Why it is unreadable."""


class FrozenFiles:
    """The files that `frozen` entries are about, as they are now: an argument of leaves."""

    def __init__(
        self, root: Path, layout: Layout, config: Config, planned: Mapping[str, bytes | None] | None = None
    ) -> None:
        """`root` is the folder that is audited; `planned` has what some files are to hold, None for those that go."""
        self._planned = planned or {}
        self._root, self._layout = root, layout
        self._partial = bool(config.also_exclude)
        self.entries = config.frozen
        self._read: dict[str, bytes | None] = {}

    @cached_property
    def digest(self) -> bytes:
        """Of all that the entries say, and of the files as they are."""
        total = hashlib.blake2b(digest_size=16)
        for entry in self.entries:
            total.update(msgspec.msgpack.encode(entry))
            module, path = self.place(entry)
            total.update(f"{module}\0{path}\0".encode("utf-8", "surrogatepass"))
            data = self._bytes(entry, path)
            if data is not None:
                total.update(hashlib.sha256(data).digest())
                continue
            total.update(b"-%d" % self._partial)
            for other in self._candidates(entry, module):
                total.update(other.encode("utf-8", "surrogatepass"))
                total.update(hashlib.sha256(self._bytes(entry, self._layout.modules[other].path) or b"").digest())
        return total.digest()

    def place(self, entry: Frozen) -> tuple[str, str]:
        """The module (dotted; "" for none) and the path of the file that an entry is about; the path may be of none."""
        module = entry.what.partition(":")[0]
        place = self._layout.modules.get(module)
        if place is not None:
            return module, place.path
        if ":" in entry.what:
            return module, ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(entry.file), entry.what))
        if path.startswith("../"):
            # Settings above the audited folder name what lies in it by way of its own name.
            whole = os.path.abspath(self._root)
            path = Path(os.path.relpath(os.path.join(whole, path), whole)).as_posix()
        try:
            return self._layout.module_of(path), path
        except KeyError:
            return "", path

    def look(self, entry: Frozen) -> Found:
        """What became of it."""
        module, path = self.place(entry)
        data = self._bytes(entry, path) if path else None
        if data is None:
            if path and self._leads_out(entry, path):
                said = "it leads out of the folder of the settings"
                return Found("unreadable", "", entry.file, entry.line, "", because=said)
            whole = not (self._partial or entry.file.startswith("../"))
            near, there = self._moved(entry, module)
            return Found("gone" if whole or not module else "unseen", "", entry.file, entry.line, "", near, there)
        if is_file(entry, self._layout):
            return self._judged(entry, Found("", module, path, 1, fingerprint_of_file(data)))
        try:
            tree = parsed(data)
            name = entry.what.partition(":")[2]
            if not name:
                return self._judged(entry, Found("", module, path, 1, fingerprint_of(_module(tree))))
            parts = defined(tree, name)
            if not parts:
                near = tuple(f"{module}:{one}" for one in _near(tree, name, entry.fingerprint))
                return Found("gone", module, path, 1, "", near)
            now = fingerprint_of(map(_counted, parts))
            return self._judged(entry, Found("", module, path, parts[0].statement.lineno, now))
        except (Unreadable, RecursionError) as error:
            said = str(error) if isinstance(error, Unreadable) else "it is nested too deeply"
            return Found("unreadable", module, path, 1, "", because=said)

    def _judged(self, entry: Frozen, found: Found) -> Found:
        state = "same" if found.fingerprint == entry.fingerprint else "changed"
        return msgspec.structs.replace(found, state=state)

    def _candidates(self, entry: Frozen, module: str) -> list[str]:
        """Modules that something may have moved to, when it is gone from its own."""
        if ":" not in entry.what:
            return []
        last = module.rpartition(".")[2]
        alike = get_close_matches(module, self._layout.modules)
        same = (name for name in self._layout.modules if name.rpartition(".")[2] == last)
        return list(dict.fromkeys((*alike, *same)))[:_CANDIDATES]

    def _moved(self, entry: Frozen, module: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What may be meant now by a module that is gone, and where that is: what says the same before all else."""
        name = entry.what.partition(":")[2]
        alike: dict[str, str] = {}
        same: dict[str, str] = {}
        for other in self._candidates(entry, module):
            path = self._layout.modules[other].path
            alike[other] = path
            try:
                parts = defined(parsed(self._bytes(entry, path) or b""), name)
                if parts and fingerprint_of(map(_counted, parts)) == entry.fingerprint:
                    same[f"{other}:{name}"] = path
            except (Unreadable, RecursionError):
                continue
        found = same or dict(list(alike.items())[:3])
        return tuple(found), tuple(found.values())

    def _bytes(self, entry: Frozen, path: str) -> bytes | None:
        """The content of a plain file; None where there is none, one that is too large, or one that lies elsewhere."""
        if path not in self._read:
            if path in self._planned:
                self._read[path] = self._planned[path]
                return self._read[path]
            there = path and not self._leads_out(entry, path)
            self._read[path] = _content(self._root / path) if there else None
        return self._read[path]

    def _leads_out(self, entry: Frozen, path: str) -> bool:
        """Whether links lead from a path to what is neither in the audited folder nor in that of the settings.

        Settings of an audited tree name it: nothing else is to be read for them.
        """
        real = os.path.realpath(self._root / path)
        tops = (self._root, self._root / posixpath.dirname(entry.file))
        return not any(Path(real).is_relative_to(os.path.realpath(top)) for top in tops)


def is_file(entry: Frozen, layout: Layout) -> bool:
    """Whether the bytes of a file count, and not the code in it."""
    return ":" not in entry.what and entry.what not in layout.modules and not entry.code_only


def fingerprint_of_file(data: bytes) -> str:
    """Of a file, however its lines end."""
    return _hash(b"file\0" + data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def fingerprint_of(parts: Iterator[str] | Sequence[str]) -> str:
    """Of parts of code, as `written` gives them."""
    return _hash(b"code\0" + "\n".join(parts).encode("utf-8", "surrogatepass"))


def parsed(data: bytes) -> ast.Module:
    """The syntax tree of a file. Raises Unreadable for one that the Python that runs us cannot parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f"it cannot be parsed ({' '.join(str(error).split())})") from error


def defined(tree: ast.Module, name: str) -> list[Part]:
    """All statements that say what a dotted name means in a module: functions, classes, assignments, imports."""
    scopes: list[list[ast.stmt]] = [tree.body]
    found: list[Part] = []
    for part in name.split("."):
        found = [one for scope in scopes for one in _statements(scope) if part in _names(one.statement)]
        # A statement that says of several names what they mean is to count for this one.
        found = [Part(_about(one.statement, part), one.branches) for one in found]
        scopes = [one.statement.body for one in found if isinstance(one.statement, ast.ClassDef)]
    return found


def written(node: object) -> str:
    """A syntax tree as text: what it says, without its layout.

    Raises RecursionError for one that is nested too deeply.
    """
    if isinstance(node, ast.Delete):
        # `del (a, b)` is `del a, b` with brackets that formatters take away.
        return f"Delete(targets=[{','.join(written(one) for target in node.targets for one in _deleted(target))}])"
    if isinstance(node, ast.AST):
        fields = [
            f"{name}={written(value)}"
            for name, value in sorted(ast.iter_fields(node))
            if name not in _LEFT_OUT and value is not None and value != [] and not isinstance(node, ast.Constant)
        ]
        if isinstance(node, ast.Constant):
            fields = [_constant(node.value)]
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return f"[{','.join(written(one) for one in cast('list[object]', node))}]"
    return _constant(node)


def _deleted(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _deleted(one)
    else:
        yield target


def _constant(value: object) -> str:
    """A value with its type, so that 1, 1.0, True and "1" differ."""
    match value:
        case bool() | None:
            return str(value)
        case int():
            return f"int:{value:x}"
        case float():
            return f"float:{value.hex()}"
        case complex():
            return f"complex:{float(value.real).hex()},{float(value.imag).hex()}"
        case str():
            return f"str:{len(value)}:{value}"
        case bytes():
            return f"bytes:{value.hex()}"
        case _:
            return "..."


def _counted(part: Part) -> str:
    """What counts of a statement that says what a name means."""
    around = "".join(f"{name}({','.join(map(written, nodes))})" for name, nodes in part.branches)
    return f"{around}:{_said(part.statement)}" if around else _said(part.statement)


def _said(statement: ast.stmt) -> str:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return written(_bare(statement))
        case ast.Assign(targets=[ast.Name()], value=value):
            return written(value)
        case ast.AnnAssign(target=ast.Name(), annotation=annotation, value=value):
            return f"{written(annotation)}={written(value)}"
        case ast.If() | ast.While() | ast.For() | ast.AsyncFor() | ast.With() | ast.AsyncWith():
            return f"{type(statement).__name__}({','.join(map(written, _head(statement)))})"
        case _:
            return written(statement)


def _head(node: ast.AST) -> tuple[object, ...]:
    """What decides about the statements in another one, or in a branch of it."""
    keys = ("test", "subject", "target", "iter", "items", "type", "pattern", "guard")
    return tuple(value for key in keys if (value := getattr(node, key, None)) is not None)


def _about(statement: ast.stmt, name: str) -> ast.stmt:
    """Of an import, only what it says of one name."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        names = [one for one in statement.names if _imported(one) == name]
        if isinstance(statement, ast.Import):
            return ast.copy_location(ast.Import(names=names), statement)
        return ast.copy_location(ast.ImportFrom(statement.module, names, statement.level), statement)
    return statement


def _module(tree: ast.Module) -> list[str]:
    return [written(statement) for statement in _bare(tree).body]


def _bare(tree: _Tree) -> _Tree:
    """The tree itself, from which all docstrings are taken."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | _Definition) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return tree


def _statements(body: Sequence[ast.stmt], around: tuple[tuple[str, tuple[object, ...]], ...] = ()) -> Iterator[Part]:
    """The statements of a scope, those in its branches and loops included."""
    for one in body:
        yield Part(one, around)
        if isinstance(one, _Definition):
            continue
        kind = type(one).__name__
        for key in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(one, key, ()), (*around, (f"{kind}.{key}", _head(one))))
        for key in ("handlers", "cases"):
            for branch in getattr(one, key, ()):
                head = (*_head(one), *_head(branch))
                yield from _statements(branch.body, (*around, (f"{kind}.{key}", head)))


def _names(statement: ast.stmt) -> set[str]:
    """The names of which a statement says what they mean, or changes it."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {_imported(one) for one in names}
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            return {name for target in targets for name in _written_to(target)} | _walrus(statement)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return {*_written_to(target)} | _walrus(statement)
        case ast.For(target=target) | ast.AsyncFor(target=target):
            return {*_written_to(target)}
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return {name for one in items if one.optional_vars is not None for name in _written_to(one.optional_vars)}
        case ast.Expr() | ast.If() | ast.While():
            return _walrus(statement)
        case _:
            # `type X = ...`, which Python 3.11 does not know.
            alias: object = getattr(statement, "name", None)
            return {alias.id} if isinstance(alias, ast.Name) else set()


def _written_to(target: ast.expr) -> Iterator[str]:
    """The names that a target binds, and those of what it writes into: `X`, `X[1]`, `X.a`."""
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _written_to(part)
        case ast.Starred(value=inner) | ast.Subscript(value=inner) | ast.Attribute(value=inner):
            yield from _written_to(inner)
        case _:
            pass


def _walrus(statement: ast.stmt) -> set[str]:
    """The names that `:=` binds in the expressions of a statement itself."""
    whole = [value for value in _head(statement) if isinstance(value, ast.expr)]
    value: object = getattr(statement, "value", None)
    roots = [*whole, value] if isinstance(value, ast.expr) else whole
    nodes = (node for root in roots for node in ast.walk(root))
    return {node.target.id for node in nodes if isinstance(node, ast.NamedExpr)}


def _imported(one: ast.alias) -> str:
    return one.asname or one.name.partition(".")[0]


def _near(tree: ast.Module, name: str, fingerprint: str) -> Iterator[str]:
    """What a name that is gone may be called now: what says the same, else what is written alike."""
    scope, _, last = name.rpartition(".")
    owners = [part.statement for part in defined(tree, scope)] if scope else []
    bodies = [one.body for one in owners if isinstance(one, ast.ClassDef)] if scope else [tree.body]
    start = f"{scope}." if scope else ""
    known: dict[str, list[Part]] = {}
    for body in bodies:
        for one in _statements(body):
            for found in sorted(_names(one.statement)):
                known.setdefault(found, []).append(one)
    same: list[str] = []
    for found, parts in known.items():
        for one in parts:
            if isinstance(one.statement, _Definition):
                one.statement.name = last
        if fingerprint_of(map(_counted, parts)) == fingerprint:
            same.append(f"{start}{found}")
    yield from same or (f"{start}{one}" for one in get_close_matches(last, known))


def _hash(data: bytes) -> str:
    return f"{VERSION}:{hashlib.sha256(data).hexdigest()[:32]}"


def _content(file: Path) -> bytes | None:
    try:
        about = os.stat(file)
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
            return None
        return file.read_bytes()
    except (OSError, ValueError):
        return None
