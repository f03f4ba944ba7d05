"""Which names a scope uses and binds, held against CPython's own symbol table; and when a statement runs."""

from __future__ import annotations

import builtins
import symtable
import sys
from collections import defaultdict
from pathlib import Path
from textwrap import dedent

import libcst as cst
import pytest

from overhaul.module import Module, Parser
from overhaul.scopes import Role, Situation, situation
from overhaul.source import Source

NOTHING: set[str] = set()
PARSER = Parser(frozenset({"Call", "Pass"}))
BUILTINS = frozenset(dir(builtins))


def walked(text: str) -> Module:
    """A module, its source indented as the test is."""
    return PARSER.parse(Source("a.py", dedent(text).encode(), b""))


def uses(text: str, *, roles: bool = False) -> set[str]:
    """What is used and is no local variable, as `scope: name`, or `scope: role name`; without builtins."""
    return {
        f"{scope or '<module>'}: {Role(role).name.lower() + ' ' if roles else ''}{name}"
        for scope, role, name, _ in walked(text).uses
        if name not in BUILTINS
    }


def bound(text: str) -> set[str]:
    """The names that the module binds."""
    return walked(text).scopes[0].bound


SNIPPETS: dict[str, tuple[str, set[str]]] = {
    "global": ("def f():\n global g\n g = h", {"f: h"}),
    "global behind a local of its name": (
        "def f():\n x = 1\n def g():\n  global x\n  return x\n def h(): return x", {"f.g: x"}),
    "nonlocal": ("def f():\n x = 1\n def g():\n  nonlocal x\n  x = y\n  return x", {"f.g: y"}),
    "comprehension": ("def f(a): return [b + c for b in a if d]", {"f: c", "f: d"}),
    "first iterable outside": ("x = 1\nclass C:\n y = a\n z = [0 for _ in y]", {"C: a"}),
    "first iterable of the same name": ("def f(): return [x for x in g(x)]", {"f: x", "f: g"}),
    "second iterable inside": ("class C:\n y = a\n z = [0 for _ in b for _ in y]", {"C: a", "C: b", "C: y"}),
    "nested comprehensions": ("def f(): return [[a for a in b] for b in c if a]", {"f: c", "f: a"}),
    "walrus in a comprehension": ("def f(a): return [b for c in a if (b := g(c))], b", {"f: g"}),
    "class scope is not visible in methods": ("class C:\n x = 1\n def m(self): return x", {"C.m: x"}),
    "class scope is visible in its body": ("class C:\n x = 1\n y = x", NOTHING),
    "class scope is not visible in a class in it": ("class C:\n x = 1\n class D: y = x", {"C.D: x"}),
    "class scope is not visible in its comprehensions": ("class C:\n x = 1\n y = [x for _ in ()]", {"C: x"}),
    "nested functions": ("def f(a):\n def g(b): return a + b + c\n return g", {"f.g: c"}),
    "lambda": ("def f(a): return lambda b: a + b + c", {"f.<lambda>: c"}),
    "lambda default outside": ("def f(a): return lambda b=a, *, c=d: b", {"f: d"}),
    "defaults and decorators outside": ("@d(x)\ndef f(x=x, *, y=z): return x, y",
        {"<module>: d", "<module>: x", "<module>: z"}),
    "decorator of a method": ("class C:\n x = 1\n @x\n @y\n def m(self): pass", {"C: y"}),
    "bases and keywords outside": ("class C(B, k=x):\n x = 1", {"<module>: B", "<module>: x"}),
    "annotations": ("def f(a: A, *b: B, **c: C) -> R:\n d: D = 1",
        {"<module>: A", "<module>: B", "<module>: C", "<module>: R", "f: D"}),
    "except as": ("def f():\n try: a\n except E as e: return e", {"f: a", "f: E"}),
    "with as": ("def f():\n with a() as (b, *c), d as e.g: return b, c, e", {"f: a", "f: d", "f: e"}),
    "with as attribute": ("def f(e):\n with a as e.g: pass", {"f: a"}),
    "match captures": (
        "def f(s):\n match s:\n  case C(a, k=b): return a, b\n  case [c, *d] | {'k': c, **d}: return c, d\n"
        "  case K.V as e if g: return e\n  case h: return h", {"f: C", "f: K", "f: g"}),
    "for": ("def f():\n for a, b.c in d: a\n else: e", {"f: b", "f: d", "f: e"}),
    "del": ("def f():\n a = 1\n del a", NOTHING),
    "del of an item takes no name away": ("def f(): del a[b], (c.d, e[0])", {"f: a", "f: b", "f: c", "f: e"}),
    "augmented": ("def f():\n a = 1\n a += b\n c.d += 1", {"f: b", "f: c"}),
    "imports": ("def f():\n import a.b\n from c import d as e\n return a.b, e", {"f: a", "f: e"}),
    "import in a function around": ("def f():\n import a\n def g(): return a.b\n return g", {"f.g: a"}),
    "conditional local": ("def f():\n if a: b = 1\n return b", {"f: a"}),
    "class in a function": ("def f(a):\n class C(a, B):\n  x = D\n  def m(self): return a, x, E\n return C",
        {"f: B", "f: D", "f.C.m: x", "f.C.m: E"}),
    "class of the name of what its method uses": ("def f():\n class C:\n  def m(self): return C\n return C", NOTHING),
    "keyword arguments are no names": ("def f(): return g(a=b)", {"f: g", "f: b"}),
    "f-string": ("def f(a): return f'{a} {b!r:>{c}} {d=}'", {"f: b", "f: c", "f: d"}),
    "generator expression": ("def f(a):\n g = (b + c for b in a)\n return g", {"f: c"}),
    "stored generator expression": ("g = (b + c for b in a)", {"<module>: c", "<module>: a"}),
    "await and yield": ("async def f():\n await a\n yield b\n async for c in d: c\n async with e as h: h",
        {"f: a", "f: b", "f: d", "f: e"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SNIPPETS)
def test_the_names_that_a_scope_uses_are_those_of_the_language(name: str) -> None:
    text, expected = SNIPPETS[name]
    assert {_root(use) for use in uses(text)} == expected


@pytest.mark.parametrize("name", SNIPPETS)
def test_the_snippets_are_read_as_the_symbol_table_of_python_reads_them(name: str) -> None:
    assert disagreements(SNIPPETS[name][0]) == []


def _root(use: str) -> str:
    """A use without the attributes."""
    scope, _, name = use.partition(": ")
    return f"{scope}: {name.partition('.')[0]}"


LIBRARY = Path(symtable.__file__).parent
REAL = (
    "argparse.py", "ast.py", "asyncio/base_events.py", "asyncio/tasks.py", "collections/__init__.py", "contextlib.py",
    "copyreg.py", "dataclasses.py", "enum.py", "functools.py", "importlib/_bootstrap.py", "inspect.py",
    "logging/__init__.py", "pickle.py", "shutil.py", "tarfile.py", "threading.py", "typing.py", "unittest/mock.py",
    "urllib/request.py",
)  # fmt: skip


@pytest.mark.parametrize("path", REAL)
def test_the_standard_library_is_read_as_the_symbol_table_of_python_reads_it(path: str) -> None:
    file = LIBRARY / path
    if not file.is_file():
        pytest.skip("this Python has no such file")
    text = file.read_text(encoding="utf-8")
    assert disagreements(text) == []


def test_the_comparison_with_the_symbol_table_sees_a_missing_and_a_superfluous_name() -> None:
    assert required("def f(a):\n import b\n return a, b, c")["f"] == {"b", "c"}
    assert required("def f():\n global a\n a = 1")["f"] == set(), "assigned, and never read"


def disagreements(text: str) -> list[str]:
    """Where the names that a function uses are not those that Python's symbol table calls global or imported.

    Left out are builtins and the receivers of methods. Python without deferred annotations counts them as uses.
    """
    theirs, allowed = required(text), required(text, read=False)
    module = walked(text)
    within = {scope.name for scope in module.scopes if scope.kind == "class" and scope.within}
    future = ("__future__", "annotations", False)
    postponed = any(event[4] == future for event in module.scopes[0].events) or sys.version_info >= (3, 14)
    ours: defaultdict[str, set[str]] = defaultdict(set)
    for scope, role, name, _ in module.uses:
        if role != Role.QUOTED and not (role == Role.ANNOTATION and postponed):
            parts = scope.split(".")
            # What the body of a class in a function uses is told of the function.
            label = ".".join(part for number, part in enumerate(parts) if ".".join(parts[: number + 1]) not in within)
            ours[label].add(name.partition(".")[0])
    passed = BUILTINS | {"self", "cls", "__class__", "__file__", "__name__", "__path__", "__spec__"}
    return [
        f"{scope or '<module>'}: {what} {', '.join(sorted(names))}"
        for scope in sorted({*theirs, *ours})
        for what, names in (
            ("does not tell", theirs[scope] - ours[scope] - passed), ("tells", ours[scope] - allowed[scope] - passed)
        )
        if names
    ]  # fmt: skip


def required(text: str, *, read: bool = True) -> defaultdict[str, set[str]]:
    """Scope -> the global and imported names it mentions (or `read`s), by the symbol table of this Python."""
    found: defaultdict[str, set[str]] = defaultdict(set)

    def look(table: symtable.SymbolTable, label: str, imported: frozenset[str], owner: str, deferred: bool) -> None:
        kind = str(table.get_type())
        for symbol in table.get_symbols():
            name = symbol.get_name()
            if "function" in kind:
                # `is_global` is true of every name of a function that happens to be called "top".
                local = symbol.is_local() or symbol.is_parameter()
                counts = symbol.is_imported() or (symbol.is_global() and not local)
                counts = counts or symbol.is_declared_global() or (symbol.is_free() and name in imported)
            else:
                counts = "class" not in kind or symbol.is_global() or symbol.is_imported()
            if counts and (symbol.is_referenced() or not read):
                mangled = f"_{owner.lstrip('_')}"
                found[label].add(name.removeprefix(mangled) if name.startswith(f"{mangled}__") else name)
        if "function" in kind:
            symbols = table.get_symbols()
            imported = imported - {one.get_name() for one in symbols if one.is_local()}
            imported |= {one.get_name() for one in symbols if one.is_imported()}
        for child in table.get_children():
            name, is_class = child.get_name(), "class" in str(child.get_type())
            if name in ("listcomp", "setcomp", "dictcomp", "genexpr") or (is_class and deferred):
                inner = label
            else:
                inner = f"{label}.{name}".lstrip(".") if name != "lambda" else f"{label}.<lambda>".lstrip(".")
            plain = not is_class and name not in ("listcomp", "setcomp", "dictcomp", "genexpr")
            look(child, inner, imported, name if is_class else owner, deferred or plain)

    look(symtable.symtable(dedent(text), "a.py", "exec"), "", frozenset(), "", False)
    return found


@pytest.mark.parametrize(("text", "expected"), [
    ("def f(a: 'A.B | None'): pass", {"<module>: quoted A.B"}),
    ("x: 'list[A]' = 1", {"<module>: quoted A"}),
    ("x: A['B', 'C']", {"<module>: annotation A", "<module>: quoted B", "<module>: quoted C"}),
    ("x: A | 'B'", {"<module>: annotation A", "<module>: quoted B"}),
    ("x: Callable[['A'], 'B']", {"<module>: annotation Callable", "<module>: quoted A", "<module>: quoted B"}),
    ("x: Literal['red', 'green']", {"<module>: annotation Literal"}),
    ("x: t.Literal[Color.RED] | None", {"<module>: annotation t.Literal", "<module>: annotation Color.RED"}),
    ("x: \"A[Literal['red']]\"", {"<module>: quoted A", "<module>: quoted Literal"}),
    ("x: Annotated['A', 'some words', B('more words')]",
     {"<module>: annotation Annotated", "<module>: quoted A", "<module>: call B"}),
    ("x = 'A.B'", NOTHING),
    ("x: A = 'B'", {"<module>: annotation A"}),
    ("def f(a='A'): return 'B'", NOTHING),
])  # fmt: skip
def test_a_string_is_a_name_only_where_it_stands_for_a_type(text: str, expected: set[str]) -> None:
    assert uses(text, roles=True) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("a.b.c", {"load a.b.c"}), ("a.b.c()", {"call a.b.c"}), ("a().b.c()", {"call a"}), ("a[0].b", {"load a"}),
    ("(a.b).c = d", {"store a.b.c", "load d"}), ("a.b: c = 1", {"store a.b", "annotation c"}),
    ("del a.b", {"delete a.b"}), ("del a[b]", {"load a", "load b"}), ("a[b] = 1", {"load a", "load b"}),
    ("@a.b\ndef f(): pass", {"call a.b"}), ("@a(b)\nclass C: pass", {"call a", "load b"}),
     ("a.b[c.d].e(f.g)", {"load a.b", "load c.d", "load f.g"}),
    ("for a.b in c: pass", {"store a.b", "load c"}), ("(a)()", {"load a"}),
])  # fmt: skip
def test_a_chain_of_names_is_one_use_with_its_role(text: str, expected: set[str]) -> None:
    assert uses(text, roles=True) == {f"<module>: {use}" for use in expected}


