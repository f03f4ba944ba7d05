"""A file of a profiler or benchmark tool, known by what is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

from overhaul.errors import UsageError
from overhaul.patterns import regex
from overhaul.printable import printable
from overhaul.profiles.benchmarks import read_pyperf, read_pytest_benchmark
from overhaul.profiles.contents import contents
from overhaul.profiles.cprofile import read_cprofile
from overhaul.profiles.instrumentor import read_components, read_cycles, read_report
from overhaul.profiles.model import Profile, Wrong
from overhaul.profiles.scalene import read_scalene
from overhaul.profiles.stacks import read_collapsed, read_pyinstrument, read_speedscope

_FIRST: Final = 1 << 16
_KNOWN: Final = (
    "cProfile, pyinstrument JSON, speedscope JSON, py-spy raw, scalene JSON, the instrumentor's JSON and CSV, "
    "pytest-benchmark JSON, pyperf JSON"
)
_Read = Callable[[bytes, str], Profile]
_ABSENT: Final = msgspec.Raw()
_STACK: Final = regex(r"(?:.*\S )?\d{1,15}")


class _Keys(msgspec.Struct):
    """The keys that tell one kind of JSON from another; their values are passed over."""

    root_frame: msgspec.Raw = _ABSENT
    shared: msgspec.Raw = _ABSENT
    profiles: msgspec.Raw = _ABSENT
    files: msgspec.Raw = _ABSENT
    elapsed_time_sec: msgspec.Raw = _ABSENT
    components: msgspec.Raw = _ABSENT
    benchmarks: msgspec.Raw = _ABSENT
    machine_info: msgspec.Raw = _ABSENT
    version: msgspec.Raw = _ABSENT


def read_profiles(files: Iterable[Path]) -> tuple[Profile, ...]:
    """Read some files. Raises UsageError for one that is none of a known format, and for one that is given twice."""
    found: dict[str, Profile] = {}
    for file in files:
        profile = read_profile(file)
        if (other := found.get(profile.digest)) is not None:
            raise UsageError(f"{file}: is the same measurement as {other.file}: name each once")
        found[profile.digest] = profile
    return tuple(found.values())


def read_profile(file: Path) -> Profile:
    """Read one file. Raises UsageError, with one line that says what is wrong with it."""
    try:
        data = contents(file)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}: name a file of a profiler or benchmark tool") from error
    read, what = _reader(data)
    if read is None:
        raise UsageError(f"{file}: is no profile that is known: {_KNOWN}")
    try:
        profile = read(data, str(file))
    except (Wrong, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: {what}, which cannot be read: {printable(str(error))}: write it anew") from error
    except RecursionError:
        raise UsageError(f"{file}: {what}, whose stacks are nested too deep: give it as speedscope JSON") from None
    except OverflowError as error:
        raise UsageError(f"{file}: {what}, which holds a number out of range ({error}): write it anew") from error
    return msgspec.structs.replace(profile, digest=f"sha256:{hashlib.sha256(data).hexdigest()}")


def _reader(data: bytes) -> tuple[_Read | None, str]:
    """Who reads such a file, and what it is."""
    # A dict of marshal whose first key is a tuple, or that is empty; with or without the flag of a reference.
    if data[:1] in (b"{", b"\xfb") and data[1:2] in (b"(", b")", b"\xa8", b"\xa9", b"0"):
        return read_cprofile, "a profile of cProfile"
    if data.lstrip()[:1] == b"{":
        return _json(data)
    first = data.lstrip()[:_FIRST].partition(b"\n")[0].decode("utf-8", "replace").strip()
    if first.startswith("name,count,total,"):
        return read_components, "a table of the instrumentor"
    if first.startswith("number,name,at,total_ms"):
        return read_cycles, "cycles of the instrumentor"
    if _STACK.fullmatch(first) and "\0" not in first:
        return read_collapsed, "collapsed stacks"
    return None, ""


def _json(data: bytes) -> tuple[_Read | None, str]:
    try:
        keys = msgspec.json.decode(data, type=_Keys)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None, ""
    except RecursionError:
        return read_pyinstrument, "JSON"
    if keys.root_frame:
        return read_pyinstrument, "JSON of pyinstrument"
    if keys.shared and keys.profiles:
        return read_speedscope, "JSON of speedscope"
    if keys.files and keys.elapsed_time_sec:
        return read_scalene, "JSON of scalene"
    if keys.components:
        return read_report, "a report of the instrumentor"
    if keys.benchmarks and keys.machine_info:
        return read_pytest_benchmark, "JSON of pytest-benchmark"
    if keys.benchmarks and keys.version:
        return read_pyperf, "JSON of pyperf"
    return None, ""
