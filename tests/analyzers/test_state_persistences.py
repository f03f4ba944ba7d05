"""State that is saved and restored. Real code is measured by `make bench-inventory`."""

from __future__ import annotations

from typing import Any

import pytest

from overhaul.testing import table


def rows(source: str, path: str = "app.py") -> list[Any]:
    return table("state_persistences", {path: "import json, os, pickle\nfrom pathlib import Path\n" + source})


def sure(source: str, path: str = "app.py") -> list[str]:
    return [row.name for row in rows(source, path) if row.confidence != "low"]


PAIR = '''
class Queue:
    def __init__(self):
        self.jobs = []
    def save_state(self, path):
        path.write_text(json.dumps({"jobs": self.jobs, "size": 1}))
    def load_state(self, path):
        try:
            data = json.loads(path.read_text())
        except ValueError:
            data = {"jobs": []}
        self.jobs = data["jobs"]
'''


def test_two_halves_by_name_that_write_and_read_the_state_of_their_object_are_a_pair() -> None:
    (row,) = rows(PAIR)
    assert (row.name, row.confidence, row.complete, row.medium, row.write) == (
        "Queue.save_state", "high", True, "json", "in_place",
    )  # fmt: skip
    assert [(one.name, one.role) for one in row.members] == [
        ("Queue.save_state", "save"), ("Queue.load_state", "restore"),
    ]  # fmt: skip
    assert (row.saved, row.restored, row.damaged) == (("jobs", "size"), ("jobs",), "default")


def test_one_collaborator_that_saves_and_loads_for_both_is_a_pair() -> None:
    source = '''
class Prefs:
    def __init__(self, store):
        self._store = store
        self._data = {}
    async def start(self):
        self._data = await self._store.async_load()
    def _schedule(self):
        self._store.async_delay_save(self._data, 10)
'''
    assert sure(source) == ["Prefs._schedule"]


def test_get_and_set_of_the_whole_state_are_a_pair_without_a_file() -> None:
    source = '''
class Model:
    def state_dict(self):
        return {"best": self.best}
    def load_state_dict(self, state):
        self.best = state["best"]
'''
    assert sure(source) == ["Model.state_dict"]


@pytest.mark.parametrize(("discipline", "body"), [
    (
        "atomic",
        "tmp = path.with_suffix('.new')\n        tmp.write_text(json.dumps(self.jobs))\n        os.replace(tmp, path)",
    ),
    ("append", "with open(path, 'a') as out:\n            out.write(json.dumps(self.jobs))"),
    ("in_place", "with open(path, 'wb') as out:\n            pickle.dump(self.jobs, out)"),
])  # fmt: skip
def test_how_it_writes(discipline: str, body: str) -> None:
    source = PAIR.replace('path.write_text(json.dumps({"jobs": self.jobs, "size": 1}))', body)
    assert [row.write for row in rows(source)] == [discipline]


@pytest.mark.parametrize("source", [
    PAIR.replace("save_state", "save_config").replace("load_state", "load_config"),  # configuration
    PAIR.replace("class Queue", "class ResultCache"),  # a cache
    "class Point:\n    def to_dict(self):\n        return {'x': self.x}\n"
    "    def from_dict(self, d):\n        self.x = d['x']\n",
    "class Point:\n    def __getstate__(self):\n        return {'x': self.x}\n"
    "    def __setstate__(self, d):\n        self.x = d['x']\n",
    "def write_rows(path, rows):\n    path.write_text(json.dumps(rows))\n"
    "def read_rows(path):\n    return json.loads(path.read_text())\n",
    "class Lamp:\n    def set(self, v):\n        self.client.write_register(1, v)\n    def get(self):\n"
    "        self.value = self.client.read_register(1)\n",  # a device
])  # fmt: skip
def test_what_is_no_state(source: str) -> None:
    assert sure(source) == []


def test_tests_are_left_out() -> None:
    assert rows(PAIR, "tests/test_queue.py") == []


def test_a_lone_half_is_listed_with_low_confidence() -> None:
    source = "class Queue:\n    def dump_state(self, path):\n        path.write_text(json.dumps(self.jobs))\n"
    (row,) = rows(source)
    assert (row.name, row.confidence, row.complete) == ("Queue.dump_state", "low", False)


def test_who_only_gives_the_word_has_no_row_and_who_only_keeps_is_a_member() -> None:
    written = "path.write_text(json.dumps({\"jobs\": self.jobs, \"size\": 1}))"
    source = PAIR.replace(written, "self.disk.write('q', self.jobs)")
    source = source.replace("self.jobs = []\n", "self.jobs = []\n        self.disk = Disk()\n", 1)
    source = source.replace("data = json.loads(path.read_text())", "data = self.disk.read('q')")
    source += '''
class Disk:
    def write(self, name, data):
        Path(name).write_text(json.dumps(data))
    def read(self, name):
        return json.loads(Path(name).read_text())

class App:
    def __init__(self):
        self.queue = Queue()
    def save_all(self):
        self.queue.save_state(None)
    def load_all(self):
        self.queue.load_state(None)
'''
    (row,) = rows(source)
    assert row.name == "Queue.save_state"
    assert {one.name for one in row.members} == {"Queue.save_state", "Queue.load_state", "Disk.write", "Disk.read"}
    assert row.write == "in_place"
