"""The table of broken contracts."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from overhaul.facts import Row

Breach = Literal[
    "layer_violation", "forbidden_import", "protected_import", "independence_violation", "unlisted_external_import",
    "cyclic_packages", "undeclared_dependency", "private_import", "stale_contract",
]  # fmt: skip
"""The rule that reports it."""


MEMBERS: Final = 100
"""How many members a row has room for."""


class Link(msgspec.Struct, frozen=True):
    """One import of a chain."""

    importer: str
    imported: str
    path: str
    line: int


class ContractBreach(Row, frozen=True):
    """An import, or a chain of imports, that a contract does not allow; or a part of a contract that fits nothing."""

    contract: str
    """Its name."""
    kind: str
    """`layers`, `forbidden` ..."""
    breach: Breach
    severity: Literal["error", "warning", "note"]
    what: str
    """What is wrong, in one sentence."""
    about: str
    """What tells it from others of the contract in the module: no line stands in it."""
    importer: str
    """The module whose import is at fault, or the package that is in a ring; "" where there is none."""
    imported: str
    """The module at the end of the chain."""
    between: tuple[str, str]
    """The packages of the contract that are at the ends of the chain; ("", "") where it is about none."""
    members: tuple[str, ...]
    """The packages that break it together, each of which is a breach of its own: those in a ring, or those that reach
    another by the import at fault; () where that is one, or there are too many of them."""
    chain: tuple[Link, ...]
    """A shortest one from one package into the other; several links where others stand between them."""
    also: tuple[Link, ...]
    """Further statements that say the same as the one at fault, and by which the other members take part."""
    path: str
    """Relative to the audited root."""
    line: int
    reason: str
    """The one that the contract gives."""
    told: str
    """Where the contract is written: `pyproject.toml:12`."""
