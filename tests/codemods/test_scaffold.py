"""A unified module comes into a project as a file of its own, with what it needs."""

import ast
import sys
import tomllib

import pytest

from overhaul import __version__
from overhaul.leaves import load_leaves
from overhaul.migrations import steps_of
from overhaul.scaffolding.copies import REQUIREMENTS, original, read_copy, written
from overhaul.testing import Transformed, carried_out, transform

APP = {"app/__init__.py": "", "app/main.py": "print(1)\n"}
CLOCK = '[project]\nname = "app"  # ours\ndependencies = [\n    "click>=8",  # for the command line\n    "rich",\n]\n'


def scaffold(files: dict[str, str], **request: object) -> Transformed:
    return transform("scaffold", files, {"what": "events", "into": "app/core/events.py", **request})


def why(done: Transformed) -> str:
    assert len(done.refusals) == 1, done.refusals
    one = done.refusals[0]
    return f"{one.path}:{one.line}: {one.why}: {one.remedy}"


def test_a_copy_has_a_header_and_the_text_of_the_module_and_new_folders_become_packages() -> None:
    done = scaffold(APP)
    assert not done.refusals
    text = done.text("app/core/events.py")
    head, mark, body = text.partition("# fmt: off\n")
    assert mark and body == original("events")
    assert head.startswith(f"# overhaul scaffold: events {__version__} blake2b:")
    assert done.text("app/core/__init__.py") == ""
    assert done.text("app/__init__.py") == ""
    assert ast.get_docstring(ast.parse(text)) == ast.get_docstring(ast.parse(body))


def test_a_folder_that_is_there_and_no_package_stays_none() -> None:
    done = scaffold({**APP, "app/core/other.py": ""})
    assert "app/core/__init__.py" not in done.files


def test_src_does_not_become_a_package() -> None:
    done = scaffold({"setup.py": ""}, into="src/shop/events.py")
    assert sorted(done.files) == ["setup.py", "src/shop/__init__.py", "src/shop/events.py"]


def test_asked_again_there_is_nothing_to_do() -> None:
    files = {path: data.decode() for path, data in scaffold({**APP, "pyproject.toml": CLOCK}).files.items()}
    again = scaffold(files)
    assert not again.plan.files and not again.refusals and not again.leftovers


def test_a_copy_with_the_line_ends_of_windows_has_not_been_changed() -> None:
    copy = read_copy(scaffold(APP).text("app/core/events.py").replace("\n", "\r\n"))
    assert copy is not None and not copy.changed and not copy.outdated


def test_a_copy_with_something_above_its_head_has_been_changed_and_one_far_below_is_none() -> None:
    text = scaffold(APP).text("app/core/events.py")
    copy = read_copy(f"# coding: utf-8\n{text}")
    assert copy is not None and copy.changed
    assert read_copy("#\n" * 5 + text) is None


def test_an_older_copy_is_renewed() -> None:
    older = written("events", '"""An event bus, as it was."""\n')
    done = scaffold({**APP, "app/core/events.py": older})
    assert not done.refusals
    assert done.text("app/core/events.py") == scaffold(APP).text("app/core/events.py")


def test_a_renewal_that_takes_away_what_others_use_is_refused() -> None:
    older = written("events", '"""An event bus, as it was."""\n\n\ndef only_of_old() -> None: ...\n')
    files = {**APP, "app/core/events.py": older, "app/core/use.py": "from app.core.events import only_of_old\n"}
    assert "only_of_old" in why(scaffold(files))


def test_an_older_copy_that_somebody_has_changed_is_refused() -> None:
    older = written("events", '"""An event bus, as it was."""\n') + "MINE = 1\n"
    assert "has been changed by hand" in why(scaffold({**APP, "app/core/events.py": older}))