@pytest.mark.parametrize(("text", "expected"), [
    ("def m(this): return this.x.y", {"C.m: self.x.y"}),
    ("def m(self): self.x = self.f()", {"C.m: self.x", "C.m: self.f"}),
    ("@classmethod\n def m(klass): return klass.x", {"C.m: cls.x"}),
    ("@abc.abstractclassmethod\n def m(klass): return klass.x", {"C: abc.abstractclassmethod", "C.m: cls.x"}),
    ("def __new__(metacls): return metacls.x", {"C.__new__: cls.x"}),
    ("@staticmethod\n def m(self): return self.x", NOTHING),
    ("def m(self):\n  def f(): return self.x\n  return [lambda: self.y for _ in self.z]",
     {"C.m.f: self.x", "C.m.<lambda>: self.y", "C.m: self.z"}),
    ("def m(self):\n  def f(self): return self.x", NOTHING),
    ("def m(self): return self", NOTHING),
    ("def m(a, self): return self.x", NOTHING),
    ("def m(*self): return self.x", NOTHING),
    ("def m(self, /): return self.x", {"C.m: self.x"}),
    ("f = lambda self: self.x", NOTHING),
])  # fmt: skip
def test_attributes_of_the_receiver_are_told_whatever_it_is_called(text: str, expected: set[str]) -> None:
    assert uses(f"class C:\n {text}") == expected


