"""Texts that speak of what is moved follow it, and their look-alikes stay."""

from collections.abc import Mapping

import msgspec
import pytest

from overhaul.changes import Change, Delete, Edit, Leftover, Moved, Replacement, Target, assembled
from overhaul.errors import Refused
from overhaul.mentions.finding import carried, mentions
from overhaul.project import Project
from overhaul.testing import surveyed

CORE = "class Order:\n    def ship(self): ...\n\n\ndef helper(): ...\n"
SHOP = {
    "shop/__init__.py": "from shop.core import Order\n",
    "shop/core.py": CORE,
    "shop/parts/__init__.py": "",
    "shop/parts/bolts.py": "class Bolt: ...\n",
}
RENAMED = Moved(Target("shop.core", "Order"), Target("shop.core", "Purchase"), "class")
MOVED = Moved(Target("shop.core", "Order"), Target("shop.parts.bolts", "Order"), "class")
MODULE = Moved(Target("shop.core"), Target("shop.kernel"), "module", "shop/core.py", "shop/kernel.py")
PACKAGE = (
    Moved(Target("shop.parts"), Target("shop.bits"), "module", "shop/parts/__init__.py", "shop/bits/__init__.py"),
    Moved(Target("shop.parts.bolts"), Target("shop.bits.bolts"), "module", "shop/parts/bolts.py", "shop/bits/bolts.py"),
)
AFTER_RENAME = {
    "shop/__init__.py": "from shop.core import Purchase\n", "shop/core.py": CORE.replace("Order", "Purchase")
}
AFTER_MOVE = {
    "shop/__init__.py": "from shop.parts.bolts import Order\n", "shop/core.py": "def helper(): ...\n",
    "shop/parts/bolts.py": "class Bolt: ...\n\n\nclass Order:\n    def ship(self): ...\n",
}
NOW: Mapping[Moved, Mapping[str, str | None]] = {
    RENAMED: AFTER_RENAME,
    MOVED: AFTER_MOVE,
    MODULE: {"shop/__init__.py": "from shop.kernel import Order\n", "shop/core.py": None, "shop/kernel.py": CORE},
    PACKAGE[0]: {
        "shop/parts/__init__.py": None, "shop/parts/bolts.py": None, "shop/bits/__init__.py": "",
        "shop/bits/bolts.py": "class Bolt: ...\n",
    },
}  # fmt: skip


class Told(msgspec.Struct):
    """What mentions come to."""

    files: dict[str, str]
    """Those that were given beside the shop, after the change."""
    leftovers: list[Leftover]
    replacements: list[Replacement]

    @property
    def left(self) -> list[str]:
        """`path:line` of each leftover."""
        return [f"{one.path}:{one.line}" for one in self.leftovers]


def told(
    files: Mapping[str, str], *moved: Moved, now: Mapping[str, str | None] | None = None, blind: bool = False,
    changes: tuple[Change, ...] = (),
) -> Told:  # fmt: skip
    """Files beside a small shop, as they are after something of it has moved; `now` are the shop's files after it."""
    before = {**SHOP, **files}
    later = {**before, **(now if now is not None else NOW[moved[0]])}
    with surveyed(before) as seen, surveyed({path: text for path, text in later.items() if text is not None}) as then:
        project = Project(seen)
        found = list(mentions(project, None if blind else then.symbols.resolve, moved, changes))
        edits = [one for one in found if isinstance(one, Edit)]
        made = {one.path: one.after for one in assembled(edits, project.source, project.exists)}
    return Told(
        {path: (made.get(path) or text.encode()).decode() for path, text in files.items()},
        [one for one in found if isinstance(one, Leftover)],
        [one for edit in edits for one in edit.replacements],
    )


def one(text: str, *moved: Moved, path: str = "use.py", blind: bool = False) -> str:
    """One file after a change, which leaves nothing over."""
    found = told({path: text}, *moved, blind=blind)
    assert found.leftovers == []
    return found.files[path]


# Strings


