"""The figures of `metrics` are radon's, but where its docstring says otherwise."""

from __future__ import annotations

import warnings
from functools import cache
from importlib import import_module
from textwrap import dedent, indent
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overhaul.leaves import Collector, load_leaves
from overhaul.module import Parser
from overhaul.source import Source, digest

# radon has no stubs: its modules are imported as such, for what is in them is then of no known type.
radon_blocks = import_module("radon.complexity")
radon_formulas = import_module("radon.metrics")
radon_raw = import_module("radon.raw")
radon_visitors = import_module("radon.visitors")


@cache
def collector() -> tuple[Collector, Parser]:
    """The collector, and a parser that notes what it wants."""
    leaf = load_leaves().collectors["metrics"]
    return leaf, Parser(frozenset(leaf.wants))


def rows(text: str) -> list[Any]:
    """The rows of one module."""
    leaf, parser = collector()
    data = text.encode()
    return list(leaf.function(parser.parse(Source(path="a.py", data=data, digest=digest(data)))))


def complexity(text: str, name: str) -> int:
    """The complexity of the one definition of that name."""
    [row] = [row for row in rows(dedent(text)) if row.name == name]
    return int(row.complexity)


def module(text: str) -> Any:
    """The row of the module."""
    return rows(dedent(text))[0]


def radon_lines(text: str) -> tuple[int, ...]:
    """Of radon: loc, lloc, sloc, comments, multi, blank, single_comments."""
    return tuple(radon_raw.analyze(text))


def our_lines(row: Any) -> tuple[int, ...]:
    """The same figures of our row."""
    return row.loc, row.lloc, row.sloc, row.comments, row.multi, row.blank, row.single_comments


def assert_equal_to_radon(text: str) -> None:
    """Every figure of every block that radon knows, and of the module."""
    first, *others = rows(text)
    visitor = radon_visitors.ComplexityVisitor.from_code(text)
    blocks = radon_blocks.add_inner_blocks(visitor.blocks)
    theirs = {(block.lineno, block.name.rpartition(".")[2], block.complexity) for block in blocks}
    ours = {(row.line, row.name.rpartition(".")[2], row.complexity) for row in others}
    assert theirs <= ours
    assert first.complexity == visitor.total_complexity
    halstead = radon_formulas.h_visit(text).total
    assert (first.h1, first.h2, first.N1, first.N2) == (halstead.h1, halstead.h2, halstead.N1, halstead.N2)
    assert (first.vocabulary, first.length) == (halstead.vocabulary, halstead.length)
    assert (first.volume, first.difficulty, first.effort) == (halstead.volume, halstead.difficulty, halstead.effort)
    assert (first.time, first.bugs) == (halstead.time, halstead.bugs)
    assert our_lines(first) == radon_lines(text)
    assert first.maintainability == pytest.approx(radon_formulas.mi_visit(text, multi=True), abs=1e-9)
    assert first.rank == radon_formulas.mi_rank(first.maintainability)


