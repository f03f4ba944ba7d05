"""Machines stay what they are; their transitions are checked, kept, saved and restored, one machine at a time."""

from __future__ import annotations

import gc
import importlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from unified import state as states  # noqa: TID251
else:
    states = importlib.import_module("overhaul.unified.state")


class Light(Enum):
    RED = "red"
    GREEN = "green"
    YELLOW = "yellow"
    OFF = "off"


TABLE = {
    Light.RED: {Light.GREEN, Light.OFF},
    Light.GREEN: {Light.YELLOW},
    Light.YELLOW: {Light.RED},
    Light.OFF: set[Light](),
}


@dataclass
class Signal:
    """Equal by value and so not hashable, as a dataclass is."""

    place: str = ""
    state: Light = Light.RED
    count: int = 0


class Session:
    def __init__(self) -> None:
        self.phase = "new"


class Slotted:
    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state = "a"


class Refusal(Exception):
    pass


def coordinator(
    system: Enum = states.SystemState.NORMAL, table: Any = None, timeout: float = 5.0, history: int = 1000
) -> states.StateCoordinator:
    return states.StateCoordinator(system, system_table=table, timeout=timeout, history=history, clock=lambda: 7.0)


def signals(
    where: states.StateCoordinator,
    *,
    guards: dict[Light, Callable[[Signal, Light], bool]] | None = None,
    write: Callable[[Signal, Light], object] | None = None,
    refused: Callable[[Signal, Light, Light], Exception] | None = None,
    enforce: bool = True,
    initial: Light | None = None,
    dump: Callable[[Signal], object] | None = None,
    load: Callable[[Signal, Any], object] | None = None,
    recover: Callable[[Signal], object] | None = None,
) -> states.MachineKind[Signal, Light]:
    return where.kind(
        "signal",
        Signal,
        table=TABLE,
        guards=guards,
        write=write,
        refused=refused,
        enforce=enforce,
        initial=initial,
        dump=dump,
        load=load,
        recover=recover,
    )


# ---- registration


def test_registering_returns_the_machine_so_that_its_constructor_can_be_wrapped() -> None:
    kind = signals(coordinator())
    signal = Signal("north")
    assert kind.register(signal) is signal
    assert kind.register(signal) is signal and kind.machines() == [signal]


def test_machines_are_forgotten_with_their_last_user_unless_they_are_held() -> None:
    where = coordinator()
    kind = signals(where)
    weak, held = Signal("weak"), Signal("held")
    kind.register(weak)
    kind.register(held, strong=True)
    del weak, held
    gc.collect()
    assert [signal.place for signal in kind.machines()] == ["held"]
    assert list(where.states()) == ["signal-2"]
    where.forget(kind.machines()[0])
    assert where.states() == {}


def test_machines_that_are_equal_are_two_machines() -> None:
    where = coordinator()
    kind = signals(where)
    one, other = kind.register(Signal()), kind.register(Signal())
    assert one == other
    kind.transition(one, Light.GREEN)
    assert where.states() == {"signal-1": Light.GREEN, "signal-2": Light.RED}


def test_a_name_belongs_to_one_living_machine() -> None:
    where = coordinator()
    kind = signals(where)
    first = kind.register(Signal(), "main")
    with pytest.raises(states.StateError, match="named 'main' already"):
        kind.register(Signal(), "main")
    del first
    gc.collect()
    second = kind.register(Signal("second"), "main")
    where.transition("main", Light.GREEN)
    assert second.state is Light.GREEN


def test_numbers_leave_out_names_that_are_taken() -> None:
    where = coordinator()
    kind = signals(where)
    named = kind.register(Signal(), "signal-1")
    numbered = kind.register(Signal())
    assert list(where.states()) == ["signal-1", "signal-2"] and named is not numbered


def test_what_cannot_be_referred_to_weakly_is_refused_with_the_remedy() -> None:
    where = coordinator()
    kind = where.kind("slotted", Slotted, table={"a": {"b"}, "b": set[str]()})
    machine = Slotted()
    with pytest.raises(states.StateError, match="register it strongly"):
        kind.register(machine)
    kind.register(machine, strong=True)
    kind.transition(machine, "b")
    assert machine.state == "b" and list(where.states().values()) == ["b"]


