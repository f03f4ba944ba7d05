"""A transaction that is killed, or that the disk fails, leaves the tree as before or as after.

All steps, and more random instants, are run by `python -m benchmarks.kill`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.kill import (
    ERRORS,
    Deed,
    Failing,
    Killing,
    Scene,
    Tally,
    every,
    failing,
    in_child,
    killed_at_each_step,
    killed_at_random,
    perform,
    picture,
    ready,
    recovery_killed,
    scene,
    scratch,
    settle,
    steps,
)
from overhaul.errors import OverhaulError
from overhaul.transaction.disk import Disk
from overhaul.transaction.writing import journals, recover, write

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed that was forked")


@pytest.fixture
def small() -> Iterator[Scene]:
    """A tree of two dozen files, with a bit of everything."""
    with scratch() as folder:
        yield scene(folder, edits=9, moves=6, others=5)


@pytest.mark.parametrize("deed", ["write", "undo"])
def test_killed_before_each_of_its_deeds(small: Scene, deed: Deed) -> None:
    total = steps(small, deed)
    assert total > 200, "the disk is spoken to through the seam"
    tally = killed_at_each_step(small, deed, every(total, 6))
    assert not tally.wrong
    assert tally.before and tally.after, "some kills come before the end is written, and some after"


@pytest.mark.parametrize("deed", ["write", "undo"])
def test_killed_at_random_instants(small: Scene, deed: Deed) -> None:
    assert not killed_at_random(small, deed, 12, seed=random.randrange(1 << 30)).wrong


def test_recovery_can_be_killed_as_well(small: Scene) -> None:
    assert not recovery_killed(small, 12, seed=random.randrange(1 << 30)).wrong


@pytest.mark.parametrize("lasts", [False, True], ids=["once", "from then on"])
def test_each_deed_fails(small: Scene, lasts: bool) -> None:
    total = steps(small, "write")
    tally = failing(small, "write", every(total, 8), ERRORS, lasts=lasts)
    assert not tally.wrong
    assert tally.refused > tally.runs // 2, "hardly any deed may fail unnoticed"


def test_a_failing_disk_is_put_right_at_once_and_not_only_at_the_next_start(small: Scene) -> None:
    total = steps(small, "write")
    for number in range(total // 4, total - 20, 23):
        with pytest.raises(OverhaulError, match=os.strerror(ERRORS[0])):
            perform(small, "write", Failing(number, ERRORS[0]))
        assert picture(small.root) == small.before
        assert recover(small.root, store=small.root) == ()


def test_a_kill_that_the_comparison_does_not_notice_would_be_noticed(small: Scene) -> None:
    """The measure itself: a tree that is neither before nor after is told."""
    (small.root / "src/package_0/module_0.py").write_bytes(b"somebody else's")
    tally = Tally("broken on purpose")
    settle(small, tally, "write", "on purpose")
    assert tally.wrong == ["on purpose: 1 paths differ, src/package_0/module_0.py"]


def test_a_file_that_is_changed_between_the_kill_and_the_next_start_is_left_and_told(small: Scene) -> None:
    ready(small, "write")
    total = steps(small, "write")
    path = "src/package_0/module_0.py"
    at = next(number for number in range(total - 40, 0, -1) if _kill(small, number) and _is_after(small, path))
    assert _is_after(small, path), at
    (small.root / path).write_bytes(b"somebody else's")
    gone, note = recover(small.root, store=small.root)
    assert gone == "the plan: was interrupted, and all is as it was before"
    assert note.startswith(f"{path}: somebody has changed it since: left as it is; what it was before lies in ")
    kept = Path(note.rpartition(" lies in ")[2])
    assert kept.read_bytes() == small.before[path][1]
    found = picture(small.root)
    assert found.pop(path)[1] == b"somebody else's"
    assert found == {other: told for other, told in small.before.items() if other != path}
    (listed,) = [one for one in journals(small.root, store=small.root) if one.note]
    assert (listed.state, listed.note) == ("put back after an interruption", f"somebody had changed {path}")


def test_the_next_migration_puts_back_first_and_says_so(small: Scene) -> None:
    _kill(small, steps(small, "write") - 60)
    (small.root / "new.txt").unlink(missing_ok=True)
    done = write(small.root, small.files, "again", store=small.root)
    assert done.notes == ("the plan: was interrupted, and all is as it was before",)
    assert picture(small.root) == small.after


def _kill(small: Scene, number: int) -> bool:
    """Start anew, and kill at a step."""
    recover(small.root, store=small.root)
    ready(small, "write")
    return not in_child(lambda: perform(small, "write", Killing(number)))


def _is_after(small: Scene, path: str) -> bool:
    return (small.root / path).read_bytes() == small.after[path][1]


def test_what_is_not_interrupted_is_not_touched_by_recovery(small: Scene) -> None:
    perform(small, "write", Disk())
    assert recover(small.root, store=small.root) == ()
    assert picture(small.root) == small.after