def test_a_string_that_is_the_dotted_name_follows_a_rename() -> None:
    assert one("A = 'shop.core.Order'\n", RENAMED) == "A = 'shop.core.Purchase'\n"
    assert one("A = 'shop.core:Order.ship'\n", RENAMED) == "A = 'shop.core:Purchase.ship'\n"
    assert one("A = 'shop.Order'\n", RENAMED) == "A = 'shop.Purchase'\n", "through a re-export that is renamed too"


def test_a_string_that_is_the_dotted_name_follows_a_move() -> None:
    assert one("A = {'x': ['shop.core.Order']}\n", MOVED) == "A = {'x': ['shop.parts.bolts.Order']}\n"
    assert one("A = 'shop.core:Order'\n", MOVED) == "A = 'shop.parts.bolts:Order'\n"
    assert one("A = 'shop.Order'\n", MOVED) == "A = 'shop.Order'\n", "the package goes on to have it"


def test_what_only_looks_like_the_name_stays() -> None:
    for text in (
        "A = 'shop.core.Orders'\n",  # a longer name
        "A = 'myshop.core.Order'\n",  # of another package
        "A = 'shop.core'\n",  # its module alone
        "A = 'shop.corex.Order'\n",
        "A = 'https://shop.core.Order/'\n",  # an address
        "A = 'me@shop.core.Order'\n",
        "A = 'v/shop.core.Order/x'\n",  # part of a path
        "order = 'order'\n",
        "A = 'an Order'\n",  # prose
    ):
        assert one(text, RENAMED) == text
        assert one(text, MOVED) == text


def test_files_and_hosts_that_are_called_like_a_module_stay() -> None:
    for text in ("A = 'shop.core:8080'\n", "A = 'at shop.core:80'\n"):  # a host with its port
        assert one(text, MODULE) == text
    for name in ("shop.core.json", "shop.core.tar.gz", "shop.core.Order.txt"):  # files
        found = told({"use.py": f"A = '{name}'\n"}, MODULE)
        assert found.files == {"use.py": f"A = '{name}'\n"} and found.left == ["use.py:1"]
    assert one("A = 'shop.core:Order'\n", MODULE) == "A = 'shop.kernel:Order'\n"
    assert one("A = 'shop.core.Order.ship'\n", MODULE) == "A = 'shop.kernel.Order.ship'\n"


def test_a_member_that_is_called_like_the_suffix_of_a_file_follows() -> None:
    core = {"shop/core.py": "import json\n" + CORE}
    now = {**NOW[MODULE], "shop/kernel.py": "import json\n" + CORE}
    text = "patch('shop.core.json')\n"
    assert told({**core, "use.py": text}, MODULE, now=now).files["use.py"] == "patch('shop.kernel.json')\n"


def test_a_pattern_with_word_boundaries_follows() -> None:
    text = "A = r'\\bshop\\.core\\.Order\\b'\nB = r'\\bmyshop\\.core\\.Order\\b'\nC = r'\\.shop\\.core\\.Order'\n"
    assert one(text, RENAMED) == text.replace("bshop\\.core\\.Order", "bshop\\.core\\.Purchase")


PICKLE = "A = (b'\\x80\\x04\\x8c\\tshop.core\\x94\\x8c\\x05Ord'\n     b'er\\x94\\x93.')\nOrder = 'Order'\n"


def test_a_pickle_that_names_the_thing_refuses_the_step() -> None:
    with pytest.raises(Refused, match=r"use\.py:1: bytes hold a pickle that names shop\.core\.Order: leave a shim"):
        told({"use.py": PICKLE}, RENAMED)
    with pytest.raises(Refused, match="pickle"):
        told({"use.py": "A = b'cshop.core\\nOrder\\n.'\n"}, RENAMED)


