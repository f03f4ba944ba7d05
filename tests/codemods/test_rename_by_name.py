"""What asks for a symbol or member by its name at run time, and what only looks like it."""

from overhaul.testing import Transformed, transform

ORDER = "class Order:\n    def __init__(self, state):\n        self.state = state\n"
FIELDS = "from dataclasses import dataclass\n\n\n@dataclass\nclass Order:\n    state: int = 0\n"


def member(files: dict[str, str], to: str = "stage", target: str = "shop:Order.state", **keys: object) -> Transformed:
    """Rename a member of shop.py."""
    return transform("rename_member", files, {"target": target, "to": to, **keys})


def symbol(files: dict[str, str], target: str = "shop:old", to: str = "new", **keys: object) -> Transformed:
    """Rename a symbol of shop.py."""
    return transform("rename_symbol", files, {"target": target, "to": to, **keys})


def why(done: Transformed) -> str:
    """The reasons why it is refused."""
    return "\n".join(one.why for one in done.refusals)


def test_a_string_of_the_name_is_a_text_where_nothing_looks_attributes_up() -> None:
    done = member({"shop.py": ORDER, "use.py": "from shop import Order\nprint({'state': Order(1).state})\n"})
    assert why(done) == ""
    assert done.text("use.py") == "from shop import Order\nprint({'state': Order(1).stage})\n"


def test_a_string_of_the_name_is_a_doubt_where_names_are_worked_out() -> None:
    use = "from shop import Order\nfor name in ('state',):\n    print(getattr(Order(1), name), Order(1).state)\n"
    assert "names that are worked out" in why(member({"shop.py": ORDER, "use.py": use}))


def test_the_name_in_all_is_the_module_s() -> None:
    shop = "__all__ = ['Order', 'state']\nstate = 1\n\n\n" + ORDER + "        setattr(self, state, 2)\n"
    done = member({"shop.py": shop + "\n    def show(self):\n        return self.state, getattr(self, 'x' + 'y')\n"})
    assert why(done) == ""
    assert "__all__ = ['Order', 'state']" in done.text("shop.py")


def test_a_keyword_that_is_a_parameter_stays() -> None:
    use = "from shop import Order\n\n\ndef show(state):\n    return 1\n\n\nprint(show(state=1), Order(state=2).state)\n"
    done = member({"shop.py": FIELDS, "use.py": use})
    assert why(done) == ""
    assert done.text("use.py").endswith("print(show(state=1), Order(stage=2).stage)\n")


def test_a_keyword_of_a_class_that_keeps_its_own_constructor_stays() -> None:
    done = member({"shop.py": ORDER, "use.py": "from shop import Order\nprint(Order(state=2).state)\n"})
    assert why(done) == ""
    assert done.text("use.py") == "from shop import Order\nprint(Order(state=2).stage)\n"


def test_a_dictionary_is_no_doubt_where_no_constructor_takes_one() -> None:
    use = "from shop import Order\nprint(dict(state=1), Order(state=2).state)\n"
    done = member({"shop.py": FIELDS, "use.py": use})
    assert why(done) == ""
    assert "dict(state=1), Order(stage=2).stage" in done.text("use.py")


def test_a_base_that_may_be_any_is_asked_of_what_the_tests_show() -> None:
    use = "from shop import Order\n\n\ndef make(kind):\n    class Custom(kind):\n        pass\n    one = Custom(1)\n" \
          "    return one.state\n"  # fmt: skip
    done = member({"shop.py": ORDER, "use.py": use})
    assert why(done) == ""
    assert "return one.stage" in done.text("use.py")


