"""Analyzers that go on from their last run say what they would say without one, whatever was edited in between."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from overhaul.calling import project as calling
from overhaul.calling.outgoing import Outgoing, Sources, outgoing
from overhaul.config import Config
from overhaul.facts import Row
from overhaul.importing import remembering as importing
from overhaul.leaves import Leaves, load_leaves
from overhaul.persisting.project import Project as Persisting
from overhaul.repeating.parallels import Judge as Likeness
from overhaul.survey import survey
from overhaul.testing import InProcess
from overhaul.wiring.interfaces import Interfaces
from overhaul.wiring.judgement import Judge as Managing

GOING_ON = (
    "cycles", "duplicates", "interface_mismatches", "managers", "parallels", "reaches", "state_persistences",
)  # fmt: skip

STORE = """
class {name}:
    def __init__(self, folder, limit):
        self.folder = folder
        self.limit = limit
        self.receipts = {{}}

    def load_receipt(self, number):
        with open(self.folder / number) as file:
            return file.read()

    def store_receipt(self, number, receipt):
        self.evict_receipts()
        (self.folder / number).write_text(receipt)

    def evict_receipts(self):
        for one in sorted(self.folder.iterdir())[self.limit:]:
            one.unlink()

    def save_state(self, path):
        path.write_text(json.dumps({{"receipts": self.receipts, "limit": self.limit}}))

    def load_state(self, path):
        data = json.loads(path.read_text())
        self.receipts = data["receipts"]
