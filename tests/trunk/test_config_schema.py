"""The schema of the settings: what the code says, and what our own settings and documents hold to."""

import json
import re
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

from overhaul.cli import run
from overhaul.commands.config_schema import INTERNAL, config_schema
from overhaul.commands.fields import field_docs
from overhaul.commands.settings import check_rules
from overhaul.config import Config, PathSettings, RolePattern, load_config
from overhaul.leaves import load_leaves

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "docs" / "config.schema.json"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^    .*\n(?:\s*\n)*)+", re.MULTILINE)


def validate(settings: object) -> None:
    """Raise jsonschema.ValidationError for what the published schema does not allow."""
    validator = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_bytes()))
    # Dates of TOML are texts to a schema.
    validator.validate(json.loads(msgspec.json.encode(settings)))  # pyright: ignore[reportUnknownMemberType]


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The settings that the documents show: fenced as TOML, or indented below the header of a table of ours."""
    for page in PAGES:
        if page.name.startswith("unified-"):
            continue  # settings of what a project migrates to, which are its own
        text = page.read_text("utf-8")
        shown = [found[2] for found in FENCE.finditer(text) if found[1] == "toml"]
        indented = (textwrap.dedent(found[0]) for found in INDENTED.finditer(FENCE.sub("", text)))
        shown += [block for block in indented if re.match(r"\[+(?:tool\.overhaul|contracts|frozen)\b", block)]
        for number, block in enumerate(shown):
            document: dict[str, Any] = tomllib.loads(block)
            ours = document["tool"].get("overhaul") if "tool" in document else document
            # A migration file and a campaign have schemas of their own.
            if ours and not document.keys() & {"steps", "phases"}:
                yield f"{page.name}-{number}", block, ours


EXAMPLES = list(examples())


def test_the_published_schema_says_what_the_code_says(
    request: pytest.FixtureRequest, expect: Callable[[Path, str], None]
) -> None:
    """A new rule touches no other file: it may wait for the next `make fixtures-update`."""
    now = config_schema(load_leaves()) + "\n"
    if request.config.getoption("--update-expected"):
        expect(PUBLISHED, now)
    published, made = json.loads(PUBLISHED.read_bytes()), json.loads(now)
    known = published["properties"]["rules"]["properties"]
    rules = made["properties"]["rules"]["properties"]
    made["properties"]["rules"]["properties"] = {name: rules.get(name) for name in known}
    made["$defs"]["Rule"]["enum"] = [name for name in made["$defs"]["Rule"]["enum"] if name in known]
    families = published["$defs"]["Family"]["enum"]
    made["$defs"]["Family"]["enum"] = [name for name in made["$defs"]["Family"]["enum"] if name in families]
    assert made == published


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(PUBLISHED.read_bytes()))  # pyright: ignore[reportUnknownMemberType]


def test_the_command_prints_it_with_rules_of_one_s_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.py").write_text(
        '"""One."""\nfrom collections.abc import Iterator\nfrom overhaul.findings import Finding\n'
        "from overhaul.layout import Layout\nfrom overhaul.leaves import Rule\n\n"
        '@Rule\ndef of_my_own(layout: Layout) -> Iterator[Finding]:\n    """It is."""\n    yield from ()\n',
        encoding="utf-8",
    )
    (tmp_path / "overhaul.toml").write_text('leaves = ["."]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["explain", "--config-schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["properties"]["rules"]["properties"]["of_my_own"]["description"] == "It is."


def test_our_own_settings_are_valid() -> None:
    validate(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["overhaul"])


def test_the_documents_show_settings() -> None:
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize(("name", "text", "settings"), EXAMPLES, ids=[name for name, _, _ in EXAMPLES])
def test_an_example_is_valid_and_is_taken(name: str, text: str, settings: dict[str, Any], tmp_path: Path) -> None:
    validate(settings)
    file = tmp_path / ("pyproject.toml" if "[tool." in text else "overhaul.toml")
    file.write_text(text, encoding="utf-8")
    config = load_config(tmp_path)
    assert config.source == str(file), name
    check_rules(config, load_leaves())


@pytest.mark.parametrize(
    "file", sorted((ROOT / "fixtures" / "rules").glob("*/overhaul.toml")), ids=lambda file: file.parent.name
)
def test_settings_of_fixtures_are_valid(file: Path) -> None:
    validate(tomllib.loads(file.read_text("utf-8")))
    assert load_config(file.parent, file).source


@pytest.mark.parametrize(
    "settings",
    [
        {"exclud": []},
        {"source": "x"},
        {"also-exclude": []},
        {"jobs": -1},
        {"select": ["no_such_rule"]},
        {"rules": {"no_such_rule": {}}},
        {"rules": {"stale_cache": {"least": 3}}},
        {"rules": {"stale_cache": {"severity": "fatal"}}},
        {"rules": {"unjustified_duplicate": {"least-lines": 0}}},
        {"per-path": {"a": {"ignores": []}}},
        {"per-path": {"a": {"severity": {"no_such_rule": "note"}}}},
        {"per-path": {"a": {"severity": {"stale_cache": "off"}}}},
        {"fail-on": "warnings"},
        {"justified": [{"group": "a", "reason": "b", "line": 3}]},
        {"roles": {"x": {"name": []}}},
    ],
    ids=str,
)
def test_what_the_command_refuses_the_schema_refuses(settings: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(settings)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"select": ["*_cache*", "dead_end_state"]},
        {"rules": {"unjustified_duplicate": {"least-lines": 30, "severity": "note"}}},
        {"per-path": {"tests/": {"ignore": ["*"], "severity": {"stale_cache": "error"}}}},
        {"justified": [{"group": "dup-1", "reason": "two protocols", "expires": "2030-01-31"}]},
    ],
    ids=str,
)
def test_what_the_command_takes_the_schema_takes(settings: dict[str, Any]) -> None:
    validate(settings)


@pytest.mark.parametrize("struct", [Config, PathSettings, RolePattern])
def test_every_key_says_what_it_is(struct: type[msgspec.Struct]) -> None:
    docs = field_docs(struct)
    assert not [field.name for field in msgspec.structs.fields(struct) if not docs.get(field.name)]


def test_every_option_of_our_rules_says_what_it_is() -> None:
    rules = json.loads(config_schema(load_leaves()))["properties"]["rules"]["properties"]
    options = [(name, key, option) for name, rule in rules.items() for key, option in rule["properties"].items()]
    assert len(options) > len(rules)
    assert not [(name, key) for name, key, option in options if not option.get("description")]


def test_every_key_is_described_in_the_documents() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    docs = field_docs(Config)
    keys = [field.encode_name for field in msgspec.structs.fields(Config) if INTERNAL not in docs[field.name]]
    assert not [key for key in keys if f"`{key}`" not in text and f"`{key}." not in text]
