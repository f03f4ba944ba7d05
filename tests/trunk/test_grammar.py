"""The grammar says what LibCST's own visitors say."""

import ast
import inspect
from collections.abc import Iterator
from textwrap import dedent

import libcst as cst
import pytest

from overhaul.errors import LeafError
from overhaul.lazy import cst as lazy_cst
from overhaul.module import Parser
from overhaul.source import Source
from overhaul.syntax.grammar import GRAMMAR
from overhaul.syntax.walker import Walker, walk

WRITTEN_OTHERWISE = {
    "AsName": ["whitespace_before_as", "whitespace_after_as", "name"],
    "Del": ["whitespace_after_del", "target", "semicolon"],
    "ParamSlash": ["whitespace_after", "comma"],
    "ParamSpec": ["whitespace_after_star", "name"],
    "TypeVarTuple": ["whitespace_after_star", "name"],
}
"""Children in the order in which code generation writes them, where LibCST's visitors go another way."""
WALKED_BY_HAND = {"Attribute", "AliasAs", "Dotted"}
"""Entries that stand for a function of their own, or for another way through a class that has its own entry."""


def node_classes() -> list[type[cst.CSTNode]]:
    """Every concrete node class of the installed LibCST, by name."""
    named = (getattr(cst, name) for name in dir(cst))
    return [
        one
        for one in named
        if inspect.isclass(one) and issubclass(one, cst.CSTNode) and not inspect.isabstract(one)
        and not one.__name__.startswith("Base") and one is not cst.CSTNode
    ]  # fmt: skip


def visited(node: type[cst.CSTNode]) -> list[str]:
    """The children that LibCST's visitors visit, in their order."""
    visitors = "_visit_and_replace_children"
    method = ast.parse(dedent(inspect.getsource(getattr(node, visitors))))
    calls = [one for one in ast.walk(method) if isinstance(one, ast.Call)]
    found = [(one.lineno, one.args[1]) for one in calls if ast.unparse(one.func).startswith("visit_")]
    fields = [field.value for _, field in sorted(found, key=lambda one: one[0]) if isinstance(field, ast.Constant)]
    return list(dict.fromkeys(map(str, fields)))  # ImportFrom visits its names in one of two branches


def written(name: str) -> Iterator[str]:
    """The children that the grammar names, in its order."""
    for field in GRAMMAR[name].split():
        if field != "@" and not field.startswith("{"):
            yield field.partition("|")[0].partition(">")[0].rstrip("*?~#^%=!$+")


def is_white_space(node: type[cst.CSTNode]) -> bool:
    """Whether it is white space, a comment, or a token that holds nothing but white space."""
    return not issubclass(node,
        cst.BaseExpression | cst.BaseStatement | cst.BaseSmallStatement | cst.BaseSuite) and all(
        child.startswith("whitespace") or node.__module__.endswith(".whitespace") for child in visited(node)
    )


def test_every_node_class_of_libcst_has_an_entry_unless_it_only_holds_white_space() -> None:
    assert [one.__name__ for one in node_classes() if one.__name__ not in GRAMMAR and not is_white_space(one)] == []


def test_the_check_for_white_space_lets_no_statement_expression_or_clause_pass() -> None:
    assert [is_white_space(one) for one in (cst.Comma, cst.EmptyLine, cst.NotEqual)] == [True] * 3
    assert [is_white_space(one) for one in (cst.Pass, cst.Name, cst.Else, cst.Arg, cst.MatchStar)] == [False] * 5


@pytest.mark.parametrize("name", sorted(GRAMMAR.keys() - WALKED_BY_HAND))
def test_an_entry_names_the_children_in_the_order_in_which_they_are_written(name: str) -> None:
    node = getattr(cst, name, None)
    if node is None:
        pytest.skip(f"this version of LibCST has no {name}")
    theirs = WRITTEN_OTHERWISE.get(name, visited(node))
    assert list(written(name)) == theirs
    assert sorted(theirs) == sorted(visited(node))


@pytest.mark.parametrize("name", sorted(WRITTEN_OTHERWISE))
def test_the_exceptions_from_the_order_of_visits_are_still_exceptions(name: str) -> None:
    assert WRITTEN_OTHERWISE[name] != visited(getattr(cst, name))


def test_only_classes_with_a_body_of_their_own_are_entered_and_each_is_left_again() -> None:
    entered = {name for name, fields in GRAMMAR.items() if "{enter}" in fields}
    assert entered == {name for name, fields in GRAMMAR.items() if "{leave}" in fields}
    assert entered == {
        "ClassDef", "FunctionDef", "Lambda", "ListComp", "SetComp", "DictComp", "GeneratorExp", "StarredDictComp",
    } & {*GRAMMAR}  # fmt: skip


def test_lines_below_a_node_class_that_is_not_known_are_still_counted() -> None:
    class Unheard(cst.Dict):
        """What a later LibCST may bring."""

    text = "a = {\n    1: b,  # c\n\n    2: '''\n''',\n}\nlast = 1\n"
    tree = cst.parse_module(text)
    known = tree.visit(_Replace(Unheard))
    wanted = frozenset({"Assign"})
    seen = walk(known, Walker(wanted, careful=False), wanted, careful=False)
    assert [line for _, line, _ in seen.found["Assign"]] == [1, 7]
    assert seen.line == text.count("\n") + 1
    assert {name for _, _, name, _ in seen.uses} == set(), "the names in it are not seen, and not guessed"


class _Replace(cst.CSTTransformer):
    """Put another class in the place of each dict."""

    def __init__(self, kind: type[cst.Dict]) -> None:
        super().__init__()
        self._kind = kind

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:
        return self._kind(updated_node.elements, updated_node.lbrace, updated_node.rbrace)


def test_a_class_that_libcst_does_not_have_cannot_be_asked_for() -> None:
    with pytest.raises(LeafError, match="no node class Nonsense"):
        Parser(frozenset({"Name", "Nonsense"}))


def test_libcst_is_the_same_whether_it_is_imported_lazily_or_not() -> None:
    assert lazy_cst.Name is cst.Name
    assert Parser(frozenset({"Call"})).parse(Source("a.py", b"f()", b"")).nodes(cst.Call)[0][1] == 1
