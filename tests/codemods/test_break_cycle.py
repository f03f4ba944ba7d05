"""What keeps an import where it is, and what the cuts do to modules that are really imported."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from overhaul.facts import Cycle
from overhaul.testing import Transformed, case, table, transform

ROOT = Path(__file__).resolve().parents[2] / "fixtures"
FOLDERS = sorted(folder for folder in (ROOT / "codemods").glob("break_cycle_*") if (folder / "after").is_dir())
SECONDS = 60
WAYS = ["typing", "defining-module", "defer"]

ORDERS = """
from shop.book import Book


class Order:
    def book(self):
        return Book()
"""
BOOK = """
from shop.orders import Order


class Book(list):
    first = Order()
"""


def broken(
    orders: str = ORDERS, book: str = BOOK, files: Mapping[str, str] | None = None, **request: object
) -> Transformed:  # fmt: skip
    """A ring of two, of which only the import in `orders` can be cut, with other files beside it."""
    files = {"shop/__init__.py": "", "shop/orders.py": orders, "shop/book.py": book, **(files or {})}
    return transform("break_cycle", files, {"target": "shop.orders", "ways": WAYS, **request})


def why(done: Transformed) -> str:
    assert done.plan.files == ()
    return " ".join(f"{one.path}:{one.line}: {one.why}" for one in done.refusals)


def effects(files: dict[str, bytes]) -> list[str]:
    return [row.effect for row in table("cycles", files) if isinstance(row, Cycle)]


def test_the_ring_of_these_tests_is_broken_where_nothing_speaks_against_it() -> None:
    done = broken()
    assert done.refusals == ()
    assert "def book(self):\n        from shop.book import Book\n        return Book()" in done.text("shop/orders.py")
    assert effects(done.files) == ["deferred"]


KEPT: dict[str, tuple[str, dict[str, str], str]] = {
    "a test gives the name another value": (
        ORDERS, {"tests/test_it.py": "from unittest import mock\nfrom shop import orders\n\n\ndef test_it():\n"
                                     "    with mock.patch.object(orders, 'Book'):\n        orders.Order().book()\n"},
        "tests/test_it.py:6: Book is taken from shop.orders",
    ),
    "a string names it where it is imported": (
        ORDERS, {"tests/test_it.py": "def test_it(monkeypatch):\n    monkeypatch.setattr('shop.orders.Book', 1)\n"},
        "tests/test_it.py:2: a string names Book of orders",
    ),
    "a string names it where it is made, which an import at call time would see": (
        ORDERS, {"tests/test_it.py": "def test_it(mocker):\n    mocker.patch('shop.book.Book')\n"},
        "tests/test_it.py:2: a string names Book of book",
    ),
    "another file takes it from there": (
        ORDERS, {"main.py": "from shop import orders\n\nprint(orders.Book)\n"}, "Book is taken from shop.orders",
    ),
    "a star import takes it from there": (
        ORDERS, {"main.py": "from shop.orders import *\n"}, "main.py:1: a star import takes Book from shop.orders",
    ),
    "it is listed": (f"{ORDERS}\n\n__all__ = ['Book', 'Order']\n", {}, "__all__ hands Book on"),
    "it is imported under its own name": (
        ORDERS.replace("import Book", "import Book as Book"), {}, "`as Book` says that others take it from here",
    ),
    "all names of the module are seen": (f"{ORDERS}\n\nNAMES = sorted(globals())\n", {}, "globals() at line"),
    "a doctest uses it": (
        ORDERS.replace("class Order:\n", 'class Order:\n    """\n    >>> Book()\n    []\n    """\n'), {},
        "shop/orders.py:7: a doctest uses Book",
    ),
    "it is bound again": (f"{ORDERS}\n\nif not Book:\n    Book = None\n", {}, "Book is bound more than once"),
    "a function gives it another value": (
        f"{ORDERS}\n\ndef swap():\n    global Book\n    Book = None\n", {}, "Book is bound more than once",
    ),
    "it is a default": (
        ORDERS.replace("book(self)", "book(self, kind=Book)"), {}, "shop.orders uses Book when it is imported",
    ),
    "a lambda of the class uses it": (
        f"{ORDERS}    make = lambda self: Book()\n", {}, "shop/orders.py:8: Book is looked up outside of any function",
    ),
    "a comprehension of the class uses it": (
        f"{ORDERS}    made = [Book for _ in range(2)]\n", {}, "shop.orders uses Book when it is imported",
    ),
    "a function runs when modules are imported": (
        f"{ORDERS}\n\ndef first():\n    return Order().book()\n\n\nFIRST = first\n",
        {}, "",
    ),
    "a function that uses it is called at once": (
        f"{ORDERS}\n\ndef ready():\n    return Book\n\n\nREADY = ready() if Order else None\n", {},
        "this function may run while modules are imported",
    ),
    "a decorator uses it": (
        f"{ORDERS}\n\ndef known(function):\n    assert Book\n    return function\n\n\n@known\ndef one(): ...\n", {},
        "this function may run while modules are imported",
    ),
    "a function sees its own names": (
        ORDERS.replace("return Book()", "return Book(), locals()"), {}, "locals() may see the names of its function",
    ),
    "settings name it where it is imported": (
        ORDERS, {"conf.yaml": "handler: shop.orders.Book\n"}, "conf.yaml:1: it names Book of shop.orders",
    ),
    "a name that is worked out may be given another value": (
        ORDERS, {"main.py": "from shop import orders\n\nfor name in ['Book']:\n    setattr(orders, name, list)\n"},
        "main.py:4: setattr(orders,... may change shop.orders",
    ),
    "the module that makes it is handed on": (
        ORDERS, {"main.py": "from shop import book\n\n\ndef patch(what): ...\n\n\npatch(book)\n"},
        "main.py:7: uses the module shop.book as a value",
    ),
    "all names of modules are gone through that are loaded by a name": (
        ORDERS, {"load.py": "import importlib\n\n\ndef names(of):\n    return dir(importlib.import_module(of))\n"},
        "load.py:5: all names of what is loaded there are gone through",
    ),
    "a test puts another module into its place": (
        ORDERS, {"tests/test_it.py": "import sys\n\nsys.modules['shop.book'] = None\n"},
        "tests/test_it.py:3: shop.book is asked for in sys.modules",
    ),
    "the folder that it is found in may be gone": (
        ORDERS, {"main.py": "import sys\n\nsys.path.pop(0)\n"}, "main.py:3: sys.path is another afterwards",
    ),
    "a decorator compiles the function": (
        f"import numba\n{ORDERS}\n\n@numba.jit\ndef fast(): return Book()\n", {},
        "@numba.jit compiles the function",
    ),
    "a decorator calls the function at once": (
        f"{ORDERS}\n\ndef once(function): return function()\n\n\n@once\ndef made(): return Book()\n", {},
        "@once calls the function at once",
    ),
    "a class in a function binds the name too": (
        f"{ORDERS}\n\ndef local():\n    class Book(list):\n        Book = Book\n", {},
        "a class in a function reads Book and binds it",
    ),
    "it runs when nothing can be imported any more": (
        f"{ORDERS}\n    def __del__(self):\n        Book()\n", {}, "__del__ may run when nothing can be imported",
    ),
    "it is a star": (ORDERS.replace("import Book", "import *"), {}, "a star import: name what is taken first"),
    "it stands in a branch": (
        ORDERS.replace("from shop.book import Book", "if True:\n    from shop.book import Book"), {},
        "the import stands in a branch",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(KEPT))
def test_an_import_stays_where_somebody_relies_on_it(name: str) -> None:
    orders, files, reason = KEPT[name]
    done = broken(orders, files=files)
    if reason:
        assert reason in why(done)
    else:
        assert done.refusals == ()


def test_a_module_that_does_something_when_it_is_imported_is_imported_with_the_other() -> None:
    book = f"{BOOK}\n\nimport atexit\n\natexit.register(print)\n"
    assert "register() is called when shop.book is imported" in why(broken(book=book))


def test_modules_that_do_something_go_on_to_do_it_in_the_same_order() -> None:
    files = {"shop/log.py": "LOG = []\n"}
    orders = ORDERS.replace("import Book", "import Book\nfrom shop import page")
    page = "from shop.log import LOG\n\nLOG.append('page')\nimport shop.book\n"
    book = f"from shop.log import LOG\n\nLOG.append('book')\n{BOOK}"
    files["shop/page.py"] = page
    done = broken(orders, book, files=files, target="shop.orders -> shop.book", impact=["fatal"])
    assert "append() is called when shop.page is imported, which would be done before what shop.book does" in why(done)


def test_annotations_of_what_is_handed_on_are_kept_where_somebody_looks_at_what_it_is_given() -> None:
    orders = "from __future__ import annotations\n\nfrom shop.book import Book\n\n\ndef show(book: Book): ...\n"
    book = BOOK.replace("import Order", "import show").replace("first = Order()", "first = show(None)")
    files = {"shop/hints.py": "import typing\n\n\ndef hints(of):\n    return typing.get_type_hints(of)\n"}
    assert broken(orders, book, files=files, ways=["typing"]).refusals == ()
    table_of = {"shop/table.py": "from shop.orders import show\n\nTABLE = [show]\n"}
    reason = why(broken(orders, book, files={**files, **table_of}, ways=["typing"]))
    assert "shop/table.py:3: show is handed on, and shop/hints.py:5: get_type_hints" in reason


def test_a_class_does_not_move_where_something_is_pickled() -> None:
    orders = "from shop.book import Book\n\n\nclass Order(Book):\n    pass\n"
    book = "class Book:\n    pass\n\n\nfrom shop.orders import Order\n\n\ndef order():\n    return Order()\n"
    moved = broken(orders, book, ways=["move"])
    assert moved.refusals == () and {one.guidance for one in moved.plan.files} == {"review"}
    assert "something is pickled" in why(broken(orders, book, ways=["move"], files={"main.py": "import pickle\n"}))


def test_a_module_that_is_imported_by_its_package_anyhow_may_do_what_it_likes() -> None:
    book = f"{BOOK}\n\nimport atexit\n\natexit.register(print)\n"
    done = broken(book=book, files={"shop/__init__.py": "import shop.book\n"})
    assert done.refusals == ()


def test_a_submodule_that_somebody_reaches_through_its_package_is_loaded_as_before() -> None:
    user = "import shop.orders\n\n\ndef last():\n    return shop.book.Book\n"
    assert "shop.book is reached through shop" in why(broken(files={"main.py": user}))
    loading = f"import shop.book\n{user}"
    assert broken(files={"main.py": loading}).refusals == ()


def test_modules_of_tests_are_left_alone() -> None:
    files = {"tests/__init__.py": "", "tests/test_one.py": ORDERS.replace("shop.book", "tests.other"),
             "tests/other.py": BOOK.replace("shop.orders", "tests.test_one")}  # fmt: skip
    done = transform("break_cycle", files, {"target": "tests.test_one", "ways": WAYS})
    assert "what a test runner collects is found by its place" in why(done)


def test_what_cannot_be_broken_is_left_and_told_where_all_are_asked_for() -> None:
    orders = ORDERS.replace("book(self)", "book(self, kind=Book)")
    done = broken(orders, target="", impact=["fatal"])
    assert done.refusals == () and done.plan.files == ()
    assert [one.path for one in done.leftovers] == ["shop/book.py"]
    assert "is left: " in done.leftovers[0].reason and "uses" in done.leftovers[0].reason


def test_one_import_is_cut_as_it_is_asked_for_and_no_other() -> None:
    user = BOOK.replace("first = Order()", "def first(self):\n        return Order()")
    assert broken(book=user, target="shop.book -> shop.orders").plan.files[0].path == "shop/book.py"
    assert [one.path for one in broken(book=user).plan.files] in (["shop/book.py"], ["shop/orders.py"])


def test_a_target_and_all_contradict_each_other() -> None:
    from overhaul.errors import UsageError

    with pytest.raises(UsageError, match="say a target, or all = true"):
        broken(all=True)


def test_a_module_that_is_not_there_is_refused_with_the_nearest_name() -> None:
    assert "the project has no such module" in why(broken(target="shop.order"))


MADE = """from shop.book import Book


