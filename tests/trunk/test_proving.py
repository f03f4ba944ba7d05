"""The proof lets a right step pass, and finds each way in which one may break."""

from __future__ import annotations

from tests.trunk.proving_kit import checks, complaints, moved

SHOP = {
    "shop/__init__.py": "from shop.orders import Order\n__all__ = ['Order']\n",
    "shop/orders.py": (
        "class Order:\n    def pay(self):\n        return total(self)\n\n\ndef total(order):\n    return 1\n"
    ),
    "shop/bills.py": "from shop.orders import Order\n\n\ndef bill(one: Order) -> Order:\n    return Order()\n",
}
ORDER = moved("shop.orders:Order", "shop.orders:Purchase")
RENAMED = {
    "shop/__init__.py": "from shop.orders import Purchase\n__all__ = ['Purchase']\n",
    "shop/orders.py": SHOP["shop/orders.py"].replace("Order:", "Purchase:"),
    "shop/bills.py": SHOP["shop/bills.py"].replace("Order", "Purchase"),
}


def test_a_whole_rename_passes_every_check() -> None:
    found = checks(SHOP, RENAMED, ORDER)
    assert [(one.name, one.refusals) for one in found] == [
        ("round trip", ()), ("compile", ()), ("bindings", ()), ("imports", ()), ("cycles", ())
    ]  # fmt: skip


def test_a_check_that_fails_stops_the_dearer_ones() -> None:
    found = checks(SHOP, RENAMED | {"shop/bills.py": "def ("}, ORDER)
    assert [(one.name, bool(one.refusals), one.skipped) for one in found][1:3] == [
        ("compile", True, ""), ("bindings", False, "compile failed")
    ]  # fmt: skip


def test_an_import_that_is_forgotten_is_found_in_a_file_that_is_not_changed() -> None:
    after = {path: text for path, text in RENAMED.items() if path != "shop/bills.py"}
    assert any(one.startswith("shop/bills.py:1: `Order` would mean nothing") for one in complaints(SHOP, after, ORDER))


def test_a_use_that_is_forgotten_is_found() -> None:
    after = RENAMED | {"shop/bills.py": RENAMED["shop/bills.py"].replace("return Purchase", "return Order")}
    assert complaints(SHOP, after, ORDER) == [
        "shop/bills.py:5: `Order` would mean nothing that is known, where it meant shop.orders:Order"
    ]


def test_a_quoted_annotation_that_is_forgotten_is_found() -> None:
    before = SHOP | {"shop/bills.py": SHOP["shop/bills.py"].replace("one: Order", "one: 'Order'")}
    after = RENAMED | {"shop/bills.py": RENAMED["shop/bills.py"].replace("one: Purchase", "one: 'Order'")}
    assert complaints(before, after, ORDER) == [
        "shop/bills.py:4: `Order` would mean nothing that is known, where it meant shop.orders:Order"
    ]


def test_a_name_that_a_parameter_captures_is_found() -> None:
    before = SHOP | {"shop/bills.py": "from shop.orders import Order\n\n\ndef bill(Purchase):\n    return Order\n"}
    after = RENAMED | {
        "shop/bills.py": "from shop.orders import Purchase\n\n\ndef bill(Purchase):\n    return Purchase\n"
    }
    assert complaints(before, after, ORDER) == [
        "shop/bills.py:5: `Purchase` would mean nothing that is known, where it meant shop.orders:Order"
    ]


def test_a_name_that_a_comprehension_captures_is_found() -> None:
    line = "bills = [{} for Purchase in range(3)]\n"
    before = SHOP | {"shop/bills.py": "from shop.orders import Order\n" + line.format("Order")}
    after = RENAMED | {"shop/bills.py": "from shop.orders import Purchase\n" + line.format("Purchase")}
    assert complaints(before, after, ORDER)


def test_a_local_variable_of_the_new_name_elsewhere_is_no_capture() -> None:
    text = "from shop.orders import {}\n\n\ndef bill(Purchase):\n    return Purchase\n\n\nfree = {}()\n"
    before = SHOP | {"shop/bills.py": text.format("Order", "Order")}
    after = RENAMED | {"shop/bills.py": text.format("Purchase", "Purchase")}
    assert complaints(before, after, ORDER) == []


def test_the_old_local_name_of_an_import_may_stay() -> None:
    text = "from shop.orders import {}\n\n\ndef bill(Purchase):\n    return Order(Purchase)\n"
    before = SHOP | {"shop/bills.py": text.format("Order")}
    after = RENAMED | {"shop/bills.py": text.format("Purchase as Order")}
    assert complaints(before, after, ORDER) == []