def test_a_changed_copy_of_the_same_text_stays_as_it_is_and_is_told() -> None:
    changed = scaffold(APP).text("app/core/events.py") + "MINE = 1\n"
    done = scaffold({**APP, "app/core/events.py": changed})
    assert done.text("app/core/events.py") == changed
    assert [(one.path, one.line) for one in done.leftovers] == [("app/core/events.py", 1)]


@pytest.mark.parametrize(
    ("there", "into", "reason"),
    [
        ({"app/core/events.py": "X = 1\n"}, "app/core/events.py", "no copy of ours"),
        ({"app/core/events.py": written("state", "X = 1\n")}, "app/core/events.py", "is a copy of state"),
        ({"app/events/__init__.py": ""}, "app/events.py", "has its name already"),
        ({"app/events.pyi": ""}, "app/events.py", "has its name already"),
        ({}, "../events.py", "outside the project"),
        ({}, "/tmp/events.py", "outside the project"),
        ({}, "app/core/events", "no module can be called that"),
        ({}, "app/core/__init__.py", "no module can be called that"),
        ({}, "app/my-core/events.py", "no package can be called my-core"),
        ({}, "queue.py", "would hide the module queue"),
        ({"pyproject.toml": '[project]\nname = "x"\ndependencies = ["blinker"]\n'}, "blinker.py", "would hide"),
    ],
)
def test_a_place_that_cannot_be_is_refused(there: dict[str, str], into: str, reason: str) -> None:
    assert reason in why(scaffold({**APP, **there}, into=into))


def test_a_module_inside_a_package_may_have_the_name_of_one_of_the_standard_library() -> None:
    assert not scaffold(APP, into="app/queue.py").refusals


# Named types


TYPES = [{"name": "QUOTES", "ttl": 5, "max-size": 100, "policy": "lfu"}, {"name": "FOREVER"}]


def test_named_types_stand_in_the_place_of_those_that_the_cache_comes_with_but_for_the_first() -> None:
    done = scaffold(APP, what="cache", types=TYPES)
    text = done.text("app/core/events.py")
    assert '    GENERAL = "GENERAL"\n    QUOTES = "QUOTES"\n    FOREVER = "FOREVER"\n    # overhaul: end' in text
    assert "    CacheType.QUOTES: CacheSettings(ttl=5, max_size=100, policy=Policy.LFU),\n" in text
    assert "    CacheType.FOREVER: CacheSettings(),\n" in text
    assert "GREEKS" not in text.partition("# fmt: off")[2].partition("class CacheType")[2]
    copy = read_copy(text)
    assert copy is not None and not copy.changed and not copy.outdated


def test_types_are_added_to_a_copy_that_is_there_and_those_it_has_are_kept() -> None:
    files = {path: data.decode() for path, data in scaffold(APP, what="cache", types=TYPES).files.items()}
    more = scaffold(files, what="cache", types=[{"name": "GREEKS", "ttl": 1}, {"name": "QUOTES", "ttl": 7}])
    text = more.text("app/core/events.py")
    names = [line.split()[0] for line in text.splitlines() if line.startswith("    ") and ' = "' in line]
    assert [name for name in names if name in ("GENERAL", "QUOTES", "FOREVER", "GREEKS")] == [
        "GENERAL", "QUOTES", "FOREVER", "GREEKS",
    ]  # fmt: skip
    assert "    CacheType.QUOTES: CacheSettings(ttl=7),\n" in text
    none = scaffold({path: data.decode() for path, data in more.files.items()}, what="cache")
    assert not none.plan.files


def test_types_that_a_user_has_edited_are_no_drift_and_survive_a_renewal() -> None:
    text = scaffold(APP, what="cache", types=TYPES).text("app/core/events.py")
    edited = text.replace("CacheSettings(ttl=5,", "CacheSettings(ttl=6,")
    assert edited != text
    copy = read_copy(edited)
    assert copy is not None and not copy.changed
    body = copy.body.replace("import ", "import  ", 1)
    older = scaffold({**APP, "app/core/events.py": written("cache", body)}, what="cache")
    assert older.text("app/core/events.py") == edited