def test_a_function_outside_a_class_has_no_receiver() -> None:
    assert uses("def f(self): return self.x") == set()


@pytest.mark.parametrize(("text", "expected"), [
    ("a = b, (c, [d, *e]) = f", {"a", "b", "c", "d", "e"}),
    ("a.b = c[0] = d", NOTHING), ("a: int", {"a"}), ("a += 1", {"a"}), ("a.b += 1", NOTHING),
    ("import a.b.c, d as e", {"a", "e"}), ("from a import b, c as d", {"b", "d"}), ("from a import *", NOTHING),
    ("def f(a): b = 1", {"f"}), ("class C: a = 1", {"C"}), ("def f():\n global a\n a = 1", {"f", "a"}),
    ("def f():\n global a\n def b(): pass\n import a", {"f", "a"}),
    ("for a in b: c = 1", {"a", "c"}), ("with a as b: pass", {"b"}), ("try: pass\nexcept E as e: pass", {"e"}),
    ("[a for a in b]", NOTHING), ("[(a := b) for b in c]", {"a"}), ("(lambda: (a := 1))", NOTHING),
     ("print(a := 1)", {"a"}),
    ("match a:\n case [b, *c]: pass\n case {'k': d, **e}: pass\n case C(f, k=g) as h: pass\n case _: pass",
     set("bcdefgh")),
    ("global a\na = 1", {"a"}), ("del a[b]", NOTHING), ("type A[T] = list[T]", {"A"}),
    ("def f[T, *Ts, **P](a: T) -> T: pass", {"f"}), ("class C[T](B[T]): pass", {"C"}),
])  # fmt: skip
def test_what_a_module_binds(text: str, expected: set[str]) -> None:
    assert bound(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("def f[T: B](a: T, b=T) -> A[T]: return T.x, c", {"<module>: B", "<module>: A", "f: c"}),
    ("class C[T](B[T]):\n x: T\n def m(self) -> T: return T, y", {"<module>: B", "C.m: y"}),
    ("type A[T] = B[T]", {"<module>: B"}),
    ("T = 1\ndef f[T](a: T): pass\ndef g(a: T): pass", {"<module>: T"}),
    ("def f():\n def g[T](a: T, b: U): return T\n return g", {"f: U"}),
])  # fmt: skip
def test_type_parameters_are_known_to_their_definition_alone(text: str, expected: set[str]) -> None:
    assert uses(text) == expected


