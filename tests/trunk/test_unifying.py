"""Templates, and what is put into them."""

import ast

import libcst as cst
import pytest

from overhaul.facts import Function, Parameter
from overhaul.unifying.cache_shapes import Reading
from overhaul.unifying.filling import Unserved, bound, filled, literal, same_literal
from overhaul.unifying.templates import BadTemplate, code, effect, parsed, variables

LOOKUP = (Parameter("symbol", "positional", "", ""), Parameter("default", "positional", "", "None"))


def written(
    template: str, call: str, parameters: tuple[Parameter, ...] = LOOKUP, target: Function | None = None
) -> str:  # fmt: skip
    """What a call of a method becomes."""
    node = cst.ensure_type(cst.parse_expression(call), cst.Call)
    arguments = bound(parameters, node.args)
    receiver = node.func.value if isinstance(node.func, cst.Attribute) else None
    result = filled(parsed(template, receiver is not None), arguments.given, parameters, receiver=receiver,
                    rest=arguments.rest, target=target)  # fmt: skip
    return code(result.node)


def function(*parameters: Parameter) -> Function:
    return Function("New.get", 1, 2, "New", "method", False, False, True, (Parameter("self", "positional", "", ""),
                    *parameters), "", (), "")  # fmt: skip


# Reading


def test_braces_that_name_a_parameter_are_blanks_and_others_are_those_of_python() -> None:
    template = parsed('{"hit": {self}.hits, "miss": {self}.misses}', asked=True)
    assert [one.name for one in template.blanks] == ["self", "self"]
    assert isinstance(template.tree, cst.Dict)


def test_a_blank_says_what_is_written_where_nothing_is_given() -> None:
    blanks = parsed("New({a}, {b?}, {c=[1, {2: 3}]})", asked=False).blanks
    assert [(one.name, one.kind, one.default) for one in blanks] == [
        ("a", "plain", ""), ("b", "optional", ""), ("c", "filled", "[1, {2: 3}]"),
    ]  # fmt: skip


def test_a_brace_in_a_text_is_no_blank() -> None:
    assert parsed("'{a}'.join({self})", asked=True).names == {"self"}


def test_what_names_no_instance_is_asked_of_it() -> None:
    assert code(parsed("get({a})", asked=True).tree).startswith("__blank_0__.get(")


@pytest.mark.parametrize(
    "text",
    ["get({a}", "get({a}) +", "f'{a}'", "(x := {a})", "await {a}", "a; b; c", "", "[x for x in {a} for y in x]"],
)
def test_what_is_no_expression_is_no_template(text: str) -> None:
    with pytest.raises(BadTemplate):
        parsed(text, asked=False)


def test_names_that_a_template_binds_itself_need_not_be_imported() -> None:
    assert parsed("drop(lambda key: key.split(SEPARATOR)[0] == {a})", asked=True).free == {"SEPARATOR"}


def test_names_in_what_is_filled_in_are_needed() -> None:
    assert parsed("New({a=timedelta(minutes=1)})", asked=False).free == {"New", "timedelta"}


# Arguments


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("old.lookup(a)", "old.get(a, None)"),
        ("old.lookup(a, 3)", "old.get(a, 3)"),
        ("old.lookup(default=3, symbol=a)", "old.get(a, 3)"),
        ("make().lookup(f(a), g(b))", "make().get(f(a), g(b))"),
    ],
)
def test_arguments_are_put_where_the_template_has_them(call: str, expected: str) -> None:
    assert written("get({symbol}, {default})", call) == expected


def test_what_was_not_given_is_left_out_where_the_new_default_is_the_same() -> None:
    same = function(Parameter("key", "positional", "", ""), Parameter("default", "positional", "", "None"))
    other = function(Parameter("key", "positional", "", ""), Parameter("default", "positional", "", "0"))
    assert written("get({symbol}, {default})", "old.lookup(a)", target=same) == "old.get(a)"
    assert written("get({symbol}, {default})", "old.lookup(a)", target=other) == "old.get(a, None)"


