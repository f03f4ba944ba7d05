"""What functions do to files: write, read, replace, serialise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from overhaul.facts import FileAct
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Scope
from overhaul.syntax.state_words import RESTORING
from overhaul.text import dotted, text_of, words_of

Act = Literal[
    "write", "append", "read", "replace", "sync", "temporary", "serialize", "deserialize", "pickle", "unpickle",
    "exists",
]  # fmt: skip

_PICKLES: Final = frozenset({
    "pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle", "torch",
})  # fmt: skip
_TEXTS: Final = frozenset({
    "json", "orjson", "ujson", "simplejson", "yaml", "toml", "tomli", "tomllib", "tomli_w", "msgpack", "rapidjson",
    "bson", "plistlib", "jsonutils", "jsonable", "np", "numpy", "jsonlib", "cbor2", "json_util", "ruamel",
})  # fmt: skip
_DUMPING: Final = frozenset({"dump", "dumps", "safe_dump", "packb", "pack", "save", "savez", "encode", "dump_all"})
_LOADING: Final = frozenset({"load", "loads", "safe_load", "unpackb", "unpack", "full_load", "decode", "load_all"})
_METHODS: Final[Mapping[str, Act]] = {
    "write_text": "write", "write_bytes": "write", "read_text": "read", "read_bytes": "read", "read_json": "read",
    "to_pickle": "pickle", "read_pickle": "unpickle", "fsync": "sync", "mkstemp": "temporary",
    "NamedTemporaryFile": "temporary", "TemporaryFile": "temporary", "to_json": "write", "to_parquet": "write",
    "read_parquet": "read", "write_utf8_file": "write", "save_json": "write", "load_json": "read",
    "load_json_object": "read", "Unpickler": "unpickle", "Pickler": "pickle", "writelines": "write",
}  # fmt: skip
_OS: Final[Mapping[str, Act]] = {
    "os.replace": "replace", "os.rename": "replace", "shutil.move": "replace", "os.fsync": "sync", "move": "replace",
    "os.path.exists": "exists", "os.path.isfile": "exists",
}  # fmt: skip


@Collector("Call", "ExceptHandler")
def file_acts(module: Module) -> Iterator[FileAct]:
    """Calls that open, write, read or replace files, or turn values into text or bytes and back."""
    reading: set[str] = set()
    for row in _calls(module):
        if row.act in ("read", "unpickle", "deserialize"):
            reading.add(row.scope)
        yield row
    for handler, line, block in module.nodes(cst.ExceptHandler):
        if block.scope.name in reading or _RESTORING.intersection(words_of(block.scope.name)):
            caught = text_of(handler.type, 80) if handler.type is not None else ""
            yield FileAct(scope=block.scope.name, act="fails", line=line, callee=_handled(handler.body), target=caught)


_RESTORING: Final = RESTORING - {
    "get", "init", "initialize", "open", "from", "import", "fetch", "startup", "loads", "loading",
}  # fmt: skip


def _handled(body: Any) -> str:
    """What a handler does: the exception it raises, "again" for the same, "default" for a value, "ignored"."""
    found = "ignored"
    for statement in body.body:
        for small in statement.body if statement.__class__ is cst.SimpleStatementLine else (statement,):
            if small.__class__ is cst.Raise:
                if small.exc is None:
                    return "again"
                raised = small.exc.func if small.exc.__class__ is cst.Call else small.exc
                return dotted(raised).rpartition(".")[2] or "again"
            if small.__class__ is cst.Assign or (small.__class__ is cst.Return and small.value is not None):
                found = "default"
    return found


def _calls(module: Module) -> Iterator[FileAct]:
    for call, line, block in module.nodes(cst.Call):
        func: Any = call.func
        if func.__class__ is cst.Attribute:
            last: str = func.attr.value
        elif func.__class__ is cst.Name:
            last = func.value
        else:
            continue
        if last not in _INTERESTING:
            continue
        act = _act(call, dotted(func), last)
        if act is not None:
            scope: Scope = block.scope
            while scope.kind in ("comprehension", "lambda") and scope.parent is not None:
                scope = scope.parent
            place = call.args[0].value if call.args else None
            if last in _ATOMIC:
                # The file is written beside, and put into the place of the old one.
                yield FileAct(scope=scope.name, act="replace", line=line, callee=dotted(func) or f"?.{last}", target="")
            if last in ("replace", "rename", "open") and not call.args and func.__class__ is cst.Attribute:
                place = func.value
            yield FileAct(
                scope=scope.name, act=act, line=line, callee=dotted(func) or f"?.{last}",
                target=text_of(place, 80) if place is not None else "",
            )  # fmt: skip


_ATOMIC: Final = frozenset({
    "atomic_open", "atomic_write", "atomic_write_text", "atomic_write_bytes", "write_utf8_file_atomic",
})  # fmt: skip
"""Functions that replace a whole file, or leave it."""
_INTERESTING: Final = frozenset({
    *_ATOMIC, *_DUMPING, *_LOADING, *_METHODS, "replace", "rename", "move", "fsync", "open", "exists", "isfile",
})  # fmt: skip


def _act(call: cst.Call, chain: str, last: str) -> Act | None:
    if (found := _OS.get(chain)) is not None:
        return found
    if last in _ATOMIC:
        return "write"
    root = chain.partition(".")[0]
    if last == "open":
        return _opened(call, chain)
    if last in _METHODS:
        return _METHODS[last]
    if root in _PICKLES and "." in chain:
        return "pickle" if last in _DUMPING else "unpickle" if last in _LOADING else None
    if root in _TEXTS and "." in chain:
        return "serialize" if last in _DUMPING else "deserialize" if last in _LOADING else None
    if last in ("replace", "rename") and len(call.args) == 1 and call.args[0].keyword is None:
        # Path.replace(target); str.replace takes two.
        return "replace"
    if last == "exists" and not call.args:
        return "exists"
    return None


def _opened(call: cst.Call, chain: str) -> Act | None:
    """What a file is opened for: `open(path, "w")`, `path.open("w")`."""
    plain = chain in (
        "open", "io.open", "gzip.open", "bz2.open", "lzma.open", "codecs.open", "aiofiles.open", "os.fdopen",
        "shelve.open",
    )  # fmt: skip
    if chain == "shelve.open":
        return "pickle"
    mode = ""
    for number, argument in enumerate(call.args):
        name = argument.keyword.value if argument.keyword is not None else ""
        value: Any = argument.value
        if (name == "mode" or (not name and number == (1 if plain else 0))) and value.__class__ is cst.SimpleString:
            mode = value.value.strip("rbuRBU").strip("\"'")
            break
    if not plain and (not mode or set(mode) - set("rwaxbt+U")):
        return "read" if not call.args and "." in chain else None
    if not plain and not chain:
        return None
    if "w" in mode or "x" in mode or "+" in mode:
        return "write"
    return "append" if "a" in mode else "read"
