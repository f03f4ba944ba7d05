"""Every name of a file: where it stands, what it does there, and whose variable it is."""

from textwrap import dedent

import pytest

from overhaul.errors import Unreadable
from overhaul.occurrences.finding import Occurrence, Occurrences, occurrences_of
from overhaul.source import Source, digest


def found_in(text: str) -> Occurrences:
    data = dedent(text).encode()
    return occurrences_of(Source("m.py", data, digest(data)))


def told(text: str) -> list[str]:
    """Each name with its role, and its home where it has one: `name role home`."""
    found = found_in(text)
    for one in found.all:
        assert found.text[one.start : one.end] == one.name
    return [f"{one.name} {one.role}{home(one)}" for one in found.all]


def home(one: Occurrence) -> str:
    if one.home is None:
        return ""
    return f" @{one.home.kind} {one.home.name}".rstrip()


def homes(text: str, name: str) -> list[str]:
    return [home(one).strip() for one in found_in(text).named(name)]


def test_a_call_and_its_chain_are_told_apart_from_what_is_read() -> None:
    found = found_in("a.b.c(d, k=e).f = g\n")
    assert [(one.name, one.role, one.use, one.base) for one in found.all] == [
        ("a", "load", "load", -1), ("b", "attribute", "load", 0), ("c", "attribute", "call", 1),
        ("d", "load", "load", -1), ("k", "keyword", "", -1), ("e", "load", "load", -1),
        ("f", "attribute", "store", -1), ("g", "load", "load", -1),
    ]  # fmt: skip
    assert [one.name for one in found.chain(found.all[2])] == ["a", "b", "c"]
    assert [one.name for one in found.chain(found.all[6])] == ["f"]


def test_an_import_binds_its_first_name_or_its_alias_and_what_it_takes() -> None:
    assert told("import a.b, c.d as e\nfrom .f.g import h, i as j\nfrom . import k\nfrom l import *\n") == [
        "a module @module", "b module", "c module", "d module", "e alias @module",
        "f module", "g module", "h taken @module", "i taken", "j alias @module", "k taken @module", "l module",
    ]  # fmt: skip
    found = found_in("import a.b.c\n")
    assert [one.name for one in found.chain(found.all[2])] == ["a", "b", "c"]


def test_a_class_body_is_not_seen_from_its_methods() -> None:
    assert homes(
        """
        x = 1
        class C:
            x = 2
            y = x
            def f(self):
                return x
            z = [x for _ in x]
        """,
        "x",
    ) == ["@module", "@class C", "@class C", "@module", "@module", "@class C"]


def test_a_class_that_binds_what_a_function_around_binds_has_its_own() -> None:
    assert homes("def f():\n    x = 1\n    class C:\n        print(x)\n        x = 2\n        lambda: x\n", "x") == [
        "@function f", "@class f.C", "@class f.C", "@function f",
    ]  # fmt: skip


def test_defaults_decorators_annotations_and_bases_belong_to_the_scope_around() -> None:
    assert homes("def f(x: x = x) -> x:\n    x\n", "x") == [
        "@function f", "@module", "@module", "@module", "@function f",
    ]  # fmt: skip
    assert homes("@x\nclass C(x, m=x):\n    x = x\n", "x") == ["@module", "@module", "@module", "@class C", "@class C"]
    assert homes("f = lambda x=x: x\n", "x") == ["@lambda", "@module", "@lambda"]


def test_a_comprehension_has_its_own_names_but_for_the_first_iterable_and_the_walrus() -> None:
    assert homes("def f(x):\n    return [x for x in x if x for y in x]\n", "x") == [
        "@function f", "@comprehension f", "@comprehension f", "@function f", "@comprehension f", "@comprehension f",
    ]  # fmt: skip
    assert homes("def f():\n    [[(x := y) for y in z] for z in ()]\n    x\n", "x") == ["@function f", "@function f"]
    assert homes("{(x := k): v for k, v in {}}\n", "x") == ["@module"]


def test_global_and_nonlocal_send_a_name_outwards_and_inner_functions_follow() -> None:
    text = """
        def f():
            x = 1
            def g():
                nonlocal x
                x = 2
                def h():
                    global x
                    def i():
                        return x
            class C:
                global x
                x = 3
                def j(self):
                    return x
        """
    assert homes(text, "x") == [
        "@function f", "@function f", "@function f", "@module", "@module", "@module", "@module", "@function f",
    ]  # fmt: skip
    found = found_in(text)
    assert not any(found.unbound(one) for one in found.named("x"))  # a function binds it in the module


