"""What `unified/instrument` writes: its report as JSON and CSV, and the cycles one by one."""

from __future__ import annotations

import csv
import io

import msgspec

from overhaul.profiles.model import Measured, Profile, Series, Turn, Wrong, weight

_MS = 1e-3


class _Component(msgspec.Struct):
    name: str
    count: int
    total: float
    own: float


class _Cycles(msgspec.Struct):
    mean: float


class _Report(msgspec.Struct):
    """The parts of the report that are looked at; milliseconds."""

    components: list[_Component]
    window: int
    cycles: _Cycles | None = None


def read_report(data: bytes, file: str) -> Profile:
    """The components in the bytes of the report as JSON. Raises Wrong, and what msgspec raises."""
    found = msgspec.json.decode(data, type=_Report)
    return _measured(
        file, [Measured(one.name, one.count, weight(one.own, "a time") * _MS, weight(one.total, "a time") * _MS)
               for one in found.components],
        () if found.cycles is None else (Series("cycle", ((weight(found.cycles.mean, "a time") * _MS,),)),),
    )  # fmt: skip


def read_components(data: bytes, file: str) -> Profile:
    """The components in the bytes of the report as CSV. Raises Wrong."""
    return _measured(
        file, [Measured(row["name"], _whole(row, "count"), _number(row, "own") * _MS, _number(row, "total") * _MS)
               for row in _rows(data)],
    )  # fmt: skip


def read_cycles(data: bytes, file: str) -> Profile:
    """The cycles in the bytes of their CSV; a component's time there has what was measured inside it. Raises Wrong."""
    rows = _rows(data)
    names = [key for key in rows[0] if key.endswith("_ms") and key != "total_ms"] if rows else []
    turns = tuple(
        Turn(_number(row, "total_ms") * _MS, tuple(_number(row, name) * _MS for name in names)) for row in rows
    )
    total = sum(turn.total for turn in turns)
    if not total:
        raise Wrong("holds no cycle that took time")
    columns = [tuple(turn.parts[index] for turn in turns) for index in range(len(names))]
    sums = [sum(column) for column in columns]
    return Profile(
        file=file, format="instrumentor", kind="measured", total=total, turns=turns,
        measured=tuple(
            Measured(name.removesuffix("_ms"), len(turns), spent, spent)
            for name, spent in zip(names, sums, strict=True)
        ),
        series=(
            Series("cycle", (tuple(turn.total for turn in turns),)),
            *(Series(name.removesuffix("_ms"), (column,)) for name, column in zip(names, columns, strict=True)),
        ),
        notes=("cycles name the whole time of a component, what was measured inside it included",),
    )  # fmt: skip


def _measured(file: str, found: list[Measured], cycles: tuple[Series, ...] = ()) -> Profile:
    total = sum(one.own for one in found)
    if not total:
        raise Wrong("holds no component that took time")
    return Profile(
        file=file, format="instrumentor", kind="measured", total=total, measured=tuple(found),
        series=(*cycles, *(Series(one.name, ((one.own / one.count,),)) for one in found if one.count > 0)),
        notes=("shares are of what was measured, not of the whole program",),
    )  # fmt: skip


def _rows(data: bytes) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8", "replace"), newline=""), restval="")
        return [{key: value for key, value in row.items() if isinstance(value, str)} for row in reader]
    except csv.Error as error:
        raise Wrong(f"is no CSV: {error}") from error


def _number(row: dict[str, str], key: str) -> float:
    try:
        return weight(float(row[key]), key)
    except (KeyError, ValueError) as error:
        raise Wrong(f"the column {key} holds {row.get(key, 'nothing')!r}, which is no number") from error


def _whole(row: dict[str, str], key: str) -> int:
    return int(_number(row, key))
