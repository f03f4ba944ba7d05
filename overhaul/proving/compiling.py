"""Each changed file parses and compiles, if it did before."""

from __future__ import annotations

import ast
import configparser
import io
import json
import tomllib
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from overhaul.changes import FileChange
from overhaul.errors import Unreadable
from overhaul.later import parsed
from overhaul.plans import Refusal
from overhaul.project import Project

CHECK: Final = "compile"


def compiles(before: Project, after: Project, file: FileChange) -> Iterator[Refusal]:
    """What is wrong with one file. Nothing of it is run.

    Python is parsed by LibCST (as the survey of the planned files does) and compiled by the Python that runs overhaul;
    a file of another version's syntax counts as it is if that was so before.
    """
    if file.after is None:
        return
    origin = file.origin or file.path
    if not file.path.endswith((".py", ".pyi")):
        yield from _parses(before, file)
        return
    for failure in after.survey.failures:
        if failure.path == file.path and not any(one.path == origin for one in before.survey.failures):
            yield Refusal(file.path, 0, CHECK, f"it would no longer parse: {failure.reason}", _REMEDY)
            return
    error = _flaw(file.path, file.after)
    if error is None:
        return
    data = file.before
    if file.origin:
        try:
            data = before.source(file.origin).data
        except Unreadable:
            data = None
    if data is None or _flaw(origin, data) is None:
        yield Refusal(file.path, error.lineno or 0, CHECK, f"it would no longer compile: {error.msg}", _REMEDY)


_REMEDY: Final = "choose another name, or leave the file out"


def _flaw(path: str, data: bytes) -> SyntaxError | None:
    """Why Python does not compile a file; None if it does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if path.endswith(".pyi"):
                # What a stub says need not make sense to the compiler.
                ast.parse(data, path)
            else:
                _compile(data, path)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            return SyntaxError(str(error))
    return None


def _compile(data: bytes, path: str) -> None:
    """Raise SyntaxError for what Python does not compile, lazy imports apart where this Python knows none of them."""
    try:
        compile(data, path, "exec", dont_inherit=True)
    except SyntaxError:
        if b"lazy" not in data:
            raise
        compile(parsed(data), path, "exec", dont_inherit=True)


def _parses(before: Project, file: FileChange) -> Iterator[Refusal]:
    """Configuration goes on to be what it is."""
    suffix = file.path.rpartition(".")[2]
    reader = _READERS.get(suffix)
    if reader is None or file.after is None:
        return
    error = _failure(reader, file.after)
    if error is None:
        return
    data = file.before if file.before is not None else None
    if file.origin:
        data = before.source(file.origin).data
    if data is None or _failure(reader, data) is None:
        yield Refusal(file.path, 0, CHECK, f"it would no longer parse: {error}", "leave the file out")


def _failure(reader: Callable[[str], object], data: bytes) -> str | None:
    try:
        reader(data.decode("utf-8-sig"))
    except (ValueError, configparser.Error, RecursionError) as error:
        return " ".join(str(error).split())[:200] or type(error).__name__
    return None


def _ini(text: str) -> object:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_file(io.StringIO(text))
    return parser


_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "toml": tomllib.loads, "json": json.loads, "cfg": _ini, "ini": _ini,
}  # fmt: skip
