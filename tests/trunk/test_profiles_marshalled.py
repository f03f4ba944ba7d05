"""The reader of marshal files: what it reads as Python does, and what it refuses instead of obeying."""

import marshal
import random
import tracemalloc
from pathlib import Path

import pytest

from overhaul.profiles.cprofile import read_cprofile
from overhaul.profiles.marshalled import Reader
from overhaul.profiles.model import Wrong

OUTPUTS = Path(__file__).resolve().parents[2] / "fixtures" / "profiles" / "outputs"


@pytest.mark.parametrize("file", sorted(OUTPUTS.glob("*.prof")), ids=lambda file: file.name)
def test_a_profile_is_read_as_marshal_reads_it(file: Path) -> None:
    data = file.read_bytes()
    assert Reader(data).value() == marshal.loads(data)


@pytest.mark.parametrize("version", [0, 1, 2, 3, 4])
def test_every_version_of_the_format_is_read(version: int) -> None:
    name = "f"
    # Before version 2 floats are text, which no profile has had since Python 2.5.
    half, little = (0.5, 1e-9) if version > 1 else (1, 2)
    value: dict[tuple[str, int, str], tuple[object, ...]] = {
        ("a.py", 1, name): (1, 2, half, little, {("~", 0, "<built-in method builtins.len>"): (1, 1, 0, 0)}),
        ("ü.py", 2**40, name): (0, -(2**31), -(2**33), 0, {}),
        ("long" * 100, 0, "n" * 300): (True, None, b"x", (), {}),
    }
    assert Reader(marshal.dumps(value, version)).value() == value


@pytest.mark.parametrize(
    "data",
    [
        b"(\xff\xff\xff\x7f",
        b"{(\xff\xff\xff\x0f",
        b"u\xff\xff\xff\x7f",
        b"u\xff\xff\xff\xff",
        b"l\xff\xff\xff\x7f",
        b"s\x00\x00\x00\x40",
    ],
    ids=["tuple", "key", "text", "negative", "number", "bytes"],
)
def test_a_length_that_is_a_lie_costs_nothing(data: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Wrong):
            Reader(data).value()
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_code_is_refused_and_so_is_what_no_profile_has() -> None:
    with pytest.raises(Wrong, match="no profile holds a value of the sort 'c'"):
        Reader(marshal.dumps(compile("1", "x", "eval"))).value()
    for value in ([1], {1, 2}, frozenset({1}), 1j, ...):
        with pytest.raises(Wrong, match="no profile holds"):
            Reader(marshal.dumps(value)).value()


def test_depth_rest_and_references_into_nothing_are_refused() -> None:
    with pytest.raises(Wrong, match="too deep"):
        Reader(b"(\x01\x00\x00\x00" * 5000 + b"N").value()
    with pytest.raises(Wrong, match="1 bytes too many"):
        Reader(b"NN").value()
    with pytest.raises(Wrong, match="reference to value 7"):
        Reader(b"r\x07\x00\x00\x00").value()
    with pytest.raises(Wrong, match="ends at byte"):
        Reader(b"").value()
    with pytest.raises(Wrong, match="end within a sequence"):
        Reader(b")\x010").value()


def test_a_tuple_that_holds_itself_ends() -> None:
    assert Reader(b"\xa9\x01r\x00\x00\x00\x00").value() == (None,), "it is not there yet when it is referred to"


def test_tuples_that_refer_to_each_other_are_no_key() -> None:
    """To hash the last of them would take two to the power of sixty steps."""
    grown = b"".join(b"\xa9\x02r" + bytes([level, 0, 0, 0]) + b"r" + bytes([level, 0, 0, 0]) for level in range(1, 61))
    with pytest.raises(Wrong, match="a key that is no name"):
        Reader(b"{\xa9\x3e\xa9\x01N" + grown + b"N0").value()


def test_one_table_of_callers_that_stands_for_thousands_is_refused() -> None:
    """Each function refers to the same callers: a file of a megabyte would mean millions of calls."""
    callers = {("a.py", line, "f"): (1, 1, 0.0, 0.0) for line in range(400)}
    table = {("a.py", line, "f"): (1, 1, 0.0, 0.0, callers) for line in range(400)}
    data = marshal.dumps(table)
    assert len(data) < 80_000
    with pytest.raises(Wrong, match="more calls than it has bytes"):
        read_cprofile(data, "x.prof")
    own = {("a.py", line, "f"): (1, 1, 0.0, 0.0, dict(list(callers.items())[:3])) for line in range(400)}
    assert len(read_cprofile(marshal.dumps(own), "x.prof").edges) == 1200, "callers of its own is what each has"


def test_damage_is_told_and_never_more_than_that() -> None:
    data = (OUTPUTS / "cprofile-1.prof").read_bytes()
    chance = random.Random(7)
    told = 0
    for _ in range(400):
        damaged = bytearray(data)
        for _ in range(chance.randrange(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        if chance.random() < 0.3:
            del damaged[chance.randrange(len(damaged)) :]
        try:
            read_cprofile(bytes(damaged), "x.prof")
        except Wrong:
            told += 1
    assert told > 100
