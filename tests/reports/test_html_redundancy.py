"""What is pretended and what is said twice, on the page: rows made by hand over files that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from overhaul.config import Config, Justification
from overhaul.leaves import Analyzer, Leaf, Leaves, load_leaves
from overhaul.redundancy import (
    Clone,
    Consolidation,
    Correspondence,
    Difference,
    Duplicate,
    FamilyMember,
    NameFamily,
    Parallel,
    Placeholder,
    RepeatedUtility,
    RiskPart,
)
from overhaul.survey import survey
from overhaul.testing import InProcess

HOSTILE = "</td><script>alert(1)</script><img src=x>\u202e"
FILES: Mapping[str, str] = {
    "a.py": "def mean(values):\n    total = sum(values)\n    return total / len(values)\n",
    "b.py": "import math\n\n\ndef average(rates):\n    total = math.fsum(rates)\n    return total / len(rates)\n",
    "c.py": "class T:\n    def mean(self, values):\n        total = sum(values)\n        return total / len(values)\n",
}


def leaf(rows: Sequence[Duplicate]) -> Leaf:
    def duplicates() -> Iterator[Duplicate]:
        """Groups made by hand."""
        yield from rows

    return Analyzer(duplicates)


def placeholder_leaf(rows: Sequence[Placeholder]) -> Leaf:
    def placeholders() -> Iterator[Placeholder]:
        """Placeholders made by hand."""
        yield from rows

    return Analyzer(placeholders)


def parallel_leaf(rows: Sequence[Parallel]) -> Leaf:
    def parallels() -> Iterator[Parallel]:
        """Pairs made by hand."""
        yield from rows

    return Analyzer(parallels)


def candidate_leaf(rows: Sequence[Consolidation]) -> Leaf:
    def consolidations() -> Iterator[Consolidation]:
        """Candidates made by hand."""
        yield from rows

    return Analyzer(consolidations)


def family_leaf(rows: Sequence[NameFamily]) -> Leaf:
    def name_families() -> Iterator[NameFamily]:
        """Families made by hand."""
        yield from rows

    return Analyzer(name_families)


def utility_leaf(rows: Sequence[RepeatedUtility]) -> Leaf:
    def repeated_utilities() -> Iterator[RepeatedUtility]:
        """Repetitions made by hand."""
        yield from rows

    return Analyzer(repeated_utilities)


GROUP = Duplicate(
    kind="duplicate", subkind="function", name="mean", module="a", path="a.py", line=1, confidence="high",
    evidence=("line 1: two statements are the same",), type=3, unit="function", similarity=0.87,
    members=(
        Clone("a", "mean", "a.py", 1, 3), Clone("b", "average", "b.py", 4, 6), Clone("c", "T.mean", "c.py", 2, 4),
    ),
    statements=2, saved_lines=6, differences=(Difference("sum", ("builtins.sum", "math.fsum", "builtins.sum")),),
    identity="dup-000000000001",
)  # fmt: skip
PLACEHOLDER = Placeholder(
    kind="placeholder", subkind="certain", name="price", module="a", path="a.py", line=1, confidence="high",
    evidence=("line 2: returns 1.0",), tier="certain", pattern="constant", why="a constant where a price is promised",
    marker_line=2, called_by=("b.average", "c.T.mean"), callers=5, reached="entry", fuller=("b.price",), end=3,
)  # fmt: skip
PARALLEL = Parallel(
    kind="parallel", subkind="module", name="", module="a", path="a.py", line=1, confidence="high", evidence=(),
    first="a", second="b", similarity=0.75,
    correspondences=(
        Correspondence("a.mean", "b.average", "function", 0.9, "rates for values", "a.py", 1, "b.py", 4),
        Correspondence("a.left", "", "function", 0.0, "", "a.py", 9, "", 0),
        Correspondence("", "b.right", "function", 0.0, "", "", 0, "b.py", 9),
    ),
    first_users=("c",), second_users=(), identity="par-000000000001",
)  # fmt: skip
CANDIDATE = Consolidation(
    kind="consolidation", subkind="duplicate", name="mean", module="a", path="a.py", line=1, confidence="high",
    evidence=(), members=("a.mean", "b.average"), risk=0.31,
    parts=(
        RiskPart("users", 0.4, 0.5, "14 modules use it"), RiskPart("untested", 0.22, 0.5, "1 of 2 reached by no test"),
    ),
    saved_lines=6, identity="dup-000000000001", justified="", further_lines=6,
)  # fmt: skip


class Shown:
    """Pages on the files above."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for path, text in FILES.items():
            (root / path).write_text(text, encoding="utf-8")

    def __call__(self, *leaves: Leaf, config: Config | None = None, between: Mapping[str, str] | None = None) -> str:
        """The page; `between` is written after the files were parsed."""
        seen = survey(self.root, config or Config(), Leaves(leaves), executor=InProcess())
        for path, text in (between or {}).items():
            (self.root / path).write_text(text, encoding="utf-8")
        return "".join(load_leaves().report("html").function(seen))


@pytest.fixture
def show(tmp_path: Path) -> Shown:
    return Shown(tmp_path)