def test_bytes_that_are_no_pickle_of_the_thing_refuse_nothing() -> None:
    for text in (
        PICKLE.replace("\\tshop", "\\x0bmyshop"),  # of another module
        PICKLE.replace("er\\x94", "ers\\x94"),  # of another class
        "A = b'shop.core is where an Order is'\n",  # prose
    ):
        assert told({"use.py": text}, RENAMED).files == {"use.py": text}
    kept = msgspec.structs.replace(RENAMED, kept=True)
    told({"use.py": PICKLE}, kept, now=AFTER_RENAME)


def test_known_calls_are_safe_and_others_are_to_be_reviewed() -> None:
    text = (
        "from importlib import import_module\nimport logging\n"
        "import_module('shop.core')\nlogging.getLogger('shop.core')\nA = ['shop.core']\n"
        "B = [sys.executable, '-m', 'shop.core']\n"
    )
    found = told({"use.py": text}, MODULE)
    assert found.files["use.py"] == text.replace("shop.core", "shop.kernel")
    assert [one.guidance for one in found.replacements] == ["safe", "review", "review", "safe"]


def test_dotted_names_in_longer_strings_follow() -> None:
    text = "A = 'see shop.core.Order there'\nB = f'<shop.core.Order {A}>'\nC = r'<shop\\.core\\.Order at'\n"
    assert one(text, RENAMED) == text.replace("Order", "Purchase")
    text = "import shop.core\nB = f'{shop.core.Order} {{shop.core.Order}}'\n"
    assert one(text, RENAMED) == text.replace("{{shop.core.Order", "{{shop.core.Purchase"), "in a field it is code"
    assert one("C = 'python -m shop.core -x'\n", MODULE) == "C = 'python -m shop.kernel -x'\n"


def test_a_pattern_with_several_names_of_a_module_follows_a_rename_and_refuses_a_move() -> None:
    text = "A = r'<shop\\.core\\.(Order|Bill) at'\n"
    assert one(text, RENAMED) == text.replace("Order", "Purchase")
    with pytest.raises(Refused, match=r"use.py:1: a pattern has Order.*--leave-strings"):
        told({"use.py": text}, MOVED)
    text = "A = r'<other\\.core\\.(Order|Bill) at', '(Order|Bill)'\n"
    assert one(text, RENAMED) == text and one(text, MOVED) == text


def test_a_name_behind_its_module_in_a_string_follows_and_behind_another_dot_is_left_over() -> None:
    text = "A = \"__import__('shop').core.Order()\"\n"
    assert one(text, RENAMED) == text.replace("Order", "Purchase")
    with pytest.raises(Refused, match=r"use.py:1: a string reaches shop.core.Order by core.Order"):
        told({"use.py": text}, MOVED)
    both = "A = \"__import__('shop.core').core.helper()\"\nB = '(x).core.helper'\n"
    assert one(both, MODULE) == both.replace("'shop.core').core", "'shop.kernel').kernel")
    found = told({"use.py": "A = '(x).Order()'\nB = '(x).Orders()'\n"}, RENAMED)
    assert found.left == ["use.py:1"]


def test_code_in_a_string_is_read_as_code() -> None:
    text = "run('''\n    from shop.core import Order, helper\n    print(Order, 'Order')\n''')\n"
    assert one(text, RENAMED) == text.replace("import Order", "import Purchase").replace("(Order", "(Purchase")
    text = "run('from shop.core import Order\\nprint(Order)\\n')\n"
    assert one(text, MOVED) == text.replace("shop.core", "shop.parts.bolts")
    text = "SETUP = 'from shop import Order'\n"
    assert one(text, RENAMED) == "SETUP = 'from shop import Purchase as Order'\n", "for code that stands elsewhere"
    text = "run('import shop.core; shop.core.helper()')\n"
    assert one(text, MODULE) == text.replace("shop.core", "shop.kernel")


def test_a_word_alone_is_left_over_where_it_may_be_looked_up() -> None:
    found = told({"use.py": "A = getattr(x, 'Order')\nB = 'order'\n"}, RENAMED)
    assert found.left == ["use.py:1"]
    assert told({"use.py": "A = getattr(x, 'Order')\n"}, MOVED).left == [], "its own name stays"


