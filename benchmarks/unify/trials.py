"""What there is to carry out: each step that is proposed and ready, or written down here, and all of them together."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

import tomlkit

from benchmarks.moves.applying import overhaul

Kind = Literal["cycles", "duplicates", "cache", "class"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
MIGRATIONS: Final = Path(__file__).parent / "migrations"
"""What is written by hand, one file for a project: nobody drafts which class another one could serve."""
_PRELUDE: Final = "scaffold"
"""Steps of this codemod make what the others need."""
_LEFT_OUT: Final = "left out until somebody has completed it"


class Trial(NamedTuple):
    """A migration of one project."""

    kind: Kind
    title: str
    text: str
    """The migration file."""
    steps: int


class Proposed(NamedTuple):
    """What was drafted for a project."""

    trials: tuple[Trial, ...]
    by_hand: int
    """Steps that somebody has to complete."""


def proposed(kind: Kind, work: Path, folder: Path) -> Proposed:
    """The trials of one kind. Raises SystemExit with what went wrong where nothing could be drafted."""
    file = folder / f"{kind}.toml"
    file.unlink(missing_ok=True)
    code, out, _ = overhaul(work, ["propose", kind, str(work), "-o", str(file)])
    if code:
        raise SystemExit(f"overhaul propose {kind} ends with {code}: {out.strip()[-300:]}")
    if not file.is_file():
        return Proposed((), 0)
    text = file.read_text("utf-8")
    steps = tomllib.loads(text).get("steps", [])
    return Proposed(tuple(_trials(kind, steps)), text.count(_LEFT_OUT))


def trials(kind: Kind, name: str, work: Path, folder: Path) -> Proposed:
    """The trials of one kind in a project: drafted, or of kind `class` those that are written down. See `proposed`."""
    if kind != "class":
        return proposed(kind, work, folder)
    file = MIGRATIONS / f"{name}.toml"
    text = file.read_text("utf-8") if file.is_file() else "steps = []"
    steps: list[dict[str, object]] = tomllib.loads(text)["steps"]
    return Proposed(tuple(_trials(kind, steps)), 0)


def _trials(kind: Kind, steps: list[dict[str, object]]) -> Iterator[Trial]:
    prelude = [step for step in steps if step["codemod"] == _PRELUDE]
    real = [step for step in steps if step["codemod"] != _PRELUDE]
    for step in real:
        yield Trial(kind, str(step["title"]), tomlkit.dumps({"steps": [*prelude, step]}), 1)
    if len(real) > 1:
        yield Trial(kind, f"all {kind} that are ready", tomlkit.dumps({"steps": [*prelude, *real]}), len(real))