def test_a_builtin_that_the_new_name_hides_is_found() -> None:
    before = {"a.py": "def size(x):\n    return len(x)\n\n\nprint(size([]))\n"}
    after = {"a.py": "def len(x):\n    return len(x)\n\n\nprint(len([]))\n"}
    assert any("`len` would mean a:len, where it meant len" in one for one in complaints(
        before, after, moved("a:size", "a:len")
    ))  # fmt: skip


def test_a_new_name_that_is_there_already_is_found() -> None:
    before = SHOP | {"shop/orders.py": SHOP["shop/orders.py"] + "\n\nclass Purchase:\n    pass\n"}
    after = RENAMED | {"shop/orders.py": RENAMED["shop/orders.py"] + "\n\nclass Purchase:\n    pass\n"}
    assert any("has a `Purchase` already" in one for one in complaints(before, after, ORDER))


def test_a_new_name_that_a_star_import_brings_is_found() -> None:
    before = {"a.py": "from b import *\n\n\ndef one():\n    pass\n", "b.py": "def two():\n    pass\n"}
    after = {"a.py": "from b import *\n\n\ndef two():\n    pass\n"}
    assert any("a has a `two` already: b:two" in one for one in complaints(before, after, moved("a:one", "a:two")))


def test_a_new_name_that_hides_another_through_a_star_import_is_found() -> None:
    before = {
        "a.py": "def one():\n    pass\n", "b.py": "def two():\n    pass\n",
        "c.py": "from b import *\nfrom a import *\n\ntwo()\n",
    }  # fmt: skip
    after = {"a.py": "def two():\n    pass\n"}
    assert complaints(before, after, moved("a:one", "a:two")) == [
        "c.py:4: `two` would mean a:two, where it meant b:two"
    ]


def test_a_re_export_that_is_dropped_is_found() -> None:
    before = SHOP | {"use.py": "from shop import Order\n\nOrder()\n"}
    after = RENAMED | {"use.py": "from shop import Purchase\n\nPurchase()\n", "shop/__init__.py": "__all__ = []\n"}
    assert complaints(before, after, ORDER)


def test_an_all_that_loses_a_name_is_found() -> None:
    after = RENAMED | {"shop/__init__.py": "from shop.orders import Purchase\n__all__ = []\n"}
    assert complaints(SHOP, after, ORDER) == [
        "shop/__init__.py:2: `__all__` would no longer list shop.orders:Purchase"
    ]


def test_an_all_that_keeps_the_old_name_is_found() -> None:
    after = RENAMED | {"shop/__init__.py": "from shop.orders import Purchase\n__all__ = ['Order']\n"}
    assert any("`__all__` would list `Order`" in one for one in complaints(SHOP, after, ORDER))


def test_another_thing_of_the_same_name_that_is_renamed_too_is_found() -> None:
    before = SHOP | {"other.py": "import log\nlog.Order\n", "log.py": "class Order:\n    pass\n"}
    after = RENAMED | {"other.py": "import log\nlog.Purchase\n"}
    assert complaints(before, after, ORDER) == [
        "other.py:2: `log.Purchase` would mean nothing that is known, where it meant log:Order"
    ]


def test_an_old_name_that_is_kept_may_be_used_on() -> None:
    shim = "\n\ndef __getattr__(name):\n    if name == 'Order':\n        return Purchase\n    raise AttributeError\n"
    after = {"shop/orders.py": RENAMED["shop/orders.py"] + shim}
    kept = moved("shop.orders:Order", "shop.orders:Purchase", kept=True)
    assert complaints(SHOP, after, kept) == []


# Methods and attributes

PAY = moved("shop.orders:Order.pay", "shop.orders:Order.settle")


def test_a_method_is_renamed_with_its_uses() -> None:
    use = "from shop.orders import Order\n\n\ndef run(order: Order):\n    order.{0}()\n    Order().{0}()\n"
    before = SHOP | {"use.py": use.format("pay")}
    after = {"shop/orders.py": SHOP["shop/orders.py"].replace("pay", "settle"), "use.py": use.format("settle")}
    assert complaints(before, after, PAY) == []