SNIPPETS = {
    "an empty file": "",
    "only a comment": "# nothing\n",
    "only a docstring": '"""Nothing."""\n',
    "no line end": "x = 1",
    "branches": """
        def f(a, b):
            if a and b or not a:
                return 1
            elif a:
                for x in b:
                    pass
                else:
                    return 2
            while a if b else 0:
                a -= 1
            else:
                pass
            try:
                pass
            except (A, B):
                pass
            except C as c:
                raise
            else:
                pass
            finally:
                pass
            with a as b: pass
            return [x for x in a if x if not x for y in x] + list(x async for x in b)
        """,
    "chains of and and or": "x = a and b and c or d and (e and f) or (g or h)\ny = (a and b) and c\n",
    "a match with a wildcard": "match x:\n  case [1, *_]: pass\n  case -1 | 2 if x and y: pass\n  case _: pass\n",
    "a match that names the rest": "match x:\n case {'a': -1.5, **r}: pass\n case A(b=1+2j): pass\n case other: pass\n",
    "a match without a wildcard": "match x:\n    # first\n    case 1: pass\n    case 2 as y: pass\n    # last\n",
    "classes in classes": """
        class A(B, metaclass=C if d else e):
            x = 1 if y else 2
            def one(self): return self.a and self.b
            if x:
                def two(self): pass
            class Inner:
                z = [q for q in z]
                def three(self):
                    if self: pass
                class Innermost:
                    def four(self): return 1 or 2
        """,
    "a class without methods": "class A:\n    x = 1 if y else 2\n    class B: pass\n",
    "closures": """
        def f():
            def g():
                if a: return b + c
            class K:
                def m(self): return a or b
            return g
        """,
    "headers": """
        @decorator(a or b, lambda q: q if q else -1, c[1:2])
        def f(x: A | B = 1 + 2, *, y=[z for z in z if z], k=lambda p: p and 1) -> C | None:
            return lambda q, r=1 + 1: q or r

        @decorator(-1)
        class K(a + b, key=c or d):
            @property
            def p(self, q=not r): return self.p

        def g(a=not 1): return -a

        def h(
            a=b or c,
            *,
            d=-1,
        ) -> [e for e in f]:
            return a or d

        class L(
            A if a else B,
        ):
            x = a if b else c
        """,
    "asserts": """
        def f():
            assert a and b or (c if d else e), [x for x in y if x]
            assert (a and
                    b); x = a or b
            assert a; assert b or c; y = [z for z in z]
            assert a or b; assert c
            assert (lambda: a or b)()
            return a and b
        """,
    "operands of one value": """
        x = 1 + 1.0 + True - 0x1 + 1_0 * 10 ** 1e1 // 0b1010 @ 010.0
        y = a + b.a + 'a' + "a" + '''a''' + r"a" + u'a' + b'a' + '\\x61' + 'a' 'b' + 'ab' + b'a' b'b'
        z = None or ... and 1j + 1J * 0j
        w = f"{a + b!r:>{c - d}}" + f"a" 'b' + (a) + (a.b) + a[0] + f()
        """,
    "one operand in functions of one name": """
        def f(): return a + b
        class A:
            def f(self): return a + b
            x = a + b
            async def g(self): return a + b
        y = a + b
        """,
    "operators": "x = a is not b not in c <= d != e\nx += -a << ~b\nx @= +c % d\nx //= e >> f ^ g & h | i\n",
    "one operator in two forms": "x = a + b\nx += b\nx = +b\n",
    "annotations of variables": "x: A | B = -1\nclass K:\n    y: int\n    z: Z[1:2]\n",
    "one name in two forms": "x = ﬁeld + field + K + K\n",
    "colons": """
        a = b[1:2]
        c = {}
        d = {**e}
        f = {1: 2, **g}
        h = {k: v for k, v in l}
        m = lambda: 0
        n = (o := 1)
        p = f"{q:>3}" + f'{r[1:]}' + s[f"{t:3}"]
        u = f"{v[1:]}"; w = x[1:]
        for y in z[1:]: pass
        while {1: 2}: break
        @a(b[1:],
           c)
        def d(e: f = g[1:]): return h[1:]
        i = [
            j[1:],  # one
            # two
            k[:1],
        ]
        """,
    "several statements on a line": "a = 1; b = 2;\nif a: c = 1; d = 2  # three\nclass A: x = 1; y = z[1:]\n",
    "comments": """
        # header
        import a  # behind

        # leading
        def f(  # in the head
            a,
            # in brackets
            b,
        ):
            # first
            x = [

                # in brackets
                1]
            # last
        # after

        @d
        # between
        @d
        # and before
        class A:

            # only

            pass
            # footer
        # end
        """,
    "lone strings": '''
        """Doc.

        More.
            """
        def f():
            'one line'
            """three

            lines"""
            """with a comment"""  # here
            """with a semicolon"""; x = 1
            ("in brackets")
            "two" "strings"
            b'bytes'
            f"formatted {x}"
            f"""formatted
            {x}
            """
            x = """no docstring

            """
        class A: "no line of its own"
        ''',
    "continued lines": "x = a + \\\n    b\n\nif a and \\\n   b:\n    'x\\\n y'\nassert a, \\\n  b or c\n",
    "an exception group": "def f():\n    try: pass\n    except* A: x = a or b\n    except* B: pass\n    else: pass\n",
    "carriage returns": '"""a\r\n\r\nb"""\r\nx = """c\r\nd""" + "c\\nd"\r\n\r\n# e\r\n',
}


