"""What is on record keeps the names of its time: no migration looks into the campaign."""

from overhaul.config import Config
from overhaul.project import Project
from overhaul.testing import surveyed

FILES = {"shop.py": "class Cache:\n    pass\n", "notes.md": "Cache", "plan.toml": "Cache"}


def test_the_campaign_is_no_text_that_speaks_of_the_code() -> None:
    with surveyed({**FILES, "overhaul-campaign.toml": "Cache"}) as survey:
        assert list(Project(survey).texts()) == ["notes.md", "plan.toml"]


def test_it_is_known_by_the_name_that_the_settings_give_it() -> None:
    with surveyed(FILES, Config(campaign="plan.toml")) as survey:
        assert list(Project(survey).texts()) == ["notes.md"]
