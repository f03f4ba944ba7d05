"""What tests patch by a dotted name goes on to be patched where it is looked up."""

import pytest

from overhaul.changes import Edit, Leftover, Moved, Replacement, Target, assembled
from overhaul.errors import Refused
from overhaul.mentions.finding import mentions
from overhaul.project import Project
from overhaul.testing import surveyed

OLD = "import time\n\n\ndef fetch(): ...\n\n\ndef pull():\n    time.sleep(1)\n    return fetch()\n"
MOVED = Moved(Target("net.old", "pull"), Target("net.new", "pull"), "function")


def patched(
    test: str, old: str, old_after: str, new_after: str, moved: Moved = MOVED, **users: str
) -> tuple[str, list[str]]:
    """A test file after a move from net.old to net.new, and its leftovers; `users` are more modules of the package."""
    others = {f"net/{name}.py": text for name, text in users.items()}
    before = {"net/__init__.py": "", "net/old.py": old, "net/new.py": "", "test_net.py": test, **others}
    moves = {path: text.replace("net.old import pull", "net.new import pull") for path, text in others.items()}
    after = {**before, **moves, "net/old.py": old_after, "net/new.py": new_after}
    with surveyed(before) as seen, surveyed(after) as then:
        project = Project(seen)
        source = {path: project.source(path) for path in ("net/old.py", "net/new.py")}
        changes = [
            project.edit(path, [_all(source[path].text(), text)])
            for path, text in (("net/old.py", old_after), ("net/new.py", new_after))
        ]
        found = list(mentions(project, then.symbols.resolve, [moved], changes))
        made = assembled([one for one in found if isinstance(one, Edit)], project.source, project.exists)
    text = next((one.after.decode() for one in made if one.path == "test_net.py" and one.after is not None), test)
    return text, [f"{one.path}:{one.line} {one.reason}" for one in found if isinstance(one, Leftover)]


def _all(before: str, after: str) -> Replacement:
    return Replacement(0, len(before), after)


NEW = "import time\n\nfrom net.old import fetch\n\n\ndef pull():\n    time.sleep(1)\n    return fetch()\n"
STAYS = "def fetch(): ...\n"


def test_what_has_gone_is_patched_in_its_new_module() -> None:
    text, left = patched("patch('net.old.pull')\n", OLD, STAYS, NEW)
    assert (text, left) == ("patch('net.new.pull')\n", [])


def test_what_the_old_module_uses_is_patched_there_still() -> None:
    old = OLD + "\n\ndef go():\n    return pull()\n"
    after = "from net.new import pull\n\n\ndef fetch(): ...\n\n\ndef go():\n    return pull()\n"
    text, left = patched("patch('net.old.pull')\n", old, after, NEW)
    assert (text, left) == ("patch('net.old.pull')\n", [])


def test_a_binding_of_another_module_is_patched_there_still() -> None:
    text, left = patched("patch('net.use.pull')\n", OLD, STAYS, NEW, use="from net.old import pull\n")
    assert (text, left) == ("patch('net.use.pull')\n", [])


def test_a_helper_that_the_moved_code_looks_up_in_its_new_module_is_patched_there() -> None:
    """Nothing in the old module uses it any more."""
    text, left = patched("patch('net.old.fetch')\n", OLD, STAYS, NEW)
    assert (text, left) == ("patch('net.new.fetch')\n", [])


def test_a_helper_that_is_taken_when_it_is_needed_is_patched_in_the_old_module_still() -> None:
    new = "def pull():\n    from net.old import fetch\n    return fetch()\n"
    text, left = patched("patch('net.old.fetch')\n", OLD, STAYS, new)
    assert (text, left) == ("patch('net.old.fetch')\n", [])


def test_an_attribute_of_an_import_that_has_gone_is_patched_through_the_new_module() -> None:
    text, left = patched("patch('net.old.time.sleep')\n", OLD, STAYS, NEW)
    assert (text, left) == ("patch('net.new.time.sleep')\n", [])


def test_an_attribute_of_an_import_that_is_still_there_is_patched_as_it_was() -> None:
    """Both modules have the same `time`."""
    text, left = patched("patch('net.old.time.sleep')\n", OLD, "import time\n\n" + STAYS, NEW)
    assert (text, left) == ("patch('net.old.time.sleep')\n", [])


BOTH = OLD + "\n\ndef look():\n    return fetch()\n"
BOTH_AFTER = "def fetch(): ...\n\n\ndef look():\n    return fetch()\n"


def test_a_test_of_the_moved_code_patches_its_helper_where_it_is_looked_up_now() -> None:
    test = "from net.old import pull\n\n\n@patch('net.old.fetch')\ndef test_pull(fake):\n    assert pull()\n"
    text, left = patched(test, BOTH, BOTH_AFTER, NEW)
    assert (text, left) == (test.replace("net.old.fetch", "net.new.fetch"), [])


def test_a_test_of_what_stays_patches_its_helper_as_it_was() -> None:
    body = "    monkeypatch.setattr('net.old.fetch', 1)\n    old.look()\n"
    test = f"from net import old\n\n\ndef test_look(monkeypatch):\n{body}"
    text, left = patched(test, BOTH, BOTH_AFTER, NEW)
    assert text == test and len(left) == 1 and left[0].startswith("test_net.py:5 patched for net.old alone")


def test_a_patch_that_was_for_both_is_refused_with_its_place() -> None:
    with pytest.raises(Refused, match=r"test_net.py:4: .*net.old.fetch.*look in net.old"):
        patched("\n\ndef test_both():\n    with patch('net.old.fetch'):\n        run()\n", BOTH, BOTH_AFTER, NEW)


def test_a_string_that_is_not_patched_stays() -> None:
    test = "A = 'net.old.fetch'\n"
    assert patched(test, BOTH, BOTH_AFTER, NEW) == (test, [])


TWO = OLD + "\n\ndef go():\n    return pull()\n"
TWO_AFTER = "from net.new import pull\n\n\ndef fetch(): ...\n\n\ndef go():\n    return pull()\n"
THROUGH = "import net.old\n\n\ndef run():\n    return net.old.pull()\n"


def test_a_patch_stays_where_the_old_module_goes_on_to_use_it_and_the_test_does_not_say_whom_it_means() -> None:
    test = "@patch('net.old.pull')\ndef test_it(mocked):\n    start()\n"
    text, left = patched(test, TWO, TWO_AFTER, NEW, use=THROUGH)
    assert text == test and len(left) == 1 and "patched where net.old looks it up" in left[0]


def test_a_patch_follows_for_a_test_of_what_looks_it_up_through_the_module() -> None:
    test = "@patch('net.old.pull')\ndef test_it(mocked):\n    net.use.run()\n"
    text, left = patched(test, TWO, TWO_AFTER, NEW, use=THROUGH)
    assert (text, left) == (test.replace("old", "new"), [])