"""
START: Mapping[str, str] = {
    "app/__init__.py": "from app.bus import Bus\n",
    "app/bus.py": "from app import engine\n\nclass Bus:\n    def __init__(self):\n        self.handlers = {}\n"
    "    def subscribe(self, name, handler):\n        self.handlers[name] = handler\n"
    "    def publish(self, name):\n        return self.handlers[name](name)\n    def start(self):\n"
    "        return engine.VERSION\n",
    "app/engine.py": "from app.bus import Bus\nfrom app.store import ReceiptStore\nVERSION = 1\n\n"
    'class EngineManager:\n    """Owns the bus."""\n    def __init__(self, bus: Bus, store: ReceiptStore):\n'
    "        self.bus = bus\n        self.store = store\n        self.workers = []\n    def start(self):\n"
    "        self.bus.start()\n"
    "        self.bus.halt()\n    def stop(self):\n        self.store.flush()\n    def add(self, worker):\n"
    "        self.workers.append(worker)\n        return worker\n",
    "app/store.py": "import json\n" + STORE.format(name="ReceiptStore"),
    "app/archive.py": "import json\n" + STORE.format(name="ReceiptArchive"),
    "app/base.py": "class Base:\n    def run(self): ...\n    def stop(self):\n        return None\n",
    "app/jobs.py": "from app.base import *\nfrom app.engine import EngineManager\n\nclass Job(Base):\n"
    "    def run(self):\n        engine = EngineManager(None, None)\n        engine.start()\n        return engine\n\n"
    "def main():\n    job = Job()\n    job.run()\n    job.missing()\n",
}
PIECES = (
    "def added(x, y=None):\n    return x\n", "class Late(Base):\n    def stop(self):\n        return 1\n",
    "from app.store import ReceiptStore as Kept\n", "from app.jobs import *\n", "import app.engine\n", "VERSION = 2\n",
    "def save_state(path):\n    path.write_text(str(VERSION))\ndef load_state(path):\n    return path.read_text()\n",
    "KEEPER = EngineManager(Bus(), None)\n", "def use(bus: 'Bus'):\n    bus.nothing()\n    bus.start()\n",
    "__all__ = ['main']\n", "class Bus:\n    def __getattr__(self, name):\n        return name\n", "main()\n",
    "def poke(one):\n    one.halt = 1\n    one.flush = None\n", "def __getattr__(name):\n    from app import jobs\n",
    "def late():\n    from app.jobs import Job\n    return Job()\n",
    "class StoreManager:\n    def __init__(self):\n        self.stores = {}\n    def register(self, one):\n"
    "        self.stores[one.name] = one\n    def get(self, name):\n        return self.stores[name]\n"
    "    def close(self):\n        self.stores.clear()\n",
)  # fmt: skip
"""What may be added to a module; whether it means anything there is no matter."""
DEFINITIONS = (
    "def {name}(x, *args, **kwargs):\n    return x\n", "def {name}():\n    return EngineManager(None, None)\n",
    "def {name}(function):\n    def inner_{name}(*args, **kwargs):\n        return function(*args, **kwargs)\n"
    "    return inner_{name}\n",
    "if VERSION:\n    def {name}():\n        from app import engine\n        return engine\n",
    "@main\ndef {name}(bus: 'Bus') -> 'Bus':\n    bus.nothing()\n    return bus\n",
    "async def _{name}():\n    global VERSION\n    VERSION = 3\n", "def register():\n    return main()\n",
    "class {name}(Base):\n    def run(self):\n        return self.stop()\n", "{name} = Bus\n",
    "def __getattr__(name):\n    return name\n", "def save_{name}(path):\n    path.write_text('1')\n",
)  # fmt: skip
METHODS = (
    "    def {name}(self):\n        return self.run()\n", "    @property\n    def {name}(self):\n        return 1\n",
    "    def {name}(self):\n        self.extra = Bus()\n", "    def __getattr__(self, name):\n        return name\n",
    "    def missin(self):\n        return self.stop()\n", "    def register(self):\n        return {name}\n",
)  # fmt: skip
USES = (
    "{name}(1)\n", "from app.bus import {name}\n", "from app.jobs import {name} as other\n", "__all__ = ['{name}']\n",
    "def ask(job: 'Job'):\n    job.{name}()\n", "@{name}\ndef wrapped():\n    return 1\n", "names = '{name}'\n",
    "class Holder:\n    def __init__(self):\n        self.one = {name}()\n    def go(self):\n"
    "        self.one.subscribe()\n        self.one.nothing()\n",
    "from app import base\n\ndef far():\n    return base.{name}()\n", "from app.bus import *\n",
)  # fmt: skip
INSIDE = (
    "value = 1", "self.extra = Bus()", "main()", "self.bus.halt()", "added(value)", "one = Job()", "json.dumps(1)",
)  # fmt: skip


@cache
def leaves() -> Leaves:
    return load_leaves()


def said(root: Path, store: Path | None) -> dict[str, list[Row]]:
    """The tables of the analyzers that go on, by name."""
    seen = survey(root, Config(), leaves(), store=store, executor=InProcess())
    return {name: seen.rows(leaves().analyzers[name].fills) for name in GOING_ON}


def write(root: Path, files: Mapping[str, str]) -> None:
    for path in sorted(root.rglob("*.py")):
        if path.relative_to(root).as_posix() not in files:
            path.unlink()
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text() != text:
            file.write_text(text)
            # An old time stamp: what was just written is looked at again in any case.
            os.utime(file, (1, 1 + len(text)))


def edited(files: Mapping[str, str], rng: random.Random) -> dict[str, str]:
    """One edit: mostly of lines and bodies, as edits are."""
    found = dict(files)
    path = rng.choice(sorted(files))
    lines = files[path].split("\n")
    kind = rng.choice((
        "shift", "shift", "inside", "inside", "inside", "piece", "piece", "rename", "drop", "module", "definition",
        "definition", "definition", "method", "method", "use", "use",
    ))  # fmt: skip
    # Some have the name of an earlier one, and most are asked for by nobody.
    name = f"fresh_{rng.randint(0, 6)}"
    bodies = [number for number, line in enumerate(lines) if line.startswith("        ")]
    if kind == "shift":
        lines.insert(rng.choice((0, *bodies)), "")
    elif kind == "inside" and bodies:
        lines.insert(rng.choice(bodies), f"        {rng.choice(INSIDE)}")
    elif kind == "piece":
        piece = rng.choice(PIECES).split("\n")
        lines = piece + lines if rng.random() < 0.3 else lines + piece
    elif kind in ("definition", "use"):
        piece = rng.choice(DEFINITIONS if kind == "definition" else USES).format(name=name).split("\n")
        lines = piece + lines if rng.random() < 0.2 else lines + piece
    elif kind == "method":
        classes = [number for number, line in enumerate(lines) if line.startswith("class ")]
        if classes:
            at = rng.choice(classes) + 1
            lines[at:at] = rng.choice(METHODS).format(name=name).split("\n")
    elif kind == "rename":
        names = re.findall(r"(?:def|class) (\w+)", files[path])
        if names:
            name = rng.choice(names)
            lines = re.sub(rf"\b{name}\b", f"{name}2", files[path]).split("\n")
    elif kind == "drop":
        starts = [number for number, line in enumerate(lines) if line.startswith(("def ", "class "))]
        if starts:
            first = rng.choice(starts)
            last = next((one for one in range(first + 1, len(lines)) if lines[one][:1].strip()), len(lines))
            del lines[first:last]
    elif kind == "module" and rng.random() < 0.5 and len(files) > 4 and path != "app/__init__.py":
        del found[path]
        return found
    elif kind == "module":
        path = f"app/more{rng.randint(0, 9)}.py"
    found[path] = "\n".join(lines)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_with_a_past_the_rows_are_those_without(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    root, store = tmp_path / "project", tmp_path / "store"
    store.mkdir()
    files = dict(START)
    write(root, files)
    said(root, store)
    for _ in range(6):
        for _ in range(rng.choice((1, 1, 3))):
            files = edited(files, rng)
        write(root, files)
        assert said(root, store) == said(root, None), files


@pytest.fixture
def known(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A project that was looked at, and the folder of its store."""
    root, store = tmp_path / "project", tmp_path / "store"
    store.mkdir()
    write(root, START)
    first = said(root, store)
    assert all(first[name] for name in GOING_ON), {name: len(rows) for name, rows in first.items()}
    yield root, store