def test_a_string_that_ends_with_a_name_and_is_no_path_is_left_over() -> None:
    found = told({"use.py": "A = ForeignKey('core.Order')\nB = f('other.Order')\n"}, RENAMED)
    assert found.left == ["use.py:1"]


def test_quoted_annotations_are_left_to_the_codemod() -> None:
    text = "def f(x: 'shop.core.Order', y: list['shop.core.Order']) -> 'shop.core.Order': ...\n"
    assert one(text, RENAMED) == text


def test_what_the_codemod_changes_itself_is_left_to_it() -> None:
    text = "A = 'shop.core.Order'\nB = 'shop.core.Order'\n"
    with surveyed({**SHOP, "use.py": text}) as seen:
        source = Project(seen).source("use.py")
    own = Edit("use.py", source.digest, (Replacement(5, 20, "Z"),))
    found = told({"use.py": text}, RENAMED, changes=(own,))
    assert found.files["use.py"] == "A = 'shop.core.Order'\nB = 'shop.core.Purchase'\n"


# Comments and docstrings


def test_roles_and_directives_in_docstrings_follow() -> None:
    text = (
        '"""See :class:`~shop.core.Order`, :meth:`shop.core.Order.ship`, :class:`the order <shop.Order>`.\n\n'
        '.. autoclass:: shop.core.Order\n"""\n'
    )
    assert one(text, RENAMED) == text.replace("Order", "Purchase")
    moved = text.replace("shop.core.Order", "shop.parts.bolts.Order")
    assert one(text, MOVED) == moved


def test_a_role_without_a_module_means_the_module_it_stands_in() -> None:
    documented = 'def helper():\n    """Makes an :class:`Order`, by :meth:`Order.ship`."""'
    inside = CORE.replace("def helper(): ...", documented)
    now = {**AFTER_RENAME, "shop/core.py": inside.replace("class Order", "class Purchase")}
    found = told({"shop/core.py": inside}, RENAMED, now=now)
    assert found.files["shop/core.py"].count(":class:`Purchase`, by :meth:`Purchase.ship`") == 1
    other = '"""An :class:`Order` of another, and ``Order``."""\nclass Order: ...\n'
    assert one(other, RENAMED, path="other.py") == other


def test_doctests_are_read_as_code() -> None:
    text = (
        'def f():\n    """\n    >>> from shop.core import Order, helper\n    >>> Order().ship()\n    >>> x = Order\n'
        '    >>> print("Order")\n    """\n'
    )
    expected = text.replace("import Order", "import Purchase").replace("> Order()", "> Purchase()")
    assert one(text, RENAMED) == expected.replace("= Order", "= Purchase")
    split = "from shop.parts.bolts import Order\n    >>> from shop.core import helper\n"
    assert one(text, MOVED) == text.replace("from shop.core import Order, helper\n", split)


def test_a_class_with_a_short_name_follows_between_backticks() -> None:
    row = Moved(Target("db", "Row"), Target("db", "Line"), "class")
    text = '"""Makes a ``Row``, and rows."""\n\n\nclass Row: ...\n'
    done = told({"db.py": text}, row, now={"db.py": text.replace("Row:", "Line:")})
    assert done.files["db.py"].startswith('"""Makes a ``Line``, and rows."""')


def test_a_local_variable_of_the_same_name_in_an_example_stays() -> None:
    text = '"""\n>>> Order = 1\n>>> Order + 1\n2\n"""\n'
    assert one(text, RENAMED) == text
    text = '"""\n>>> from shop.core import Order\n>>> def f(Order): return Order\n"""\n'
    assert one(text, RENAMED) == text.replace("import Order", "import Purchase as Order")


def test_a_variable_in_a_function_of_an_example_stays() -> None:
    text = '"""Make one.\n\ne.g.::\n\n    async def main():\n        Order = maker()\n        Order.ship()\n"""\n'
    assert one(text, RENAMED, path="shop/parts/more.py") == text
    head = "from shop.core import Order\n"
    made = told({"use.py": text + head}, RENAMED)
    assert made.files["use.py"].startswith(text), "though the module has one of its own"


