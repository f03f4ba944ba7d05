"""What is known where a statement is reached."""

from overhaul.module import Module, Parser
from overhaul.source import Source
from overhaul.syntax.paths import STATEMENTS
from overhaul.text import text_of


def _known(body: str) -> dict[str, list[str]]:
    """Each statement that is a call, with what is known there."""
    text = "def f():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    module: Module = Parser(frozenset(STATEMENTS)).parse(Source("m.py", text.encode(), b""))
    function = next(scope for scope in module.scopes if scope.kind == "function")
    found: dict[str, list[str]] = {}
    for node, _, conditions in module.reached(function):
        if node.__class__.__name__ == "Expr":
            found[text_of(node.value)] = [
                f"{one.kind} {text_of(one.node)}" if one.kind in ("true", "false") else one.kind for one in conditions
            ]
    return found


def test_a_branch_knows_its_test_and_the_other_one_the_contrary() -> None:
    known = _known("if a:\n    x()\nelif b:\n    y()\nelse:\n    z()\nafter()")
    assert known == {"x()": ["true a"], "y()": ["false a", "true b"], "z()": ["false a", "false b"], "after()": []}


def test_behind_a_branch_that_leaves_the_contrary_of_its_test_is_known() -> None:
    assert _known("if a:\n    return\nif b:\n    raise E\nx()")["x()"] == ["false a", "false b"]


def test_behind_branches_that_do_not_all_leave_nothing_is_known() -> None:
    assert _known("if a:\n    pass\nelif b:\n    return\nx()")["x()"] == []


def test_behind_a_try_that_returns_its_exception_was_raised() -> None:
    assert _known("try:\n    return d[k]\nexcept KeyError:\n    pass\nx()")["x()"] == ["raised"]


def test_behind_a_try_that_goes_on_nothing_is_known() -> None:
    assert _known("try:\n    v()\nexcept KeyError:\n    w()\nx()") == {"v()": [], "w()": ["raised"], "x()": []}


def test_behind_suppress_that_returns_its_exception_was_raised() -> None:
    assert _known("with suppress(KeyError):\n    return d[k]\nx()")["x()"] == ["raised"]


def test_a_with_statement_is_known_inside_and_forgotten_behind() -> None:
    assert _known("with lock:\n    x()\ny()") == {"x()": ["with"], "y()": []}


def test_what_was_left_early_inside_a_with_is_known_behind_it() -> None:
    assert _known("with lock:\n    if a:\n        return\ny()")["y()"] == ["false a"]


def test_the_body_of_a_loop_may_be_reached_again() -> None:
    assert _known("while a:\n    x()\ny()") == {"x()": ["loop", "true a"], "y()": ["false a"]}


def test_behind_a_loop_that_breaks_its_test_says_nothing() -> None:
    assert _known("while a:\n    break\ny()")["y()"] == []


def test_continue_leaves_the_rest_of_the_loop_s_body() -> None:
    assert _known("for a in b:\n    if c:\n        continue\n    x()")["x()"] == ["loop", "false c"]


def test_cases_exclude_each_other() -> None:
    known = _known("match a:\n    case 1:\n        x()\n    case _:\n        y()\nz()")
    assert known == {"x()": ["case"], "y()": ["not case", "case"], "z()": []}


def test_elif_chains_of_thousands_are_none_too_deep() -> None:
    chain = "if a0:\n    pass\n" + "".join(f"elif a{n}:\n    pass\n" for n in range(1, 300)) + "else:\n    x()"
    assert len(_known(chain)["x()"]) == 300


def test_in_the_else_of_a_try_it_is_known_that_nothing_was_raised() -> None:
    known = _known("try:\n    v()\nexcept KeyError:\n    w()\nelse:\n    x()\ny()")
    assert known == {"v()": [], "w()": ["raised"], "x()": ["passed"], "y()": []}