def section(page: str, name: str) -> str:
    """A section, without the places where a long name may be broken."""
    start = page.index(f'<section id="{name}"')
    return page[start : page.index("</section>", start)].replace("<wbr>", "")


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]*>", "", html).split())


def test_a_group_stands_side_by_side_with_its_line_numbers_and_marked_words(show: Shown) -> None:
    told = section(show(leaf([GROUP])), "duplicates")
    assert (
        '<th scope="col" colspan="2"><code>a.py:1</code></th><th scope="col" colspan="2"><code>b.py:4</code></th>'
        in told
    )
    row = '<tr class="changed"><td>2</td><td>    total = <mark>sum</mark>(<mark>values</mark>)</td>'
    assert row in told
    assert "<td>5</td><td>    total = <mark>math.fsum</mark>(<mark>rates</mark>)</td></tr>" in told
    assert "3 functions, 2 statements each; one would save 6 lines" in words(told)
    assert "sum" in told and "<code>builtins.sum</code>, <code>math.fsum</code>" in told


def test_members_beyond_the_second_are_compared_with_the_first_behind_a_fold(show: Shown) -> None:
    told = section(show(leaf([GROUP])), "duplicates")
    folded = told[told.index("<summary>The first beside <code>c.py:2</code>") :]
    # A method is a function that is indented: nothing but its signature differs.
    assert folded.count('<tr class="changed">') == 1
    assert "<mark>self, </mark>" in folded


def test_a_file_that_changed_after_it_was_parsed_is_not_shown_as_if_it_had_not(show: Shown) -> None:
    page = show(leaf([GROUP]), between={"b.py": "secret = 1\n" * 10})
    told = section(page, "duplicates")
    assert "No comparison: b.py: changed since it was parsed." in words(told)
    assert "secret" not in page
    assert "The first beside" in told, "the third member is what it was"


def test_source_names_and_reasons_are_text_and_never_markup(tmp_path: Path) -> None:
    shown = Shown(tmp_path)
    (tmp_path / "a.py").write_text(f'def mean(values):\n    return "{HOSTILE}", "\x1b[31m"\n', encoding="utf-8")
    rows = [
        leaf([msgspec.structs.replace(GROUP, name=HOSTILE, differences=(Difference(HOSTILE, (HOSTILE, "a")),))]),
        placeholder_leaf([msgspec.structs.replace(PLACEHOLDER, name=HOSTILE, why=HOSTILE, called_by=(HOSTILE,))]),
        parallel_leaf([msgspec.structs.replace(PARALLEL, first=HOSTILE, first_users=(HOSTILE,))]),
        candidate_leaf([msgspec.structs.replace(CANDIDATE, members=(HOSTILE,), justified=HOSTILE)]),
        family_leaf([NameFamily(HOSTILE, "get", "", (FamilyMember("a", HOSTILE, "a.py", 1),), 3, "a", "a.py", 1)]),
    ]
    config = Config(justified=(Justification(group="dup-000000000001", reason=HOSTILE, owner=HOSTILE),))
    page = shown(*rows, config=config)
    assert "<script>alert" not in page and "<img" not in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page)
    assert "&lt;/td&gt;&lt;script&gt;" in section(page, "duplicates")


def test_every_link_leads_somewhere_and_every_id_is_there_once(show: Shown) -> None:
    page = show(
        leaf([GROUP]), parallel_leaf([PARALLEL]), candidate_leaf([CANDIDATE]), placeholder_leaf([PLACEHOLDER] * 2)
    )
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    links = set(re.findall(r' href="#([^"]+)"', page))
    assert {"dup-000000000001", "placeholders", "parallels", "consolidations"} <= links <= set(ids)


def test_a_candidate_from_what_the_page_does_not_have_has_no_link(show: Shown) -> None:
    told = section(show(candidate_leaf([CANDIDATE])), "consolidations")
    assert "dup-000000000001" not in re.findall(r' href="#([^"]+)"', told)


def test_the_risk_of_a_candidate_is_shown_part_by_part(show: Shown) -> None:
    told = section(show(leaf([GROUP]), candidate_leaf([CANDIDATE])), "consolidations")
    assert "saves 6 lines, risk 0.31" in words(told)
    assert re.search(
        r">users</td><td[^>]*>14 modules use it</td><td[^>]*>0.40</td><td[^>]*>0.50</td><td[^>]*>0.20<", told
    )
    assert '<a href="#dup-000000000001">' in told


def test_a_group_with_a_reason_stays_on_the_page_and_is_counted_apart(show: Shown) -> None:
    other = msgspec.structs.replace(GROUP, identity="dup-000000000002", name="other", saved_lines=2)
    config = Config(justified=(Justification(group="dup-000000000001", reason="the two differ by law", owner="risk"),))
    told = section(show(leaf([GROUP, other]), config=config), "duplicates")
    assert "1 group stays as it is for a reason on record" in words(told)
    assert "the two differ by law risk" in words(told)
    assert told.index('id="dup-000000000002"') < told.index('id="dup-000000000001"'), "although it saves less"


