"""Programs that keep running, from where they start."""

from __future__ import annotations

import pytest

from overhaul.hardening import Service
from overhaul.testing import table

LOOP = "    while True:\n        time.sleep(1)\n"
MAIN = "if __name__ == '__main__':\n    "


def services(files: dict[str, str]) -> list[Service]:
    return [row for row in table(Service, files) if isinstance(row, Service)]


@pytest.mark.parametrize(
    "call", ["run()", "main()", "Tower().watch()", "tower.watch()", "asyncio.run(run())", "Tower()"]
)
def test_a_loop_that_calls_lead_to_from_the_start_is_a_service(call: str) -> None:
    (row,) = services({
        "a.py": f"class Tower:\n    def __init__(self):\n        self.watch()\n    def watch(self):\n        run()\n"
        f"def run():\n{LOOP}def main():\n    run()\n{MAIN}tower: Tower = make()\n    {call}\n"
    })  # fmt: skip
    assert (row.module, row.name, row.what) == ("a", "run", "while True")
    assert row.entry[0].line == 11


@pytest.mark.parametrize("call", ["Thread(target=run).start()", "pass", "print(run)", "ask()", "count()", "once()"])
def test_what_is_not_called_or_does_not_wait_is_none(call: str) -> None:
    assert not services({
        "a.py": f"def run():\n{LOOP}def ask():\n{LOOP}        input()\ndef once():\n{LOOP}        break\n"
        f"def count():\n    while True:\n        f()\n{MAIN}{call}\n"
    })  # fmt: skip


def test_calls_outside_of_the_start_start_nothing() -> None:
    assert not services({"a.py": f"def run():\n{LOOP}def other():\n    run()\n{MAIN}print(1)\n"})


def test_a_program_starts_in_main_modules_and_at_entry_points() -> None:
    package = {"a/__init__.py": "", "a/run.py": f"def go():\n{LOOP}"}
    (row,) = services({**package, "a/__main__.py": "from a.run import go\ngo()\n"})
    assert row.entry[0].module == "a.__main__"
    entry = "[project]\nname = 'a'\nversion = '1'\n[project.scripts]\nb = 'a.run:go'\n"
    (row,) = services({"pyproject.toml": entry, **package})
    assert (row.module, row.name, row.entry) == ("a.run", "go", ())


def test_handlers_of_signals_on_the_way_and_words_in_the_package_are_told() -> None:
    (row,) = services({
        "a/__init__.py": "", "a/run.py": f"def go():\n{LOOP}", "a/state.py": "def health(): ...\n",
        "a/__main__.py": "import signal\nfrom a.run import go\nsignal.signal(signal.SIGTERM, go)\ngo()\n",
        "b.py": "def alert(): ...\n",
    })  # fmt: skip
    assert row.signals == ("a/__main__.py:3",)
    assert row.health == ("a/state.py:1",)
    assert row.alerts == ()


def test_tests_start_no_service() -> None:
    assert not services({"tests/test_a.py": f"def run():\n{LOOP}{MAIN}run()\n"})
