"""Imports between packages that are to be independent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.findings import findings_of
from overhaul.architecture.rows import ContractBreach
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def independence_violation(breaches: Sequence[ContractBreach]) -> Iterator[Finding]:
    """One of several independent packages imports another, directly or by way of others.

    Why: packages that know nothing of each other can be worked on, tested and dropped one by one. One import between
    them, even by way of a module that is none of them, ends that.

    Instead: move what both need into a module of its own below them, or let who uses both put them together.
    """
    yield from findings_of("independence_violation", breaches)
