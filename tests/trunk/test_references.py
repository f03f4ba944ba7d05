"""Which places mean a symbol."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import pytest

from overhaul.naming.meanings import External, Symbol, Unknown
from overhaul.project import Project
from overhaul.refactoring.references import References
from overhaul.testing import surveyed


@contextmanager
def project_of(files: Mapping[str, str]) -> Generator[Project]:
    with surveyed(files) as survey:
        yield Project(survey)


def places(files: Mapping[str, str], dotted: str) -> list[str]:
    """`path:line how through` of each place that means a symbol, ` ?` behind what may."""
    with project_of(files) as project:
        symbol = project.symbols.resolve(dotted)
        assert isinstance(symbol, Symbol)
        return [
            f"{one.path}:{one.line} {one.how} {one.through}{'' if one.certain else ' ?'}"
            for one in References(project).to(symbol)
        ]


def meaning_of(files: Mapping[str, str], path: str, name: str, number: int = -1) -> str:
    """What one of the occurrences of a name in a file means."""
    with project_of(files) as project:
        one = project.occurrences(path).named(name)[number]
        match References(project).meaning(path, one):
            case Symbol() as found:
                return found.dotted
            case External(name=dotted):
                return f"outside {dotted}"
            case Unknown():
                return "unknown"


SHOP = {
    "shop/__init__.py": "from .orders import Order as Order\nfrom .orders import Order as Purchase\n",
    "shop/orders.py": "class Order:\n    state = 1\n\n    def send(self):\n        return self.state\n",
}


def test_imports_aliases_and_chains_mean_the_class_that_they_lead_to() -> None:
    user = (
        "import shop\nfrom shop import Order as Bought\n\nprint(Bought, shop.Order, shop.Purchase, shop.orders.Order)\n"
    )
    found = places({**SHOP, "use.py": user}, "shop.orders.Order")
    assert [one for one in found if one.startswith("use.py")] == [
        "use.py:2 import shop",
        "use.py:2 name use",
        "use.py:4 name use",
        "use.py:4 attribute shop",
        "use.py:4 attribute shop",
        "use.py:4 attribute shop.orders",
    ]


def test_what_hides_the_name_means_something_else() -> None:
    user = (
        "from shop import Order\n\n\ndef one(Order):\n    return Order\n\n\n"
        "def two():\n    Order = 1\n    return Order\n\n\n"
        "def three(thing):\n    return thing.Order, [Order for Order in ()]\n"
    )
    found = places({**SHOP, "use.py": user}, "shop.orders.Order")
    assert [one for one in found if one.startswith("use.py")] == ["use.py:1 import shop"]


def test_a_class_of_the_same_name_elsewhere_is_another_one() -> None:
    found = places({**SHOP, "other.py": "class Order:\n    pass\n\n\nprint(Order)\n"}, "shop.orders.Order")
    assert not [one for one in found if one.startswith("other.py")]


def test_a_module_is_meant_by_each_part_of_an_import_that_names_it() -> None:
    user = (
        "import shop.orders\nimport shop.orders as book\nfrom shop import orders\nfrom .orders import Order\n\n"
        "book, orders, shop.orders\n"
    )
    found = places({**SHOP, "shop/use.py": user}, "shop.orders")
    assert [one for one in found if one.startswith("shop/use.py")] == [
        "shop/use.py:1 module shop.use",
        "shop/use.py:2 module shop.use",
        "shop/use.py:2 name shop.use",
        "shop/use.py:3 import shop",
        "shop/use.py:4 module shop.use",
        "shop/use.py:6 name shop.use",
        "shop/use.py:6 name shop.use",
        "shop/use.py:6 attribute shop",
    ]


def test_strings_in_all_and_getattr_name_what_they_stand_for() -> None:
    files = {
        **SHOP,
        "use.py": '__all__ = ["Order"]\nimport shop\nfrom shop import Order\ngetattr(shop, "Order")\nprint("Order")\n',
    }
    found = places(files, "shop.orders.Order")
    assert [one for one in found if one.startswith("use.py")] == [
        "use.py:1 listed use",
        "use.py:3 import shop",
        "use.py:4 string shop",
    ]


def test_an_import_with_a_fallback_may_mean_either() -> None:
    files = {
        "fast.py": "def pack():\n    pass\n",
        "slow.py": "def pack():\n    pass\n",
        "use.py": "try:\n    from fast import pack\nexcept ImportError:\n    from slow import pack\n\npack()\n",
    }
    assert places(files, "slow.pack") == ["slow.py:1 definition slow", "use.py:4 import slow", "use.py:6 name use ?"]


def test_members_are_found_through_self_and_receivers_whose_class_is_known() -> None:
    user = (
        "from shop import Order\n\n\ndef one(order: Order, other):\n    return order.state, other.state, Order.state\n"
    )
    found = places({**SHOP, "use.py": user}, "shop.orders.Order.state")
    assert found == [
        "shop/orders.py:2 definition shop.orders.Order",
        "shop/orders.py:5 attribute shop.orders.Order",
        "use.py:5 attribute shop.orders.Order",
        "use.py:5 attribute shop.orders.Order",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import os\nos.path\n", "outside os.path"),
        ("def f():\n    import os\n    return os.path\n", "outside os.path"),
        ("import os.path as path\n", "outside os.path"),
        ("path = 1\nprint(path)\n", "m.path"),
        ("def f(path):\n    return path\n", "unknown"),
        ("class C:\n    path = 1\n    print(path)\n", "m.C.path"),
        ("path = 1\n\n\nclass C:\n    path: path\n", "m.path"),
        ("path = 1\n\n\nclass C:\n    path = path\n", "m.path"),
        ("[path for path in ()]\n", "unknown"),
        ("def f():\n    def path(): ...\n    return path\n", "m.f.path"),
    ],
)
def test_the_last_path_means(text: str, expected: str) -> None:
    assert meaning_of({"m.py": text}, "m.py", "path") == expected


def test_a_comprehension_s_variable_is_not_the_parameter_of_its_name() -> None:
    files = {
        **SHOP,
        "use.py": "from shop import Order\n\n\ndef f(one: Order, more):\n    return [one.state for one in more]\n",
    }
    assert meaning_of(files, "use.py", "state") == "unknown"


def test_files_that_do_not_mention_a_name_are_not_parsed() -> None:
    with project_of({**SHOP, "other.py": "print(1)\n"}) as project:
        symbol = project.symbols.resolve("shop.orders.Order")
        assert isinstance(symbol, Symbol)
        references = References(project)
        assert list(references.to(symbol))
        assert sorted(references.looked) == ["shop/__init__.py", "shop/orders.py"]