def test_a_machine_that_cannot_be_read_hides_no_other() -> None:
    where = coordinator()
    kind = where.kind("session", Session, table=states.anywhere(["new"]), attribute="phase")
    half_made, whole = Session.__new__(Session), Session()
    kind.register(half_made, "half made")
    kind.register(whole, "whole")
    assert where.states() == {"whole": "new"} and isinstance(where.failing()["half made"], AttributeError)


def test_ten_thousand_machines_come_and_go() -> None:
    where = coordinator()
    kind = signals(where)
    kept = [kind.register(Signal(str(number))) for number in range(10_000)]
    assert len(kind.machines()) == 10_000
    del kept[100:]
    gc.collect()
    assert len(where.states()) == 100


def test_one_object_may_have_two_states_of_two_kinds() -> None:
    class Link:
        def __init__(self) -> None:
            self.phase, self.mode = "down", "plain"

    where = coordinator()
    phase = where.kind("phase", Link, table={"down": {"up"}, "up": {"down"}}, attribute="phase")
    mode = where.kind("mode", Link, table=states.anywhere(["plain", "secret"]), attribute="mode")
    link = mode.register(phase.register(Link()))
    phase.transition(link, "up")
    mode.transition(link, "secret")
    mode.transition(link, "secret")
    with pytest.raises(states.StateError, match="ask the kind"):
        where.transition(link, "down")
    assert where.states() == {"phase-1": "up", "mode-1": "secret"}


# ---- transitions


@given(st.lists(st.sampled_from(Light), max_size=30))
def test_a_machine_is_only_ever_where_the_table_leads(targets: list[Light]) -> None:
    kind = signals(coordinator())
    signal = kind.register(Signal())
    for target in targets:
        before = signal.state
        if target in TABLE[before]:
            kind.transition(signal, target)
            assert signal.state is target
        else:
            with pytest.raises(states.TransitionRefused):
                kind.transition(signal, target)
            assert signal.state is before


def test_a_refusal_says_who_from_where_to_where_and_what_would_be_possible() -> None:
    where = coordinator()
    signal = signals(where).register(Signal(), "north")
    with pytest.raises(states.TransitionRefused) as refused:
        where.transition(signal, Light.YELLOW)
    assert (refused.value.machine, refused.value.before, refused.value.after) == ("north", Light.RED, Light.YELLOW)
    assert str(refused.value).startswith("north: from RED to YELLOW: the table has no such transition; it has ")
    signal.state = Light.OFF
    with pytest.raises(states.TransitionRefused, match="it has none from there"):
        where.transition(signal, Light.RED)
    with pytest.raises(states.StateError, match="Signal is not registered"):
        where.transition(Signal(), Light.GREEN)


def test_the_project_s_own_exception_is_raised_where_it_has_one() -> None:
    kind = signals(coordinator(), refused=lambda signal, before, after: Refusal(signal.place, before, after))
    with pytest.raises(Refusal) as refused:
        kind.transition(Signal("north"), Light.YELLOW)
    assert refused.value.args == ("north", Light.RED, Light.YELLOW)


def test_a_guard_is_asked_for_its_target_only_and_its_name_is_the_reason() -> None:
    asked: list[tuple[str, Light]] = []

    def no_train(signal: Signal, before: Light) -> bool:
        asked.append((signal.place, before))
        return signal.count == 0

    kind = signals(coordinator(), guards={Light.GREEN: no_train})
    signal = Signal("north", count=1)
    with pytest.raises(states.TransitionRefused, match="no_train is against it"):
        kind.transition(signal, Light.GREEN)
    kind.transition(signal, Light.OFF)
    assert asked == [("north", Light.RED)] and signal.state is Light.OFF


def test_a_guard_that_fails_changes_nothing() -> None:
    def sick(signal: Signal, before: Light) -> bool:
        raise ZeroDivisionError

    where = coordinator()
    kind = signals(where, guards={Light.GREEN: sick})
    signal = kind.register(Signal())
    with pytest.raises(ZeroDivisionError):
        kind.transition(signal, Light.GREEN)
    assert signal.state is Light.RED and where.history() == ()
    kind.transition(signal, Light.OFF)