def test_a_comment_follows_where_the_name_is_whole() -> None:
    assert one("x = 1  # like shop.core.Order.\n", RENAMED) == "x = 1  # like shop.core.Purchase.\n"
    assert one("x = 1  # an Order, of core\n", RENAMED) == "x = 1  # an Order, of core\n"


# Documents


def test_documents_follow() -> None:
    text = (
        "Orders\n======\n\n.. currentmodule:: shop.core\n\n.. autoclass:: Order\n   :members: ship\n\n"
        "Use :class:`shop.Order` or ``shop.core.Order`` and :meth:`.Order.ship`::\n\n"
        "    from shop.core import Order\n    Order()\n\n"
        "An Order is no order.\n"
    )
    changed = (
        text.replace("autoclass:: Order", "autoclass:: Purchase").replace("shop.Order", "shop.Purchase")
        .replace("shop.core.Order", "shop.core.Purchase").replace(".Order.ship", ".Purchase.ship")
        .replace("import Order\n    Order", "import Purchase\n    Purchase")
    )  # fmt: skip
    assert one(text, RENAMED, path="docs/index.rst") == changed


def test_markdown_follows() -> None:
    text = (
        "# Shop\n\n```python\nimport shop.core\n\nshop.core.Order()\n```\n\n```text\nOrder\n```\n\n"
        "See `shop.core.Order` and src/shop/core.py.\n"
    )
    assert one(text, RENAMED, path="README.md") == text.replace("shop.core.Order", "shop.core.Purchase")
    assert one(text, MODULE, path="README.md") == text.replace("shop.core", "shop.kernel")
    text = "Read shop/core.py, other/shop/core.py.\n"
    assert one(text, MODULE, path="README.md") == "Read shop/kernel.py, other/shop/core.py.\n"


def test_what_tests_are_fed_with_is_left_over() -> None:
    files = {
        "tests/data/case.py": "A = 'shop.core.Order'\n", "tests/data/page.rst": "shop.core.Order\n",
        "data/page.rst": "``shop.core.Order``\n",
    }  # fmt: skip
    found = told(files, RENAMED)
    assert found.left == ["tests/data/case.py:1", "tests/data/page.rst:1"]
    assert found.files["data/page.rst"] == "``shop.core.Purchase``\n", "no tests around it"
    inside = {"tests/data/__init__.py": "", "tests/data/case.py": "A = 'shop.core.Order'\n"}
    assert told(inside, RENAMED).left == [], "it is a package, and so imported"


def test_labels_and_terms_stay() -> None:
    text = "See {ref}`Order`, {term}`Order`, {py:class}`shop.core.Order`.\n"
    assert one(text, RENAMED, path="a.md") == text.replace("shop.core.Order", "shop.core.Purchase")
    text = "See :ref:`Order`, :doc:`shop.core.Order`.\n"
    assert one(text, RENAMED, path="a.rst") == text


def test_history_stays_with_one_line() -> None:
    found = told({"CHANGES.rst": "* ``shop.core.Order`` is new\n* ``shop.core.Order`` ships\n"}, RENAMED)
    assert found.left == ["CHANGES.rst:1"] and "Purchase" not in found.files["CHANGES.rst"]


# Settings


def test_migration_files_stay_as_they_were() -> None:
    text = '[[steps]]\ncodemod = "rename_symbol"\ntarget = "shop.core:Order"\nto = "Purchase"\n'
    found = told({"first.toml": text, "second.toml": f'[jobs]\nrun = "shop.core:Order"\n{text[:10]}'}, RENAMED)
    assert found.files["first.toml"] == text
    assert '"shop.core:Purchase"' in found.files["second.toml"], "steps of something else"
    inline = 'steps = [\n  {codemod = "move_module", target = "shop.core", to = "x.y"},\n]\n'
    assert told({"a.toml": inline}, MODULE).files == {"a.toml": inline}


