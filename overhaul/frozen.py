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
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Final, TypeVar, cast

import msgspec

from overhaul.config import Config
from overhaul.contracts import Frozen
from overhaul.errors import Unreadable
from overhaul.layout import Layout

VERSION: Final = "v1"
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a file that is looked at."""
_LEFT_OUT: Final = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_Tree = TypeVar("_Tree", bound=ast.AST)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


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
    because: str = ""
    """Why it is unreadable."""


class FrozenFiles:
    """The files that `frozen` entries are about, as they are now: an argument of leaves."""

    def __init__(self, root: Path, layout: Layout, config: Config) -> None:
        """`root` is the folder that is audited."""
        self._root, self._layout = root, layout
        self.entries = config.frozen
        self._read: dict[str, bytes | None] = {}

    @cached_property
    def digest(self) -> bytes:
        """Of all that the entries say, and of the files as they are."""
        total = hashlib.blake2b(digest_size=16)
        for entry in self.entries:
            total.update(msgspec.msgpack.encode(entry))
            data = self._bytes(self.place(entry)[1])
            total.update(b"-" if data is None else hashlib.sha256(data).digest())
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
        try:
            return self._layout.module_of(path), path
        except KeyError:
            return "", path

    def look(self, entry: Frozen) -> Found:
        """What became of it."""
        module, path = self.place(entry)
        data = self._bytes(path) if path else None
        if data is None:
            whole = not entry.file.startswith("../")
            close = get_close_matches(module, self._layout.modules) if ":" in entry.what else ()
            return Found("gone" if whole or not module else "unseen", "", entry.file, entry.line, "", tuple(close))
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
            return self._judged(entry, Found("", module, path, _line(parts[0]), fingerprint_of(map(_counted, parts))))
        except (Unreadable, RecursionError) as error:
            said = str(error) if isinstance(error, Unreadable) else "it is nested too deeply"
            return Found("unreadable", module, path, 1, "", because=said)

    def _judged(self, entry: Frozen, found: Found) -> Found:
        state = "same" if found.fingerprint == entry.fingerprint else "changed"
        return msgspec.structs.replace(found, state=state)

    def _bytes(self, path: str) -> bytes | None:
        """The content of a plain file; None where there is none, or one that is too large."""
        if path not in self._read:
            self._read[path] = _content(self._root / path) if path else None
        return self._read[path]


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


def defined(tree: ast.Module, name: str) -> list[ast.stmt]:
    """All statements that define a dotted name in a module: functions, classes, or assignments."""
    scopes: list[list[ast.stmt]] = [tree.body]
    found: list[ast.stmt] = []
    for part in name.split("."):
        found = [one for scope in scopes for one in _statements(scope) if part in _names(one)]
        scopes = [one.body for one in found if isinstance(one, ast.ClassDef)]
    return found


def written(node: object) -> str:
    """A syntax tree as text: what it says, without its layout.

    Raises RecursionError for one that is nested too deeply.
    """
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
            return f"complex:{value.real.hex()},{value.imag.hex()}"
        case str():
            return f"str:{len(value)}:{value}"
        case bytes():
            return f"bytes:{value.hex()}"
        case _:
            return "..."


def _counted(statement: ast.stmt) -> str:
    """What counts of a statement that defines a name."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return written(_bare(statement))
        case ast.Assign(targets=[ast.Name()], value=value):
            return written(value)
        case ast.AnnAssign(target=ast.Name(), annotation=annotation, value=value):
            return f"{written(annotation)}={written(value)}"
        case _:
            return written(statement)


def _module(tree: ast.Module) -> list[str]:
    return [written(statement) for statement in _bare(tree).body]


def _bare(tree: _Tree) -> _Tree:
    """The tree itself, from which all docstrings are taken."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | _Definition) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return tree


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a scope, those in its branches and loops included."""
    for one in body:
        yield one
        if isinstance(one, _Definition):
            continue
        for key in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(one, key, ()))
        for handler in (*getattr(one, "handlers", ()), *getattr(one, "cases", ())):
            yield from _statements(handler.body)


def _names(statement: ast.stmt) -> set[str]:
    """The names that a statement defines."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {name for target in targets for node in ast.walk(target) if (name := _bound(node))}
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return {target.id} if isinstance(target, ast.Name) else set()
        case _:
            # `type X = ...`, which Python 3.11 does not know.
            alias: object = getattr(statement, "name", None)
            return {alias.id} if isinstance(alias, ast.Name) else set()


def _bound(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else ""


def _near(tree: ast.Module, name: str, fingerprint: str) -> Iterator[str]:
    """What a name that is gone may be called now: what says the same, else what is written alike."""
    scope, _, last = name.rpartition(".")
    owners = [one for one in defined(tree, scope) if isinstance(one, ast.ClassDef)] if scope else []
    bodies = [one.body for one in owners] if scope else [tree.body]
    start = f"{scope}." if scope else ""
    known: dict[str, list[ast.stmt]] = {}
    for body in bodies:
        for one in _statements(body):
            for found in sorted(_names(one)):
                known.setdefault(found, []).append(one)
    same: list[str] = []
    for found, statements in known.items():
        for one in statements:
            if isinstance(one, _Definition):
                one.name = last
        if fingerprint_of(map(_counted, statements)) == fingerprint:
            same.append(f"{start}{found}")
    yield from same or (f"{start}{one}" for one in get_close_matches(last, known))


def _line(statement: ast.stmt) -> int:
    return statement.lineno


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
