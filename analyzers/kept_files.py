"""Files in which functions keep what they have made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

from overhaul.facts import KeptFile
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import Role, Scope
from overhaul.syntax.parts import inside
from overhaul.syntax.paths import STATEMENTS, Condition
from overhaul.text import dotted, text_of

_CHECKS: Final = frozenset({"exists", "isfile", "is_file", "getmtime", "stat", "lexists", "isdir", "is_dir", "getsize"})
_TIMES: Final = frozenset({"getmtime", "stat", "getctime"})
_LOADS: Final = regex(
    r"^(?:a?load|read|parse|unpickle|from|get|import|fetch|deserialize|restore|open)(?:s|_\w+|\w*)?$"
)
_STORES: Final = regex(
    r"^_?(?:save|dump|write|to|store|export|put|serialize|persist|download|urlretrieve|replace|rename|move|copy|cache)"
    r"(?:s|z|_\w+|\w*)?$"
)
_PLAIN: Final = frozenset({
    "str", "Path", "open", "join", "exists", "isfile", "is_file", "info", "debug", "warning", "mkdir", "makedirs",
    "dirname",
    "len", "print", "fspath", "basename", "log", "error", "time", "with_suffix", "close", "unlink", "remove", "format",
    "getmtime", "stat", "encode", "decode", "flush", "isinstance", "chmod", "touch", "parent", "rename", "replace",
    "tell",
    "exception", "dumps", "dump", "joinpath", "write", "writelines", "umask", "fsync", "seek", "truncate", "tofile",
    "make_archive", "dict", "list", "set", "tuple", "int", "getLogger", "start", "isdir", "abspath", "expanduser",
})  # fmt: skip
_MISSING: Final = frozenset({"FileNotFoundError", "OSError", "IOError", "EnvironmentError", "Exception", "EOFError",
                             "UnpicklingError", "JSONDecodeError", "ValueError"})  # fmt: skip


@Collector("Call", *STATEMENTS)
def kept_files(module: Module) -> Iterator[KeptFile]:
    """Functions that look whether a file is there, and make it where it is not.

    Only functions that ask for a file or catch its absence and that write one are looked at; a file that gets a
    constant (a default configuration, say) makes no row.
    """
    for scope in module.scopes:
        if scope.kind == "function" and _matters(scope):
            yield from _Function(module, scope).rows()


def _matters(scope: Scope) -> bool:
    asks = writes = False
    for role, name, *_ in scope.events:
        if role == Role.CALL:
            last = name.rpartition(".")[2]
            asks = asks or last in _CHECKS or last == "open"
            writes = (
                writes
                or last == "open"
                or ("." in name and _STORES.match(last) is not None)
                or last.startswith(("save", "_save", "dump", "download", "write", "_write", "urlretrieve"))
            )
    return asks and writes


class _File:
    def __init__(self, line: int, check: Literal["exists", "time", "open"]) -> None:
        self.line = line
        self.check: Literal["exists", "time", "open"] = check
        self.loads: list[int] = []
        self.stores: list[int] = []
        self.hit = self.missed = False
        self.made = ""


class _Known(NamedTuple):
    file: str
    hit: bool
    sure: bool


class _Function:
    """One pass over a function."""

    def __init__(self, module: Module, scope: Scope) -> None:
        self.module = module
        self.scope = scope
        self.files: dict[str, _File] = {}
        self.values: dict[str, Any] = {}
        self.parameters = {event[1] for event in scope.events if event[0] == Role.PARAMETER}
        self._known: dict[int, tuple[list[_Known], list[_Known]]] = {}
        self._left: set[str] = set()
        self._opens: dict[str, int] = {}
        """Files that were read before anything asked for them -> line."""
        self._pending: list[tuple[int, Any, Sequence[Condition]]] = []

    def rows(self) -> Iterator[KeptFile]:
        for node, line, conditions in self.module.reached(self.scope):
            kind = node.__class__
            if kind is cst.If or kind is cst.While:
                self._known[id(node.test)] = (
                    list(self._say(node.test, True, line)),
                    list(self._say(node.test, False, line)),
                )
                self._calls(node.test, line, conditions)
            elif kind is cst.With:
                for item in node.items:
                    self._calls(item.item, line, conditions)
            elif kind in (cst.Assign, cst.AnnAssign, cst.Return, cst.Expr, cst.AugAssign):
                value = node.value
                if value is None:
                    continue
                self._calls(value, line, conditions)
                if kind is cst.Assign and len(node.targets) == 1 and node.targets[0].target.__class__ is cst.Name:
                    target: Any = node.targets[0].target
                    self.values[target.value] = value
                if kind is cst.Return:
                    self._left |= {one.file for one in self._claims(conditions, line) if one.hit}
        for text, found in self.files.items():
            if found.missed and found.stores and found.made:
                names = self._names(text)
                yield KeptFile(
                    scope=self.scope.name, line=found.line, file=self._spelled(text), check=found.check,
                    loads=tuple(dict.fromkeys(found.loads)), stores=tuple(dict.fromkeys(found.stores)), made=found.made,
                    keyed=tuple(sorted(names & self.parameters - {"self", "cls"})), hit=found.hit,
                    instance="self" in names,
                )  # fmt: skip

    def _names(self, text: str) -> set[str]:
        """The names that a path is made from, local ones followed."""
        found: set[str] = set()
        waiting = set(re.findall(r"[^\W\d]\w*", text))
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            if name in self.values:
                waiting |= {one.value for one in inside(self.values[name]) if one.__class__ is cst.Name} - found
        return found

    def _spelled(self, text: str) -> str:
        return text_of(self.values[text]) if text in self.values else text

    def _path(self, node: Any) -> str:
        """The text by which a path is known: without `str(...)`, `Path(...)`."""
        while node.__class__ is cst.Call and dotted(node.func).rpartition(".")[2] in (
            "str",
            "Path",
            "fspath",
            "expanduser",
        ):
            if len(node.args) != 1:
                break
            node = node.args[0].value
        if node.__class__ in (
            cst.Name,
            cst.Attribute,
            cst.Call,
            cst.BinaryOperation,
            cst.Subscript,
            cst.FormattedString,
        ):
            return text_of(node, 200)
        return ""

    def _say(self, test: Any, truth: bool, line: int, through: frozenset[str] = frozenset()) -> Iterator[_Known]:
        """What a condition says of files; `through` are the names that stand for it on the way, for `a = a or b`."""
        kind = test.__class__
        if kind is cst.UnaryOperation:
            yield from self._say(test.expression, not truth, line, through)
        elif kind is cst.BooleanOperation:
            whole = (test.operator.__class__ is cst.And) == truth
            for side in (test.left, test.right):
                for one in self._say(side, truth, line, through):
                    yield one if whole else one._replace(sure=False)
        elif kind is cst.Name and test.value in self.values and self.values[test.value].__class__ is not cst.Name:
            value = self.values[test.value]
            if value.__class__ in (cst.Call, cst.UnaryOperation, cst.BooleanOperation) and test.value not in through:
                yield from self._say(value, truth, line, through | {test.value})
        else:
            for node in inside(test):
                if node.__class__ is not cst.Call:
                    continue
                file, timed = self._checked(node)
                if file:
                    found = self.files.setdefault(file, _File(line, "time" if timed else "exists"))
                    if timed:
                        found.check = "time"
                        yield _Known(file, True, False)
                        yield _Known(file, False, False)
                    elif node is test:
                        yield _Known(file, truth, True)

    def _checked(self, call: Any) -> tuple[str, bool]:
        """The file that a call asks for, and whether for its time."""
        func = call.func
        last = _called(func)
        if last not in _CHECKS:
            return "", False
        if call.args:
            return self._path(call.args[0].value), last in _TIMES
        return (self._path(func.value) if func.__class__ is cst.Attribute else ""), last in _TIMES

    def _claims(self, conditions: Sequence[Condition], line: int) -> Iterator[_Known]:
        for one in conditions:
            if one.kind in ("true", "false"):
                known = self._known.get(id(one.node))
                if known is not None:
                    yield from known[0 if one.kind == "true" else 1]
            elif one.kind == "raised" and one.node.__class__ is cst.ExceptHandler:
                caught = one.node.type
                kinds = (
                    []
                    if caught is None
                    else [e.value for e in caught.elements]
                    if caught.__class__ is cst.Tuple
                    else [caught]
                )
                if {dotted(kind).rpartition(".")[2] for kind in kinds} & _MISSING:
                    for file in self._opened(one.around.body):
                        found = self.files.setdefault(file, _File(one.line, "open"))
                        found.hit = True
                        if not found.loads and file in self._opens:
                            found.loads.append(self._opens[file])
                        yield _Known(file, False, True)

    def _opened(self, body: Any) -> Iterator[str]:
        """The files that a short suite reads."""
        for statement in list(body.body)[:6]:
            roots: list[Any] = []
            if statement.__class__ is cst.With:
                roots = [item.item for item in statement.items]
            elif statement.__class__ is cst.SimpleStatementLine:
                values = [getattr(one, "value", None) for one in statement.body]
                roots = [value for value in values if value is not None]
            for root in roots:
                for node in inside(root):
                    if node.__class__ is cst.Call:
                        file, writes = self._touched(node)
                        if file and writes is False:
                            yield file

    def _touched(self, call: Any) -> tuple[str, bool | None]:
        """The file that a call reads (False) or writes (True)."""
        func = call.func
        last = _called(func)
        if last == "open" and (call.args or func.__class__ is cst.Attribute):
            method = func.__class__ is cst.Attribute and dotted(func) not in (
                "io.open",
                "codecs.open",
                "gzip.open",
                "bz2.open",
                "lzma.open",
                "aiofiles.open",
                "os.open",
                "Image.open",
            )
            rest = call.args if method else call.args[1:]
            path = self._path(func.value) if method else self._path(call.args[0].value)
            mode = next((one.value for one in rest if one.keyword is None or one.keyword.value == "mode"), None)
            text = text_of(mode) if mode is not None else "'r'"
            return path, any(sign in text for sign in "wax") if mode is not None else False
        if last in ("write_text", "write_bytes", "read_text", "read_bytes") and func.__class__ is cst.Attribute:
            return self._path(func.value), last.startswith("write")
        stores, loads = _STORES.match(last), _LOADS.match(last)
        if not (stores or loads):
            return "", None
        for argument in call.args:
            path = self._path(argument.value)
            if path in self.files:
                return path, stores is not None
        return "", None

    def _calls(self, value: Any, line: int, conditions: Sequence[Condition]) -> None:
        claims = list(self._claims(conditions, line))
        for node in inside(value):
            if node.__class__ is not cst.Call:
                continue
            called = dotted(node.func) or (f"?.{node.func.attr.value}" if node.func.__class__ is cst.Attribute else "")
            file, writes = self._touched(node)
            for one in claims:
                if not one.hit and not file and called and called.rpartition(".")[2] not in _PLAIN:
                    missing = self.files[one.file]
                    missing.made = missing.made or called
            if not file:
                continue
            found = self.files.get(file)
            if found is None:
                if writes is False:
                    self._opens.setdefault(file, line)
                continue
            if writes:
                found.stores.append(line)
                mine = [one for one in claims if one.file == file]
                if any(not one.hit for one in mine) or file in self._left or (not mine and found.hit):
                    found.missed = True
                    last = called.rpartition(".")[2]
                    if last.startswith(("download", "urlretrieve")):
                        found.made = found.made or called
                    for argument in node.args:
                        if argument.value.__class__ is cst.Call:
                            inner = dotted(argument.value.func)
                            if inner and inner.rpartition(".")[2] not in _PLAIN | {"dumps"}:
                                found.made = found.made or inner
                    if not found.made and file in self._left:
                        found.made = self._any_call()
            elif writes is False:
                found.loads.append(line)
                found.hit = found.hit or any(one.file == file and one.hit for one in claims) or not claims

    def _any_call(self) -> str:
        """Something that was called to make a local value."""
        for value in self.values.values():
            for node in inside(value):
                if node.__class__ is cst.Call:
                    called = dotted(node.func)
                    if called and called.rpartition(".")[2] not in _PLAIN:
                        return called
        return ""


def _called(func: Any) -> str:
    """The last name of what is called; "" for what has none."""
    if func.__class__ is cst.Attribute:
        func = func.attr
    return str(func.value) if func.__class__ is cst.Name else ""