def test_a_use_through_a_known_receiver_that_is_forgotten_is_found() -> None:
    use = "from shop.orders import Order\n\n\ndef run(order: Order):\n    order.{}()\n    Order().{}()\n"
    before = SHOP | {"use.py": use.format("pay", "pay")}
    after = {"shop/orders.py": SHOP["shop/orders.py"].replace("pay", "settle"), "use.py": use.format("pay", "settle")}
    assert len(complaints(before, after, PAY)) == 1


def test_a_use_through_self_that_is_forgotten_is_found() -> None:
    text = "class A:\n    def one(self):\n        return self.{0}()\n\n    def {1}(self):\n        return 1\n"
    before = {"a.py": text.format("two", "two")}
    assert complaints(before, {"a.py": text.format("two", "three")}, moved("a:A.two", "a:A.three"))
    assert not complaints(before, {"a.py": text.format("three", "three")}, moved("a:A.two", "a:A.three"))


def test_a_super_call_that_is_forgotten_is_found() -> None:
    text = "class A:\n    def {0}(self): ...\n\n\nclass B(A):\n    def {0}(self):\n        super().{1}()\n"
    moves = moved("a:A.one", "a:A.two"), moved("a:B.one", "a:B.two")
    before = {"a.py": text.format("one", "one")}
    assert complaints(before, {"a.py": text.format("two", "one")}, *moves)
    assert not complaints(before, {"a.py": text.format("two", "two")}, *moves)


def test_a_member_of_the_new_name_is_found() -> None:
    before = {"a.py": "class A:\n    two = 1\n\n    def one(self): ...\n"}
    after = {"a.py": "class A:\n    two = 1\n\n    def two(self): ...\n"}
    assert complaints(before, after, moved("a:A.one", "a:A.two"))


# Moves between modules

LIFT = {
    "a.py": "import math\n\nSIZE = 2\n\n\ndef area(r):\n    return math.pi * r * SIZE\n",
    "b.py": "def other():\n    return 1\n",
    "use.py": "from a import area\n\nprint(area(1))\n",
}
LIFTED = {
    "a.py": "SIZE = 2\n",
    "b.py": (
        "import math\n\nfrom a import SIZE\n\n\ndef other():\n    return 1\n\n\n"
        "def area(r):\n    return math.pi * r * SIZE\n"
    ),
    "use.py": "from b import area\n\nprint(area(1))\n",
}
AREA = moved("a:area", "b:area")


def test_a_function_moves_with_what_it_needs() -> None:
    assert complaints(LIFT, LIFTED, AREA) == []


def test_an_import_that_moved_code_needs_is_missed() -> None:
    lacking = LIFTED | {"b.py": LIFTED["b.py"].replace("import math\n\n", "")}
    assert "b.py:9: `math.pi` would mean nothing that is known, where it meant math.pi" in complaints(
        LIFT, lacking, AREA
    )


def test_a_helper_that_means_another_at_the_new_place_is_found() -> None:
    before = LIFT | {"b.py": "SIZE = 3\n"}
    after = LIFTED | {"b.py": "import math\n\nSIZE = 3\n\n\ndef area(r):\n    return math.pi * r * SIZE\n"}
    assert complaints(before, after, AREA) == ["b.py:7: `SIZE` would mean b:SIZE, where it meant a:SIZE"]


def test_moved_code_above_what_it_needs_at_import_is_found() -> None:
    before = {"a.py": "def deco(f):\n    return f\n\n\n@deco\ndef one(): ...\n", "b.py": "x = 1\n"}
    after = {
        "a.py": "def deco(f):\n    return f\n", "b.py": "@deco\ndef one(): ...\n\n\nfrom a import deco\n\nx = 1\n",
    }  # fmt: skip
    assert any("above the statement that binds it" in one for one in complaints(before, after, moved("a:one", "b:one")))


def test_an_import_for_type_checkers_alone_is_not_enough() -> None:
    guard = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import math\n"
    typed = LIFTED["b.py"].replace("import math\n", guard)
    found = complaints(LIFT, LIFTED | {"b.py": typed}, AREA)
    assert any("`math` would be imported for type checkers only" in one for one in found)


def test_a_move_that_closes_a_ring_is_found() -> None:
    before = {
        "a.py": "def one():\n    return 1\n\n\nTWO = one()\n", "b.py": "from a import TWO\n\n\nTHREE = TWO\n",
    }  # fmt: skip
    after = {
        "a.py": "from b import one\n\nTWO = one()\n",
        "b.py": "from a import TWO\n\n\nTHREE = TWO\n\n\ndef one():\n    return 1\n",
    }
    found = checks(before, after, moved("a:one", "b:one"))
    assert [one.name for one in found if one.refusals] == ["cycles"]


