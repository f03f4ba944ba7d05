"""What the evidence says is to be done about each component, and the file that keeps it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec
import tomlkit

from overhaul.errors import ConfigError
from overhaul.profiles.contents import contents
from overhaul.profiles.uncertainty import Basis
from overhaul.thresholds import Priority
from overhaul.toml import mismatch, parsed

Answer = Literal["implement", "skip", "cannot tell"]
VERSION: Final = 1
_HEADER: Final = (
    "Written by `overhaul perf report --record`. Measure again to change it:",
    "an answer that does not follow from its figures is refused.",
)
_DIGITS: Final = 4


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """A file that was measured."""

    file: str
    """Relative to the project where it lies in it; else its name."""
    format: str
    digest: str


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """What is to be done about one component."""

    component: str
    answer: Answer
    share: float
    """Of the time, 0 to 1."""
    low: float
    """The share may be as small as this, with 95% confidence as far as the basis goes."""
    high: float
    threshold: float
    basis: Basis
    priority: Priority
    """How urgent it is when the answer is `implement`."""
    sources: tuple[Evidence, ...] = ()


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    version: int
    sources: tuple[Evidence, ...]
    verdicts: tuple[Verdict, ...]


def answer(low: float, high: float, threshold: float) -> Answer:
    """Whether a share is above its threshold: `implement` when surely, `skip` when surely not."""
    if low > threshold:
        return "implement"
    return "skip" if high <= threshold else "cannot tell"


def rounded(value: float) -> float:
    """A share as the file has it."""
    return round(value, _DIGITS)


def verdicts_text(verdicts: Sequence[Verdict]) -> str:
    """The file that holds them, as TOML: the same for the same measurements."""
    lines = [*(f"# {line}" for line in _HEADER), f"version = {VERSION}"]
    for source in sorted({source for one in verdicts for source in one.sources}):
        lines += ["", "[[sources]]", *_keys(source)]
    for one in sorted(verdicts, key=lambda one: one.component):
        lines += ["", "[[verdicts]]", *_keys(one)]
    return "\n".join(lines) + "\n"


def _keys(struct: Evidence | Verdict) -> Iterator[str]:
    """The plain fields of a struct, each as its line."""
    for field in msgspec.structs.fields(struct):
        value: object = getattr(struct, field.name)
        if isinstance(value, str | int | float):
            yield f"{field.encode_name} = {tomlkit.item(value).as_string()}"


def read_verdicts(path: Path) -> tuple[Verdict, ...]:
    """The verdicts in a file that `overhaul perf report --record` has written, by component.

    Raises ConfigError for a file that cannot be read, or whose answers do not follow from its figures.
    """
    _, found = parsed(path)
    try:
        record = msgspec.convert(found, _Record)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {mismatch(error, found, _Record)}: write it anew with --record") from error
    if record.version != VERSION:
        raise ConfigError(f"{path}: is of version {record.version}, and {VERSION} is read: write it anew with --record")
    names = [one.component for one in record.verdicts]
    for one in record.verdicts:
        if names.count(one.component) > 1:
            raise ConfigError(f"{path}: {one.component} is answered twice: write it anew with --record")
        right = answer(one.low, one.high, one.threshold)
        if one.answer != right or not 0 <= one.low <= one.share <= one.high <= 1:
            raise ConfigError(
                f"{path}: {one.component}: {one.answer!r} does not follow from its figures, {right!r} does: "
                "write it anew with --record"
            )
    return tuple(msgspec.structs.replace(one, sources=record.sources) for one in record.verdicts)


def changed_sources(verdicts: Iterable[Verdict], root: Path) -> tuple[str, ...]:
    """The files below `root` that verdicts stand on and that are others by now; what is not there does not count."""
    sources = sorted({source for one in verdicts for source in one.sources})
    below = (source for source in sources if not os.path.isabs(source.file) and ".." not in Path(source.file).parts)
    return tuple(source.file for source in below if _digest(root / source.file) not in ("", source.digest))


def _digest(file: Path) -> str:
    try:
        return f"sha256:{hashlib.sha256(contents(file)).hexdigest()}"
    except OSError:
        return ""


ANSWERS: Final[tuple[str, ...]] = get_args(Answer)
"""All answers there are."""
