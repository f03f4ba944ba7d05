"""How far apart interfaces are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.facts import Function, Parameter
from overhaul.repeating.risk_signatures import both, of_classes, of_functions, of_group
from overhaul.testing import collect


def functions(source: str) -> list[Function]:
    """The functions of some source, in order."""
    return [row for row in collect("functions", source) if isinstance(row, Function)]


def apart(first: str, second: str) -> float:
    """The distance of two functions, each given by what stands after `def `."""
    one, other = functions(f"def {first}: ...\n")[0], functions(f"def {second}: ...\n")[0]
    assert of_functions(one, other).value == of_functions(other, one).value, "who comes first makes no difference"
    return of_functions(one, other).value


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("f(a, b)", "g(a, b)"),  # its name is for whoever merges them to choose
        ("f(a: int)", "g(a)"),  # an annotation that is missing says nothing
        ("f(a) -> int", "g(a)"),
        ("f(a) -> 'int'", "g(a) -> int"),
        ("f()", "g()"),
    ],
)
def test_callers_need_not_change(first: str, second: str) -> None:
    assert apart(first, second) == 0


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("f(a, b)", "f(a, c)", 0.125),  # one of two renamed: calls by keyword
        ("f(a, b=1)", "f(a, b=2)", 0.125),
        ("f(a, b)", "f(b, a)", 0.25),
        ("f(a, b)", "f(a)", 0.5),
        ("f(a, b=1)", "f(a)", 0.25),
        ("f(a)", "f()", 1.0),
        ("f(a: int)", "f(a: str)", 0.25),
        ("f(a, *, b)", "f(a, b)", 0.125),
        ("f() -> int", "f() -> str", 0.25),
        ("f(a, *, b)", "f(a, *, c)", 2 / 3),  # by keyword nothing corresponds
    ],
)
def test_callers_must_change(first: str, second: str, distance: float) -> None:
    assert apart(first, second) == pytest.approx(distance)


def test_async_and_a_result_are_two_reasons() -> None:
    one, other = functions("async def f() -> int: ...\ndef g() -> str: ...\n")
    found = of_functions(one, other)
    assert found.value == both(0.5, 0.25) and found.words == "only one is async, the results differ"


def test_the_instance_is_no_parameter() -> None:
    method, function = functions("class A:\n    def f(self, a): ...\ndef f(a): ...\n")
    assert of_functions(method, function).value == 0


def test_a_static_method_has_no_instance() -> None:
    static, function = functions("class A:\n    @staticmethod\n    def f(a): ...\ndef f(a): ...\n")
    assert of_functions(static, function).value == 0


def test_a_property_is_not_called() -> None:
    one, other = functions("class A:\n    @property\n    def f(self): ...\nclass B:\n    def f(self): ...\n")
    assert of_functions(one, other).words == "only one is a property"


def test_a_group_is_as_far_apart_as_its_extremes() -> None:
    near, same, far = functions("def f(a, b): ...\ndef g(a, b): ...\ndef h(a, b, c, d): ...\n")
    assert of_group([near, same]).value == 0
    assert of_group([near, same, far]) == of_functions(near, far)


def test_classes_are_compared_by_their_public_methods() -> None:
    rows = functions(
        "class A:\n    def run(self, a): ...\n    def stop(self): ...\n    def _own(self): ...\n"
        "class B:\n    def run(self, b): ...\n    def __len__(self): ...\n"
    )
    first, second = [{row.name[2:]: row for row in rows if row.owner == owner} for owner in "AB"]
    found = of_classes(first, second)
    assert found.value == pytest.approx((0.25 + 1 + 1) / 3)
    assert found.words == "2 of 3 public methods in only one, 1 signature differs"


PARAMETERS = st.lists(
    st.builds(
        Parameter, name=st.sampled_from("abcd"), annotation=st.sampled_from(["", "int", "str"]),
        kind=st.sampled_from(["positional", "keyword-only", "variadic", "keywords"]),
        default=st.sampled_from(["", "1"]),
    ),
    max_size=4, unique_by=lambda one: one.name,
)  # fmt: skip
FUNCTIONS = st.builds(
    Function, name=st.just("f"), line=st.just(1), end=st.just(2), owner=st.just(""), kind=st.just("function"),
    asynchronous=st.booleans(), generator=st.booleans(), straight=st.just(True), parameters=PARAMETERS.map(tuple),
    returns=st.sampled_from(["", "int", "str"]), decorators=st.just(()), summary=st.just(""),
)  # fmt: skip


@given(FUNCTIONS, FUNCTIONS)
def test_a_distance_is_between_0_and_1_and_the_same_both_ways(first: Function, second: Function) -> None:
    found = of_functions(first, second)
    assert 0 <= found.value <= 1
    assert bool(found.words) == (found.value > 0)
    assert of_functions(first, first).value == 0
    assert found.value == pytest.approx(of_functions(second, first).value)


@given(st.lists(FUNCTIONS, max_size=5), FUNCTIONS)
def test_one_member_more_never_brings_a_group_together(group: list[Function], more: Function) -> None:
    assert of_group([*group, more]).value >= of_group(group).value
