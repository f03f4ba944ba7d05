"""The walk counts lines as LibCST's PositionProvider does, and misses no comment."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from textwrap import indent
from typing import Any

import libcst as cst
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider

from overhaul.errors import Unreadable
from overhaul.module import Module, Parser
from overhaul.source import Source
from overhaul.syntax.grammar import GRAMMAR

NOTED = frozenset(name for name, fields in GRAMMAR.items() if "@" in fields.split() or name == "Attribute")
"""The node classes whose nodes the walk can note."""
PARSER = Parser(NOTED)

NASTY = {
    "empty file": "",
    "one line end": "\n",
    "only comments": "# a\n\n  # b\n# c",
    "no newline at the end": "a = 1\nb = 2",
    "comment as last line": "a = 1\n# end",
    "comment as last line, indented": "if a:\n    b\n    # end of the suite\n  # between\n# end",
    "blank lines at the end": "a\n\n\n",
    "white space at the end": "a\n   ",
    "decorators with comments":
        "# 1\n@one  # 2\n# 3\n\n@two(\n    a,  # 4\n)\n# 5\n\nasync def f(): pass\n@three\nclass C: pass\n",
    "parenthesised expressions": "a = (\n\n    # in\n    b\n    +  # plus\n    c\n)\nd = ((\n1\n))\n",
    "method chain with leading dots":
        "x = (\n    a\n    .b  # why\n    .c(\n        1\n    )\n    # then\n    .d[\n    0\n    ]\n)\ny\n",
    "chain in a decorator": "@(\n    a\n    .b\n)\ndef f(): pass\n",
    "triple-quoted string": 'a = """1\n2\n\n3""" ; b = 1\nc\n',
    "strings over lines": 'a = (\n"1"  # one\n  "2" \'\'\'3\n4\'\'\'\n)\nc\n',
    "f-string over lines": 'a = f"""{\nb\n} {c:>{\nd\n}}\n{e!r}\n"""\nf\n',
    "nested f-strings": "a = f\"\"\"1\n{f'''{b}\n{c}''' + f'{d}'}\n\"\"\" + e\nf = 1\n",
    "backslash": "a = 1 + \\\n    b\nc = \\\n  d; e = \\\n f\nassert a, \\\n  b\nfrom a \\\n import b\n"
             "import a . \\\n b as \\\n c\nlast\n",
    "backslash in a clause": "if a and \\\n    b:\n    c\nwith a as \\\n  b, \\\n  c: pass\nlast\n",
    "backslash in a string": "a = 'b\\\nc'\nd\n",
    "backslash before a suite": "class A: \\\n  b = 1\nc\n",
    "lone carriage return": "a = 1\rb = 2\r# c\rif d:\r    e\r",
    "carriage return and line feed": "a = 1\r\nb = (\r\n  c  # d\r\n)\r\nif e:\r\n    '''f\r\ng'''\r\nh\r\n",
    "mixed line ends": "a\r\nb\rc\nd = '''\r1\r\n2\n'''\ne\n",
    "match": "match (\n  a\n):\n  # first\n  case [1, *rest] | {'k': v, **kw} if (\n    b\n  ):\n    c\n"
             "  case C(\n    d, e=f\n  ) as g: h\n  case _:\n    i\n  # end\nj\n",
    "PEP 646": "def f(*args: *Ts) -> a[\n  *b\n]: pass\nc\n",
    "PEP 695": "type A[\n  T: int, *Ts, **P\n] = (\n  list[T]\n)\ndef f[\n  # why\n  T\n](a: T): pass\n"
             "class C[\n*Ts\n]: pass\nb\n",
    "PEP 701": 'a = f"{b["c"]}" f"{\n  d  # e\n}"\ng\n',
    "semicolons": "a; b ; c;\nif d: e; f;  # g\nclass H: i = 1; j = 2\nk\n",
    "try": "try: a\nexcept (\n  B,\n) as c:\n  # d\n  e\nelse:\n  f\nfinally:\n  # g\n  h\ntry:\n  a\n"
             "except* B: c\nd\n",
    "del and assert": "del (\n a,\n b\n), c\nassert (\n a\n), b\nd\n",
    "with": "with (\n  a as\n  (b, c),  # d\n  e,\n): f\ng\n",
    "lambda": "a = lambda b, /, c=(\n1\n), *, d: (\n  e\n)\nf = [lambda:\n g]\n",
    "comprehension": "a = [\n  b\n  # c\n  for d in e\n  if (\n    f\n  )\n  for (g,\n h) in i\n]\nj = {k:\n"
             " l for k in m}\nn\n",
    "parameters": "def f(\n  a, /, # 1\n  b: int = (\n 1),\n *,\n c,  # 2\n **d\n) -> (\n int\n): pass\ne\n",
    "arguments": "f(\n  *a,\n  **b, # 1\n  c=\n  d,\n)(\n)[\n  1:\n  2, ...\n]\ne\n",
    "operators": "a = (b not\n in c) is\\\n not d\ne = (not\n f or\n g) if (\n h) else (i <\n j)\nk = (await\n"
             " l)\nm += (\nn)\n",
    "import in brackets": "from a import (  # 1\n    b,\n    # 2\n    c as\n    d,\n)\nfrom . import *\ne\n",
    "for and while": "for a in (\n b\n):\n  # c\n  d\nelse:  # e\n  f\nwhile (\n a): b\nelse: c\nd\n",
    "suite on the header's line": "if a: b\nelif c: d\nelse: e\ndef f(): return (\n 1)\ng\n",
    "indented blank lines": "def f():\n    a\n  \n\t\n    b\n\n\n# c\nd\n",
    "globals": "def f():\n  global a, \\\n   b\n  nonlocal_ = 1\nd\n",
}  # fmt: skip


def walked(text: str | bytes) -> Module:
    """A module with every node noted."""
    return PARSER.parse(Source("a.py", text if isinstance(text, bytes) else text.encode(), b""))


def differences(module: Module) -> Iterator[str]:
    """Where our lines are not the provider's. A suite is noted at its header's end, on purpose."""
    positions: Any = MetadataWrapper(module.tree, unsafe_skip_copy=True).resolve(PositionProvider)
    for name in sorted(NOTED - {"IndentedBlock"}):
        for node, line, _ in module.nodes(getattr(cst, name)) if hasattr(cst, name) else ():
            if line != positions[node].start.line:
                yield f"{name} at {positions[node].start.line} is noted at {line}"
    theirs = sorted((place.start.line, node.value) for node,
        place in positions.items() if isinstance(node, cst.Comment))
    ours = sorted((line, text) for line, text, _ in module.comments)
    if ours != theirs:
        yield f"comments are {theirs}, and are noted as {ours}"


@pytest.mark.parametrize("name", NASTY)
def test_lines_and_comments_are_those_of_the_position_provider(name: str) -> None:
    assert list(differences(walked(NASTY[name]))) == []


@pytest.mark.parametrize("name", [name for name, text in NASTY.items() if "\r" not in text])
def test_line_ends_of_windows_change_no_line(name: str) -> None:
    unix, windows = walked(NASTY[name]), walked(NASTY[name].replace("\n", "\r\n"))
    assert list(differences(windows)) == []
    assert [scope.end for scope in unix.scopes] == [scope.end for scope in windows.scopes]


@pytest.mark.parametrize("name",
    sorted(NOTED & {"FunctionDef", "ClassDef", "Call", "If", "Assign", "Import", "ImportFrom"}))
def test_every_node_that_is_asked_for_is_noted_once_in_source_order(name: str) -> None:
    for text in NASTY.values():
        module = walked(text)
        kind = getattr(cst, name)
        theirs = [id(node) for node in _below(module.tree) if type(node) is kind]
        assert sorted(theirs) == sorted(id(node) for node, _, _ in module.nodes(kind))
        lines = [line for _, line, _ in module.nodes(kind)]
        assert lines == sorted(lines)


def _below(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _below(child)


@pytest.mark.parametrize("name", [name for name, text in NASTY.items() if "\r" not in text and "PEP" not in name])
def test_comments_are_those_of_the_tokenizer(name: str) -> None:
    tokens = tokenize.generate_tokens(io.StringIO(NASTY[name]).readline)
    theirs = [
        (one.start[0], one.string,
         not one.line[: one.start[1]].strip()) for one in tokens if one.type == tokenize.COMMENT
    ]
    assert sorted(walked(NASTY[name]).comments) == theirs


def test_a_byte_order_mark_moves_no_line() -> None:
    module = walked(b"\xef\xbb\xbf# a\nb = 1\n")
    assert module.comments == [(1, "# a", True)]
    assert [line for _, line, _ in module.nodes(cst.Assign)] == [2]


def test_a_declared_encoding_is_obeyed() -> None:
    assert walked("# coding: latin-1\n# \xe9\n".encode("latin-1")).comments[1] == (2, "# \xe9", True)


@pytest.mark.parametrize("text", ["a\n\x0c\nb\n", "\x0cdef f():\n    pass\n\x0c\n# c\nd = 1\n"])
def test_a_form_feed_is_no_line_end(text: str) -> None:
    module = walked(text)
    assert list(differences(module)) == []
    assert module.lines == text.count("\n")


@pytest.mark.parametrize(("text", "ends"), [
    ("def f(): pass\n\n\n# c\n", {"f": 1}),
    ("def f():\n    a\n    # inside, but nothing follows\n\n\nb\n", {"f": 2}),
    ("class C:\n    def m(self):\n        return '''1\n2'''\n    x = (\n        1\n    )\n\nb\n", {"C": 7, "C.m": 4}),
    ("def f():\n    if a:\n        b\n    else:\n        c; d\ne\n", {"f": 5}),
    ("@d(\n)\nclass C: a = [\n1]\n", {"C": 4}),
    ("def f():\n    def g():\n        pass", {"f": 3, "f.g": 3}),
    ("def f():\n    match a:\n        case 1:\n            pass\n        # end\n\nb", {"f": 4}),
    ("def f():\n    '''1\n    2\n    '''\n", {"f": 4}),
])  # fmt: skip
def test_a_function_or_class_ends_with_its_last_statement(text: str, ends: dict[str, int]) -> None:
    assert {scope.name: scope.end for scope in walked(text).scopes if scope.kind in ("function", "class")} == ends
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert sorted(ends.values()) == sorted(node.end_lineno or 0 for node in nodes)


def test_a_tree_that_has_lost_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    parse = cst.parse_module

    def lossy(text: str) -> cst.Module:
        tree = parse(text)
        return tree.with_changes(body=tree.body[:-1])

    assert walked("a\nb\n'''\n\n'''\n").lines == 5
    monkeypatch.setattr("overhaul.module.cst.parse_module", lossy)
    with pytest.raises(Unreadable, match="lines do not add up"):
        walked("a\nb\n'''\n\n'''\n")


@pytest.mark.parametrize(("data", "reason"), [
    (b"def f(:\n", "syntax error, line 1"),
    (b"a = 1\nprint 'b'\n", "syntax error, line 2"),
    (b"a = '\xff'\n", "encoding"),
    (b"# coding: nonsense\n", "encoding"),
    (b"a\0b", "null bytes"),
])  # fmt: skip
def test_what_cannot_be_read_is_told_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        walked(data)


# Modules made at random, of pieces that each end somewhere else than they begin.

NAMES = st.sampled_from(["a", "b.c", "_d", "self.e.f"])
SPACE = st.sampled_from(["", " ", "\n", "  # x\n", "\n\n   # y\n  ", " \\\n "])


@st.composite
def _expressions(draw: st.DrawFn) -> str:
    def inner() -> str:
        return draw(st.deferred(lambda: EXPRESSIONS))

    def space() -> str:
        return draw(SPACE)

    match draw(st.integers(0, 30)):
        case 0:
            return f"({space()}{inner()}{space()}+{space()}{inner()}{space()})"
        case 1:
            return f"{draw(NAMES)}({space()}{inner()}{space()},{space()}k{space()}={space()}{inner()}{space()})"
        case 2:
            loop = f"for {space()} z{space()} in {space()}{inner()}{space()} if {inner()}{space()}"
            return f"[{space()}{inner()}{space()} {loop}]"
        case 3:
            return f"{{{space()}{inner()}{space()}:{space()}{inner()}{space()},{space()}}}"
        case 4:
            return f"(lambda z{space()},{space()}*, y{space()}={space()}{inner()}{space()}:{space()}{inner()}{space()})"
        case 5:
            return f"({space()}{draw(NAMES)}{space()}.{space()}g{space()}[{space()}{inner()}{space()}:{space()}])"
        case 6:
            return f"({space()}not {space()}{inner()} if {space()}{inner()} else {space()}{inner()}{space()})"
        case 7:
            return "(" + draw(st.sampled_from(["'''1\n2'''", "'''\n''' '3'", "f'''{a}\n{b:\n}'''",
                "'\\\n'"])) + f"{space()})"
        case 8:
            return f"(z :={space()}{inner()}{space()})"
        case 9:
            return f"({space()}*{space()}{draw(NAMES)}{space()},{space()})"
        case _:
            return draw(NAMES)


EXPRESSIONS: st.SearchStrategy[str] = _expressions()


@st.composite
def _statements(draw: st.DrawFn) -> str:
    def expression() -> str:
        return draw(EXPRESSIONS)

    def suite() -> str:
        header = draw(st.sampled_from(["\n", "  # s\n", "\n\n    # t\n"]))
        body = draw(st.deferred(lambda: BODIES))
        # What lies in brackets and strings may be indented as well: it has lines all the same.
        return header + indent(body, "    ") + draw(st.sampled_from(["", "    # end\n", "\n"]))

    end = draw(st.sampled_from(["\n", "; a\n", "  # c\n", "\n\n# d\n"]))
    match draw(st.integers(0, 24)):
        case 0:
            return f"if {expression()}:{suite()}elif {expression()}:{suite()}else: a{end}"
        case 1:
            return f"@d({expression()})\n# e\n\ndef f(p, q={expression()}) -> (a):{suite()}"
        case 2:
            return f"class C(a, k={expression()}):{suite()}"
        case 3:
            return f"for a in {expression()}:{suite()}else:{suite()}"
        case 4:
            return f"try:{suite()}except (a) as e:{suite()}finally:{suite()}"
        case 5:
            return f"with {expression()} as e, a:{suite()}"
        case 6:
            return f"a = b.c = {expression()}{end}"
        case 7:
            return f"a: b = {expression()}{end}"
        case 8:
            return f"del a, b.c[{expression()}]{end}"
        case _:
            return f"{expression()}{end}"


BODIES = st.lists(_statements(), min_size=1, max_size=3).map("".join)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(BODIES, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_lines_of_any_module_are_those_of_the_position_provider(text: str, newline: str, cut: bool) -> None:
    text = text.replace("\n", newline).removesuffix(newline if cut else "\0")
    assert list(differences(walked(text))) == []