def test_a_ring_of_deferred_imports_is_none() -> None:
    before = {
        "a.py": "def one():\n    return 1\n\n\ndef two():\n    return one()\n",
        "b.py": "from a import two\n\n\nTHREE = two()\n",
    }
    after = {
        "a.py": "def two():\n    from b import one\n\n    return one()\n",
        "b.py": "from a import two\n\n\ndef one():\n    return 1\n\n\nTHREE = two()\n",
    }
    assert complaints(before, after, moved("a:one", "b:one")) == []


# Modules


def test_a_module_is_renamed_with_its_imports() -> None:
    after = {
        "shop/deals.py": SHOP["shop/orders.py"],
        "shop/__init__.py": SHOP["shop/__init__.py"].replace("orders", "deals"),
        "shop/bills.py": SHOP["shop/bills.py"].replace("orders", "deals"),
    }
    deals = moved("shop.orders", "shop.deals", paths=("shop/orders.py", "shop/deals.py"))
    assert complaints(SHOP, after, deals) == []
    del after["shop/bills.py"]
    assert complaints(SHOP, after, deals)


def test_a_module_that_hides_one_of_the_standard_library_is_found() -> None:
    before = {"names.py": "X = 1\n", "use.py": "import json\nimport names\n\nprint(json.dumps(names.X))\n"}
    after = {"json.py": "X = 1\n", "use.py": "import json\n\nprint(json.dumps(json.X))\n"}
    assert complaints(before, after, moved("names", "json", paths=("names.py", "json.py")))


# Overriding


def test_a_method_that_would_override_another_is_found() -> None:
    text = "class A:\n    def two(self): ...\n\n\nclass B(A):\n    def {}(self): ...\n"
    before, after = {"a.py": text.format("one")}, {"a.py": text.format("two")}
    assert "a.py:6: a:B.two would override a:A.two" in complaints(before, after, moved("a:B.one", "a:B.two"))


def test_a_method_of_the_standard_library_that_is_overridden_keeps_its_name() -> None:
    text = "import threading\n\n\nclass A(threading.Thread):\n    def {}(self): ...\n"
    found = complaints({"a.py": text.format("run")}, {"a.py": text.format("go")}, moved("a:A.run", "a:A.go"))
    assert "a.py:5: a:A.go would no longer override threading.Thread.run" in found
    assert not complaints({"a.py": text.format("one")}, {"a.py": text.format("two")}, moved("a:A.one", "a:A.two"))


def test_a_family_of_methods_is_renamed_as_a_whole() -> None:
    text = "class A:\n    def {}(self): ...\n"
    sub = "from a import A\n\n\nclass B(A):\n    def {}(self): ...\n"
    before = {"a.py": text.format("one"), "b.py": sub.format("one")}
    moves = moved("a:A.one", "a:A.two"), moved("b:B.one", "b:B.two")
    assert not complaints(before, {"a.py": text.format("two"), "b.py": sub.format("two")}, *moves)
    assert "a.py:2: a:A.two would no longer be overridden by b:B.one" in complaints(
        before, {"a.py": text.format("two")}, moves[0]
    )


def test_a_class_goes_on_to_satisfy_its_protocol() -> None:
    text = (
        "from typing import Protocol\n\n\nclass P(Protocol):\n    def one(self): ...\n\n\n"
        "class A:\n    def {}(self): ...\n"
    )
    before, after = {"a.py": text.format("one")}, {"a.py": text.format("two")}
    assert "a.py:9: a:A.two would no longer satisfy the protocol a:P" in complaints(
        before, after, moved("a:A.one", "a:A.two")
    )


def test_a_class_that_reads_a_global_before_it_binds_it_is_found() -> None:
    text = "{} = 1\n\n\nclass A:\n    {} += 1\n"
    before, move = {"a.py": text.format("x", "x")}, moved("a:x", "a:y")
    assert "a.py:5: `x` would mean nothing that is known, where it meant a:x" in complaints(
        before, {"a.py": text.format("y", "x")}, move
    )


FIELDS = {
    "a.py": "from dataclasses import dataclass\n\n\n@dataclass\nclass A:\n    {}: int = 1\n",
    "b.py": "from a import A\n\nA({}=2)\n\n\ndef f(one):\n    return one\n\n\nf({}=3)\n",
}