@pytest.mark.parametrize("name", SNIPPETS)
def test_the_figures_are_radons(name: str) -> None:
    assert_equal_to_radon(dedent(SNIPPETS[name]))


def test_lines_of_white_space_are_blank() -> None:
    # Not among the snippets, for `dedent` would take the white space away.
    assert_equal_to_radon('def f():\n    """a\n  \t\n    b"""\n   \n    x = [\n \n]\n \n')


# The same for code that nobody thought of

NAMES = st.sampled_from(
    ["a", "b", "a.b", "f(a)", "1", "1.0", "True", "'a'", '"b"', "b''", "...", "None", "a[1:2]", "-1"]
)
"""No slice that ends in `:]`, which radon miscounts before a semicolon."""


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = ["{} + {}", "{} and {}", "{} or {}", "{} < {} in a", "({}) and ({})", "({} or {})", "f({}, k={})",
              "{} if a else {}"]  # fmt: skip
    unary = ["not {}", "-({})", "(lambda x=a or b: {})", "[x for x in a if {}]", "{{a: {}}}", "f'{{{}}}'",
             "[\n# c\n{}]"]  # fmt: skip
    pair = st.builds(str.format, st.sampled_from(binary), inner, inner).map(lambda text: f"({text})")
    single = st.builds(str.format, st.sampled_from(unary), inner).map(lambda text: f"({text})")
    return pair | single


# Before Python 3.12, an f-string holds neither the quotes it is in nor a comment.
EXPRESSIONS = st.recursive(NAMES, _expressions, max_leaves=6).filter(
    lambda text: "f'" not in text or ("#" not in text and text.count("'") == 2)
)


@st.composite
def _simple(draw: st.DrawFn) -> str:
    form = draw(st.sampled_from(["x = {}", "x += {}", "assert {}", "x: {} = 1", "return {}", "{}", "# comment", "",
                                 "x = {}; y = {}", "'''doc'''", '"""a\n\n  b"""', "x = {}  # comment"]))  # fmt: skip
    return form.format(*(draw(EXPRESSIONS) for _ in range(form.count("{}"))))


