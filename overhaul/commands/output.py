"""Where reports go: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

import msgspec

from overhaul.errors import LeafError, OverhaulError, UsageError, blame
from overhaul.leaves import Leaves, Report
from overhaul.printable import printable
from overhaul.survey import Survey

USUAL_FILES: Final = {"html": "overhaul-report.html"}
"""Reports that nobody wants to read on a terminal, and where they go when no file is named."""


class Order(msgspec.Struct, frozen=True):
    """A report to make, and where it goes; `file` None is standard output."""

    report: str
    file: Path | None
    announce: bool = False
    """The user has not named the file, and is to be told."""


def orders(texts: Iterable[str], leaves: Leaves, option: str = "--report") -> list[Order]:
    """What each `NAME` or `NAME=FILE` asks for; `-` is standard output; `option` is what they were given with.

    Raises UnknownName, and UsageError for a file that could not be written and for a second report to standard output.
    """
    found = [_order(text, leaves, option) for text in texts]
    if len(spoken := [order.report for order in found if order.file is None]) > 1:
        raise UsageError(f"{' and '.join(spoken)} would both go to standard output: name a file, {spoken[1]}=FILE")
    written: dict[str, str] = {}
    for order in found:
        if order.file is not None:
            _check_writable(order.file)
            other = written.setdefault(os.path.realpath(order.file), order.report)
            if other != order.report and not _is_special(order.file):
                raise UsageError(f"{other} and {order.report} would both go to {order.file}: name another file for one")
    return found


def _order(text: str, leaves: Leaves, option: str) -> Order:
    name, equals, file = text.partition("=")
    leaves.report(name)
    if equals and not file:
        raise UsageError(f"{option} {text}: no file after the equals sign: name one, or - for standard output")
    if file == "-" or (not file and name not in USUAL_FILES):
        return Order(name, None)
    return Order(name, Path(file or USUAL_FILES[name]), announce=not file)


def _check_writable(file: Path) -> None:
    folder = Path(os.path.realpath(file)).parent
    if file.is_dir():
        raise UsageError(f"{file}: is a folder: name a file in it")
    if not folder.is_dir():
        raise UsageError(f"{file}: the folder {folder} does not exist: make it first")
    if not os.access(file if _is_special(file) else folder, os.W_OK):
        raise UsageError(f"{file}: no permission to write there: name another file")


def short(file: str | Path) -> str:
    """A path as somebody in the current folder would write it, where it lies below; safe to print."""
    try:
        below = os.path.relpath(file)
    except ValueError:  # on another drive
        below = ".."
    return printable(str(file) if below.startswith("..") else below)


def told(report: Report, survey: Survey) -> Iterator[bytes | str]:
    """What a report has to say. Raises LeafError, with the place, for whatever goes wrong in it."""
    try:
        for chunk in report.function(survey):
            if not isinstance(chunk, bytes | str):
                raise LeafError(
                    f"{report.where}: the report {report.name} yields a {type(chunk).__name__}: "
                    "mend it to yield text or bytes"
                )
            yield chunk
    except OverhaulError:
        raise
    except Exception as error:
        raise LeafError(f"{report.where}: the report {report.name} failed ({blame(error)}): mend it") from error


def encoded(chunks: Iterable[bytes | str]) -> Iterator[bytes]:
    """Text as UTF-8."""
    for chunk in chunks:
        yield chunk if isinstance(chunk, bytes) else chunk.encode("utf-8", "backslashreplace")


def write_file(file: Path, chunks: Iterable[bytes]) -> None:
    """Write a file whole: into one beside it, which then takes its place, with the permissions of the old one.

    A link keeps pointing to where it did; a pipe or a device is written to directly. Raises UsageError when it cannot
    be written.
    """
    try:
        if _is_special(file):
            with file.open("wb") as stream:
                stream.writelines(chunks)
            return
        target = Path(os.path.realpath(file))
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                os.chmod(name, _mode(target))
                stream.writelines(chunks)
            os.replace(name, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        if not file.parent.exists():
            raise UsageError(f"{file}: the folder {file.parent} does not exist: make it first") from error
        raise UsageError(f"{file}: {error.strerror or error}: name another file") from error


def write_stdout(chunks: Iterable[bytes | str], stream: IO[bytes]) -> None:
    """Write to standard output as it comes; text in the encoding of the terminal, what that lacks as an escape.

    Raises BrokenPipeError when the reader has gone, and OverhaulError for whatever else the system refuses.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        for chunk in chunks:
            stream.write(chunk if isinstance(chunk, bytes) else chunk.encode(encoding, "backslashreplace"))
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OverhaulError(f"standard output: {error.strerror or error}") from error


def _is_special(file: Path) -> bool:
    """Whether it is there and is neither a regular file nor a folder."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _mode(target: Path) -> int:
    """The permissions the file has, or those that a new one would get."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