SHIFTED = {path: f"# one line more\n{text}" for path, text in START.items()}
CHANGED = {**START, "app/jobs.py": START["app/jobs.py"].replace("        engine.start()", "        a = 1\n        a")}


ADDED = {
    **START, "app/base.py": f"{START['app/base.py']}\ndef unheard_of(one):\n    return one.stop()\n",
    "app/jobs.py": f"{START['app/jobs.py']}\nasync def hidden(number: int) -> int:\n    def inmost():\n"
    "        return number\n    return inmost()\n",
}  # fmt: skip
METHOD = {**START, "app/jobs.py": START["app/jobs.py"].replace(
    "class Job(Base):\n", "class Job(Base):\n    def unheard_of(self):\n        return self.run()\n"
)}  # fmt: skip
HEARD = {
    "call": "def quiet():\n    return early()\n", "string": "NAMES = ['early']\n",
    "import": "from app.base import early\n",
    "attribute": "def quiet(one):\n    return one.early\n", "listed": "__all__ = ['early']\n",
}  # fmt: skip


def never(*_: object, **__: object) -> object:
    raise AssertionError("looked into again")


# Where a module fails, the line of its failure is told anew.
@pytest.mark.parametrize(
    "files", [{**START, "app/store.py": SHIFTED["app/store.py"]}, CHANGED], ids=["lines", "body"]
)
def test_imports_are_not_tried_again_for_other_lines_and_bodies(
    files: Mapping[str, str], known: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "attempts", never)
    root, store = known
    write(root, files)
    assert said(root, store)["cycles"]


def test_uses_are_not_followed_again_for_other_lines(
    known: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "Calls", never)
    root, store = known
    write(root, SHIFTED)
    assert said(root, store)["reaches"]


