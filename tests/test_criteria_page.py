"""docs/criteria.md lists every criterion with its options and known gaps, as the code has them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from overhaul.leaves import Criterion, load_leaves
from tests.rules.test_rules_page import BEGIN, shown, taken_apart, values

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "criteria.md"


def test_the_page_says_what_the_code_and_the_fixtures_say(expect: Callable[[Path, str], None]) -> None:
    written = PAGE.read_text("utf-8")
    assert written.count(BEGIN) == 1
    expect(PAGE, written[: written.index(BEGIN)] + BEGIN + "".join(page()))


def page() -> Iterator[str]:
    """The criteria by name."""
    for name, criterion in sorted(load_leaves().criteria.items()):
        summary, _, rest = criterion.doc.partition("\n")
        phases = "every phase" if "*" in criterion.phases else ", ".join(f"`{one}`" for one in criterion.phases)
        yield f"\n## {name}\n\n{summary.strip()} Of {phases}.\n\n{rest.strip()}\n"
        yield from options(criterion)
        for gap in sorted((ROOT / "fixtures" / "criteria" / name).glob("gap-*/gap.txt")):
            yield f"\nNot seen: {' '.join(gap.read_text('utf-8').split())}\n"


def options(criterion: Criterion) -> Iterator[str]:
    """A table of what a campaign can set of it."""
    asked = criterion.options
    if asked is None:
        return
    yield "\n| option | values | default | meaning |\n| --- | --- | --- | --- |\n"
    for field in msgspec.structs.fields(asked):
        kind, meta = taken_apart(field.type)
        meaning = (meta.description or "").replace("|", "\\|") if meta is not None else ""
        yield f"| `{field.encode_name}` | {values(kind, meta)} | `{shown(field.default)}` | {meaning} |\n"