def test_a_deletion_is_told_at_the_top_level_of_a_module() -> None:
    events = walked("a = b = c = {}\ndel a, b[0], c.d\n").scopes[0].events
    assert [(Role(role).name, name) for role, name, line, _, _ in events if line == 2] == [
        ("UNBIND", "a"), ("LOAD", "b"), ("DELETE", "c.d"),
    ]  # fmt: skip


def test_a_value_is_used_before_its_target_is_bound() -> None:
    events = walked("a = a.b\nc: d = e\n").scopes[0].events
    assert [(Role(role).name, name) for role, name, *_ in events] == [
        ("LOAD", "a.b"), ("ASSIGN", "a"), ("ANNOTATION", "d"), ("LOAD", "e"), ("ASSIGN", "c"),
    ]  # fmt: skip


def test_scopes_know_their_kind_name_and_what_is_around_them() -> None:
    text = "class C:\n def m(self):\n  def g(): return lambda: 1\n  class D: x = [1 for _ in ()]\n"
    scopes = walked(text).scopes
    assert [(scope.kind, scope.name, scope.within, scope.at_import) for scope in scopes] == [
        ("module", "", "", True), ("class", "C", "", True), ("function", "C.m", "", False),
        ("function", "C.m.g", "C.m", False), ("lambda", "C.m.g.<lambda>", "C.m.g", False),
        ("class", "C.m.D", "C.m", False), ("comprehension", "C.m.D", "C.m", False),
    ]  # fmt: skip


