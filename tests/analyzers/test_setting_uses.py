"""Settings that are read with a default, or set."""

from __future__ import annotations

import pytest

from overhaul.hardening import SettingUse
from overhaul.testing import collect


def uses(source: str, act: str = "") -> list[SettingUse]:
    return [row for row in collect("setting_uses", source) if isinstance(row, SettingUse) and act in ("", row.act)]


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("os.environ.get('HOST', 'here')", "environ"),
        ("getenv('HOST', 'here')", "environ"),
        ("os.environ.get('HOST') or 'here'", "environ"),
        ("self.config.get('HOST', 'here')", "self.config"),
        ("settings.get('HOST', 'here')", "settings"),
    ],
)
def test_a_default_beside_a_setting_is_told(text: str, holder: str) -> None:
    (row,) = uses(f"from os import getenv\nclass A:\n    def f(self):\n        return {text}\n")
    assert (row.act, row.scope, row.holder, row.key, row.default) == ("reads", "A.f", holder, "HOST", "'here'")
    assert row.literal


@pytest.mark.parametrize(
    "text",
    [
        "os.environ.get('HOST')", "os.environ['HOST']", "os.environ.get('HOST', DEFAULT)", "table.get('HOST', 'here')",
        "config.get(name, 'here')", "parser.get('section', 'HOST', 'here')", "os.environ.get('HOST') or DEFAULT",
    ],
)  # fmt: skip
def test_other_reads_have_none(text: str) -> None:
    assert not uses(f"def f(config, table, name):\n    return {text}\n")


def test_a_key_may_be_a_constant() -> None:
    (row,) = uses("def f(config):\n    return config.get(CONF_HOST, 'here')\n")
    assert row.key == "CONF_HOST" and not row.literal


@pytest.mark.parametrize(
    ("text", "holder", "key"),
    [("os.environ['TZ'] = 'UTC'", "environ", "TZ"), ("settings.DEBUG = True", "settings", "DEBUG")],
)
def test_what_is_set_is_told(text: str, holder: str, key: str) -> None:
    (row,) = uses(f"def f():\n    {text}\n")
    assert (row.act, row.holder, row.key, row.restored) == ("sets", holder, key, False)


@pytest.mark.parametrize("text", ["table['TZ'] = 'UTC'", "config['debug'] = True", "view.title = settings", "x = 1"])
def test_other_assignments_set_no_setting(text: str) -> None:
    assert not uses(f"import os\nimport settings\ndef f():\n    {text}\n")


@pytest.mark.parametrize(
    "rest",
    [
        "try:\n        g()\n    finally:\n        os.environ['TZ'] = old",
        "try:\n        g()\n    finally:\n        del os.environ['TZ']",
        "subprocess.run(['date'])",
        "yield",
    ],
)
def test_what_is_put_back_or_for_another_process_is_told_so(rest: str) -> None:
    row, *_ = uses(f"def f(old):\n    os.environ['TZ'] = 'UTC'\n    {rest}\n", "sets")
    assert row.restored


def test_the_environment_of_a_request_is_another_one() -> None:
    assert not uses("def f(environ):\n    environ['X'] = 1\n    return environ.get('CONTENT_LENGTH', '0')\n")
    assert uses("from os import environ\ndef f():\n    return environ.get('CONTENT_LENGTH', '0')\n")


def test_a_configuration_with_sections_is_known_by_what_is_asked_of_it() -> None:
    (row,) = uses("def f(conf):\n    return conf.getboolean('core', 'debug')\n")
    assert (row.act, row.holder) == ("sections", "conf")