def test_what_passes_on_what_it_is_asked_for_is_followed() -> None:
    shop = ORDER + (
        "\n\nclass Till:\n    def order(self) -> Order:\n        return Order(1)\n\n"
        "    def __getattr__(self, name):\n        return getattr(self.order(), name)\n"
    )
    tests = (
        "import pytest\nimport thirdparty\nfrom shop import Till\n\n\n@pytest.fixture\ndef till():\n"
        "    yield Till()\n\n\ndef test_it(till):\n    assert till.state == 1\n    order = till.order()\n"
        "    assert order.state == 1\n"
    )
    done = member({"shop.py": shop, "test_shop.py": tests})
    assert why(done) == ""
    assert done.text("test_shop.py").count(".stage == 1") == 2


def test_an_unknown_value_may_be_of_another_package() -> None:
    use = "import thirdparty\nfrom shop import Order\n\n\ndef show(found):\n    return found.state, Order(1).state\n"
    assert "may stand outside the project" in why(member({"shop.py": ORDER, "use.py": use}))
    assert why(member({"shop.py": ORDER, "use.py": use.replace("found", "order")})) == ""


def test_a_doubt_about_a_symbol_is_left_or_renamed_when_that_is_asked_for() -> None:
    files = {
        "shop.py": "def old():\n    return 1\n",
        "use.py": "import shop\n\n\ndef run(module):\n    return module.old()\n\n\nprint(run(shop))\n",
    }
    assert "passed about in use.py:8" in why(symbol(files))
    left = symbol(files, unsure="leave")
    assert [(one.path, one.line) for one in left.leftovers] == [("use.py", 5)]
    assert "module.old()" in left.text("use.py")
    assert "module.new()" in symbol(files, unsure="rename").text("use.py")


def test_a_module_that_is_only_asked_for_attributes_is_not_passed_about() -> None:
    use = "import shop\n\n\ndef run(thing):\n    return thing.old()\n\n\nprint(getattr(shop, 'old')(), shop.old())\n"
    done = symbol({"shop.py": "def old():\n    return 1\n", "use.py": use})
    assert why(done) == ""
    assert "getattr(shop, 'new')(), shop.new()" in done.text("use.py")


def test_a_decorator_that_shows_the_name_does_not_keep_it() -> None:
    shop = (
        "import functools\n\n\ndef told(function):\n    @functools.wraps(function)\n    def inner():\n"
        "        print(f'calls {function.__name__}')\n        return function()\n    return inner\n\n\n"
        "@told\ndef old():\n    return 1\n"
    )
    assert why(symbol({"shop.py": shop})) == ""


def test_a_base_that_does_not_read_names_is_no_register() -> None:
    shop = "class Base:\n    def __init_subclass__(cls):\n        cls.more = 1\n\n\nclass old(Base):\n    pass\n"
    assert why(symbol({"shop.py": shop})) == ""


def test_a_text_like_a_printed_object_follows_where_nothing_else_is_called_so() -> None:
    shop = "class Order:\n    def __repr__(self):\n        return f'<{type(self).__name__} state=1>'\n"
    done = symbol({"shop.py": shop, "test_shop.py": "from shop import *\n\n\nTEXT = '<Order state=1>'\n"}, "shop:Order",
                  "Offer")  # fmt: skip
    assert done.text("test_shop.py").endswith("TEXT = '<Offer state=1>'\n")
    text = "import json\n\n\nTEXT = '<Order state=1>'\n"
    other = symbol({"shop.py": shop, "test_shop.py": text}, "shop:Order", "Offer")
    assert other.text("test_shop.py").endswith("TEXT = '<Order state=1>'\n")


def test_a_hook_that_a_plugin_system_marks_is_found_by_its_name() -> None:
    shop = "import pluggy\n\nimpl = pluggy.HookimplMarker('shop')\n\n\n@impl\ndef old():\n    return 1\n"
    assert "made by pluggy.HookimplMarker" in why(symbol({"shop.py": shop}))


def test_a_decorator_that_the_standard_library_makes_asks_for_no_name() -> None:
    shop = "import functools\n\nkept = functools.lru_cache(maxsize=2)\n\n\n@kept\ndef old():\n    return 1\n"
    done = symbol({"shop.py": shop})
    assert why(done) == ""
    assert "def new():" in done.text("shop.py")
