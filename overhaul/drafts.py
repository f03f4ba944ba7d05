"""Steps of a migration as they are drafted from the audit: what to do, what says so, and what nobody is sure of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from overhaul.printable import printable
from overhaul.redundancy import RiskPart


class Drafted(msgspec.Struct, frozen=True, kw_only=True):
    """One step that somebody is to look at before it is carried out."""

    codemod: str
    keys: Mapping[str, object]
    """What it asks for, with values as TOML has them: texts, numbers, booleans, lists, tables."""
    title: str
    because: tuple[str, ...] = ()
    """What the audit says: one line each, with its place (`path.py:12: ...`)."""
    by_hand: tuple[str, ...] = ()
    """What could not be told, one line each: what to look at, and what to write."""
    ready: bool = True
    """It may be carried out as it is. Otherwise it is written as comments, for somebody to complete."""
    risk: float | None = None
    """0 to 1; None where nothing says."""
    parts: tuple[RiskPart, ...] = ()
    """What the risk is made of."""
    tests: tuple[str, ...] = ()
    """The tests that reach what is changed: `tests/test_x.py: 4 sites`. Empty for none."""
    kept: str = ""
    """Why it is left out altogether: a decision protects what it would change. "" where none does."""


def migration_text(title: str, steps: Iterable[Drafted]) -> str:
    """A migration file, with all that is known of each step as comments above it. "" for no steps."""
    import tomlkit

    parts: list[str] = []
    for number, step in enumerate(steps, 1):
        if step.kept:
            parts.append(f"# {number}. {printable(step.title)}\n#    left out: {printable(step.kept)}\n")
            continue
        comments = "".join(f"# {line}\n" for line in _comments(number, step))
        document = tomlkit.document()
        table = tomlkit.table()
        table.add("codemod", step.codemod)
        table.add("title", step.title)
        for key, value in step.keys.items():
            table.add(key, value)
        document["steps"] = [table]
        text = tomlkit.dumps(document)
        if not step.ready:
            text = "".join(f"# {line}" if line.strip() else line for line in text.splitlines(keepends=True))
        parts.append(f"{comments}{text}")
    if not parts:
        return ""
    head = tomlkit.document()
    head.add("title", title)
    return "\n".join([tomlkit.dumps(head), *parts])


def _comments(number: int, step: Drafted) -> Iterator[str]:
    yield f"{number}. {step.title}"
    yield from (f"   {line}" for line in step.because)
    if step.risk is not None:
        parts = ", ".join(f"{one.name} {one.adds} ({one.measure})" for one in step.parts if one.adds)
        yield f"   risk {step.risk:.2f}{f': {parts}' if parts else ''}"
    if step.tests:
        yield f"   tests: {', '.join(step.tests)}"
    for line in step.by_hand:
        yield f"   by hand: {line}"
    if not step.ready:
        yield "   left out until somebody has completed it"