def test_only_modules_that_have_changed_are_searched_for_mismatches(
    known: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    whole = Interfaces.asked

    def noted(self: Interfaces, module: str) -> Iterator[object]:
        asked.append(module)
        return whole(self, module)

    monkeypatch.setattr(Interfaces, "asked", noted)
    root, store = known
    write(root, CHANGED)
    assert said(root, store)["interface_mismatches"] and asked == ["app.jobs"]


def test_only_pairs_that_were_found_or_have_changed_are_compared(
    known: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[str, str]] = []
    whole = Likeness.compare

    def noted(self: Likeness, first: object, second: object) -> object:
        compared.append((first.module, second.module))  # type: ignore[attr-defined]
        return whole(self, first, second)  # type: ignore[arg-type]

    monkeypatch.setattr(Likeness, "compare", noted)
    root, store = known
    write(root, CHANGED)
    assert said(root, store)["parallels"]
    assert ("app.archive", "app.store") in compared
    assert all("app.jobs" in pair for pair in compared if pair != ("app.archive", "app.store"))


def test_classes_that_are_no_managers_are_not_judged_again(
    known: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []
    whole = Managing._judge  # pyright: ignore[reportPrivateUsage]

    def noted(self: Managing, portrait: object) -> object:
        judged.append(portrait.row.name)  # type: ignore[attr-defined]
        return whole(self, portrait)  # type: ignore[arg-type]

    monkeypatch.setattr(Managing, "_judge", noted)
    root, store = known
    write(root, SHIFTED)
    assert said(root, store)["managers"] and "EngineManager" in judged and "Job" not in judged


def test_modules_that_save_nothing_are_not_searched_for_saved_state_again(
    known: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []
    whole = Persisting.may_matter

    def noted(self: Persisting, module: str) -> bool:
        searched.append(module)
        return whole(self, module)

    monkeypatch.setattr(Persisting, "may_matter", noted)
    root, store = known
    write(root, CHANGED)
    assert said(root, store)["state_persistences"] and set(searched) == {"app.jobs", "app.archive", "app.store"}


@pytest.mark.parametrize("files", [ADDED, METHOD], ids=["functions", "method"])
def test_definitions_that_nobody_asks_for_are_followed_from_their_own_modules_only(
    files: Mapping[str, str], known: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[str] = []
    searched: list[str] = []
    asked = Interfaces.asked

    def noted(sources: Sources, module: str) -> Outgoing:
        followed.append(module)
        return outgoing(sources, module)

    def noted_too(self: Interfaces, module: str) -> Iterator[object]:
        searched.append(module)
        return asked(self, module)

    monkeypatch.setattr("overhaul.calling.remembering.outgoing", noted)
    monkeypatch.setattr(Interfaces, "asked", noted_too)
    monkeypatch.setattr(importing, "attempts", never)
    root, store = known
    write(root, files)
    told = said(root, store)
    changed = {path[:-3].replace("/", ".") for path in files if files[path] != START[path]}
    # A row names members that are spelt alike: modules that have one are searched again.
    rows = {row.module for row in told["interface_mismatches"]}  # type: ignore[attr-defined]
    assert set(followed) == changed and set(searched) == changed | rows
    monkeypatch.undo()
    assert told == said(root, None)


@pytest.mark.parametrize("how", sorted(HEARD))
def test_a_definition_that_was_asked_for_before_it_was_there_is_found(how: str, tmp_path: Path) -> None:
    root, store = tmp_path / "project", tmp_path / "store"
    store.mkdir()
    before = {**START, "app/quiet.py": HEARD[how]}
    write(root, before)
    said(root, store)
    write(root, {**before, "app/base.py": f"{START['app/base.py']}\ndef early():\n    from app import jobs\n"})
    assert said(root, store) == said(root, None)


def test_what_a_star_brings_of_a_new_definition_is_passed_on(tmp_path: Path) -> None:
    root, store = tmp_path / "project", tmp_path / "store"
    store.mkdir()
    before = {**START, "app/kit/__init__.py": "from app.base import *\n"}
    write(root, before)
    said(root, store)
    write(root, {**before, "app/base.py": f"{START['app/base.py']}\ndef unheard_of():\n    return 1\n"})
    told = said(root, store)
    (row,) = [row for row in told["reaches"] if row.name == "unheard_of"]  # type: ignore[attr-defined]
    assert row.reached == "entry" and told == said(root, None)  # type: ignore[attr-defined]


def test_another_class_is_found_where_a_stub_says_so(tmp_path: Path) -> None:
    root, store = tmp_path / "project", tmp_path / "store"
    store.mkdir()
    stub = "from app.bus import Bus\nfrom app.jobs import Job\nlast: {name}\n"
    before = {**START, "app/fast.pyi": stub.format(name="Bus"),
              "app/quick.py": "from app.fast import last\n\ndef go():\n    last.run()\n    last.start()\n"}  # fmt: skip
    write(root, before)
    said(root, store)
    (root / "app/fast.pyi").write_text(stub.format(name="Job"))
    assert said(root, store) == said(root, None)
