"""From what rules say to what is reported: graded by settings, suppressed by comments, held against the baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

import msgspec

from overhaul.findings import Finding
from overhaul.ledger import Entry
from overhaul.source import digest


class Verdict(msgspec.Struct, frozen=True):
    """What has become of all that the selected rules said."""

    findings: tuple[Finding, ...]
    """New and inherited ones, by path, line, rule and name."""
    suppressed: tuple[Finding, ...] = ()
    """Those that a comment suppresses, in the same order."""
    fixed: tuple[Entry, ...] = ()
    """Entries of the baseline that no finding fits any more."""
    baseline: str = ""
    """The file of the baseline; "" when there is none."""

    @property
    def new(self) -> tuple[Finding, ...]:
        """Findings that are not in the baseline."""
        return tuple(one for one in self.findings if one.status == "new")

    @property
    def inherited(self) -> tuple[Finding, ...]:
        """Findings that are in the baseline."""
        return tuple(one for one in self.findings if one.status == "inherited")

    def only(self, paths: Collection[str]) -> Verdict:
        """What the files of these paths, relative to the audited root, take part in."""
        raise NotImplementedError


def identified(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings with their identities; those that agree in rule, module and name are told apart by their order."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for one in findings:
        key = (one.rule, one.module or one.path, one.name)
        seen[key] += 1
        text = "\0".join((*key, str(seen[key]))).encode("utf-8", "surrogatepass")
        yield msgspec.structs.replace(one, identity=digest(text)[:8].hex())