@st.composite
def _compound(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    form = draw(st.sampled_from(["if {}:\n$", "while {}:\n$else:\n$", "for x in {}:\n$", "try:\n$except {}:\n$else:\n$",
                                 "def f(a={}):\n$", "@d({})\nasync def g(a: a | b):\n$", "class A:\n$",
                                 "match {}:\n case -1:\n$ case _:\n$", "def f(a: a or b = {}): return a[1:]\n",
                                 "try:\n$finally:\n$", "with {}:\n$", "if {}:\n$elif a or b:\n$else:\n$",
                                 "class B(a or {}):\n$"]))  # fmt: skip
    head = form.format(*(draw(EXPRESSIONS) for _ in range(form.count("{}"))))
    first, *bodies = head.split("$")
    return first + "".join(f"{indent(draw(inner), '    ')}\n    pass\n{body}" for body in bodies)


STATEMENTS = st.recursive(
    _simple(),
    lambda inner: _compound(inner) | st.lists(inner, min_size=1, max_size=3).map("\n".join),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(STATEMENTS)
def test_the_figures_are_radons_for_any_code(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `1 is a` and the like
        assert_equal_to_radon(text)


# What counts, and what looks like it and does not


def test_a_nested_function_has_a_row_and_adds_nothing_to_the_one_around_it() -> None:
    text = "def f():\n    def g():\n        if a: pass\n    return g\n"
    assert complexity(text, "f") == 1
    assert complexity(text, "f.g") == 2
    assert module(text).complexity == 1


def test_a_class_in_a_function_has_rows_although_radon_drops_it() -> None:
    text = "def f():\n    class A:\n        def g(self):\n            if a: pass\n"
    assert [(row.name, row.kind, row.complexity) for row in rows(text)[1:]] == [
        ("f", "function", 1), ("f.A", "class", 3), ("f.A.g", "method", 2),
    ]  # fmt: skip


def test_a_decision_in_a_header_is_not_one_of_the_body() -> None:
    assert complexity("def f(x=a or b): return x", "f") == 1
    assert complexity("@d(a if b else c)\ndef f(): return 1", "f") == 1
    # On the same line, but in the body:
    assert complexity("def f(x=a or b): return x or a", "f") == 2
    # A lambda's default is evaluated by the body that the lambda stands in:
    assert complexity("def f(): return lambda x=a or b: x", "f") == 2


def test_a_decision_in_a_decorator_is_not_one_of_the_function_above_it() -> None:
    text = """
        def f():
            @d(a or b)
            def g(): pass
            x = a or b
        """
    assert complexity(text, "f") == 2
    assert complexity(text, "f.g") == 1


def test_an_assert_is_one_decision_whatever_is_in_it() -> None:
    assert complexity("def f():\n    assert a and b or c\n", "f") == 2
    assert complexity("def f():\n    assert (lambda: [x for x in a if b])()\n", "f") == 2
    # Beside it, and below it:
    assert complexity("def f():\n    assert a; x = b or c\n", "f") == 3
    assert complexity("def f():\n    assert a\n    x = b or c\n", "f") == 3


def test_rows_tell_the_place_and_the_kind() -> None:
    text = dedent("""\
        class A:
            @property
            def p(self):
                return (
                    1
                )
        def f(): pass
        """)
    assert [(row.name, row.kind, row.line, row.end, row.rank) for row in rows(text)] == [
        ("", "module", 1, 7, "A"), ("A", "class", 1, 6, "A"),
        ("A.p", "method", 3, 6, "A"), ("f", "function", 7, 7, "A"),
    ]  # fmt: skip


@pytest.mark.parametrize("literal", [r"'\x1'", "9" * 10_000, r"'\N{no such letter}'"])
def test_a_literal_that_python_refuses_is_an_operand_like_any_other(literal: str) -> None:
    row = module(f"x = {literal} + {literal} + a\n")
    assert (row.h2, row.N2) == (3, 4)  # the literal, `a`, and the sum to which `a` is added


def test_only_modules_have_lines_and_halstead_figures() -> None:
    first, second = rows("def f(): return a + b\n")
    assert (first.loc, first.N1) == (1, 1)
    assert {getattr(second, field) for field in second.__struct_fields__[6:]} == {None}


# The differences from radon that the docstring promises: each with radon's figure beside ours


def test_a_form_feed_is_no_line() -> None:
    text = "x = 1\n\f\ny = 2\n"
    assert (module(text).loc, module(text).blank) == (3, 1)
    assert radon_lines(text)[0] == 4


def test_a_line_separator_in_a_string_is_part_of_it() -> None:
    text = "x = 'a\u2028b'\n"
    assert our_lines(module(text)) == (1, 1, 1, 0, 0, 0, 0)
    with pytest.raises(SyntaxError):
        radon_lines(text)


def test_one_token_between_a_colon_and_a_semicolon_is_a_logical_line() -> None:
    text = "if a: pass; b()\n"
    assert module(text).lloc == 3
    assert radon_lines(text)[1] == 2
    # With two tokens, radon agrees:
    assert module("if a: b(); c\n").lloc == radon_lines("if a: b(); c\n")[1] == 3


def test_a_backslash_before_an_empty_line_ends_the_statement() -> None:
    text = "x = 1 \\\n\ny = 2\n"
    assert module(text).lloc == 2
    assert radon_lines(text)[1] == 1


def test_a_colon_in_an_f_string_is_no_second_logical_line() -> None:
    assert module("x = f'{a:>3} {b[1:]}'\n").lloc == 1
    assert module("x = f'{a}'; y = f'{b[1:]}'\n").lloc == 2
    # Beside the string it is one:
    assert module("x = f'{a}' + b[1:]\n").lloc == 2
    assert module("x = f'{a}'; y = b[1:] + f'{c[1:]}'\n").lloc == 3


def test_the_bound_of_a_type_variable_is_written_with_a_colon() -> None:
    assert module("type X[T: int] = list[T]\n").lloc == 2
    # In a header, the colon at the end is the last one:
    assert module("def f[T: int](x: T):\n    return x\n").lloc == 2
    assert module("type X[T] = list[T]\n").lloc == 1


def test_a_long_dict_is_counted_in_linear_time() -> None:
    text = "x = {\n" + "    'a': 1,\n" * 20_000 + "}\n"
    assert our_lines(module(text)) == (20_002, 2, 20_002, 0, 0, 0, 0)
