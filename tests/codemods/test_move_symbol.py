"""move_symbol: what is refused and why, and the ways around an import cycle."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from overhaul.errors import UsageError
from overhaul.testing import Transformed, transform

SHOP: Mapping[str, str] = {
    "shop/__init__.py": "",
    "shop/old.py": "class Order:\n    pass\n\n\ndef sell():\n    return Order()\n",
    "shop/new.py": '"""New."""\n',
}


def moved(
    files: Mapping[str, str], target: str = "shop.old:Order", to: str = "shop.new", **more: object
) -> Transformed:
    return transform("move_symbol", {**SHOP, **files}, {"target": target, "to": to, **more})


def refusal(made: Transformed) -> str:
    """The only refusal, as one line."""
    (one,) = made.refusals
    return f"{one.path}:{one.line}: {one.why}: {one.remedy}"


def runs(made: Transformed, folder: Path, code: str) -> str:
    """What a program prints that is run in the project as it is afterwards."""
    for path, data in made.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    command = [sys.executable, "-W", "always", "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("target", "to", "why"),
    [
        ("shop.old:Ordr", "shop.new", "did you mean Order"),
        ("shop.old:Order", "shop.old", "it is in shop.old already"),
        ("shop.old:Order", "shop.there.new", "there is no package shop.there"),
        ("shop.old:Order.total", "shop.new", "a member does not move by itself"),
        ("shop.nothing:Order", "shop.new", "the project has no module shop.nothing"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(target: str, to: str, why: str) -> None:
    assert why in refusal(moved({}, target, to))


def test_a_module_is_no_symbol() -> None:
    with pytest.raises(UsageError, match="is written package"):
        moved({}, "shop.old")


def test_what_is_done_already_changes_nothing() -> None:
    made = moved({"shop/old.py": "from shop.new import Order\n", "shop/new.py": "class Order:\n    pass\n"})
    assert not made.refusals
    assert not made.plan.files


@pytest.mark.parametrize(
    ("old", "target", "why"),
    [
        ("def __getattr__(name):\n    return name\n", "shop.old:__getattr__", "means something to Python"),
        ("LEFT, RIGHT = 1, 2\n", "shop.old:LEFT", "RIGHT is bound in the same statement"),
        ("from elsewhere import *\n\n\ndef f():\n    return anything\n", "shop.old:f", "may come from a star import"),
        ("def f():\n    return __name__\n", "shop.old:f", "__name__ means the module it stands in"),
        ("x = 1\n\n\ndef f():\n    return globals()['f']\n", "shop.old:f", "is looked up in globals()"),
        ("x = 1\n\n\ndef g():\n    global x\n    x = 2\n\n\ndef f():\n    return x\n", "shop.old:f", "assigned again"),
        ("x = 1\ny = x\nx = 2\n", "shop.old:x", "before it is bound once more"),
        ("x = [1]\ny = list(x)\nx = [2]\n\n\nclass C:\n    z = x\n", "shop.old:C", "bound once more at line 3"),
    ],
)  # fmt: skip
def test_code_that_would_mean_something_else_is_refused(old: str, target: str, why: str) -> None:
    assert why in refusal(moved({"shop/old.py": old}, target))


def test_a_logger_that_is_named_after_its_module_is_told() -> None:
    made = moved({"shop/old.py": "import logging\n\nlog = logging.getLogger(__name__)\n"}, "shop.old:log")
    assert not made.refusals
    assert [(one.path, one.line) for one in made.leftovers] == [("shop/old.py", 3)]


def test_helpers_can_be_refused_or_moved() -> None:
    old = "def _clean(text):\n    return text\n\n\ndef show(text):\n    return _clean(text)\n"
    assert "it needs _clean of its module" in refusal(moved({"shop/old.py": old}, "shop.old:show", helpers="refuse"))
    used = {"shop/old.py": old, "use.py": "from shop.old import show\n"}
    along = moved(used, "shop.old:show", helpers="move")
    assert along.text("shop/old.py") == ""
    back = moved(used, "shop.old:show")
    assert "from shop.old import _clean" in back.text("shop/new.py")


def test_a_test_that_replaces_what_it_needs_is_not_fooled() -> None:
    old = "import time\n\n\ndef now():\n    return time.time()\n"
    test = "from shop import old\n\n\ndef test(monkeypatch):\n    monkeypatch.setattr(old, 'time', None)\n"
    assert "tests/test_now.py:5" in refusal(moved({"shop/old.py": old, "tests/test_now.py": test}, "shop.old:now"))
    # Another module's `time` is none of its business.
    other = test.replace("old", "new")
    assert not moved({"shop/old.py": old, "tests/test_now.py": other}, "shop.old:now").refusals


def test_a_user_that_the_new_module_needs_imports_it_late(tmp_path: Path) -> None:
    files = {
        "shop/old.py": "class Sold(Exception):\n    pass\n",
        "shop/till.py": "from shop.old import Sold\n\n\nclass Till:\n    def sell(self):\n        raise Sold\n",
        "shop/new.py": "from shop.till import Till\n\nTILL = Till()\n",
    }
    made = moved(files, "shop.old:Sold")
    assert not made.refusals
    assert made.text("shop/till.py").splitlines()[1:] == [
        "    def sell(self):", "        from shop.new import Sold", "        raise Sold",
    ]  # fmt: skip
    code = "import shop.new\ntry:\n    shop.new.TILL.sell()\nexcept shop.new.Sold:\n    print('sold')"
    assert runs(made, tmp_path, code) == "sold\n"


def test_a_user_that_needs_it_when_it_is_imported_cannot() -> None:
    files = {
        "shop/old.py": "class Base:\n    pass\n",
        "shop/till.py": "from shop.old import Base\n\n\nclass Till(Base):\n    pass\n",
        "shop/new.py": "from shop.till import Till\n\nTILL = Till()\n",
    }
    assert "Base is used when shop.till is imported" in refusal(moved(files, "shop.old:Base"))


def test_what_is_listed_in_all_stays_public() -> None:
    old = '__all__ = ["Order"]\n\n\nclass Order:\n    pass\n'
    made = moved({"shop/old.py": old})
    assert made.text("shop/old.py") == 'from shop.new import Order\n\n__all__ = ["Order"]\n'


def test_an_optional_package_is_not_needed_where_it_was_not() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["attrs"]\n',
        "shop/old.py": "import heavy\n\n\nclass Order(heavy.Base):\n    pass\n\n\ndef late():\n    return heavy.x\n",
    }
    assert "it needs heavy when it is imported" in refusal(moved(files))
    made = moved(files, "shop.old:late")
    assert made.text("shop/new.py").endswith("def late():\n    import heavy\n    return heavy.x\n")


def test_a_shim_warns_and_answers(tmp_path: Path) -> None:
    made = moved({"shop/old.py": "class Order:\n    pass\n"}, shim=True)
    assert not made.refusals
    said = runs(made, tmp_path, "import shop.old, shop.new\nprint(shop.old.Order is shop.new.Order)")
    assert "True" in said
    assert "DeprecationWarning: Order is in shop.new now" in said
    assert "has no attribute 'Other'" in runs(
        made, tmp_path, "import shop.old\ntry:\n    shop.old.Other\nexcept AttributeError as error:\n    print(error)"
    )


def test_a_shim_goes_into_the_getattr_that_is_there(tmp_path: Path) -> None:
    old = 'class Order:\n    pass\n\n\ndef __getattr__(key):\n    """Anything."""\n    return key\n'
    made = moved({"shop/old.py": old}, shim=True)
    said = runs(made, tmp_path, "import shop.old\nprint(shop.old.Order.__module__, shop.old.Other)")
    assert "shop.new Other\n" in said
    assert made.text("shop/old.py").count("def __getattr__") == 1


def test_registered_functions_and_patches_go_along(tmp_path: Path) -> None:
    old = (
        "import functools\n\n\n@functools.singledispatch\ndef show(value):\n    return 'any'\n\n\n"
        "@show.register\ndef _(value: int):\n    return 'int'\n\n\nshow.title = 'Show'\n"
    )
    made = moved({"shop/old.py": old}, "shop.old:show")
    assert runs(made, tmp_path, "from shop.new import show\nprint(show(1), show.title)") == "int Show\n"


def test_the_package_itself_goes_on_to_offer_it(tmp_path: Path) -> None:
    files = {"shop/__init__.py": "from .old import *\n\n__all__ = ['Order', 'sell']\n"}
    made = moved(files)
    assert not made.refusals
    said = runs(made, tmp_path, "import shop\nprint(shop.Order.__module__, shop.sell())")
    assert said.startswith("shop.new <shop.new")


def test_a_module_alias_stays_a_module() -> None:
    use = "import shop.old as stock\n\nprint(stock.Order, stock.sell)\n"
    made = moved({"use.py": use})
    assert made.text("use.py") == (
        "import shop.new as new\nimport shop.old as stock\n\nprint(new.Order, stock.sell)\n"
    )  # fmt: skip


def test_a_name_that_is_taken_keeps_its_meaning() -> None:
    use = "from shop import old\n\nnew = 1\nprint(old.Order, new)\n"
    made = moved({"use.py": use})
    assert made.text("use.py") == "from shop.new import Order\n\nnew = 1\nprint(Order, new)\n"
    both = "from shop import old\n\nnew = Order = 1\nprint(old.Order, new)\n"
    assert "neither new nor Order is free" in refusal(moved({"use.py": both}))


def test_text_of_what_moves_speaks_of_the_new_place() -> None:
    old = 'class Order:\n    """See :class:`shop.old.Order`.\n\n    >>> from shop.old import Order\n    """\n'
    made = moved({"shop/old.py": old})
    assert ":class:`shop.new.Order`" in made.text("shop/new.py")
    assert ">>> from shop.new import Order" in made.text("shop/new.py")


def test_no_import_is_made_late_in_what_runs_when_modules_are_imported() -> None:
    files = {
        "shop/old.py": "def tag(value):\n    return mark(value)\n\n\ndef mark(value):\n    return value\n",
        "shop/new.py": "from shop.old import tag\n\n\n@tag\ndef first():\n    pass\n",
    }
    made = moved(files, "shop.old:mark")
    assert "shop.old uses mark" in refusal(made)
    # What is no decorator, and called by nobody meanwhile, may import it when it is called.
    calm = {**files, "shop/new.py": "from shop.old import tag\n\n\ndef first():\n    return tag(1)\n"}
    made = moved(calm, "shop.old:mark")
    assert not made.refusals
    assert made.text("shop/old.py") == "def tag(value):\n    from shop.new import mark\n    return mark(value)\n"


def test_an_optional_package_does_not_come_in_by_way_of_a_helper() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["attrs"]\n',
        "shop/old.py": "import heavy\n\n\ndef make():\n    return heavy.x\n\n\ndef late():\n    return make()\n",
        "use.py": "from shop.old import late, make\n",
    }
    made = moved(files, "shop.old:late")
    assert not made.refusals
    assert made.text("shop/new.py").endswith("def late():\n    from shop.old import make\n    return make()\n")


def test_what_no_file_names_may_be_found_by_its_place_and_stays_there_too() -> None:
    old = "class Command:\n    pass\n\n\nclass _Inner:\n    pass\n"
    made = moved({"shop/old.py": old}, "shop.old:Command")
    assert made.text("shop/old.py").startswith("from shop.new import Command\n")
    # A private name is nobody's business.
    assert "import" not in moved({"shop/old.py": old}, "shop.old:_Inner").text("shop/old.py")


def test_a_module_that_no_import_can_name_takes_no_part() -> None:
    why = refusal(moved({"shop/0001_first.py": "class Migration:\n    pass\n"}, "shop.0001_first:Migration"))
    assert "cannot be imported by its name" in why


def test_what_is_there_for_type_checkers_alone_is_imported_for_them_alone() -> None:
    old = (
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
        "    class Done:\n        pass\n\n\ndef check(one: Done) -> int:\n    return 1\n"
    )
    made = moved({"shop/old.py": old, "use.py": "from shop.old import check\n"}, "shop.old:check")
    assert not made.refusals
    assert "if TYPE_CHECKING:\n    from shop.old import Done\n" in made.text("shop/new.py")