class Order:
    @property
    def book(self):
        return Book()

    def __enter__(self):
        return Book()

    def __exit__(self, *found):
        pass

    def __str__(self):
        return str(Book())


{used}
"""


@pytest.mark.parametrize(("used", "runs"), [
    ("FIRST = Order().book", True),
    ("with Order() as FIRST:\n    pass", True),
    ("FIRST = f'{Order()}'", True),
    ("FIRST = Order()", False),
    ("FIRST = Order().page", False),
])  # fmt: skip
def test_what_an_instance_does_while_modules_are_imported_is_not_deferred(used: str, runs: bool) -> None:
    book = "class Book(list):\n    pass\n\n\nimport shop.orders\n"
    done = broken(MADE.format(used=used), book, ways=["defer"])
    assert ("may run while modules are imported" in why(done)) if runs else not done.refusals


def test_a_reason_says_which_import_is_meant_and_no_way_is_offered_that_was_allowed() -> None:
    orders = "from shop.book import Book\n\n\nclass Order(Book):\n    pass\n"
    book = f"{BOOK}\n\nimport pickle\n"
    done = broken(orders, book, ways=["typing", "defining-module", "defer", "move"])
    assert "shop.book takes Order from shop.orders, which defines it itself" in why(done)
    assert "allow another way" not in done.refusals[0].remedy
    assert "allow another way" in broken(orders, book).refusals[0].remedy


def test_a_function_of_one_line_is_indented_as_its_file_is() -> None:
    orders = "from shop.book import Book\n\n\nclass Order:\n\tdef book(self): return Book()\n"
    after = broken(orders).text("shop/orders.py")
    assert "\tdef book(self):\n\t\tfrom shop.book import Book\n\t\treturn Book()\n" in after


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_whatever_could_be_imported_first_still_can_be(folder: Path, tmp_path: Path) -> None:
    shown = case(folder)
    if sys.version_info < (3, 15) and any(b"lazy " in data for data in shown.after.values()):
        pytest.skip("Python reads lazy imports from 3.15 on")
    before = failing(tmp_path / "before", shown.before)
    after = failing(tmp_path / "after", shown.after)
    assert after <= before
    broken_rings = {row.effect for row in table("cycles", shown.after) if isinstance(row, Cycle)}
    if "left" not in folder.name:
        assert broken_rings.isdisjoint({"fatal", "order-dependent"})
        assert after == set()


def failing(root: Path, files: dict[str, bytes]) -> set[str]:
    """The modules that cannot be imported first, each in an interpreter of its own; what they need outside is there."""
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    outside = "class BaseModel: pass\nclass FastAPI: pass\n"
    for name in ("pydantic", "fastapi"):
        (root / f"{name}.py").write_text(outside)
    found: set[str] = set()
    for path in files:
        if path.endswith(".py") and not path.startswith("tests/"):
            module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            done = subprocess.run(
                [sys.executable, "-c", f"import {module}"], cwd=root, capture_output=True, timeout=SECONDS, check=False,
                env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
            if done.returncode:
                found.add(module)
    return found