@pytest.mark.parametrize(
    ("types", "reason"),
    [
        ([{"name": "quotes"}], "write a name in capitals"),
        ([{"name": "A B"}], "write a name in capitals"),
        ([{"name": "MEMO"}], "is there for good"),
        ([{"name": "A", "ttl": 0}], "write seconds, more than 0"),
        ([{"name": "A", "ttl": float("nan")}], "write seconds, more than 0"),
        ([{"name": "A", "ttl": float("inf")}], "leave it out for no expiry"),
        ([{"name": "A", "max-size": 0}], "write 1 or more"),
    ],
)
def test_what_cannot_be_a_type_is_refused(types: list[dict[str, object]], reason: str) -> None:
    assert reason in why(scaffold(APP, what="cache", types=types))


def test_only_the_cache_has_named_types() -> None:
    assert "has no named types" in why(scaffold(APP, types=[{"name": "A"}]))


# What it needs


def metadata(name: str, text: str, **request: object) -> tuple[str, Transformed]:
    done = scaffold({**APP, name: text}, **{"what": "cache", **request})
    assert not done.refusals
    return done.text(name), done


def test_a_dependency_is_added_to_the_project_table_and_its_layout_is_kept() -> None:
    text, done = metadata("pyproject.toml", CLOCK)
    assert text == CLOCK.replace('    "rich",\n', '    "rich",\n    "cachetools>=6",\n')
    assert not done.leftovers


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("pyproject.toml", '[project]\nname = "a"\n', '[project]\nname = "a"\ndependencies = ["cachetools>=6"]\n'),
        (
            "pyproject.toml", '[project]\ndependencies = ["b"]\r\n',
            '[project]\ndependencies = ["b", "cachetools>=6"]\r\n',
        ),
        (
            "pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\n',
            '[tool.poetry.dependencies]\npython = "^3.11"\ncachetools = ">=6"\n',
        ),
        (
            "setup.cfg", "[options]\ninstall_requires =\n    click\n    # more\npackages = find:\n",
            "[options]\ninstall_requires =\n    click\n    cachetools>=6\n    # more\npackages = find:\n",
        ),
        (
            "setup.cfg", "[options]\npackages = find:\n",
            "[options]\ninstall_requires =\n    cachetools>=6\npackages = find:\n",
        ),
        ("setup.py", 'setup(install_requires=["b"])\n', 'setup(install_requires=["b", "cachetools>=6"])\n'),
        (
            "setup.py", "setup(\n    install_requires=[\n        'b',\n        'c'\n    ],\n)\n",
            "setup(\n    install_requires=[\n        'b',\n        'c',\n        'cachetools>=6'\n    ],\n)\n",
        ),
        ("requirements.txt", "click", "click\ncachetools>=6\n"),
    ],
)  # fmt: skip
def test_a_dependency_is_added_wherever_the_metadata_keeps_them(name: str, before: str, after: str) -> None:
    assert metadata(name, before)[0] == after


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[project]\ndependencies = ["CacheTools ~= 6.1"]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\ncachetools = "^6"\n'),
        ("setup.cfg", "[options]\ninstall_requires = cachetools\n"),
        ("setup.py", "setup(install_requires=['cachetools[x]'])\n"),
        ("requirements.txt", "# theirs\ncachetools==6.2.0\n"),
    ],
)
def test_a_dependency_that_is_there_is_not_added_once_more(name: str, text: str) -> None:
    unchanged, done = metadata(name, text)
    assert unchanged == text and not done.leftovers


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.black]\nline-length = 100\n"),
        ("pyproject.toml", '[project]\nname = "a"\ndynamic = ["dependencies"]\n'),
        ("setup.cfg", "[flake8]\nmax-line-length = 100\n"),
        ("setup.py", "setup(install_requires=read('requirements.in'))\n"),
        ("requirements.txt", "click==8.1 --hash=sha256:aa\n"),
    ],
)
def test_where_a_dependency_cannot_be_added_that_is_told(name: str, text: str) -> None:
    unchanged, done = metadata(name, text)
    assert unchanged == text
    (left,) = done.leftovers
    assert left.path == name and "cachetools>=6" in left.reason


