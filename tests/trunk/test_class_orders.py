"""The order in which attributes are looked up is C3's, whichever way it is worked out."""

from collections.abc import Sequence
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from overhaul.naming import resolution
from overhaul.naming.meanings import Meaning
from overhaul.testing import surveyed

_CLASSES = st.lists(
    st.tuples(
        st.integers(0, 5), st.lists(st.sampled_from([f"C{one}" for one in range(6)] + ["Outside"]), max_size=2),
        st.sampled_from(["", "", "M", "N"]),
    ),
    min_size=2, max_size=8,
)  # fmt: skip
"""Number, bases and metaclass; a class may be defined twice, and be its own ancestor."""


def _orders(source: str) -> list[tuple[Meaning, ...]]:
    with surveyed({"m.py": source}) as seen:
        return [seen.symbols.order("m", f"C{number}") for number in range(6)]


def _merged(orders: Sequence[Sequence[Meaning]], bases: Sequence[Meaning]) -> Sequence[Meaning]:
    return tuple(resolution._merge([*orders, bases]))  # pyright: ignore[reportPrivateUsage]


@settings(max_examples=60, deadline=None)
@given(_CLASSES)
def test_one_base_is_followed_as_several_are(classes: list[tuple[int, list[str], str]]) -> None:
    source = "from outside import Outside, M, N\n" + "".join(
        f"class C{number}({', '.join([*bases, *([f'metaclass={kind}'] if kind else [])])}): ...\n"
        for number, bases, kind in classes
    )
    found = _orders(source)
    with patch.object(resolution, "_merged", _merged):
        assert _orders(source) == found