def test_a_place_before_an_argument_by_position_is_not_left_out() -> None:
    three = (*LOOKUP, Parameter("third", "positional", "", "3"))
    assert written("get({symbol}, {default?}, {third?})", "old.lookup(a, third=5)", three) == "old.get(a, None, 5)"
    assert written("get({symbol}, d={default?}, t={third?})", "old.lookup(a, third=5)", three) == "old.get(a, t=5)"


@pytest.mark.parametrize(
    ("template", "call", "expected"),
    [
        ("get({symbol} * 60)", "old.lookup(a + 1)", "old.get((a + 1) * 60)"),
        ("get({symbol} * 60)", "old.lookup(a.b[c](d))", "old.get(a.b[c](d) * 60)"),
        ("get({symbol}.name)", "old.lookup(5)", "old.get((5).name)"),
        ("get({symbol}.name)", "old.lookup(-x)", "old.get((-x).name)"),
        ("get(key={symbol})", "old.lookup((yield))", "old.get(key=(yield))"),
        ("get(({symbol}, {default}))", "old.lookup(lambda: 1, x if y else z)", "old.get((lambda: 1, x if y else z))"),
        ("get({symbol}, 1)", "old.lookup(x for x in y)", "old.get((x for x in y), 1)"),
    ],
)
def test_brackets_stand_where_they_are_needed(template: str, call: str, expected: str) -> None:
    assert written(template, call) == expected
    ast.parse(expected)


def test_the_rest_goes_where_the_template_says() -> None:
    rest = (Parameter("args", "variadic", "", ""), Parameter("options", "keywords", "", ""))
    assert written("get(*{args}, **{options})", "old.lookup(1, 2, a=3)", rest) == "old.get(1, 2, a=3)"
    assert written("get(*{args}, **{options})", "old.lookup()", rest) == "old.get()"
    with pytest.raises(Unserved, match="no place"):
        written("get()", "old.lookup(1)", rest)


@pytest.mark.parametrize(
    "call", ["old.lookup(*a)", "old.lookup(**a)", "old.lookup()", "old.lookup(1, 2, 3)", "old.lookup(1, other=2)"]
)
def test_what_cannot_be_told_apart_is_not_served(call: str) -> None:
    with pytest.raises(Unserved):
        written("get({symbol}, {default})", call)


# Effects


@pytest.mark.parametrize(
    ("template", "call"),
    [
        ("get({default}, {symbol})", "old.lookup(f(), g())"),
        ("get({default}, {symbol})", "old.lookup(f(), name)"),
        ("get({default}, {symbol})", "old.lookup(name, f())"),
        ("get({symbol})", "old.lookup(name, f())"),
        ("get({symbol}, {symbol})", "old.lookup(f())"),
        ("get(lambda: {symbol})", "old.lookup(f())"),
        ("get({symbol} if {default} else 1)", "old.lookup(f(), 1)"),
        ("get({default} or {symbol})", "old.lookup(f(), 1)"),
        ("Other.get({symbol})", "make().lookup(a)"),
        ("get({symbol}, {self})", "make().lookup(a)"),
    ],
)
def test_what_is_done_is_neither_lost_nor_doubled_nor_moved(template: str, call: str) -> None:
    with pytest.raises(Unserved):
        written(template if "Other" not in template else f"{template}  if True else {{self}}", call)


@pytest.mark.parametrize(
    ("template", "call", "expected"),
    [
        ("get({default}, {symbol})", "old.lookup(a, b.c)", "old.get(b.c, a)"),
        ("get({default}, {symbol})", "old.lookup('a', f())", "old.get(f(), 'a')"),
        ("get({default}, {symbol})", "old.lookup(f(), lambda: g())", "old.get(lambda: g(), f())"),
        ("get({symbol}, {symbol})", "old.lookup(a.b)", "old.get(a.b, a.b)"),
        ("get({symbol})", "old.lookup(f(), 'plain')", "old.get(f())"),
    ],
)
def test_names_and_constants_may_move(template: str, call: str, expected: str) -> None:
    assert written(template, call) == expected