def test_an_optional_dependency_is_not_enough() -> None:
    text, _ = metadata("pyproject.toml", '[project]\nname = "a"\noptional-dependencies = {x = ["cachetools"]}\n')
    assert tomllib.loads(text)["project"]["dependencies"] == ["cachetools>=6"]


def test_the_metadata_is_left_alone_on_request() -> None:
    text, done = metadata("pyproject.toml", CLOCK, dependencies=False)
    assert text == CLOCK and not done.leftovers


def test_a_project_without_metadata_is_told_what_it_needs() -> None:
    (left,) = scaffold(APP, what="cache").leftovers
    assert (left.path, left.line) == ("app/core/events.py", 1)


def test_the_metadata_nearest_to_the_module_counts() -> None:
    files = {**APP, "pyproject.toml": CLOCK, "app/pyproject.toml": '[project]\nname = "inner"\n'}
    done = scaffold(files, what="cache")
    assert done.text("pyproject.toml") == CLOCK
    assert "cachetools" in done.text("app/pyproject.toml")


def test_a_project_for_an_older_python_is_told() -> None:
    _, done = metadata("pyproject.toml", '[project]\nname = "a"\nrequires-python = ">=3.9"\n')
    assert [(one.path, one.line) for one in done.leftovers] == [("pyproject.toml", 3)]


@pytest.mark.parametrize("what", sorted(REQUIREMENTS))
def test_what_a_module_imports_is_what_it_is_said_to_need(what: str) -> None:
    text = original(what)
    if not text:
        pytest.skip(f"there is no {what} yet")
    tree = ast.walk(ast.parse(text))
    named = {
        (alias.name if isinstance(node, ast.Import) else node.module or "").partition(".")[0]
        for node in tree if isinstance(node, ast.Import | ast.ImportFrom) and not getattr(node, "level", 0)
        for alias in node.names
    }  # fmt: skip
    wanted = {one.partition(">")[0] for one in REQUIREMENTS[what]}  # type: ignore[index]
    assert named - set(sys.stdlib_module_names) == wanted


@pytest.mark.parametrize("what", sorted(REQUIREMENTS))
def test_a_module_imports_nothing_of_its_neighbours(what: str) -> None:
    assert "overhaul." not in "".join(
        line for line in original(what).splitlines() if line.lstrip().startswith(("import ", "from "))
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[project]\nname = "shop"\n'),
        ("setup.cfg", "[options]\npackages = find:\n"),
        ("setup.py", "setup(install_requires=['click'])\n"),
        ("requirements.txt", "click\n"),
    ],
)
def test_later_steps_may_import_the_module_and_with_it_what_it_needs(name: str, text: str) -> None:
    """The proof refuses imports of third-party packages that nobody requires: here the step before has added it."""
    files = {**APP, name: text, "app/prices.py": "def price(): ...\n", "app/use.py": "X = 1\n\n\ndef mine(): ...\n"}
    steps: list[dict[str, object]] = [
        {"codemod": "scaffold", "what": "cache", "into": "app/core/cache.py"},
        {"codemod": "move_symbol", "target": "app.use:mine", "to": "app.core.cache"},
    ]
    for wanted in (steps, [{**steps[0], "dependencies": False}, steps[1]]):
        made = steps_of("test", wanted, load_leaves())
        files["app/caller.py"] = "from app.use import mine\n\nmine()\n"
        done = carried_out(list(made), files)
        if wanted is steps:
            assert not done.refusals, done.refusals
        else:
            assert any("cannot be imported without cachetools" in one.why for one in done.refusals), done.refusals