def test_what_is_not_enforced_is_done_and_kept_as_unlisted(caplog: pytest.LogCaptureFixture) -> None:
    where = coordinator()
    kind = signals(where, enforce=False)
    signal = kind.register(Signal())
    kind.transition(signal, Light.YELLOW, because="a test")
    kind.transition(signal, Light.RED)
    assert signal.state is Light.RED
    assert [(one.after, one.how) for one in where.history()] == [
        (Light.YELLOW, "unlisted"), (Light.RED, "transition")]
    assert "from RED to YELLOW, although the table has no such transition" in caplog.text


def test_a_machine_that_nobody_registered_is_checked_and_kept_under_its_kind() -> None:
    where = coordinator()
    kind = signals(where)
    kind.transition(Signal(), Light.GREEN)
    assert [one.machine for one in where.history()] == ["signal"]


def test_a_machine_s_own_method_can_make_the_change() -> None:
    class Visiting:
        def __init__(self) -> None:
            self.phase, self.visited = "a", ["a"]

        def move_to(self, phase: str) -> None:
            self.phase = phase
            self.visited.append(phase)

    kind = coordinator().kind(
        "visiting", Visiting, table={"a": {"b"}, "b": set[str]()}, attribute="phase", write=Visiting.move_to
    )
    machine = Visiting()
    kind.transition(machine, "b")
    assert machine.visited == ["a", "b"]


def test_history_has_who_when_and_why_and_forgets_the_oldest() -> None:
    where = coordinator(history=3)
    signal = signals(where).register(Signal(), "north")
    for target in (Light.GREEN, Light.YELLOW, Light.RED, Light.OFF):
        where.transition(signal, target, because=f"to {target.value}")
    assert where.history() == where.history("north")
    assert [(one.time, one.machine, one.kind, one.after, one.because) for one in where.history()] == [
        (7.0, "north", "signal", Light.YELLOW, "to yellow"),
        (7.0, "north", "signal", Light.RED, "to red"),
        (7.0, "north", "signal", Light.OFF, "to off")]
    assert where.history("south") == ()


def test_a_watcher_that_fails_stops_neither_transition_nor_other_watchers(caplog: pytest.LogCaptureFixture) -> None:
    where = coordinator()
    kind = signals(where)
    seen: list[object] = []

    def sick(transition: object) -> None:
        raise OSError("watcher")

    where.watch(sick)
    end = where.watch(lambda transition: seen.append(transition.after))
    kind.transition(Signal(), Light.GREEN)
    end()
    end()
    kind.transition(Signal(), Light.OFF)
    assert seen == [Light.GREEN] and "a watcher of transitions failed" in caplog.text


def test_of_many_threads_one_makes_a_transition_that_can_be_made_once() -> None:
    where = coordinator()

    def slowly(signal: Signal, before: Light) -> bool:
        return not threading.Event().wait(0.001)

    signal = signals(where, guards={Light.GREEN: slowly}).register(Signal(), "x")
    gate = threading.Barrier(8)
    done: list[str] = []

    def go() -> None:
        gate.wait()
        try:
            where.transition(signal, Light.GREEN)
            done.append("done")
        except states.TransitionRefused:
            done.append("refused")

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["done", *["refused"] * 7] and len(where.history()) == 1


def test_a_slow_machine_holds_up_no_other() -> None:
    entered, free = threading.Event(), threading.Event()

    def slow(signal: Signal, before: Light) -> bool:
        entered.set()
        return free.wait(10)

    where = coordinator()
    slow_one = signals(where, guards={Light.GREEN: slow}).register(Signal(), "slow")
    quick = signals(where).register(Signal(), "quick")
    thread = threading.Thread(target=where.transition, args=(slow_one, Light.GREEN))
    thread.start()
    assert entered.wait(10)
    where.transition(quick, Light.GREEN)
    new = signals(where).register(Signal())
    assert quick.state is Light.GREEN and new.state is Light.RED and where.states()["slow"] is Light.RED
    free.set()
    thread.join()
    assert slow_one.state is Light.GREEN


