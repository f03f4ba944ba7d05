"""What functions do to files."""

from typing import Any

import pytest

from overhaul.testing import collect


def acts(body: str) -> list[str]:
    source = "def f(path, data):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    found: list[Any] = collect("file_acts", source)
    return [f"{row.act} {row.callee} {row.target}".rstrip() for row in found]


@pytest.mark.parametrize(("text", "expected"), [
    ('open(path, "w")', "write open path"),
    ('open(path, mode="ab")', "append open path"),
    ("open(path)", "read open path"),
    ('path.open("wb")', "write path.open"),
    ("path.write_text(data)", "write path.write_text data"),
    ("path.read_bytes()", "read path.read_bytes"),
    ("os.replace(path, data)", "replace os.replace path"),
    ("path.replace(data)", "replace path.replace data"),
    ("os.fsync(path)", "sync os.fsync path"),
    ("json.dump(data, path)", "serialize json.dump data"),
    ("json.loads(path)", "deserialize json.loads path"),
    ("pickle.load(path)", "unpickle pickle.load path"),
    ("joblib.dump(data, path)", "pickle joblib.dump data"),
])  # fmt: skip
def test_what_a_call_does(text: str, expected: str) -> None:
    found = acts(text)
    assert len(found) == 1
    assert found[0].startswith(expected)


@pytest.mark.parametrize("text", [
    'data.replace("a", "b")',  # of a text
    "self.load(path)",  # a method of anything
    'webbrowser.open(path, "x y")',  # no mode
    "dump(data)",  # whose?
])  # fmt: skip
def test_what_only_looks_like_it(text: str) -> None:
    assert acts(text) == []


def test_what_a_handler_does_in_a_function_that_reads() -> None:
    source = "try:\n    json.load(path)\nexcept ValueError as e:\n    raise Corrupt(path) from e"
    assert acts(source)[-1] == "fails Corrupt ValueError"
    assert acts("try:\n    json.load(path)\nexcept ValueError:\n    data = {}")[-1] == "fails default ValueError"
    assert acts("try:\n    json.load(path)\nexcept ValueError:\n    raise")[-1] == "fails again ValueError"
    assert acts("try:\n    data()\nexcept ValueError:\n    pass") == []


def test_what_replaces_a_whole_file_writes_and_replaces() -> None:
    assert acts("with atomic_open(path, 'w') as stream:\n    pass") == ["replace atomic_open", "write atomic_open path"]
    assert acts("atomic_write_text(path, data)") == ["replace atomic_write_text", "write atomic_write_text path"]
    assert acts("atomic_counter(path, data)") == []
