"""The HTML report: what it says, that nothing hostile gets through, and that it stays small."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal

import pytest

from overhaul.config import Config
from overhaul.facts import Cut, Cycle, Import, Row, UnresolvedImport, Witness
from overhaul.findings import Finding
from overhaul.leaves import Analyzer, Leaf, Leaves, Rule, load_leaves
from overhaul.survey import survey
from overhaul.testing import render

HOSTILE = "</script><script>alert('x')</script>\"'><img src=x onerror=alert(1)>\u202e\x1b[31m\x00\u2028&lt;"

Element = tuple[str, dict[str, str]]


class Nobody:
    """An executor that parses nothing: the rows are made by hand."""

    def map(self, function: Callable[..., Any], *iterables: Any) -> Iterator[Any]:
        """Do nothing."""
        return iter(())


class Page(HTMLParser):
    """A page as a browser reads it: elements with their attributes, what scripts hold, and the text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.elements: list[Element] = []
        self.raw: list[tuple[Element, str]] = []
        self.words: list[str] = []
        self._open: Element | None = None
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = tag, {name: value or "" for name, value in attrs}
        self.elements.append(element)
        if tag in ("script", "style"):
            self._open = element

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.raw.append((self._open, data))
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        """What is read on the page, with single spaces."""
        return " ".join("".join(self.words).split())

    @property
    def ids(self) -> list[str]:
        """All ids."""
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]

    def islands(self) -> list[list[list[str | int | float | None]]]:
        """The lines that tables have besides those that are shown."""
        return [json.loads(data) for (_, attributes), data in self.raw if attributes.get("type") == "application/json"]

    def scripts(self) -> list[str]:
        """The scripts that a browser would run."""
        return [data for (tag, attributes), data in self.raw if tag == "script" and "type" not in attributes]


class Metric(Row, frozen=True):
    """A table called `metrics` that is none of radon's."""

    kind: str
    weight: float


def cycle_rows(rows: Sequence[Cycle]) -> Leaf:
    def cycles() -> Iterator[Cycle]:
        """Cycles made by hand."""
        yield from rows

    return Analyzer(cycles)


def import_rows(rows: Sequence[Import]) -> Leaf:
    def imports() -> Iterator[Import]:
        """Imports made by hand."""
        yield from rows

    return Analyzer(imports)


def unresolved_rows(rows: Sequence[UnresolvedImport]) -> Leaf:
    def unresolved() -> Iterator[UnresolvedImport]:
        """Unresolved imports made by hand."""
        yield from rows

    return Analyzer(unresolved)


def metric_rows(rows: Sequence[Metric]) -> Leaf:
    def weights() -> Iterator[Metric]:
        """Metrics of another kind."""
        yield from rows

    return Analyzer(weights)


def rule(rows: Sequence[Finding]) -> Leaf:
    def bad_habit() -> Iterator[Finding]:
        """A habit that is bad.

        Why: it makes `trouble`
        for everyone.   Instead: use a good one.
        """
        yield from rows

    return Rule(bad_habit)


def finding(
    path: str = "a.py", line: int = 1, message: str = "this is bad", name: str = "f",
    severity: Literal["error", "note"] = "error", because: tuple[str, ...] = (),
) -> Finding:  # fmt: skip
    return Finding(
        rule="bad_habit", severity=severity, message=message, module="a", path=path, line=line, name=name,
        because=because,
    )  # fmt: skip


def cycle(*modules: str, witness: Witness | None = None, cuts: tuple[Cut, ...] = (), impact: float = 1.0) -> Cycle:
    return Cycle(
        modules=modules, effect="fatal" if witness else "latent", fails=modules[:1] if witness else (), witness=witness,
        cuts=cuts, cost=sum(cut.cost for cut in cuts), exact=True, edges=len(modules), fan_in=3, impact=impact,
        module=modules[0], path="a.py", line=1, confidence="high", evidence=(),
    )  # fmt: skip


def edge(importer: str, imported: str, *, implicit: bool = False) -> Import:
    return Import(
        importer=importer, imported=imported, kind="module", implicit=implicit, names=(), path=f"{importer}.py", line=1
    )


def page(folder: Path, *leaves: Leaf) -> Page:
    """The report on a file, with the tables and findings of these leaves and no others."""
    (folder / "a.py").write_text("x = 1\n", encoding="utf-8")
    made = survey(folder, Config(), Leaves(leaves), executor=Nobody())
    return Page("".join(load_leaves().report("html").function(made)))


