"""Failures that are given out as results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overhaul.facts import Facts, SwallowedError
from overhaul.findings import Finding, Judged
from overhaul.hardening import DefaultedError
from overhaul.inventory import testing
from overhaul.layout import Layout
from overhaul.leaves import OptIn
from overhaul.patterns import regex
from overhaul.pretending.swallowing import expected, pretends
from overhaul.text import words_of

_ANSWERS: Final = regex(
    r"^(None|False|\[\]|\{\}|\(\)|''|\"\"|-\d.*|set\(\))$|None|^\(?False\b"
    r"|(?i:unknown|error|fail|invalid|missing|n/a|\bnone\b|not found|unavailable|could not|unable|nan|undefined|\?|<)"
)
"""What says by itself that there is no result."""
_TELLING: Final = frozenset({"log", "debug", "print", "trace", "telemetry", "stat", "stats", "metric", "metrics"})
"""What only tells of something: nobody needs it to go on."""


@OptIn("hardening")
def silent_failure(
    layout: Layout, defaulted: Facts[DefaultedError], swallowed: Facts[SwallowedError], judged: Judged
) -> Iterator[Finding]:
    """Any exception is taken, nobody is told, and the program goes on as if nothing had happened.

    Why: a price that could not be had is 0, a count that failed is none, and what was to be written is gone: every test
    passes, and the first who notices is a customer. What went wrong is never known, for the exception was dropped.

    Instead: catch what can be dealt with, by name; log the rest with `logger.exception` or let it pass; or give a value
    that says that there is none, and have callers look.

    Found are handlers of `Exception`, or bare ones, that only assign or return a constant that looks like a result (a
    number, True, a text, a filled container), and those that do nothing at all. What the rule `placeholder` has
    reported in the same function is not reported again. Passed over are handlers with a comment that says why, those
    behind which the function raises or logs, what tidies up, and functions that ask (`is_...`, `has_...`, `try_...`).
    """
    pretended = {(one.module, one.name) for one in judged.findings if one.rule == "placeholder"}
    for module, rows in defaulted.items():
        path = layout.modules[module].path
        for row in () if testing(path) else rows:
            tells = any(one in _TELLING or not _TELLING.isdisjoint(words_of(one)) for one in row.tried)
            if row.act == "told" or tells or row.explained or _ANSWERS.search(row.given) is not None or expected(row.scope, row.tried):
                continue
            gives, where = "assigned" if row.act == "assigns" else "returned", row.scope or "the module"
            yield Finding(
                rule="silent_failure", severity="warning", module=module, path=path, line=row.line,
                name=f"{row.scope or 'module'}:{row.given}",
                message=f"whatever goes wrong in {where}, {row.given} is {gives}, and nobody is told",
            )  # fmt: skip
    for module, errors in swallowed.items():
        path = layout.modules[module].path
        dealt_with = {row.line for row in defaulted[module] if row.act == "told"}
        for one in () if testing(path) else errors:
            why = pretends(one)
            tells = any(not _TELLING.isdisjoint(words_of(name)) for name in (one.scope, *one.tried))
            if why and not tells and one.line not in dealt_with and (module, one.scope) not in pretended:
                yield Finding(
                    rule="silent_failure", severity="note", module=module, path=path, line=one.line,
                    name=one.scope or "module", message=f"{one.scope or 'the module'} {why}",
                )  # fmt: skip