AT_IMPORT = Situation(deferred=False, typing=False, conditional=False, caught="", never=False)
DEFERRED = AT_IMPORT._replace(deferred=True)
TYPING = AT_IMPORT._replace(typing=True)
CONDITIONAL = AT_IMPORT._replace(conditional=True)
NEVER = CONDITIONAL._replace(never=True)
TRIED = CONDITIONAL._replace(caught="imports")
TRIED_ALL = CONDITIONAL._replace(caught="all")


@pytest.mark.parametrize(("text", "expected"), [
    ("pass", AT_IMPORT),
    ("class C: pass", AT_IMPORT),
    ("def f(): pass", DEFERRED),
    ("class C:\n def m(self): pass", DEFERRED),
    ("def f():\n class C: pass", DEFERRED),
    ("if TYPE_CHECKING: pass", TYPING),
    ("if typing.TYPE_CHECKING: pass", TYPING),
    ("if t.TYPE_CHECKING:\n if a: pass", TYPING._replace(conditional=True)),
    ("if not TYPE_CHECKING: pass", AT_IMPORT),
    ("if TYPE_CHECKING: a\nelse: pass", AT_IMPORT),
    ("if not TYPE_CHECKING: a\nelse: pass", TYPING),
    ("if TYPE_CHECKING: a\nelif b: pass", CONDITIONAL),
    ("if a: b\nelif TYPE_CHECKING: pass", TYPING._replace(conditional=True)),
    ("if TYPE_CHECKING or a: pass", CONDITIONAL),
    ("if CHECKING: pass", CONDITIONAL),
    ("if TYPE_CHECKING and a: pass", TYPING),
    ("if a and typing.TYPE_CHECKING and b: pass", TYPING),
    ("if TYPE_CHECKING and a: b\nelse: pass", AT_IMPORT),
    ("if not (TYPE_CHECKING and a): pass", AT_IMPORT),
    ("if not TYPE_CHECKING or a: pass", AT_IMPORT),
    ("if not TYPE_CHECKING or a: b\nelse: pass", TYPING),
    ("if not TYPE_CHECKING and a: pass", CONDITIONAL),
    ("if a and b: pass", CONDITIONAL),
    ("if __name__ == '__main__' and a: pass", NEVER),
    ("if __name__ == '__main__' or a: pass", CONDITIONAL),
    ("from typing import TYPE_CHECKING as TC\nif TC: pass", TYPING),
    ("from typing import TYPE_CHECKING as TC\nif TC: a\nelse: pass", AT_IMPORT),
    ("from typing import TYPE_CHECKING as TC\ndef f():\n if TC: pass", TYPING._replace(deferred=True)),
    ("from typing import Text as TC\nif TC: pass", CONDITIONAL),
    ("import TC\nif TC: pass", CONDITIONAL),
    ("from typing import TYPE_CHECKING as TC\nif TD: pass", CONDITIONAL),
    ("if TYPE_CHECKING:\n def f(): pass", TYPING._replace(deferred=True)),
    ("def f():\n if TYPE_CHECKING: pass", TYPING._replace(deferred=True)),
    ("if a: pass", CONDITIONAL),
    ("if a: b\nelse: pass", CONDITIONAL),
    ("if a:\n class C: pass", CONDITIONAL),
    ("if a:\n def f(): pass", DEFERRED),
    ("for a in b: pass", CONDITIONAL),
    ("while a: pass", CONDITIONAL),
    ("match a:\n case 1: pass", CONDITIONAL),
    ("with a: pass", AT_IMPORT),
    ("try: pass\nfinally: a", CONDITIONAL),
    ("try: a\nfinally: pass", AT_IMPORT),
    ("try: a\nexcept A: b\nelse: pass", CONDITIONAL),
    ("for a in b: c\nelse: pass", CONDITIONAL),
    ("while a: b\nelse: pass", CONDITIONAL),
    ("if not TYPE_CHECKING:\n try: a\n except A: b\n else: pass", CONDITIONAL),
    ("if a.b: c\nelif not TYPE_CHECKING: d\nelse: pass", TYPING._replace(conditional=True)),
    ("try: pass\nexcept ImportError: a", TRIED),
    ("try: pass\nexcept ModuleNotFoundError: a", TRIED),
    ("try: pass\nexcept (A, ImportError): a", TRIED),
    ("try: pass\nexcept builtins.ImportError as e: a", TRIED),
    ("try: pass\nexcept ValueError: a", CONDITIONAL),
    ("try: pass\nexcept AttributeError: a", CONDITIONAL),
    ("try: pass\nexcept (AttributeError, ImportError): a", TRIED_ALL),
    ("try: pass\nexcept Exception: a", TRIED_ALL),
    ("try: pass\nexcept: a", TRIED_ALL),
    ("try: pass\nexcept A: a\nexcept ImportError: b", TRIED),
    ("try: a\nexcept ImportError: pass", CONDITIONAL),
    ("try:\n with a: pass\nexcept ImportError: b", TRIED),
    ("try:\n def f(): pass\nexcept ImportError: b", DEFERRED),
    ("def f():\n try: pass\n except ImportError: b", DEFERRED._replace(caught="imports")),
    ("with suppress(ImportError): pass", AT_IMPORT._replace(caught="imports")),
    ("with contextlib.suppress(A, ImportError): pass", AT_IMPORT._replace(caught="imports")),
    ("with suppress(KeyError): pass", AT_IMPORT),
    ("with a.suppress: pass", AT_IMPORT),
    ("if __name__ == '__main__': pass", NEVER),
    ("if __name__ == '__main__': a\nelse: pass", CONDITIONAL),
    ("if __name__ != 'a': pass", CONDITIONAL),
    ("if name == '__main__': pass", CONDITIONAL),
    ("if sys.version_info >= (3, 9): pass", CONDITIONAL),
    ("if sys.version_info >= (3, 9): a\nelse: pass", NEVER),
    ("if sys.version_info < (3, 9): pass", NEVER),
    ("if sys.version_info >= (99,): pass", NEVER),
    ("if sys.version_info >= (99,): a\nelse: pass", CONDITIONAL),
    ("if sys.version_info >= LEAST: pass", CONDITIONAL),
    ("if sys.version_info[0] == 2: pass", CONDITIONAL),
])  # fmt: skip
def test_when_a_statement_runs(text: str, expected: Situation) -> None:
    [(_, _, block)] = walked(text).nodes(cst.Pass)
    assert situation(block) == expected