def test_a_field_is_renamed_with_the_keywords_that_set_it() -> None:
    before = {"a.py": FIELDS["a.py"].format("one"), "b.py": FIELDS["b.py"].format("one", "one")}
    after = FIELDS["a.py"].format("two")
    move = moved("a:A.one", "a:A.two")
    assert not complaints(before, {"a.py": after, "b.py": FIELDS["b.py"].format("two", "one")}, move)
    both = complaints(before, {"a.py": after, "b.py": FIELDS["b.py"].format("two", "two")}, move)
    assert both == ["b.py:10: b.f would not take the keyword `two`"]


def test_a_submodule_that_is_reached_through_its_package_is_imported() -> None:
    before = {
        "pkg/__init__.py": "", "pkg/a.py": "two = 3\n\n\ndef one():\n    return 1\n", "pkg/b.py": "two = 2\n",
        "use.py": "import pkg.a\n\nprint(pkg.a.one())\n",
    }  # fmt: skip
    after = {
        "pkg/a.py": "two = 3\n", "pkg/b.py": "two = 2\n\n\ndef one():\n    return 1\n",
        "use.py": "import pkg.a\n\nprint(pkg.b.one())\n",
    }
    move = moved("pkg.a:one", "pkg.b:one")
    assert complaints(before, after, move) == ["use.py:3: `pkg.b.one` would need pkg.b, which nothing imports here"]
    assert complaints(before, after | {"use.py": "import pkg.b\n\nprint(pkg.b.one())\n"}, move) == []
    assert complaints(before, after | {"pkg/__init__.py": "from . import b\n"}, move) == []


def test_a_module_that_would_need_a_third_party_package_is_found() -> None:
    before = {
        "a.py": "import numpy\n\n\ndef one():\n    return numpy\n", "b.py": "two = 2\n",
        "c.py": "import b\n\nprint(b.two)\n",
    }  # fmt: skip
    after = {"a.py": "import numpy\n", "b.py": "from a import numpy\n\ntwo = 2\n\n\ndef one():\n    return numpy\n"}
    found = complaints(before, after, moved("a:one", "b:one"))
    assert found == ["a.py:1: b -> a -> numpy: importing b would need numpy, and does not now"]
    late = {"a.py": "import numpy\n", "b.py": "two = 2\n\n\ndef one():\n    from a import numpy\n\n    return numpy\n"}
    assert complaints(before, late, moved("a:one", "b:one")) == []
    needed = {"pyproject.toml": "[project]\nname = 'x'\ndependencies = ['numpy']\n"}
    assert complaints(before | needed, after, moved("a:one", "b:one")) == []
    for_development = {"pyproject.toml": "[dependency-groups]\ndev = ['numpy']\n"}
    assert complaints(before | for_development, after, moved("a:one", "b:one")) == found


def test_an_import_of_what_a_module_binds_for_type_checkers_alone_is_found() -> None:
    typed = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from c import Three\n"
    before = {
        "a.py": f"{typed}\n\ndef one(x) -> 'Three':\n    return x\n", "b.py": "two = 2\n", "c.py": "class Three: ...\n",
    }  # fmt: skip
    after = {"a.py": typed, "b.py": "{}\n\ntwo = 2\n\n\ndef one(x) -> 'Three':\n    return x\n"}
    late = {"a.py": typed, "b.py": after["b.py"].format("from a import Three\n")}
    found = complaints(before, late, moved("a:one", "b:one"))
    assert found == ["b.py:1: a binds `Three` for type checkers only, and the import would run"]
    assert complaints(before, late | {"b.py": after["b.py"].format(typed)}, moved("a:one", "b:one")) == []


def test_a_receiver_whose_class_cannot_be_told_any_more_is_no_other_receiver() -> None:
    layer = "class Layer:\n    def __init__(self):\n{}        self.store: Store = None\n\n    def read(self): ...\n"
    user = "\n\nclass User(Layer):\n    def go(self):\n        return self.store.{}()\n"
    before = {
        "s.py": "class Store:\n    def read(self): ...\n\n    def load(self): ...\n", "q.py": "two = 2\n",
        "m.py": "from s import Store\n\n\n" + layer.format("") + user.format("read"),
    }  # fmt: skip
    after = {
        "q.py": "two = 2\n\n\n" + layer.format("        from s import Store\n\n"),
        "m.py": "from s import Store\nfrom q import Layer\n" + user.format("read"),
    }  # fmt: skip
    layers = moved("m:Layer", "q:Layer")
    assert complaints(before, after, layers) == []
    assert complaints(before, after | {"m.py": after["m.py"].replace("store.read", "store.load")}, layers)