def test_a_private_name_is_the_one_that_python_makes_of_it() -> None:
    found = found_in(
        """
        __x = 1
        _C__x = 2
        class _C:
            __y = __x
            def f(self, __z, __w__):
                return self.__y, __x, f(__k=1), __z, __w__
        """
    )
    assert [(one.key, home(one).strip()) for one in found.named("__x")] == [
        ("__x", "@module"), ("_C__x", "@module"), ("_C__x", "@module"),
    ]  # fmt: skip
    assert {one.key for one in found.named("__y")} == {"_C__y"}
    assert [one.key for one in found.named("__k")] == ["__k"]  # the keyword of a call is not mangled
    assert [one.key for one in found.named("__w__")] == ["__w__", "__w__"]
    assert found.named("_C__y") == found.named("__y")


def test_an_identifier_is_compared_in_its_normal_form() -> None:
    found = found_in("ﬁ = 1\nprint(fi)\n")
    assert [one.key for one in found.all] == ["fi", "print", "fi"]
    assert [one.start for one in found.named("fi")] == [0, 12]


def test_handlers_captures_loops_and_context_managers_bind() -> None:
    assert told(
        """
        def f(v):
            with v as (a, *b), v: pass
            for c.d, e[g] in v: pass
            try: pass
            except* E as h: del h, i.j
            k += 1
            m: int
        """
    )[2:] == [
        "v load @function f", "a store @function f", "b store @function f", "v load @function f",
        "c load @module", "d attribute", "e load @module", "g load @module", "v load @function f",
        "E load @module", "h handler @function f", "h delete @function f", "i load @module", "j attribute",
        "k store @function f",
        "m store @function f", "int load @module",
    ]  # fmt: skip


def test_a_match_statement_binds_its_captures_and_its_soft_keywords_are_no_names() -> None:
    assert told(
        """
        match match:
            case C(1, k=x) | {"a": x, **rest} if case: pass
            case [_, *_, *y] as z: pass
            case a.B | -1 | None: pass
            case _: type = match
        """
    ) == [
        "match load @module", "C load @module", "k keyword", "x capture @module", "x capture @module",
        "rest capture @module", "case load @module", "y capture @module", "z capture @module", "a load @module",
        "B attribute", "type store @module", "match load @module",
    ]  # fmt: skip


def test_type_parameters_have_a_scope_that_methods_and_annotations_see() -> None:
    assert told("type L[T] = list[T]\n") == [
        "L type alias @module", "T type parameter @type parameters", "list load @module", "T load @type parameters",
    ]  # fmt: skip
    text = """
        class C[T: x](B[T]):
            x = 1
            def f[U: x, *V, **W](self, a: x = x) -> T:
                return x, U, T
        """
    assert homes(text, "x") == ["@module", "@class C", "@class C", "@class C", "@class C", "@module"]
    assert homes(text, "T") == ["@type parameters"] * 4
    assert homes(text, "U") == ["@type parameters C", "@type parameters C"]


def test_names_in_fields_of_format_strings_are_where_they_stand() -> None:
    text = r"""
x = f"{a!r:>{b}} {{no}} \N{DASH} {c['d']:{e}.{f}} {g != h} {(i := 1)} {j=}" rf'\{k}' f'''{
    l["m"]  # n
:%Y-{o}}''' f"{f'{p!s}' "q"}{r:=5}"
z = "s"
"""
    assert [one.name for one in found_in(text).all] == [*"xabcefghijklopr", "z"]


def test_since_python_3_12_a_field_may_hold_the_quotes_and_comments_of_its_string() -> None:
    text = 'f"{a["b"]} {f"{c["d"]}"} {e # f\n}"\nt"{g!a:{h}}"\n'
    found = found_in(text)
    assert [one.name for one in found.all] == ["a", "c", "e", "g", "h"]
    assert [found.text[start:end] for start, end, _, kind in found.strings() if kind == "comment"] == ["# f"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1if a else 0xfor b\n", ["a", "b"]),  # numbers end where their digits do
        ("1_0.e5+1.jj\n", None),
        ("a\\\n.b\\\r\n.c\n", ["a", "b", "c"]),
        ("x = (\r  # a comment\r  y)\rz = 1\r", ["x", "y", "z"]),  # line ends of old
        ("\fx = 1\n\f\ndef f():\f\n  \f pass\n", ["x", "f"]),  # form feeds
        ("\ufeffx = 1\n", ["x"]),
        ("print('a' \"b\" '''c\n'd' ''' + R'\\')\n", None),
        ("x = '''a''b''', y\n", ["x", "y"]),
        ("x = 'a\\\nb' + y\n", ["x", "y"]),
        ("lazy = 1; type = 2; type(lazy)\n", ["lazy", "type", "type", "lazy"]),
        ("x = 1", ["x"]),
        ("", []),
    ],
)
def test_names_are_found_in_text_of_every_shape(text: str, names: list[str] | None) -> None:
    data = text.encode()
    source = Source("m.py", data, digest(data))
    if names is None:
        with pytest.raises(Unreadable):
            occurrences_of(source)
        return
    found = occurrences_of(source)
    assert [one.name for one in found.all] == names
    assert [found.text[one.start : one.end] for one in found.all] == names