def test_what_stands_around_the_call_of_a_lambda_is_not_known_where_it_is_written() -> None:
    [(_, _, block)] = walked("if a:\n f = lambda: g()").nodes(cst.Call)
    assert situation(block) == DEFERRED


@pytest.mark.parametrize(("text", "place", "expected"), [
    ("[w := i for i in a]", "", CONDITIONAL),
    ("if b:\n [[w := i for i in j] for j in a]", "", CONDITIONAL),
    ("print({i for i in a if (w := i)})", "", CONDITIONAL),
    ("if TYPE_CHECKING: [w := i for i in a]", "", TYPING._replace(conditional=True)),
    ("(w := a)", "", AT_IMPORT),
    ("def f(): return [w := i for i in a]", "f", DEFERRED),
    ("def f():\n global w\n return [w := i for i in a]", "f", DEFERRED),
    ("[lambda: (w := i) for i in a]", "<lambda>", DEFERRED),
])  # fmt: skip
def test_a_walrus_binds_in_the_suite_around_the_comprehensions_which_may_run_no_time(
    text: str, place: str, expected: Situation
) -> None:
    scopes = walked(text).scopes
    ((holder, block),) = [
        (scope, event[3]) for scope in scopes for event in scope.events if event[:2] == (Role.ASSIGN, "w")
    ]
    assert (block.scope.name, situation(block)) == (place, expected)
    assert block.scope is holder or block.kind == "global"


def test_what_follows_a_walrus_in_a_comprehension_still_stands_in_it() -> None:
    module = walked("[(w := i, f()) for i in a]\ng()")
    assert [block.scope.kind for _, _, block in module.nodes(cst.Call)] == ["comprehension", "module"]
