"""Who calls the placeholders of tradeframe, as truth.toml has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from overhaul.redundancy import Reach
from overhaul.testing import table

TRADEFRAME = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe"


class Called(msgspec.Struct, frozen=True):
    """What is read here of a placeholder in truth.toml."""

    module: str
    name: str
    line: int
    called_by: tuple[str, ...] | None = None


class Truth(msgspec.Struct, frozen=True):
    """What is read here of truth.toml."""

    placeholders: tuple[Called, ...]


def reached() -> dict[str, Reach]:
    files = {
        path.relative_to(TRADEFRAME).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(TRADEFRAME.rglob("*")) if path.suffix in (".py", ".toml") and path.name != "truth.toml"
    }  # fmt: skip
    found: list[Any] = table("reaches", files)
    return {f"{row.module}.{row.name}": row for row in found}


def test_the_callers_of_tradeframe_s_placeholders_are_those_of_its_truth() -> None:
    truth = msgspec.toml.decode((TRADEFRAME / "truth.toml").read_bytes(), type=Truth)
    wanted = {f"{one.module}.{one.name}": one for one in truth.placeholders if one.called_by is not None}
    rows = reached()
    assert len(wanted) == 7
    assert {name: (rows[name].line, rows[name].called_by) for name in wanted} == {
        name: (one.line, one.called_by) for name, one in wanted.items()
    }
    # One for each place from which something can be reached.
    assert rows["tradeframe.orders.reconciliation.reconcile_fills"].reached == "entry"
    assert rows["tradeframe.notifications.email.EmailNotifier.send"].reached == "tests"
    assert rows["tradeframe.risk.stress.StressTester.replay_crisis"].reached == "nowhere"
    assert rows["tradeframe.risk.margin.calculate_margin_requirement"].reached == "unknown"