def test_a_reason_that_has_expired_holds_nothing(show: Shown) -> None:
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    config = Config(justified=(Justification(group="dup-000000000001", reason="until then", expires=yesterday),))
    assert "until then" not in section(show(leaf([GROUP]), config=config), "duplicates")


def test_the_interfaces_of_a_pair_show_what_is_missing_on_either_side(show: Shown) -> None:
    told = section(show(parallel_leaf([PARALLEL])), "parallels")
    text = words(told)
    assert "1 name corresponds, 1 only in the first, 1 only in the second." in text
    assert "mean average rates for values 0.90 function 1 4" in " ".join(re.sub("<[^>]*>", " ", told).split())
    assert "used by c" in text and "imported by nobody else" in text


def test_placeholders_say_who_gets_there_and_the_certain_ones_come_first(show: Shown) -> None:
    note = msgspec.structs.replace(
        PLACEHOLDER, tier="note", subkind="note", confidence="low", name="", path="A.py", reached="nowhere",
        called_by=(), callers=0, fuller=(),
    )  # fmt: skip
    told = section(show(placeholder_leaf([note, PLACEHOLDER])), "placeholders")
    assert told.index(">certain<") < told.index(">note</td>")
    assert "from outside: b.average and 4 more" in words(told)
    assert "1 of those that are certain or likely can be reached from outside" in words(told)


def test_a_long_name_may_be_broken_behind_its_dots_and_slashes_and_nowhere_else(show: Shown) -> None:
    long = msgspec.structs.replace(PLACEHOLDER, path="shop/orders/settlement.py", name="Settlement.price_of_everything")
    page = show(placeholder_leaf([long]))
    assert "<code>shop/<wbr>orders/<wbr>settlement.py:1</code>" in page
    assert "<code>Settlement.<wbr>price_of_everything</code>" in page
    assert "<code>price</code>" in show(placeholder_leaf([PLACEHOLDER])), "short ones need none"


def test_a_family_lists_its_members(show: Shown) -> None:
    members = tuple(FamilyMember(f"m{number}", f"get_{number}_data", f"m{number}.py", 1) for number in range(20))
    told = section(
        show(family_leaf([NameFamily("get_*_data", "get", "data", members, 20, "m0", "m0.py", 1)])), "name_families"
    )
    assert "20 definitions in 20 modules" in words(told)
    assert "get_11_data" in told and "get_19_data" in told


def test_what_is_there_already_is_told_with_the_duplicates(show: Shown) -> None:
    row = RepeatedUtility(
        kind="repeated_utility", subkind="stdlib", name="pairs", module="a", path="a.py", line=1, confidence="high",
        evidence=(), repeats="itertools.pairwise", repeats_path="", repeats_line=0, type=1, end=3,
        identity="rep-000000000000",
    )  # fmt: skip
    told = section(show(utility_leaf([row])), "duplicates")
    assert "itertools.pairwise" in told and "standard library" in told


def test_tables_that_nobody_fills_have_no_sections_and_empty_ones_say_so(show: Shown) -> None:
    nobody = show()
    names = ("placeholders", "duplicates", "parallels", "consolidations", "name_families")
    assert not [name for name in names if f'<section id="{name}"' in nobody]
    empty = show(leaf([]), placeholder_leaf([]), parallel_leaf([]), candidate_leaf([]), family_leaf([]))
    for name in names:
        assert "There are none." in section(empty, name)


def test_many_large_groups_leave_the_page_below_five_megabytes(tmp_path: Path) -> None:
    shown = Shown(tmp_path)
    for number in range(12):
        body = "".join(
            f"    value_{line} = compute_{(line * 7 + number) % 90}(x)  # {'w' * 200}\n" for line in range(150)
        )
        (tmp_path / f"m{number}.py").write_text(f"def f(x):\n{body}", encoding="utf-8")
    members = tuple(Clone(f"m{number}", "f", f"m{number}.py", 1, 151) for number in range(12))
    groups = [
        msgspec.structs.replace(GROUP, identity=f"dup-{number:012}", members=members, saved_lines=1500, differences=())
        for number in range(1500)
    ]
    page = shown(leaf(groups))
    assert len(page.encode()) < 5_000_000
    told = words(section(page, "duplicates"))
    assert "Not shown side by side" in told
    assert "900 more are not on this page" in told
    assert "lines more are not shown" in told


def test_lines_that_groups_or_candidates_have_in_common_are_added_up_once(show: Shown) -> None:
    again = msgspec.structs.replace(GROUP, identity="dup-000000000002", members=GROUP.members[:2], saved_lines=3)
    told = words(show(leaf([GROUP, again])))
    assert "One of each would save 6 lines; lines that groups have in common count once." in told
    kept = Config(justified=(Justification(group=GROUP.identity, reason="by law"),))
    assert "One of each would save 3 lines; " in words(show(leaf([GROUP, again]), config=kept))
    second = msgspec.structs.replace(CANDIDATE, identity="dup-000000000002", saved_lines=3, further_lines=1)
    assert "Together that would save 7 lines; lines that" in words(show(candidate_leaf([CANDIDATE, second])))
