"""Fingerprints of what is not to be changed: what counts, what does not, and what has become of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.commands.freeze import frozen_entry
from overhaul.config import Config, load_config
from overhaul.contracts import Frozen
from overhaul.errors import ConfigError, UsageError
from overhaul.findings import Finding
from overhaul.frozen import fingerprint_of_file
from overhaul.leaves import load_leaves
from overhaul.survey import survey
from overhaul.testing import check, surveyed

SOURCE = '''"""Prices."""

LIMIT: int = 10
RATES = {"a": 0x10, "b": 1.5}


@cached(1)
class Price(Base, key="x"):
    """A price."""

    unit = "EUR"

    def of(self, amount: int, *, tax: float = 0.2) -> float:
        """What it costs."""
        # Tax comes last.
        if amount > LIMIT:
            amount -= 1
        return f"{amount!r:>{tax}}" + ("a" "b")

    @property
    def half(self):
        return 1

    @half.setter
    def half(self, value):
        self.x = value
'''


def fingerprint(what: str, source: str = SOURCE) -> str:
    """Of something in the module `prices`."""
    with surveyed({"prices.py": source}) as seen:
        text = frozen_entry(seen.root, Config(), what, "why")
    return next(line for line in text.splitlines() if line.startswith("fingerprint")).split('"')[1]


SAME = {
    "comments": ("# Tax comes last.", "# Tax\n        # is added."),
    "docstrings": ('"""What it costs."""', '"""Something else."""'),
    "no docstring": ('        """What it costs."""\n', ""),
    "the docstring of the class": ('    """A price."""\n', ""),
    "layout": ("self, amount: int, *, tax", "\n        self,\n        amount: int,\n        *,\n        tax"),
    "a comma more": ("tax: float = 0.2)", "tax: float = 0.2,)"),
    "quotes": ('("a" "b")', "'ab'"),
    "brackets": ("if amount > LIMIT:", "if (amount > LIMIT):"),
    "line ends": ("\n", "\r\n"),
    "what stands elsewhere": ("LIMIT: int = 10", "LIMIT: int = 11"),
}
OTHER = {
    "a default": ("tax: float = 0.2", "tax: float = 0.25"),
    "an annotation": ("amount: int", "amount: float"),
    "what it returns": ("-> float", "-> str"),
    "a name": ("amount -= 1", "amounts -= 1"),
    "a number of another type": ("amount -= 1", "amount -= 1.0"),
    "an operator": ("amount > LIMIT", "amount >= LIMIT"),
    "a conversion": ("{amount!r", "{amount!s"),
    "a keyword-only parameter": ("*, tax", "tax"),
    "a decorator": ("    def of(", "    @final\n    def of("),
    "a text that is no docstring": ('return f"', 'x = """What"""\n        return f"'),
}


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME)
def test_what_changes_nothing_in_what_runs_leaves_the_fingerprint(old: str, new: str) -> None:
    assert old in SOURCE
    assert fingerprint("prices:Price.of", SOURCE.replace(old, new)) == fingerprint("prices:Price.of")


@pytest.mark.parametrize(("old", "new"), OTHER.values(), ids=OTHER)
def test_what_changes_what_runs_changes_the_fingerprint(old: str, new: str) -> None:
    assert SOURCE.count(old) == 1
    assert fingerprint("prices:Price.of", SOURCE.replace(old, new)) != fingerprint("prices:Price.of")


@pytest.mark.parametrize(
    ("what", "old", "new", "same"),
    [
        ("prices:LIMIT", "= 10", "= 0xA", True),
        ("prices:LIMIT", "= 10", "= 11", False),
        ("prices:LIMIT", ": int", ": float", False),
        ("prices:RATES", "0x10", "16", True),
        ("prices:RATES", "1.5", "1.6", False),
        ("prices:Price.unit", '"EUR"', "'EUR'", True),
        ("prices:Price.unit", "EUR", "USD", False),
        ("prices:Price", "@cached(1)", "@cached(2)", False),
        ("prices:Price", 'key="x"', 'key="y"', False),
        ("prices:Price", "self.x = value", "self.y = value", False),
        ("prices:Price.half", "self.x = value", "self.y = value", False),
        ("prices:Price.half", "amount -= 1", "amount -= 2", True),
        ("prices", "# Tax comes last.", "#", True),
        ("prices", '"""Prices."""', '"""All prices."""', True),
        ("prices", "EUR", "USD", False),
        ("prices.py", "# Tax comes last.", "#", False),
        ("prices.py", "\n", "\r\n", True),
    ],
)
def test_constants_classes_modules_and_files_have_fingerprints_of_their_own(
    what: str, old: str, new: str, same: bool
) -> None:
    assert (fingerprint(what, SOURCE.replace(old, new)) == fingerprint(what)) is same


def test_a_fingerprint_of_version_1_is_what_it_always_was() -> None:
    # Whoever must change a line here makes a version 2 instead: fingerprints stand in the settings of projects.
    assert {what: fingerprint(what) for what in ("prices:Price.of", "prices:RATES", "prices:Price", "prices")} == {
        "prices:Price.of": "v1:35cf7dfc2e897691f7668fb14097cd4d",
        "prices:RATES": "v1:a85800db9f2e30969dbb576512ac0ea0",
        "prices:Price": "v1:7a1f8d04917aeb41bcc8641627cbb1b2",
        "prices": "v1:608dd7dd6f5be371edb2ede34fb3f2c0",
    }
    assert fingerprint_of_file(b"a\r\nb\rc\n") == "v1:49fa29203dd7e4b248a8c55c5bd1f286"


@given(st.lists(st.sampled_from(["a", "\n", "\r", "b "]), max_size=8))
def test_the_ends_of_lines_do_not_count_in_a_file(parts: list[str]) -> None:
    text = "".join(parts).replace("\r", "\n")
    other = text.replace("\n", "\r\n")
    assert fingerprint_of_file(text.encode()) == fingerprint_of_file(other.encode())


def found(what: str, source: str, **terms: object) -> list[Finding]:
    """What is said of something frozen as it was, now that the module has another source."""
    entry = Frozen(what=what, fingerprint=fingerprint(what), reason="certified", file="pyproject.toml", **terms)  # type: ignore[arg-type]
    return check("changed_frozen_code", {"prices.py": source}, Config(frozen=(entry,)))


def test_nothing_is_said_of_what_has_not_changed() -> None:
    for what in ("prices:Price.of", "prices", "prices.py", "prices:LIMIT"):
        assert not found(what, SOURCE)


def test_what_has_another_name_is_known_again() -> None:
    (one,) = found("prices:Price.of", SOURCE.replace("def of", "def price_of"))
    assert one.message == (
        "prices:Price.of is frozen and is gone (prices:Price.price_of may be what it is called now): certified"
    )
    assert (one.path, one.module) == ("prices.py", "prices")


def test_a_module_that_is_gone_is_told_with_those_that_are_called_alike() -> None:
    entry = Frozen(what="prices:LIMIT", fingerprint=fingerprint("prices:LIMIT"), reason="why", file="pyproject.toml")
    (one,) = check("changed_frozen_code", {"price.py": SOURCE}, Config(frozen=(entry,)))
    assert "is gone (price:LIMIT may be" in one.message
    assert (one.path, [place.path for place in one.places]) == ("pyproject.toml", ["price.py"])
    (other,) = check("changed_frozen_code", {"price.py": "LIMIT: int = 11"}, Config(frozen=(entry,)))
    assert "is gone (price may be" in other.message


def test_nothing_is_said_of_a_module_that_the_audit_does_not_look_at() -> None:
    entry = Frozen(what="app.prices:LIMIT", fingerprint="v1:" + "0" * 32, reason="why", file="../pyproject.toml")
    assert not check("changed_frozen_code", {"x.py": ""}, Config(frozen=(entry,)))


def test_a_module_that_cannot_be_parsed_is_a_warning() -> None:
    (one,) = found("prices:LIMIT", "LIMIT = (")
    assert (one.severity, "nobody can tell whether it has changed" in one.message) == ("warning", True)


@pytest.mark.parametrize(
    "body",
    ["if x: pass\n" + "elif x: pass\n" * 3000, f"LIMIT = {'+'.join(['1'] * 3000)}\n", f"LIMIT = {'-' * 1500}1\n"],
    ids=["elif", "sum", "signs"],
)
def test_code_that_is_nested_too_deeply_is_a_warning_and_no_end(body: str) -> None:
    (one,) = found("prices:LIMIT", f"x = 1\n{body}")
    assert (one.severity, one.name) == ("warning", "prices:LIMIT: unreadable")


@pytest.mark.parametrize(
    "more",
    [
        "LIMIT[0] = 3", "LIMIT.a = 3", "for LIMIT in x: pass", "with x as LIMIT: pass", "import x as LIMIT",
        "from x import LIMIT", "del LIMIT", "a, LIMIT = x", "(LIMIT := 3)", "LIMIT[0] += 1",
    ],
)  # fmt: skip
def test_whatever_writes_to_a_name_counts(more: str) -> None:
    assert fingerprint("prices:LIMIT", f"{SOURCE}{more}\n") != fingerprint("prices:LIMIT")
    assert fingerprint("prices:LIMIT", f"{SOURCE}{more.replace('LIMIT', 'OTHER')}\n") == fingerprint("prices:LIMIT")


@pytest.mark.parametrize(
    ("source", "other"),
    [
        ("if A:\n    X = 1\nelse:\n    X = 2\n", "if B:\n    X = 1\nelse:\n    X = 2\n"),
        ("try:\n    X = 1\nexcept E:\n    X = 2\n", "try:\n    X = 1\nexcept F:\n    X = 2\n"),
        ("if A:\n    X = 1\n", "if A:\n    pass\nelse:\n    X = 1\n"),
    ],
)
def test_the_branch_that_a_definition_stands_in_counts(source: str, other: str) -> None:
    assert fingerprint("prices:X", source) != fingerprint("prices:X", other)
    assert fingerprint("prices:X", source) == fingerprint("prices:X", f"{source}if B:\n    Y = 1\n")


def test_brackets_that_a_formatter_takes_from_del_do_not_count() -> None:
    source = "def f(a, b):\n    del (a, b)\n"
    assert fingerprint("prices:f", source) == fingerprint("prices:f", source.replace("(a, b)\n", "a, b\n"))


def test_every_further_change_is_another_finding() -> None:
    first, second = (found("prices:LIMIT", SOURCE.replace("= 10", f"= {value}"))[0] for value in (11, 12))
    again = found("prices:LIMIT", f"# Moved.\n{SOURCE.replace('= 10', '= 11')}")[0]
    assert first.identity != second.identity
    assert first.identity == again.identity
    assert [(place.path, place.what) for place in first.places] == [("pyproject.toml", "the entry that freezes it")]


def test_nothing_is_gone_where_something_is_left_out() -> None:
    entry = Frozen(what="app.prices:LIMIT", fingerprint="v1:" + "0" * 32, reason="why", file="overhaul.toml")
    for exclude, count in (((), 1), (("app",), 0)):
        config = Config(frozen=(entry,), also_exclude=exclude)
        assert len(check("changed_frozen_code", {"x.py": ""}, config)) == count


def test_nothing_is_gone_or_stale_where_one_file_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "top.py").write_text("X = 1\n", encoding="utf-8")
    (tmp_path / "gen.py").write_text("X = 1\n", encoding="utf-8")
    text = '[[frozen]]\nwhat = "gen:X"\nreason = "c"\nfingerprint = "v1:{}"\n'.format("0" * 32)
    text += '[[contracts]]\nkind = "independence"\nname = "it"\nmodules = ["top", "gen"]\n'
    (tmp_path / "overhaul.toml").write_text(text, encoding="utf-8")
    for root, count in ((tmp_path, 1), (tmp_path / "top.py", 0)):
        seen = survey(root, load_config(tmp_path), load_leaves())
        assert len([one for one in seen.findings if one.rule in ("changed_frozen_code", "stale_contract")]) == count


def test_a_link_out_of_the_project_is_neither_read_nor_frozen(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.py").write_text("", encoding="utf-8")
    (project / "table").symlink_to(tmp_path / "secret")
    with pytest.raises(UsageError, match="it leads out of the folder of the settings"):
        frozen_entry(project, Config(), "table")
    with pytest.raises(UsageError, match="lies elsewhere"):
        frozen_entry(project, Config(), "../secret")


def test_a_file_that_settings_above_the_audited_folder_freeze_stands_in_that_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "z.py").write_text("X = 1\n", encoding="utf-8")
    text = '[[frozen]]\nwhat = "sub/z.py"\nreason = "c"\nfingerprint = "v1:{}"\n'.format("0" * 32)
    (tmp_path / "overhaul.toml").write_text(text, encoding="utf-8")
    config = load_config(tmp_path / "sub", tmp_path / "overhaul.toml")
    seen = survey(tmp_path / "sub", config, load_leaves())
    (one,) = [one for one in seen.findings if one.rule == "changed_frozen_code"]
    assert (one.path, one.module, one.places[0].path) == ("z.py", "z", "../overhaul.toml")


def test_all_definitions_of_a_name_count() -> None:
    either = "import sys\nif sys.argv:\n    def f(): return 1\nelse:\n    def f(): return 2\n"
    assert fingerprint("prices:f", either) != fingerprint("prices:f", either.replace("return 2", "return 3"))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("prices:Price.off", "did you mean prices:Price.of?"),
        ("price:LIMIT", "did you mean prices?"),
        ("prices.py:Price", "did you mean prices:Price?"),
        ("zork", "name it `package.module:Class.method`"),
    ],
)
def test_freezing_what_is_not_there_is_refused(what: str, said: str) -> None:
    with pytest.raises(UsageError, match=r"there is no") as caught:
        fingerprint(what)
    assert said in str(caught.value)


def test_what_freeze_prints_can_be_pasted_into_the_settings(tmp_path: Path) -> None:
    (tmp_path / "prices.py").write_text(SOURCE, encoding="utf-8")
    settings = tmp_path / "pyproject.toml"
    settings.write_text("[tool.overhaul]\n", encoding="utf-8")
    reason = 'it is "certified"\n'
    text = frozen_entry(tmp_path, load_config(tmp_path), "prices:Price.of", reason, "Ann", code_only=True)
    settings.write_text(f"[tool.overhaul]\n\n{text}", encoding="utf-8")
    (entry,) = load_config(tmp_path).frozen
    assert (entry.what, entry.reason, entry.owner) == ("prices:Price.of", reason, "Ann")
    assert (entry.fingerprint, entry.line) == (fingerprint("prices:Price.of"), 5)
    again = frozen_entry(tmp_path, load_config(tmp_path), "prices:Price.of")
    assert "pyproject.toml:5 has an entry for it already" in again
    for line in ('owner = "Ann"', f"reason = {entry.reason!r}".replace("'", '"')[:12], "code-only = true"):
        assert line in again


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('what = "a:b"\nreason = "c"\nfingerprint = "abc"', "`overhaul freeze a:b` prints it"),
        ('what = "a:b"\nreason = " "\nfingerprint = "v1:{0}"', "the reason is empty"),
        ('what = "../a"\nreason = "c"\nfingerprint = "v1:{0}"', "lies elsewhere"),
        ('what = "/a"\nreason = "c"\nfingerprint = "v1:{0}"', "lies elsewhere"),
        ('what = "a"\nreason = "c"\nprint = "v1:{0}"', "unknown key 'print': did you mean fingerprint?"),
    ],
)
def test_an_entry_that_cannot_be_meant_so_is_refused(tmp_path: Path, entry: str, said: str) -> None:
    settings = tmp_path / "overhaul.toml"
    settings.write_text(f"[[frozen]]\n{entry.format('0' * 32)}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert said in str(caught.value)
    assert "overhaul.toml:1: [[frozen]]" in str(caught.value)