def test_names_in_a_quoted_annotation_are_where_they_stand_and_those_of_literals_are_none() -> None:
    found = found_in(
        '''
        def f(a: "m.A", b: List["B | None"], c: Literal["no"], d: "Dict[str, 'C']") -> """
                D[E]""": ...
        e: Annotated["F", "no"] = cast("G", "no")
        h: TypeAlias = "H"
        N = t.Union[str, "O"], table["no"], Table["no"]
        T = TypeVar("no", bound="I")
        class J(K["L"]):
            m: "J.M"
            n: "no escapes\\x20"
            o: "not a type"
        '''
    )
    assert [one.name for one in found.all if one.quoted] == [
        "m", "A", "B", "Dict", "str", "C", "D", "E", "F", "G", "H", "O", "I", "L", "J", "M",
    ]  # fmt: skip
    quoted = {one.name: one for one in found.all if one.quoted}
    assert all(found.text[one.start : one.end] == one.name for one in found.all)
    assert quoted["A"].base == quoted["m"].number
    assert [one.name for one in found.chain(quoted["M"])] == ["J", "M"]
    assert quoted["J"].scope.kind == "class"
    kinds = [kind for _, _, _, kind in found.strings()]
    assert (kinds.count("quoted"), kinds.count("string")) == (11, 8)


def test_names_in_type_comments_stand_among_the_others() -> None:
    found = found_in(
        """
        def f(a,  # type: A
              b):
            # type: (...) -> B[c.D]
            x = []  # type: List[E]  # and more
            y = 1; z = 2  # type: ignore[no]
            for _ in x:  # type: F
                pass
            # type: no, for it says nothing of a statement
        """
    )
    assert [one.name for one in found.all] == [
        "f", "a", "A", "b", "B", "c", "D", "x", "List", "E", "y", "z", "_", "x", "F",
    ]  # fmt: skip
    assert [one.number for one in found.all] == list(range(15))
    names = {one.name: one for one in found.all}
    assert (names["A"].scope.kind, names["E"].scope.kind) == ("module", "function")
    assert names["D"].base == names["c"].number
    assert found.text[found.statement_of(names["E"]).start :].startswith("x = []")
    assert all(found.text[one.start : one.end] == one.name for one in found.all)


def test_what_no_tree_can_be_put_beside_is_refused() -> None:
    for text in ("x = (\n", "x = 'a\n", "def f(:\n", "x = 1 $ 2\n"):
        with pytest.raises(Unreadable):
            found_in(text)


def test_a_chain_of_thousands_of_operators_is_walked() -> None:
    names = found_in(f"x = {' + '.join(['y'] * 3000)}\n").all
    assert len(names) == 3001


def test_a_scope_knows_its_line_name_and_what_it_binds() -> None:
    found = found_in(
        """
        def f(a):
            global g
            g = b = 1
            class C:
                c = lambda: 0
                def m(self): return [d for d in a]
        """
    )
    assert [(one.kind, one.name, one.line, sorted(one.variables)) for one in found.scopes] == [
        ("module", "", 1, ["f"]), ("function", "f", 2, ["C", "a", "b"]), ("class", "f.C", 5, ["c", "m"]),
        ("lambda", "f.C", 6, []), ("function", "f.C.m", 7, ["self"]), ("comprehension", "f.C.m", 7, ["d"]),
    ]  # fmt: skip


def test_what_nobody_binds_is_told_apart_from_what_the_module_binds() -> None:
    found = found_in("from m import *\ndef f():\n    print(x, y)\ny = 1\n")
    assert [one.name for one in found.all if found.unbound(one)] == ["print", "x"]
