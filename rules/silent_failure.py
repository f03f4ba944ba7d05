"""Failures that are given out as results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overhaul.facts import Facts
from overhaul.findings import Finding, Judged
from overhaul.hardening import DefaultedError
from overhaul.inventory import testing
from overhaul.layout import Layout
from overhaul.leaves import OptIn
from overhaul.patterns import regex
from overhaul.pretending.swallowing import expected
from overhaul.text import words_of

_ANSWERS: Final = regex(
    r"^(None|False|\[\]|\{\}|\(\)|''|\"\"|-\d.*|set\(\))$|None|^\(?False\b"
    r"|(?i:unknown|error|fail|invalid|missing|n/a|\bnone\b|not found|unavailable|could not|unable|nan|undefined|\?|<)"
    # What is written to somebody.
    r"|^['\"]\S+( \S+){3,}"
)
"""What says by itself that there is no result."""
_TELLING: Final = frozenset({"log", "debug", "print", "trace", "telemetry", "stat", "stats", "metric", "metrics"})
"""What only tells of something: nobody needs it to go on."""


@OptIn("hardening")
def silent_failure(layout: Layout, defaulted: Facts[DefaultedError], judged: Judged) -> Iterator[Finding]:
    """Any exception is taken, nobody is told, and the program goes on as if nothing had happened.

    Why: a price that could not be had is 0, a count that failed is none, and what was to be written is gone: every test
    passes, and the first who notices is a customer. What went wrong is never known, for the exception was dropped.

    Instead: catch what can be dealt with, by name; log the rest with `logger.exception` or let it pass; or give a value
    that says that there is none, and have callers look.

    Found are handlers of `Exception`, or bare ones, that only assign or return a constant that looks like a result (a
    number, True, a text, a filled container), those that do nothing where an act is lost (`store(order)`), and those
    that go on with the next of a `for`. What the rule `placeholder` has reported in the same function is not reported
    again. Passed over are handlers with a comment that says why, functions whose docstring does, those behind which the
    function raises or logs, what tidies up, and functions that ask (`is_...`, `has_...`, `try_...`).
    """
    pretended = {(one.module, one.name) for one in judged.findings if one.rule == "placeholder"}
    for module, rows in defaulted.items():
        path = layout.modules[module].path
        for row in () if testing(path) else rows:
            said = _said(row)
            tells = any(not _TELLING.isdisjoint(words_of(one)) for one in (row.scope, *row.tried))
            meant = row.explained or tells or "default" in words_of(row.scope) or expected(row.scope, row.tried)
            if said and not meant and (module, row.scope) not in pretended:
                yield Finding(
                    rule="silent_failure", severity="note" if row.act == "skips" else "warning", module=module,
                    path=path, line=row.line, name=f"{row.scope or 'module'}:{row.given}",
                    message=f"whatever goes wrong in {row.scope or 'the module'}, {said}, and nobody is told",
                )  # fmt: skip


def _said(row: DefaultedError) -> str:
    """What becomes of the failure; "" where a reader of the result can tell."""
    match row.act:
        case "assigns" | "returns" if _ANSWERS.search(row.given) is None:
            return f"{row.given} is {'assigned' if row.act == 'assigns' else 'returned'}"
        case "drops":
            return f"what {row.given} was to do is lost"
        case "skips":
            return f"that one of {row.given} is left out"
        case _:
            return ""
