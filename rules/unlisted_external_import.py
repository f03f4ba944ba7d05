"""Imports of distributions that a contract does not allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.findings import findings_of
from overhaul.architecture.rows import ContractBreach
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def unlisted_external_import(breaches: Sequence[ContractBreach]) -> Iterator[Finding]:
    """A module imports a distribution that a contract does not allow there.

    Why: what is imported must be installed, kept up to date and watched for security wherever this module runs, and
    it was agreed which packages may depend on what. The standard library and the project's own modules never count.

    Instead: do without it, use what is allowed, or import it in the package that is meant to wrap it. Where it is
    wanted, add its import name to `allowed`.
    """
    yield from findings_of("unlisted_external_import", breaches)