def test_two_machines_that_change_each_other_do_not_wait_for_ever() -> None:
    where = coordinator(timeout=0.05)
    met = threading.Barrier(2)
    others: dict[str, str] = {"a": "b", "b": "a"}

    def change_the_other(signal: Signal, state: Light) -> None:
        if state is Light.GREEN:
            met.wait(10)
            where.transition(others[signal.place], Light.OFF)
        signal.state = state

    kind = signals(where, write=change_the_other)
    held = [kind.register(Signal(name), name) for name in others]
    failed: list[str] = []

    def go(signal: Signal) -> None:
        try:
            where.transition(signal, Light.GREEN)
        except states.StateError as error:
            failed.append(str(error))

    threads = [threading.Thread(target=go, args=(signal,)) for signal in held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert failed and all("is being changed" in message for message in failed)


# ---- assignments that are transitions


def test_assignments_from_anywhere_are_transitions_but_the_first() -> None:
    where = coordinator()
    kind = where.kind("session", Session, table={"new": {"open"}, "open": {"closed"}}, attribute="phase")
    tracked: Any = type("Tracked", (Session,), {"phase": states.Tracked(kind)})
    session = kind.register(tracked(), "s")
    session.phase = "open"
    with pytest.raises(states.TransitionRefused, match="s: from 'open' to 'new'"):
        session.phase = "new"
    assert session.phase == "open" and [one.after for one in where.history()] == ["open"]
    assert isinstance(tracked.phase, states.Tracked)


def test_a_class_that_stands_elsewhere_is_tracked_by_name() -> None:
    class Other(Session):
        pass

    where = coordinator()
    kind = where.kind("session", Session, table={"new": {"open"}, "open": set[str]()}, attribute="phase")
    vars_of: Any = Other
    vars_of.phase = states.Tracked(kind, "phase")
    one, other = Other(), Other()
    one.phase = "open"
    assert (one.phase, other.phase) == ("open", "new")
    with pytest.raises(AttributeError, match="phase"):
        _ = Other.__new__(Other).phase


# ---- on disk


def saved(where: states.StateCoordinator, path: Path) -> Any:
    where.save(path)
    return json.loads(path.read_text())


def test_named_machines_are_saved_and_come_back(tmp_path: Path) -> None:
    path = tmp_path / "states.json"
    where = coordinator()
    kind = signals(where, dump=lambda signal: signal.count, load=lambda signal, count: setattr(signal, "count", count))
    held = [kind.register(Signal("n", Light.GREEN, 3), "north"), kind.register(Signal("s"), "south"),
            kind.register(Signal("nameless", Light.OFF))]
    where.set_system(states.SystemState.HALTED)
    assert saved(where, path) == {
        "version": 1,
        "system": "HALTED",
        "machines": {
            "north": {"kind": "signal", "state": "GREEN", "content": 3},
            "south": {"kind": "signal", "state": "RED", "content": 0},
        },
    }
    del held
    again = coordinator()
    kind = signals(again, load=lambda signal, count: setattr(signal, "count", count))
    north, east = kind.register(Signal(), "north"), kind.register(Signal(), "east")
    restored = again.restore(path)
    assert (north.state, north.count, east.state) == (Light.GREEN, 3, Light.RED)
    assert again.system is states.SystemState.HALTED
    assert (restored.unregistered, restored.unsaved, restored.generation) == (("south",), ("east",), "current")
    assert [one.how for one in again.history("north")] == ["restored"]


def test_a_machine_that_cannot_be_saved_stops_no_other_and_keeps_what_was_saved_of_it(tmp_path: Path) -> None:
    path = tmp_path / "states.json"
    where = coordinator()
    sick: list[bool] = []

    def dump(signal: Signal) -> int:
        if sick:
            raise OSError("cannot")
        return signal.count

    bad = signals(where, dump=dump).register(Signal(count=1), "bad")
    good = signals(where).register(Signal(), "good")
    assert where.save(path).failures == ()
    sick.append(True)
    bad.count = 2
    where.transition(good, Light.GREEN)
    replies = where.save(path)
    assert [(one.machine, one.status) for one in replies.failures] == [("bad", "failed")]
    machines = json.loads(path.read_text())["machines"]
    assert machines["bad"]["content"] == 1 and machines["good"]["state"] == "GREEN"


def test_a_machine_that_cannot_be_restored_stops_no_other(tmp_path: Path) -> None:
    path = tmp_path / "states.json"
    where = coordinator()
    kind = signals(where)
    first, second = kind.register(Signal(), "first"), kind.register(Signal(state=Light.GREEN), "second")
    content = saved(where, path)
    content["machines"]["first"]["state"] = "PURPLE"
    states.save_json(path, content)
    second.state = Light.RED
    restored = where.restore(path)
    assert [(one.machine, str(one.error)) for one in restored.failures] == [("first", "signal has no state 'PURPLE'")]
    assert (first.state, second.state) == (Light.RED, Light.GREEN)


def test_a_damaged_file_is_restored_from_the_generation_before_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "states.json"
    where = coordinator()
    signal = signals(where).register(Signal(), "north")
    where.save(path)
    where.transition(signal, Light.GREEN)
    where.save(path)
    path.write_text(path.read_text()[:-5])
    restored = where.restore(path)
    assert restored.generation == "previous" and "checksum" in restored.problem and signal.state is Light.RED


@pytest.mark.parametrize("content", ["[]", "{}", '{"system": "NORMAL"}', '{"system": "X", "machines": {}}'])
def test_a_file_of_something_else_changes_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "states.json"
    path.write_text(content)
    where = coordinator()
    signal = signals(where).register(Signal(state=Light.GREEN), "north")
    with pytest.raises(states.DamagedState, match="not a saved state"):
        where.restore(path)
    assert signal.state is Light.GREEN and where.system is states.SystemState.NORMAL


# ---- one machine alone


def test_one_machine_recovers_from_what_was_saved_and_no_other_changes(tmp_path: Path) -> None:
    where = coordinator()
    kind = signals(where)
    north, south = kind.register(Signal(state=Light.GREEN), "north"), kind.register(Signal(), "south")
    where.save(tmp_path / "states.json")
    for signal in (north, south):
        signal.state = Light.OFF
    where.recover("north", because="stuck")
    assert (north.state, south.state) == (Light.GREEN, Light.OFF)
    assert [(one.machine, one.how, one.because) for one in where.history()] == [("north", "recovered", "stuck")]


def test_one_machine_recovers_by_its_kind_or_as_at_first_or_says_that_it_cannot() -> None:
    where = coordinator()
    own = signals(where, recover=lambda signal: setattr(signal, "state", Light.YELLOW)).register(Signal(), "own")
    first = signals(where, initial=Light.RED).register(Signal(state=Light.OFF), "first")
    none = signals(where).register(Signal(), "none")
    where.recover(own)
    where.recover(first)
    assert (own.state, first.state) == (Light.YELLOW, Light.RED)
    with pytest.raises(states.StateError, match="none has no way to recover"):
        where.recover(none)


# ---- the system


class Plant(Enum):
    COLD = 0
    HOT = 1


def test_the_system_has_the_user_s_own_states_and_table() -> None:
    where = coordinator(Plant.COLD, {Plant.COLD: {Plant.HOT}})
    where.set_system(Plant.HOT, because="lit")
    with pytest.raises(states.TransitionRefused, match="the system: from HOT to COLD"):
        where.set_system(Plant.COLD)
    assert where.system is Plant.HOT
    assert [(one.before, one.after, one.how, one.because) for one in where.history()] == [
        (Plant.COLD, Plant.HOT, "system", "lit")]


def test_the_page_about_it_says_what_is_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "unified-state.md").read_text("utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    monkeypatch.chdir(tmp_path)
    exec(compile(code.replace("app.core.state", states.__name__), "unified-state.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == [
        "order-1: from SENT to NEW: the table has no such transition; it has DONE",
        f"{tmp_path}/positions.json: not as its checksum says",
    ]