def test_a_name_of_the_template_does_not_hide_one_of_the_argument() -> None:
    with pytest.raises(Unserved, match="hide"):
        written("drop(lambda one: one == {symbol})", "old.lookup(one)")
    assert written("drop(lambda one: one == {symbol})", "old.lookup(two.one)") == "old.drop(lambda one: one == two.one)"


def test_effects_are_ranked() -> None:
    ranks = {text: effect(cst.parse_expression(text)) for text in ("1", "'a'", "(1, -2)", "lambda: f()", "a", "a.b",
             "(a, 1)", "f()", "a[b]", "a + b", "[x for x in y]", "lambda x=f(): x")}  # fmt: skip
    assert {text for text, rank in ranks.items() if rank == 0} == {"1", "'a'", "(1, -2)", "lambda: f()"}
    assert {text for text, rank in ranks.items() if rank == 1} == {"a", "a.b", "(a, 1)"}


def test_variables_are_neither_attributes_nor_keywords() -> None:
    assert variables(cst.parse_expression("a.b(c=d)[e]")) == {"a", "d", "e"}


def test_defaults_are_the_same_by_value_and_type() -> None:
    assert same_literal("1", "1") and same_literal("'a'", '"a"') and not same_literal("1", "1.0")
    assert not same_literal("True", "1") and not literal("time.time") and not literal("[]")


# What methods of caches do

SOURCE = '''
class Known:
    def __init__(self, clock, max_age=60, capacity=10, colour="red"):
        self._clock, self.colour = clock, colour
        self._clock = clock
        self.max_age = max_age
        self.capacity = capacity
        self._entries = {}
        self.hits = 0

    def find(self, key, default=None):
        entry = self._entries.get(key)
        if entry is None or self._clock() - entry[0] > self.max_age:
            return default
        self.hits += 1
        return entry[1]

    def keep(self, key, value):
        if len(self._entries) >= self.capacity:
            self._entries.pop(next(iter(self._entries)))
        self._entries[key] = (self._clock(), value)

    def keep_all(self, pairs):
        for key, value in pairs:
            self._entries[key] = (0, value)

    def drop(self, key):
        self._entries.pop(key, None)

    def take(self, key):
        return self._entries.pop(key, None)

    def drop_those(self, owner):
        gone = [one for one in self._entries if one.owner == owner]
        for each in gone:
            del self._entries[each]

    def first(self):
        return next(iter(self._entries))
'''


def test_methods_are_served_by_what_they_do_and_not_by_their_names() -> None:
    reading = Reading(SOURCE, "Known", "_entries")
    served = {one.key: one.template for one in reading.served()}
    assert served == {one.key: one.template for one in reading.served()}, "read once more it says the same"
    assert served == {
        "find": "get({key}, {default})",
        "keep": "set({key}, {value})",
        "drop": "delete({key})",
        "drop_those": "invalidate_where(lambda one: one.owner == {owner})",
    }
    # `keep_all` stores what it makes of what it is given, `take` gives the value back, `first` is not known.
    assert not served.keys() & {"keep_all", "take", "first"}


def test_parameters_are_told_by_what_is_done_with_them() -> None:
    reading = Reading(SOURCE, "Known", "_entries")
    roles = {name: reading.role(name) for name, _, _ in reading.parameters()}
    assert roles == {"clock": "clock", "max_age": "ttl", "capacity": "bound", "colour": ""}
    assert reading.boundary("max_age") == "after" and reading.asked_of_clock("clock") == [""]
    assert {one.key: one.template for one in reading.attributes()} == {
        "max_age": "ttl", "capacity": "max_size", "hits": "hits",
    }  # fmt: skip
