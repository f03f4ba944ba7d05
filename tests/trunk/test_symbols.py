"""What dotted names mean, and which places mean them."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import pytest

from overhaul.symbols import External, Symbol, Symbols, Unknown
from overhaul.testing import Files, surveyed


@contextmanager
def symbols(**files: str) -> Generator[Symbols]:
    """The symbol table of files whose paths are written with `__` for `/`; `shop` gives its `__init__`."""
    with surveyed(_paths(files)) as seen:
        yield seen.symbols


def _paths(files: Mapping[str, str]) -> Files:
    packages = {name.rpartition("__")[0] for name in files if "__" in name}
    names = {**dict.fromkeys(packages, ""), **files}
    return {
        f"{name.replace('__', '/')}/__init__.py" if name in packages else f"{name.replace('__', '/')}.py": text
        for name, text in names.items()
    }


def meaning(table: Symbols, dotted: str, importer: str = "") -> str:
    """`module:name kind`, or the name of what is external, or why it is not known."""
    match table.resolve(dotted, importer):
        case Symbol(module=module, name=name, kind=kind):
            return f"{module}:{name} {kind}"
        case External(name=name):
            return f"external {name}"
        case Unknown(reason=reason):
            return f"unknown: {reason}"


def places(table: Symbols, dotted: str) -> list[str]:
    """Every reference as `module:line how name`."""
    symbol = table.resolve(dotted)
    assert isinstance(symbol, Symbol)
    return [f"{one.module}:{one.line} {one.how} {one.name}" for one in table.references(symbol)]


def test_a_chain_of_re_exports_leads_to_the_module_that_defines() -> None:
    with symbols(
        shop="from .front import Till as Desk", shop__front="from shop.back import Till", shop__back="class Till: pass"
    ) as table:
        assert meaning(table, "shop.Desk") == "shop.back:Till class"
        found = table.resolve("shop.Desk")
        assert isinstance(found, Symbol) and found.via == ("shop", "shop.front") and found.path == "shop/back.py"


def test_a_star_import_brings_what_all_lists_and_without_it_what_has_no_underscore() -> None:
    with symbols(
        shop="from shop.listed import *\nfrom shop.plain import *",
        shop__listed="__all__ = ['_a']\n_a = b = 1", shop__plain="_c = d = 1",
    ) as table:
        assert meaning(table, "shop._a") == "shop.listed:_a variable"
        assert meaning(table, "shop.d") == "shop.plain:d variable"
        assert [table.offers("shop", name) for name in ("b", "_c", "plain")] == [False, False, True]


def test_lists_of_other_modules_added_to_all_are_followed() -> None:
    with symbols(
        a="from b import *", b="import c\nfrom c import _x\n__all__ = ['y'] + c.__all__\ny = 1",
        c="__all__ = ['_x']\n_x = 1",
    ) as table:
        assert table.public("b") == ("y", "_x")
        assert meaning(table, "a._x") == "c:_x variable"


def test_an_import_with_a_fallback_means_the_first_and_names_the_other() -> None:
    with symbols(
        a="try:\n    from b import f\nexcept ImportError:\n    def f(): pass", b="def f(): pass",
    ) as table:
        found = table.resolve("a.f")
        assert isinstance(found, Symbol) and found.module == "b"
        assert [one.dotted for one in found.alternatives if isinstance(one, Symbol)] == ["a.f"]


def test_a_definition_replaces_an_import_of_its_name_but_a_wrapping_assignment_keeps_it() -> None:
    with symbols(a="from b import f, g\ndef f(): pass\ng = str(g)", b="def f(): pass\ndef g(): pass") as table:
        assert meaning(table, "a.f") == "a:f function"
        assert meaning(table, "a.g") == "b:g function"


def test_a_submodule_is_an_attribute_unless_the_package_binds_the_name() -> None:
    with symbols(
        p="from p.run import run\nfrom . import walk", p__run="def run(): pass", p__walk="x = 1", p__rest="",
        user="import p\np.run()\np.walk.x\np.rest",
    ) as table:
        assert table.lookup("user", "", "p.run") == table.member("p", "run")
        assert meaning(table, "p.walk.x") == "p.walk:x variable"
        assert table.lookup("user", "", "p.walk.x").__class__ is Symbol
        assert meaning(table, "p.run.run") == "p.run:run function"
        assert meaning(table, "p.rest") == "p.rest: module"


def test_members_come_from_the_first_class_in_python_s_order() -> None:
    with symbols(
        a="class Top:\n    def f(self): pass\n    def g(self): pass\nclass Left(Top): pass\nclass Right(Top):\n"
        "    def f(self): pass\nclass Both(Left, Right): pass",
    ) as table:
        assert meaning(table, "a.Both.f") == "a:Right.f method"
        assert meaning(table, "a.Both.g") == "a:Top.g method"
        assert [one.name for one in table.order("a", "Both")] == ["Both", "Left", "Right", "Top"]


def test_a_member_that_a_base_outside_may_have_is_not_guessed() -> None:
    with symbols(a="import threading\nclass T(threading.Thread):\n    def go(self): pass\nclass P:\n    pass") as table:
        assert meaning(table, "a.T.go") == "a:T.go method"
        assert meaning(table, "a.T.start") == "unknown: may come from the base threading.Thread, outside what is known"
        assert meaning(table, "a.P.start") == "unknown: P and its bases do not define it"


def test_a_class_may_derive_from_what_its_name_meant_before() -> None:
    with symbols(a="from b import C\nclass C(C): pass", b="class C:\n    def f(self): pass") as table:
        assert meaning(table, "a.C.f") == "b:C.f method"


@pytest.mark.parametrize(("source", "reason"), [
    ("def __getattr__(name): ...", "m has __getattr__"),
    ("from numpy import *", "m has a star import from numpy"),
    ("globals().update(x=1)", "m binds names through globals()"),
])  # fmt: skip
def test_what_a_module_may_have_besides_is_unknown_with_the_reason(source: str, reason: str) -> None:
    with symbols(m=source) as table:
        assert table.offers("m", "x") is None
        assert meaning(table, "m.x") == f"unknown: {reason}"


@pytest.mark.parametrize("source", [
    "x = globals()['y']", "def f(name):\n    return globals().get(name)", "import numpy", "y = 'x' in globals()",
    "import sys\nhasattr(sys.modules[__name__], 'x')",
])  # fmt: skip
def test_reading_globals_or_importing_from_outside_leaves_no_gap(source: str) -> None:
    with symbols(m=source) as table:
        assert table.offers("m", "missing") is False


def test_a_ring_of_re_exports_is_unknown_and_harms_nobody_else() -> None:
    with symbols(a="from b import x\nfrom b import y", b="from a import x\nfrom c import y", c="y = 1") as table:
        assert meaning(table, "a.x").startswith("unknown")
        assert meaning(table, "b.x").startswith("unknown")
        assert meaning(table, "a.y") == "c:y variable"


def test_star_imports_in_a_ring_give_each_what_the_other_has_whoever_is_asked_first() -> None:
    for first in ("a", "b"):
        with symbols(a="from b import *\nx = 1", b="from a import *\ny = 1") as table:
            table.names(first)
            assert meaning(table, "a.y") == "b:y variable"
            assert meaning(table, "b.x") == "a:x variable"


def test_a_scope_sees_its_own_imports_then_its_functions_then_the_module_then_builtins() -> None:
    with symbols(
        a="from b import f\ndef outer():\n    from c import f\n    def inner(): return f()\n"
        "class K:\n    from c import f as g\n    def m(self): return f()",
        b="def f(): pass", c="def f(): pass",
    ) as table:
        assert table.lookup("a", "outer.inner", "f") == table.resolve("c.f")
        assert table.lookup("a", "K", "g") == table.resolve("c.f")
        assert isinstance(table.lookup("a", "K.m", "g"), Unknown)
        found = table.lookup("a", "K.m", "f")
        assert isinstance(found, Symbol) and found.module == "b"
        assert table.lookup("a", "K.m", "len") == External("builtins.len")


def test_every_way_to_name_a_function_is_a_reference_and_names_alike_are_not() -> None:
    with symbols(
        shop="from shop.tax import vat as duty\n__all__ = ['duty']",
        shop__tax="def vat(x): return x\nprint(vat(1))\n",
        shop__other="def vat(x): return x\nvat(2)\n",
        a="from shop import duty\nduty(1)\n",
        b="import shop.tax\nimport shop.tax as t\nshop.tax.vat\nt.vat(3)\n",
        c="from shop.tax import *\n\n@vat\ndef f(x: 'vat') -> vat: ...\n",
        d="def g(vat):\n    vat(4)\n",
        e="from shop.other import vat\nvat(5)\n",
    ) as table:
        assert places(table, "shop.tax.vat") == [
            "a:1 import duty", "a:2 call duty",
            "b:3 load shop.tax.vat", "b:4 call t.vat",
            "c:3 decorator vat", "c:4 annotation vat", "c:4 quoted vat",
            "shop:1 re-export vat", "shop:2 __all__ duty",
            "shop.tax:2 call vat",
        ]  # fmt: skip


def test_a_method_is_found_through_self_its_class_and_subclasses_but_not_through_an_override() -> None:
    with symbols(
        a="class A:\n    def f(self): pass\n    def g(self): self.f()\n",
        b="from a import A\nclass B(A):\n    def h(self): self.f()\nclass C(A):\n    def f(self): pass\n"
        "    def h(self): self.f()\nA.f\nB.f\nC.f\n",
    ) as table:
        assert places(table, "a.A.f") == ["a:3 call self.f", "b:3 call self.f", "b:7 load A.f", "b:8 load B.f"]
        assert places(table, "a.A") == ["b:1 import A", "b:2 base A", "b:4 base A", "b:7 load A"]


def test_a_module_is_found_in_imports_and_chains_but_its_namesakes_are_not() -> None:
    with symbols(p__util="x = 1", p__a="from . import util\nutil.x\nfrom .util import x", q__util="x = 1",
                 b="import p.util\np.util.x\nimport q.util\nq.util.x") as table:  # fmt: skip
        assert places(table, "p.util") == [
            "b:1 import p.util", "b:2 load p.util", "p.a:1 import util", "p.a:2 load util", "p.a:3 import .util",
        ]  # fmt: skip


def test_what_another_distribution_adds_to_a_package_is_external() -> None:
    with symbols(
        p="__path__ = __import__('pkgutil').extend_path(__path__, __name__)", p__own="", q__own="",
        user="from p.plug.x import f\nfrom q.plug.x import f as g",
    ) as table:
        assert table.lookup("user", "", "f") == External("p.plug.x.f")
        assert table.lookup("user", "", "g") == Unknown("q.plug.x.f", "the project has no such module")
        assert table.offers("p", "plug") is None
        assert table.offers("q", "plug") is False


def test_what_an_extension_module_defines_stands_in_its_stub() -> None:
    with surveyed({"fast.so": b"", "fast.pyi": "\nclass Till:\n    def ring(self): ...\n"}) as seen:
        for name in ("fast.Till", "fast.Till.ring"):
            found = seen.symbols.resolve(name)
            assert isinstance(found, Symbol) and found.path == "fast.pyi"


def test_a_package_that_cannot_be_parsed_leaves_its_names_open() -> None:
    with surveyed({"p/__init__.py": "def f(:", "p/sub.py": "", "q.py": "from p import *"}) as seen:
        assert [seen.symbols.offers("p", name) for name in ("sub", "f")] == [True, None]
        assert seen.symbols.gap("q") == "p could not be parsed"
