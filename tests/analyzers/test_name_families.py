"""Names that several modules make after one pattern."""

from typing import Any

from overhaul.testing import table


def patterns(files: dict[str, str]) -> list[tuple[str, int]]:
    found: list[Any] = table("name_families", dict(files))
    return [(row.pattern, len(row.members)) for row in found]


def _modules(*names: str) -> dict[str, str]:
    return {f"m{number}.py": f"def {name}(x): return x\n" for number, name in enumerate(names)}


def test_a_verb_of_six_names_in_four_modules_is_a_family() -> None:
    files = _modules("compute_a", "compute_b", "compute_c", "compute_d", "compute_e", "compute_f")
    assert patterns(files) == [("compute_*", 6)]


def test_five_names_are_none() -> None:
    assert patterns(_modules("compute_a", "compute_b", "compute_c", "compute_d", "compute_e")) == []


def test_a_verb_and_a_noun_need_four_names_in_three_modules() -> None:
    files = _modules("get_bar_data", "get_lot_data", "get_quote_data", "get_trade_data")
    assert patterns(files) == [("get_*_data", 4)]


def test_getting_alone_tells_nothing() -> None:
    assert patterns(_modules("get_a", "get_b", "get_c", "get_d", "get_e", "get_f")) == []


def test_one_method_of_many_classes_is_an_interface_and_no_family() -> None:
    files = {f"m{number}.py": f"class C{number}:\n    def render_page_title(self): ...\n" for number in range(6)}
    assert patterns(files) == []


def test_tests_have_no_families() -> None:
    files = {f"tests/test_{number}.py": f"def compute_{number}x(): ...\n" for number in range(8)}
    assert patterns(files) == []
