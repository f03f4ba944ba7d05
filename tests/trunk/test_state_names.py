"""What the names of states say."""

import pytest

from overhaul.states.names import final_by_name, misspelt


@pytest.mark.parametrize(
    "name", ["DONE", "closed", "CANCELLED", "setup_error", "STOPPED", "finished", "Failed", "timeout"]
)
def test_ends_are_known_by_their_names(name: str) -> None:
    assert final_by_name(name)


@pytest.mark.parametrize("name", ["NEW", "held", "running", "WAITING", "open", "connecting", "idle"])
def test_what_is_under_way_is_no_end(name: str) -> None:
    assert not final_by_name(name)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("canceled", "cancelled"), ("runing", "running"), ("disconected", "disconnected"), ("PENDING", "pending"),
     ("in-progress", "in_progress")],
)  # fmt: skip
def test_a_slip_of_the_pen_is_seen(written: str, meant: str) -> None:
    assert misspelt(written, ["new", meant]) == meant


@pytest.mark.parametrize(
    ("written", "state"),
    [("connect", "connected"), ("inactive", "active"), ("stage1", "stage2"), ("on", "off"), ("open", "closed"),
     ("unlocked", "locked"), ("started", "stopped")],
)  # fmt: skip
def test_words_of_their_own_are_no_slip(written: str, state: str) -> None:
    assert misspelt(written, ["new", state]) is None
