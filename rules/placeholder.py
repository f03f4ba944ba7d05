"""Code that claims to do something and does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec

from overhaul.facts import Class, Facts, Function
from overhaul.findings import Finding, Place
from overhaul.layout import Layout
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.placing import Whereabouts, apart
from overhaul.redundancy import Placeholder, Tier


class PlaceholderOptions(Options, frozen=True):
    """Which of them are found."""

    tiers: Annotated[
        tuple[Tier, ...],
        msgspec.Meta(min_length=1, description="How sure it must be; note: a comment is all that says so"),
    ] = ("certain", "likely")
    called: Annotated[bool, msgspec.Meta(description="Report only what some function calls for sure")] = False


@Rule
def placeholder(
    placeholders: Sequence[Placeholder], layout: Layout, functions: Facts[Function], classes: Facts[Class],
    options: PlaceholderOptions,
) -> Iterator[Finding]:  # fmt: skip
    """A function claims to do something by its name, docstring or annotation, and does not.

    Why: whoever calls it gets an answer and believes it: a price that is always 50, an order that nobody sends, an
    error that nobody sees. Tests pass, for nothing fails.

    Instead: write it; or raise NotImplementedError with a message that says what is missing, so that nobody takes it
    for done; or delete it with its callers. What is meant to do nothing says so in its docstring ("does nothing by
    default: subclasses override it").

    A warning is certain: a body that is nothing, or a constant with a remark beside it that says so. A note is likely:
    a constant that contradicts the promise, work that only sleeps, records of the usual examples, exceptions that
    nobody sees, "for now" in a comment. What only a comment says is reported, as a note too, when the option `tiers`
    asks for it.
    """
    where = Whereabouts(layout, functions, classes)
    for row in placeholders:
        if row.tier not in options.tiers or (options.called and not row.callers):
            continue
        because, places = apart(row.evidence[:3], row.path, row.line)
        yield Finding(
            rule="placeholder", severity=_SEVERITY.get(row.tier, "note"),
            message=f"{row.name or row.module}: {row.why}{_callers(row)}",
            module=row.module, path=row.path, line=row.line, name=row.name or row.pattern, because=because,
            places=(*places, *_others(row, where)),
        )  # fmt: skip


def _others(row: Placeholder, where: Whereabouts) -> Iterator[Place]:
    """Who calls it, and where the same name does something."""
    for caller in row.called_by:
        yield from where.of(caller, f"{caller} calls it")
    for other in row.fuller:
        yield from where.of(other, f"{other} does something")


def _callers(row: Placeholder) -> str:
    """Who gets what it gives."""
    match row.callers:
        case 0:
            return ""
        case 1 if row.called_by:
            return f"; {row.called_by[0]} calls it"
        case _:
            return f"; called by {row.callers} functions"


_SEVERITY: Final[Mapping[Tier, Literal["warning", "note"]]] = {"certain": "warning"}
