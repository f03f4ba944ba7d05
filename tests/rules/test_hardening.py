"""What the rules of the family hardening ask of each other, of the project, and of their settings."""

from __future__ import annotations

from overhaul.config import Config
from overhaul.testing import check, surveyed

LOST = """
def handle(orders):
    try:
        orders.store(1)
    except Exception:
        pass
"""


def rules(files: dict[str, str], *select: str) -> list[str]:
    with surveyed(files, Config(select=select)) as seen:
        return sorted(one.rule for one in seen.findings)


def test_what_is_reported_as_pretended_is_not_reported_as_silent_as_well() -> None:
    assert rules({"a.py": LOST}, "silent_failure") == ["silent_failure"]
    assert rules({"a.py": LOST}, "placeholder") == ["placeholder"]
    assert rules({"a.py": LOST}, "placeholder", "hardening") == ["placeholder"]


def test_what_only_the_family_sees_stands_beside_what_is_pretended() -> None:
    zero = "def price(ship):\n    try:\n        return ship.price()\n    except Exception:\n        return 0\n"
    assert rules({"a.py": LOST, "b.py": zero}, "placeholder", "silent_failure") == ["placeholder", "silent_failure"]


def test_a_default_for_all_sockets_is_a_timeout_for_what_goes_by_them() -> None:
    asks = "import requests\nfrom urllib.request import urlopen\ndef f(url):\n    urlopen(url)\n    requests.get(url)\n"
    assert len(check("connection_without_timeout", {"a.py": asks})) == 2
    start = "import socket\nsocket.setdefaulttimeout(10)\n"
    (left,) = check("connection_without_timeout", {"a.py": asks, "start.py": start})
    assert "requests.get" in left.message


def test_addresses_may_be_meant() -> None:
    files = {"a.py": "import os\nHOST = os.environ.get('HOST', 'localhost')\nTOKEN = os.getenv('TOKEN', 'abcdef')\n"}
    assert len(check("hard_coded_fallback", files)) == 2
    meant = Config(rules={"hard_coded_fallback": {"addresses": False}})
    (found,) = check("hard_coded_fallback", files, meant)
    assert found.severity == "error" and "TOKEN" in found.message


def test_further_words_can_be_named_of_what_runs_at_the_start() -> None:
    files = {"a.py": "import os\ndef awake():\n    os.environ['TZ'] = 'UTC'\n"}
    assert len(check("changed_configuration", files)) == 1
    assert not check("changed_configuration", files, Config(rules={"changed_configuration": {"starting": ("awake",)}}))


def test_a_variable_of_the_environment_has_one_default_in_the_whole_project() -> None:
    files = {
        "a/one.py": "import os\nSIZE = os.environ.get('SIZE', '3')\n",
        "b/two.py": "import os\nSIZE = os.environ.get('SIZE', '4')\nNAME = os.environ.get('NAME', 'x')\n",
        "b/three.py": "import os\nNAME = os.environ.get('NAME', 'x')\n",
    }
    (found,) = check("hard_coded_fallback", files)
    assert (found.path, found.places[0].path) == ("b/two.py", "a/one.py")
