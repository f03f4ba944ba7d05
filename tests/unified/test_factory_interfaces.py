"""Methods that are missing, misnamed or called otherwise are told all at once, and early where that can be."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any, Protocol
from unittest.mock import Mock

import pytest

if TYPE_CHECKING:
    from unified import factory as factories  # noqa: TID251
else:
    factories = importlib.import_module("overhaul.unified.factory")


class Store:
    name = "store"

    def close(self) -> None: ...
    def get(self, key: str, default: object = None) -> object: ...
    def put(self, key: str, *, sync: bool) -> None: ...

    @staticmethod
    def check(path: str) -> bool:
        return bool(path)

    @classmethod
    def made(cls) -> Store:
        return cls()


class Keeps(Protocol):
    name: str

    def close(self) -> None: ...
    def get(self, key: str, default: object = None) -> object: ...
    def put(self, key: str, *, sync: bool) -> None: ...


def problems_of(make: Any, interface: Any, **more: Any) -> tuple[str, ...]:
    parts = factories.ManagerFactory()
    parts.register("part", make, interface=interface, **more)
    try:
        parts.build()
    except factories.InvalidParts as refused:
        return refused.problems
    return ()


@pytest.mark.parametrize(
    "interface",
    [
        ("close", "get", "name"),
        ("get(key)", "get(key, default=None)", "get(a, b)", "put(key, *, sync)"),
        ("check(path)", "made()", "close()"),
        Keeps,
        Store,
    ],
)
def test_what_has_the_methods_is_let_through(interface: Any) -> None:
    assert problems_of(Store, interface) == ()
    assert problems_of(lambda: Store(), interface) == ()


def test_missing_misnamed_and_otherwise_called_methods_of_all_parts_are_told_at_once() -> None:
    made: list[str] = []
    parts = factories.ManagerFactory(on_built=lambda name, _: made.append(name))
    parts.register("first", Store, interface=("clos", "get()", "zap"))
    parts.register("second", factories.call(Store), interface=("put(key)",), start="open")
    with pytest.raises(factories.InvalidParts) as refused:
        parts.build()
    assert made == []
    assert [line.split(":")[0] for line in refused.value.problems] == [
        "'first' (Store)", "'first' (Store)", "'first' (Store)", "'second' (Store)", "'second' (Store)"]
    text = str(refused.value)
    assert "has no clos; did you mean 'close'?" in text
    assert "but get() is asked for: missing a required argument: 'key'" in text
    assert "'second' (Store): has no open()" in text
    assert "but put(key) is asked for: missing a required" in text


def test_what_a_maker_returns_is_looked_at_when_all_are_built_and_then_undone() -> None:
    log: list[str] = []
    parts = factories.ManagerFactory()
    parts.register("first", lambda: Store(), interface=("clos",), stop="close", after=lambda _: log.append("made"))
    parts.register("second", lambda: 3, interface=("close",), stop=lambda _: log.append("second off"))
    with pytest.raises(factories.InvalidParts) as refused:
        parts.build()
    assert log == ["made", "second off"]
    assert refused.value.problems == (
        "'first' (Store): has no clos; did you mean 'close'?", "'second' (int): has no close")


def test_a_protocol_asks_for_its_data_too() -> None:
    class Nameless:
        def close(self) -> None: ...
        def get(self, key: str, default: object = None) -> object: ...
        def put(self, key: str, *, sync: bool) -> None: ...

    assert problems_of(Nameless, Keeps) == ("'part' (Nameless): has no name",)


def test_an_attribute_that_is_no_method_is_told_apart_from_a_missing_one() -> None:
    (problem,) = problems_of(Store, ("name()",))
    assert "has name, but str is no method" in problem


def test_a_method_that_an_instance_gets_later_is_not_missing() -> None:
    class Wrapped:
        def __init__(self) -> None:
            self.close = lambda: None

    class Passing:
        def __getattr__(self, name: str) -> Any:
            return Mock()

    assert problems_of(Wrapped, ("close()",)) == ()
    assert problems_of(Passing, ("close()", "anything(a)")) == ()
    assert problems_of(lambda: Mock(spec=Store), ("close()", "get(key)")) == ()


def test_where_annotations_cannot_be_read_the_built_object_is_looked_at_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readable = inspect.get_annotations

    def unreadable(of: Any, **more: Any) -> dict[str, Any]:
        if isinstance(of, type):
            raise NameError("Later")
        return readable(of, **more)

    monkeypatch.setattr(inspect, "get_annotations", unreadable)
    made: list[str] = []
    parts = factories.ManagerFactory(on_built=lambda name, _: made.append(name))
    parts.register("part", Store, interface=("clos",))
    with pytest.raises(factories.InvalidParts, match="has no clos"):
        parts.build()
    assert made == ["part"] and problems_of(Store, Keeps) == ()


def test_a_method_that_an_instance_could_get_and_does_not_is_missing_all_the_same() -> None:
    class Sometimes:
        def attach(self) -> None:
            self.close = lambda: None

    assert problems_of(Sometimes, ("close()",)) == ("'part' (Sometimes): has no close()",)


def test_a_property_is_not_run_to_see_what_it_gives() -> None:
    class Dear:
        @property
        def close(self) -> Any:
            raise RuntimeError("not to be asked")

    assert problems_of(Dear, ("close()",)) == ()


def test_methods_that_take_anything_or_are_built_in_are_let_through() -> None:
    class Any_:
        def run(self, *values: object, **named: object) -> None: ...

    assert problems_of(Any_, ("run(a, b, *, c)",)) == ()
    assert problems_of(dict, ("get", "pop(key)", "update")) == ()


def test_what_starts_and_stops_must_be_callable_without_arguments() -> None:
    class Hard:
        def stop(self, force: bool) -> None: ...

    (problem,) = problems_of(Hard, (), stop="stop")
    assert "stop() is asked for: missing a required argument: 'force'" in problem


def test_a_lazy_part_is_held_against_its_interface_when_it_is_built() -> None:
    parts = factories.ManagerFactory()
    parts.register("part", lambda: Store(), interface=("clos",), lazy=True)
    parts.build()
    for _ in range(2):
        with pytest.raises(factories.InvalidParts, match="did you mean 'close'"):
            _ = parts["part"]


@pytest.mark.parametrize("text", ["get(", "get(key))", "1(x)", "get(key=)"])
def test_a_text_that_is_no_signature_is_refused_where_it_is_registered(text: str) -> None:
    with pytest.raises(factories.FactoryError, match="no method"):
        factories.ManagerFactory().register("part", Store, interface=(text,))
