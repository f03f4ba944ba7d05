"""What the user sets of a rule changes what it finds, and nothing that is not set changes anything."""

from pathlib import Path

import msgspec
import pytest

from overhaul.config import Config, Setting, load_config
from overhaul.leaves import Rule, load_leaves
from overhaul.options import Options
from overhaul.testing import check

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures" / "rules"
RULES = load_leaves().rules
BOOK = {
    "book.py": "class Book:\n    page = 'shut'\n\n    def open(self):\n        if self.page == 'shut':\n"
    "            self.page = 'open'\n"
}


def names(rule: str, **settings: Setting) -> set[str]:
    """What a rule finds in its fixture, by name and severity."""
    folder = FIXTURES / rule
    files: dict[str, str | bytes] = {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.py")
    }
    own = folder / "overhaul.toml"
    config = load_config(folder, own) if own.exists() else Config()
    keys = {key.replace("_", "-"): value for key, value in settings.items()}
    chosen = msgspec.structs.replace(config, rules={**config.rules, rule: keys})
    return {f"{one.severity} {one.name}" for one in check(rule, files, chosen)}


@pytest.mark.parametrize(
    ("rule", "settings", "gone"),
    [
        ("built_and_never_used", {"read_outside": ("spare",)}, {"note StoreManager:spare"}),
        ("built_more_than_once", {"least_places": 3}, {"note StoreManager"}),
        ("incomplete_cache_key", {"untyped": False}, {"note _ROUNDED:rounded:places"}),
        ("incomplete_cache_key", {"means": ("currency",)}, {"warning _PRICES:price:currency"}),
        ("method_cache_keeps_instance", {"bounded": False}, {"note Book.by_day"}),
        (
            "missing_member", {"confidence": "high"},
            {"warning Counter.sell.self.note", "warning close.till.sum"},
        ),
        ("overlapping_managers", {"least_shared": 5}, {"note ShelfManager"}),
        ("parallel_implementation", {"units": ("package",)}, {"warning stock_ledger ~ stock_ledger_v2"}),
        (
            "parallel_implementation", {"least_correspondences": 7},
            {"warning stock_ledger ~ stock_ledger_v2"},
        ),
        ("repeated_utility", {"standard_library": False}, {"warning in_groups"}),
        ("repeated_utility", {"confidence": "high"}, {"note make_slug"}),
        ("repeated_utility", {"least_functions": 2}, {"warning in_groups", "note make_slug"}),
        ("unbounded_cache", {"closed_types": ("str",)}, {
            "warning _LETTERS", "warning _PARSED", "warning fee", "warning opening",
        }),
        ("undefined_import", {"confidence": "medium"}, {"note shop.prices.vat"}),
        ("unresolved_import", {"confidence": "high"}, {"note shop._speedups"}),
        ("unlocked_check_then_store", {"awaited": False}, {"note Quotes._quotes"}),
        ("unjustified_duplicate", {"least_lines": 15}, {"note average_price", "note split_address"}),
        ("unjustified_duplicate", {"types": ("renamed",)}, {"note split_address"}),
    ],
)  # fmt: skip
def test_an_option_leaves_out(rule: str, settings: dict[str, Setting], gone: set[str]) -> None:
    assert names(rule) - names(rule, **settings) == gone
    assert names(rule, **settings) <= names(rule)


@pytest.mark.parametrize(
    ("rule", "settings", "more"),
    [
        ("import_cycle", {"also": ("typing",)}, {"note ring"}),
        ("import_cycle", {"also": ("deferred",)}, {"note ring"}),
        ("unpickled_from_shared_path", {"shared_folders": ("/var/lib/mill/",)}, {"error load_state"}),
    ],
)
def test_an_option_adds(rule: str, settings: dict[str, Setting], more: set[str]) -> None:
    assert names(rule) <= names(rule, **settings)
    assert more <= names(rule, **settings)


