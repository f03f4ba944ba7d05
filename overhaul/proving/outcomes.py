"""What a check of the user's said, test by test or line by line."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import msgspec

from overhaul.changes import Moved, Replaced
from overhaul.patterns import regex

Result = Literal["passed", "failed", "error", "skipped"]


class Outcome(msgspec.Struct, frozen=True):
    """What became of one test."""

    name: str
    """Dotted: module by its path, class, function, and parameters in brackets."""
    result: Result
    message: str = ""
    """One line."""


class Ran(msgspec.Struct, frozen=True):
    """One run of one command."""

    command: str
    code: int | None
    """Exit code; None where it ran out of time."""
    output: str
    tests: tuple[Outcome, ...] | None
    """None for what is no run of pytest."""
    seconds: float
    strangers: tuple[str, ...] = ()
    """Files of the real tree that it imported, relative to the root."""


class Broken(msgspec.Struct, frozen=True):
    """Something that was well before and is not after."""

    name: str
    why: str


def with_report(command: str, report: Path) -> str | None:
    """A command that runs pytest, made to write what became of each test; None for any other."""
    found = _PYTEST.search(command)
    if found is None:
        return None
    return f'{command[: found.end()]} "--junitxml={report}" -o junit_logging=no{command[found.end():]}'


_PYTEST = regex(r"(?:(?:^|[;&|(])\s*(?:\w+=\S*\s+)*(?:[\w.+-]*[/\\])*|\s-m\s+)(?:pytest|py\.test)(?=\s|$)")


def outcomes(report: Path) -> tuple[Outcome, ...] | None:
    """What pytest has written; None where it wrote nothing that can be read."""
    try:
        tree = ElementTree.parse(report)
    except (OSError, ElementTree.ParseError):
        return None
    return tuple(map(_outcome, tree.iter("testcase")))


def _outcome(case: ElementTree.Element) -> Outcome:
    name = ".".join(filter(None, (case.get("classname", ""), case.get("name", ""))))
    kinds: Sequence[tuple[str, Result]] = (("error", "error"), ("failure", "failed"), ("skipped", "skipped"))
    for tag, result in kinds:
        found = case.find(tag)
        if found is not None:
            return Outcome(name, result, " ".join(found.get("message", "").split())[:200])
    return Outcome(name, "passed")


def compared(before: Ran, after: Ran, moved: Sequence[Moved | Replaced]) -> Iterator[Broken]:
    """What is worse: what failed before may fail, and nothing else."""
    if after.code is None:
        if before.code is not None:
            yield Broken("", f"it took {before.seconds:.0f} s before, and would not end after {after.seconds:.0f} s")
        return
    if before.tests is not None:
        if after.tests is None:
            yield Broken("", f"it would end with exit code {after.code} before any test has run: {_last(after.output)}")
            return
        yield from _tests(before.tests, after.tests, _names(moved), _retired(moved))
        return
    if before.code == 0 and after.code != 0:
        yield Broken("", f"it would end with exit code {after.code} instead of 0: {_last(after.output)}")
    elif after.code != 0:
        yield from _lines(before.output, after.output, moved)


def _last(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it says nothing"


# Tests


def _tests(
    before: Sequence[Outcome], after: Sequence[Outcome], names: Mapping[str, str], retired: Collection[str]
) -> Iterator[Broken]:
    now = {one.name: one for one in _worst(after)}
    was: dict[str, Outcome] = {}
    for one in _worst(before):
        # Several tests may have become one: what passed in any of them must pass.
        known = was.setdefault(_renamed(one.name, names), one)
        if known.result != "passed" and one.result == "passed":
            was[_renamed(one.name, names)] = one
    pairs = {name: now[name] for name in was if name in now}
    # Parameters may name what was moved: those without a counterpart are taken in their order.
    left, new = (
        _by_function(one for one in ones if one not in pairs) for ones in (was, now)
    )  # fmt: skip
    for function, missing in left.items():
        found = new.get(function, [])
        if len(found) == len(missing):
            pairs.update({name: now[other] for name, other in zip(missing, found, strict=True)})
            del new[function]
    for name, one in was.items():
        other = pairs.get(name)
        if other is None:
            if one.result == "passed" and not any(f".{module}." in f".{one.name}" for module in retired):
                yield Broken(one.name, "passes before, and would not be run")
        elif other.result != one.result and (
            other.result == "error" or (other.result == "failed" and one.result != "error")
            or (other.result == "skipped" and one.result == "passed")
        ) and one.result in ("passed", "skipped"):  # fmt: skip
            said = f": {other.message}" if other.message else ""
            became = {"failed": "fail", "error": "end in an error", "skipped": "be skipped"}[other.result]
            yield Broken(one.name, f"is {one.result} before, and would {became}{said}")
    for names_of in new.values():
        for name in names_of:
            if now[name].result in ("failed", "error"):
                yield Broken(name, f"would fail, and is not there before: {now[name].message}")


def _worst(outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """One for each name: a test that passes and then fails in its tear-down is told twice."""
    order: Sequence[Result] = ("passed", "skipped", "failed", "error")
    found: dict[str, Outcome] = {}
    for one in outcomes:
        known = found.get(one.name)
        if known is None or order.index(one.result) > order.index(known.result):
            found[one.name] = one
    yield from found.values()


def _by_function(names: Iterator[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[name.partition("[")[0]].append(name)
    return groups


def _names(moved: Sequence[Moved | Replaced]) -> dict[str, str]:
    """Dotted by path -> the same afterwards, for tests that are moved themselves."""
    names: dict[str, str] = {}
    for one in moved:
        if isinstance(one, Moved) and (one.path_before or one.path_after):
            names[_by_path(one.path_before)] = _by_path(one.path_after)
        # pytest names classes behind the module, whatever its import root is: the last parts are told from the name.
        if isinstance(one, Moved) or one.kind != "module":
            names[one.before.dotted] = one.after.dotted
    return names


def _retired(moved: Sequence[Moved | Replaced]) -> list[str]:
    """The modules that go for good: tests in them need not be run any more."""
    return [one.before.module for one in moved if isinstance(one, Replaced) and one.kind == "module"]


def _by_path(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _renamed(name: str, names: Mapping[str, str]) -> str:
    head, bracket, rest = name.partition("[")
    while head and head not in names:
        head = head.rpartition(".")[0]
    if not head:
        return name
    behind = name.partition("[")[0][len(head):]
    return f"{names[head]}{behind}{bracket}{rest}"


# Lines


def _lines(before: str, after: str, moved: Sequence[Moved | Replaced]) -> Iterator[Broken]:
    """What a checker complains of that it did not complain of before; numbers and what has moved aside."""
    words = {one.after.dotted.rpartition(".")[2]: one.before.dotted.rpartition(".")[2] for one in moved}
    known = Counter(_plain(line, words) for line in _complaints(before))
    for line in _complaints(after):
        plain = _plain(line, words)
        if known[plain] > 0:
            known[plain] -= 1
        else:
            yield Broken("", f"it would say: {line[:200]}")


def _complaints(output: str) -> Iterator[str]:
    for line in output.splitlines():
        if _COMPLAINT.match(line):
            yield line.strip()


_COMPLAINT = regex(r"\s*\S+\.pyi?[:(]\d+")


def _plain(line: str, words: Mapping[str, str]) -> str:
    """Without numbers and path, with moved names as they were."""
    text = re.sub(r"\w+", lambda found: words.get(found[0], found[0]), line)
    return re.sub(r"\d+", "0", text.partition(": ")[2] or text)


__all__ = ["Broken", "Outcome", "Ran", "compared", "outcomes", "with_report"]