Pager = Callable[..., Page]


@pytest.fixture
def show(tmp_path: Path) -> Pager:
    def shown(*leaves: Leaf) -> Page:
        return page(tmp_path, *leaves)

    return shown


def test_the_policy_names_the_pages_own_script_and_style_and_nothing_else(show: Pager) -> None:
    shown = show(rule([finding()]))
    (policy,) = [
        attributes["content"] for _, attributes in shown.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip
    directives = {name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))}
    (style,) = [data for (tag, _), data in shown.raw if tag == "style"]
    (script,) = shown.scripts()

    def named(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert directives["default-src"] == "'none'"
    assert directives["style-src"] == named(style)
    assert directives["script-src"] == named(script)


def test_nothing_is_loaded_and_nothing_is_inline_that_the_policy_would_refuse(show: Pager) -> None:
    shown = show(rule([finding()]), cycle_rows([cycle("a", "b")]))
    for tag, attributes in shown.elements:
        assert tag not in {"link", "img", "iframe", "object", "base", "form"}, tag
        assert not {name for name in attributes if name.startswith("on") or name in {"style", "src", "action"}}, tag
        assert attributes.get("href", "#").startswith("#")
    assert "url(" not in shown.source
    assert "@import" not in shown.source


def test_ids_are_unique_and_every_link_leads_somewhere(show: Pager) -> None:
    both = [finding(), finding(severity="note"), finding()]
    shown = show(rule(both), cycle_rows([cycle("a", "b"), cycle("c", "d")]), unresolved_rows([]))
    assert len(shown.ids) == len(set(shown.ids))
    links = {attributes["href"][1:] for tag, attributes in shown.elements if tag == "a"}
    assert links <= set(shown.ids)


def test_names_messages_and_source_cannot_leave_their_place(show: Pager) -> None:
    paths = (f"{HOSTILE}{number}.py" for number in range(60))
    rows = [finding(path=path, message=HOSTILE, name=HOSTILE, because=(HOSTILE,)) for path in paths]
    cut = Cut(importer=HOSTILE, imported="b", line=1, way="defer", cost=2, names=(HOSTILE,))
    witness = Witness(order=(HOSTILE, "b"), module="b", path=HOSTILE, line=3, name=HOSTILE, source=HOSTILE)
    missing = UnresolvedImport(
        kind="name", module="a", path=HOSTILE, line=1, name=HOSTILE, near=(HOSTILE,), caught=False, confidence="high",
        evidence=(HOSTILE,),
    )  # fmt: skip
    ring = cycle(HOSTILE, "b", witness=witness, cuts=(cut,))
    shown = show(rule(rows), cycle_rows([ring]), unresolved_rows([missing]))
    assert len(shown.scripts()) == 1
    assert not [tag for tag, _ in shown.elements if tag == "img"]
    assert shown.islands(), "the rows beyond the first ones"
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", shown.source)
    assert r"</script><script>alert('x')</script>" in shown.text
    assert r"\u202e\x1b[31m\x00\u2028&lt;" in shown.text
    assert any(r"\u202e" in str(cell) for island in shown.islands() for line in island for cell in line)


def test_a_finding_keeps_its_address_when_lines_above_it_come_and_go(tmp_path: Path) -> None:
    def addresses(*rows: Finding) -> list[str]:
        return [id for id in page(tmp_path, rule(rows)).ids if id.startswith("finding-")]

    before = addresses(finding(line=3), finding(line=9, name="g"))
    assert addresses(finding(line=40), finding(line=77, name="g", message="this is worse")) == before
    assert len(set(addresses(finding(line=3), finding(line=5)))) == 2, "two findings about one thing"


def test_a_rules_docstring_says_why_and_what_to_do_instead(show: Pager) -> None:
    shown = show(rule([finding()]))
    assert "A habit that is bad." in shown.text
    assert "Why it makes trouble for everyone. Instead use a good one." in re.sub(r"\s+", " ", " ".join(shown.words))
    assert "<code>trouble</code>" in shown.source


def test_every_row_of_a_long_table_is_in_the_page_once(show: Pager) -> None:
    shown = show(rule([finding(line=number, name=f"f{number}") for number in range(1, 301)]))
    islands = shown.islands()
    assert sum(map(len, islands)) + shown.source.count('<tr id="finding-') == 300
    assert len({str(line[0]) for island in islands for line in island} | set(shown.ids)) >= 300
    assert "not on this page" not in shown.text


def test_what_would_make_the_page_too_large_is_counted_instead(show: Pager) -> None:
    shown = show(rule([finding(line=number, name=f"f{number}", message="m" * 900) for number in range(1, 20_001)]))
    assert len(shown.source.encode()) < 5_000_000
    assert "14,000 more are not on this page: overhaul audit --select bad_habit --report json" in shown.text


def test_a_table_that_nobody_fills_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    nobody = page(tmp_path)
    assert "import cycle" not in nobody.text
    assert "cycles" not in nobody.ids
    assert "unresolved_imports" not in nobody.ids
    empty = page(tmp_path, cycle_rows([]), import_rows([]), unresolved_rows([]))
    assert "0 import cycles" in empty.text
    assert {"cycles", "unresolved_imports", "table-cycles"} <= set(empty.ids)


def test_rules_that_found_nothing_are_told_from_rules_that_did_not_run(tmp_path: Path) -> None:
    assert "No rule ran." in page(tmp_path).text
    assert "1 rule ran and had nothing to say" in page(tmp_path, rule([])).text


def test_what_could_not_be_analysed_stands_at_the_top_with_the_reason() -> None:
    shown = Page(render("html", {"good.py": "x = 1\n", "bad.py": "def (:\n"}))
    assert "1 path could not be analysed" in shown.text
    assert "not-analysed" in shown.ids
    assert "bad.py" in shown.text


def test_a_cycle_tells_how_it_fails_and_what_to_cut(show: Pager) -> None:
    witness = Witness(order=("p.a", "p.b"), module="p.b", path="p/b.py", line=3, name="A", source="p.a")
    cut = Cut(importer="p.b", imported="p.a", line=3, way="defer", cost=2, names=("A",))
    shown = show(cycle_rows([cycle("p.a", "p.b", witness=witness, cuts=(cut,))]), import_rows([edge("p.a", "p.b")]))
    assert "p/b.py:3: A is taken from p.a, which does not have it yet." in shown.text
    assert "imports start in this order: p.a → p.b" in shown.text
    assert "The cut: 1 import, cost 2, proven to be the cheapest" in shown.text


def test_cycles_stand_in_the_order_of_their_impact(show: Pager) -> None:
    shown = show(cycle_rows([cycle("small", "smaller", impact=2.0), cycle("big", "bigger", impact=90.0)]))
    assert shown.text.index("big bigger") < shown.text.index("small smaller")


def test_the_hot_spots_come_from_the_figures_of_the_code() -> None:
    knot = "def knot(a):\n" + "    if a:\n        a = not a\n" * 9
    shown = Page(render("html", {"a.py": f"def plain():\n    pass\n\n\n{knot}"}))
    table = shown.source[shown.source.index('id="most-complex"') :]
    assert re.search(r"<tbody>\s*<tr><td[^>]*><code>knot</code></td><td[^>]*><code>a.py:5</code></td>.*?>10<", table)


def test_the_most_complex_functions_are_not_those_of_tests_unless_there_is_nothing_else() -> None:
    knot = "def knot(a):\n" + "    if a:\n        a = not a\n" * 9
    assert "<code>knot</code>" not in hot(render("html", {"a.py": "def plain():\n    pass\n", "tests/a.py": knot}))
    assert "<code>knot</code>" in hot(render("html", {"tests/a.py": knot}))


def hot(page: str) -> str:
    return page[page.index('<section id="hot_spots"') :].partition("</section>")[0]


def test_a_table_of_other_metrics_is_no_reason_to_fail(show: Pager) -> None:
    shown = show(metric_rows([Metric(kind="function", weight=1.5)]))
    assert "hot_spots" not in shown.ids
    assert "table-metrics" in shown.ids


def test_the_appendix_has_the_first_rows_of_every_table_and_the_command_for_all() -> None:
    shown = Page(render("html", {"a.py": "".join(f"# {number}\n" for number in range(200))}))
    assert set(load_leaves().tables) == {id.removeprefix("table-") for id in shown.ids if id.startswith("table-")}
    assert 'overhaul query "SELECT * FROM comments"' in shown.text
    assert "comments 200 rows" in shown.text
    assert "# 49" in shown.source
    assert "# 50" not in shown.source


def test_the_same_audit_is_the_same_page() -> None:
    files = {"a.py": "import b\n", "b.py": "import a\n"}
    assert render("html", files).partition("<main")[2] == render("html", files).partition("<main")[2]