def test_cycles_that_fail_in_no_order_are_found_when_their_effect_is_named() -> None:
    files = {"a.py": "def f():\n    import b\n", "b.py": "import a\n"}
    assert not check("import_cycle", files)
    assert not check("import_cycle", files, Config(rules={"import_cycle": {"also": ("typing", "latent")}}))
    (one,) = check("import_cycle", files, Config(rules={"import_cycle": {"also": ("deferred",)}}))
    assert one.message == "an import cycle of 2 modules, which imports inside functions close (a > b)"
    assert [place.what for place in one.places] == [
        "cut a -> b (drop); a imports b in a function", "b imports a",
    ]  # fmt: skip


def test_a_folder_that_is_shared_only_in_part_of_its_name_is_none() -> None:
    code = "import pickle\nPLACE = '/srv/drop-box/state'\ndef load():\n    return pickle.load(open(PLACE, 'rb'))\n"
    config = Config(rules={"unpickled_from_shared_path": {"shared-folders": ("/srv/drop",)}})
    assert not check("unpickled_from_shared_path", {"a.py": code}, config)
    assert check("unpickled_from_shared_path", {"a.py": code.replace("drop-box", "drop")}, config)


def test_a_type_of_the_project_can_be_open() -> None:
    code = (
        "from functools import cache\n\n\nclass Symbol: ...\n\n\n@cache\ndef parse(symbol: Symbol) -> str:\n"
        "    return str(symbol)\n"
    )
    assert not check("unbounded_cache", {"a.py": code})
    config = Config(rules={"unbounded_cache": {"open-types": ("Symbol",)}})
    assert [one.name for one in check("unbounded_cache", {"a.py": code}, config)] == ["parse"]


def test_machines_of_two_states_are_looked_at_when_asked_for() -> None:
    assert not check("dead_end_state", BOOK)
    (one,) = check("dead_end_state", BOOK, Config(rules={"dead_end_state": {"least-states": 2}}))
    assert one.name == "Book.page:open"


def test_placeholders_of_which_only_a_comment_speaks_are_found_when_asked_for() -> None:
    code = {"a.py": "# TODO: read the rates from the bank\nRATES = {'EUR': 1.0}\n"}
    assert not check("placeholder", code)
    found = check("placeholder", code, Config(rules={"placeholder": {"tiers": ("certain", "likely", "note")}}))
    assert [(one.severity, one.line) for one in found] == [("note", 2)]
    assert not names("placeholder", tiers=("certain",)) & {one for one in names("placeholder") if one[:4] == "note"}


def test_placeholders_that_nobody_calls_can_be_left_alone() -> None:
    called = names("placeholder", called=True)
    assert "warning Depot.utilisation" in called and "note load_customers" not in called


def test_what_counts_as_a_duplicate_is_not_found_again_as_a_repeated_utility() -> None:
    lines = "".join(f"    part{at} = text.part{at}()\n" for at in range(6))
    function = f"def take_apart(text):\n{lines}    return [part0, part1, part2, part3, part4, part5]\n"
    users = dict.fromkeys(("a.py", "b.py"), "from helpers import take_apart\n")
    files = {"helpers.py": function, "c.py": function, **users}
    assert [one.name for one in check("repeated_utility", files)] == ["take_apart"]
    config = Config(rules={"unjustified_duplicate": {"least-lines": 5, "confidence": "medium"}})
    assert not check("repeated_utility", files, config)
    assert [one.name for one in check("unjustified_duplicate", files, config)] == ["take_apart"]


def options_of(rule: Rule) -> type[Options] | None:
    return next((hint for hint in rule.reads.values() if isinstance(hint, type) and issubclass(hint, Options)), None)


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if options_of(rule)], ids=lambda rule: rule.name)
def test_every_option_says_what_it_does_and_has_a_default(rule: Rule) -> None:
    options = options_of(rule)
    assert options is not None
    assert options().__struct_fields__
    (_, schema) = msgspec.json.schema_components([options])
    (own,) = (one for one in schema.values() if one.get("title") == options.__name__)
    for key, value in own["properties"].items():
        assert value.get("description"), f"{rule.name}: {key} has no description"
        assert "_" not in key