def test_settings_follow() -> None:
    text = (
        '[project]\nname = "shop"\n[project.scripts]\nrun = "shop.core:Order"\n'
        '[[tool.mypy.overrides]]\nmodule = ["shop.core", "shop.core.*"]\n'
        '[tool.ruff.lint.per-file-ignores]\n"shop/core.py" = ["E"]\n"other/shop/core.py" = ["E"]\n'
    )
    assert one(text, RENAMED, path="pyproject.toml") == text.replace("core:Order", "core:Purchase")
    changed = text.replace("shop.core", "shop.kernel").replace('"shop/core.py', '"shop/kernel.py')
    assert one(text, MODULE, path="pyproject.toml") == changed


def test_a_package_that_moves_takes_paths_below_it_along() -> None:
    text = "[run]\nomit =\n    shop/parts/*\n    shop/parts/bolts.py\n    shop/partsbin/x.py\n    */shop/parts/a.txt\n"
    assert one(text, *PACKAGE, path=".coveragerc") == text.replace("shop/parts/", "shop/bits/")
    text = "shop.parts.bolts:Bolt\nshop.parts\nshop.partsbin\nxshop.parts\n"
    assert one(text, *PACKAGE, path="x.ini") == "shop.bits.bolts:Bolt\nshop.bits\nshop.partsbin\nxshop.parts\n"


def test_notebooks_and_templates_are_left_over() -> None:
    cells = '{"source": ["from shop.core import Order\\n"]}\n'
    found = told({"a.ipynb": cells, "b.html": "{{ shop.core.Order }} Order\n"}, RENAMED)
    assert found.left == ["a.ipynb:1", "b.html:1"]


def test_lock_files_and_vendored_texts_are_not_looked_at() -> None:
    text = "shop.core.Order\n"
    files = {"poetry.lock": text, "vendor/x.rst": text, "requirements.txt": text}
    found = told(files, RENAMED)
    assert found.files == files and found.left == []


# How it is asked


def test_without_an_after_the_edited_modules_tell_what_they_bind() -> None:
    text = "A = 'shop.core.Order', 'shop.Order'\n"
    with surveyed(SHOP) as seen:
        source = Project(seen).source("shop/__init__.py")
    start = source.text().index("Order")
    renamed = Edit("shop/__init__.py", source.digest, (Replacement(start, start + 5, "Purchase"),))
    kept = Edit("shop/__init__.py", source.digest, (Replacement(start, start + 5, "Purchase as Order"),))
    found = told({"use.py": text}, RENAMED, blind=True, changes=(renamed,))
    assert found.files["use.py"] == "A = 'shop.core.Purchase', 'shop.Purchase'\n"
    found = told({"use.py": text}, RENAMED, blind=True, changes=(kept,))
    assert found.files["use.py"] == "A = 'shop.core.Purchase', 'shop.Order'\n"


def test_what_moves_takes_its_examples_along_changed() -> None:
    example = '    """\n    >>> from shop.core import Order\n    >>> Order\n    """\n\n    def ship'
    text = CORE.replace("    def ship", example)
    with surveyed({**SHOP, "shop/core.py": text, "use.py": "A = 'shop.core.Order'\n"}) as seen:
        project = Project(seen)
        inside = carried(project, [MOVED], "shop/core.py", 0, text.index("def helper"))
        assert [(text[one.start : one.end], one.text) for one in inside] == [("shop.core", "shop.parts.bolts")]
        assert carried(project, [MOVED], "shop/core.py", text.index("def helper"), len(text)) == []


def test_files_that_are_deleted_are_left_alone() -> None:
    text = "A = 'shop.core.Order'\n"
    with surveyed({**SHOP, "use.py": text}) as seen:
        source = Project(seen).source("use.py")
    assert told({"use.py": text}, RENAMED, changes=(Delete("use.py", source.digest),)).replacements == []
