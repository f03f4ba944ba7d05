"""The campaign on the page."""

from __future__ import annotations

import json
import re
from pathlib import Path

from overhaul.testing import render

CODE = {
    "shop.py": "class Shop: ...\n",
    "memory.py": (
        "class Memory:\n    def __init__(self):\n        self._kept = {}\n\n"
        "    def get(self, key):\n        return self._kept.get(key)\n\n"
        "    def put(self, key, value):\n        self._kept[key] = value\n"
    ),
}
HEAD = 'title = "Overhaul of the shop"\n[baseline]\nclasses = 1\nfunctions = 0\n'
PHASES = """
[phases.audit]
number = 1
title = "Audit"
[phases.audit.criteria.everything_analysed]
[phases.audit.completed]
by = "Ada L."
on = 2030-01-31
metrics = { classes = 3 }

[phases.small]
number = 2
title = "Few classes"
[phases.small.criteria.one_class]
expression = "count(classes) <= 1"
[phases.small.criteria.works]
command = "touch ran"
[phases.small.criteria.later]
expression = "count(classes) == 7"
[phases.small.waivers.later]
by = "Ada L."
reason = "next year"
[phases.small.items.own]
title = "Take a class away"
where = ["shop.py:Shop"]
own = true
risk = 0.5
command = "git rm shop.py"

[phases.never]
number = 3
title = "Nothing"
needed = false
why = ["there is nothing"]
"""


def part(files: dict[str, str]) -> str:
    """The section, without places to break; "" where there is none."""
    page = render("html", files)
    start = page.find('<section id="campaign"')
    return page[start : page.index("</section>", start)].replace("<wbr>", "") if start >= 0 else ""


def words(html: str) -> str:
    """The text of it on one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_without_a_campaign_there_is_no_such_section() -> None:
    assert not part(CODE)


def test_a_folder_of_that_name_is_no_campaign() -> None:
    assert not part({**CODE, "overhaul-campaign.toml/x.txt": ""})


def test_phases_stand_with_what_is_met_left_and_risked() -> None:
    section = part({**CODE, "overhaul-campaign.toml": HEAD + PHASES})
    told = words(section)
    assert "Overhaul of the shop: 1 of 2 phases complete, 1 of 1 work item left." in told
    assert "1 Audit ✓ complete 1 of 1 no items" in told
    assert "2 Few classes at work 0 of 3, 1 waived, 1 untold 1 of 1 item left ✗ no-go 0.50" in told
    assert "3 Nothing not needed" in told and "there is nothing" in told
    assert '<progress max="100" value="100.0" aria-label="Criteria met in phase 1">' in section


def test_each_criterion_stands_with_its_evidence() -> None:
    told = words(part({**CODE, "overhaul-campaign.toml": HEAD + PHASES}))
    assert "✗ unmet : one_class count(classes) &lt;= 1" in told and "Memory" in told
    assert "waived : later" in told and "Waived by Ada L.: next year" in told
    assert "Completed on 2030-01-31 by Ada L." in told
    assert "Take a class away" in told and "git rm shop.py" in told


def test_figures_stand_as_they_were_and_as_they_are() -> None:
    told = words(part({**CODE, "overhaul-campaign.toml": HEAD + PHASES}))
    assert "Figure Plan Phase 1 Now Since the plan" in told and "classes 1 3 2 changed" in told
    assert "functions 0" not in told, "it has not changed"


def test_no_command_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    campaign = (HEAD + PHASES).replace("touch ran", f"touch {mark}")
    assert "cannot tell : works" in words(part({**CODE, "overhaul-campaign.toml": campaign}))
    assert not mark.exists()


def test_what_cannot_be_judged_says_why_and_leaves_the_rest_of_the_page() -> None:
    for campaign, why in (
        ("titel = 1\n", "titel"),
        (f"{HEAD}{PHASES}[phases.small.criteria.no_such]\n", "no_such"),
        ("no toml", "overhaul-campaign.toml"),
    ):
        page = render("html", {**CODE, "overhaul-campaign.toml": campaign})
        section = words(part({**CODE, "overhaul-campaign.toml": campaign}))
        assert "and it cannot be judged" in section and why in section
        assert '<section id="findings"' in page


def test_hostile_text_stays_text() -> None:
    hostile = json.dumps("<script>alert(1)</script>\x1b\u202e\"'>")
    campaign = (HEAD + PHASES).replace('"Few classes"', hostile).replace('"next year"', hostile)
    campaign = campaign.replace('"Take a class away"', hostile).replace('"Overhaul of the shop"', hostile)
    section = part({**CODE, "overhaul-campaign.toml": campaign})
    assert "&lt;script&gt;alert(1)" in section
    assert "<script>alert" not in section and "\x1b" not in section and "\u202e" not in section


def test_the_page_is_the_same_each_time() -> None:
    files = {**CODE, "overhaul-campaign.toml": HEAD + PHASES}
    assert part(files) == part(files)
