"""Findings that a comment in the source suppresses, told from those that stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from overhaul.facts import Facts, Suppression
from overhaul.findings import Finding
from overhaul.layout import Layout


def suppress(
    findings: Iterable[Finding], suppressions: Mapping[str, Sequence[Suppression]]
) -> tuple[list[Finding], list[Finding]]:
    """The findings that stay, and the suppressed ones with status and reason, each in the order given.

    `suppressions` are the comments of each file, by its path: `by_path` makes them.
    """
    stay: list[Finding] = []
    suppressed: list[Finding] = []
    for one in findings:
        by = next((each for each in suppressions.get(one.path, ()) if covers(each, one.rule, one.line)), None)
        if by is None:
            stay.append(one)
        else:
            suppressed.append(msgspec.structs.replace(one, status="suppressed", reason=by.reason))
    return stay, suppressed


def by_path(layout: Layout, suppressions: Facts[Suppression]) -> dict[str, Sequence[Suppression]]:
    """The comments of each file that has any, by the path that findings about its module have."""
    return {layout.modules[module].path: rows for module, rows in suppressions.items()}


def covers(suppression: Suppression, rule: str, line: int) -> bool:
    """Whether a comment suppresses what a rule finds on a line of its file."""
    if suppression.wrong or rule not in suppression.rules:
        return False
    return suppression.whole_file or suppression.first <= line <= suppression.last
