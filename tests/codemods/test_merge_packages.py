"""Packages that go: what the fixtures do not show."""

from overhaul.testing import transform

OLD = "def now(zone):\n    return zone\n\n\ndef later(zone, hours=1):\n    return zone, hours\n"
FILES = {
    "old.py": OLD, "new.py": OLD.replace("now", "moment").replace("later", "after"),
    "user.py": "from old import later, now\n\nprint(now('a'), later('b', hours=2))\n",
}  # fmt: skip
NAMES = {"old:now": "new:moment", "old:later": "new:after"}


def test_functions_are_taken_from_the_other_module_and_reviewed() -> None:
    done = transform("merge_packages", FILES, {"old": "old", "new": "new", "names": NAMES})
    assert not done.refusals
    assert done.text("user.py") == "from new import after, moment\n\nprint(moment('a'), after('b', hours=2))\n"
    assert "old.py" not in done.files
    assert {each.guidance for file in done.plan.files for each in file.replacements} == {"review"}


def test_functions_that_take_other_arguments_are_refused() -> None:
    files = {**FILES, "new.py": FILES["new.py"].replace("zone, hours=1", "hours, zone=1")}
    done = transform("merge_packages", files, {"old": "old", "new": "new", "names": NAMES})
    assert "take other arguments" in done.refusals[0].why
    more = {**FILES, "new.py": FILES["new.py"].replace("hours=1", "hours=1, minutes=0")}
    assert not transform("merge_packages", more, {"old": "old", "new": "new", "names": NAMES}).refusals


def test_asked_again_it_changes_nothing() -> None:
    request = {"old": "old", "new": "new", "names": NAMES}
    done = transform("merge_packages", FILES, request)
    again = {path: data.decode() for path, data in done.files.items()}
    assert transform("merge_packages", again, request).files == done.files


def test_a_plan_tells_what_is_used_instead() -> None:
    done = transform("merge_packages", FILES, {"old": "old", "new": "new", "names": NAMES})
    assert [(str(one.before), str(one.after)) for one in done.plan.replaced] == [
        ("old", "new"), ("old:later", "new:after"), ("old:now", "new:moment"),
    ]  # fmt: skip


def test_places_that_are_left_are_told_with_their_lines_as_they_are_now() -> None:
    user = "from old import later, now\nimport old\n\nprint(now('a'), later('b'))\nprint(old)\n"
    files = {**FILES, "user.py": user}
    done = transform("merge_packages", files, {"old": "old", "new": "new", "names": NAMES})
    assert (done.refusals[0].path, done.refusals[0].line) == ("user.py", 2)
