"""On a whole codebase, this one: only text changes, only where the name stands, and quickly."""

import ast
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from overhaul.changes import Edit, Leftover, Moved, Target, assembled
from overhaul.config import Config
from overhaul.facts import Class
from overhaul.leaves import load_leaves
from overhaul.mentions.finding import mentions
from overhaul.project import Project
from overhaul.survey import survey

ROOT = Path(__file__).resolve().parent.parent
SEED, EACH = 20, 6
SPOKEN_OF = ("overhaul.testing", "overhaul.leaves", "overhaul.findings")


@pytest.fixture(scope="module")
def project() -> Project:
    """The repository itself."""
    return Project(survey(ROOT, Config(), load_leaves()))


def chosen(project: Project) -> Iterator[Moved]:
    """Classes and modules chosen by seed, and some that documents speak of."""
    rng = random.Random(SEED)
    modules = [one for one in project.layout.modules if one.startswith("overhaul.") and "/" not in one]
    classes = [(module, row.name) for module in modules for row in project.facts(Class)[module] if "." not in row.name]
    for module, name in rng.sample(sorted(classes), EACH):
        yield Moved(Target(module, name), Target(module, f"{name}Renewed"), "class")
    for module in (*SPOKEN_OF, *rng.sample(sorted(modules), EACH)):
        path = project.layout.modules[module].path
        after = path.replace(f"{module.rpartition('.')[2]}", f"{module.rpartition('.')[2]}_renewed")
        yield Moved(Target(module), Target(f"{module}_renewed"), "module", path, after)


class Shape(ast.NodeTransformer):
    """Code without what its strings say."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant(type(node.value).__name__)


def shape(data: bytes) -> str:
    """What Python sees of a file apart from its strings."""
    return ast.dump(Shape().visit(ast.parse(data)))


@pytest.mark.slow
def test_only_strings_and_comments_change_and_only_where_the_name_stands(project: Project) -> None:
    changed = 0
    for moved in chosen(project):
        word = moved.before.dotted.rpartition(".")[2]
        found = list(mentions(project, None, [moved]))
        edits = [one for one in found if isinstance(one, Edit)]
        for edit in edits:
            text = project.source(edit.path).text()
            for one in edit.replacements:
                assert word in text[one.start : one.end], (moved, edit.path, one)
                changed += 1
        for file in assembled(edits, project.source, project.exists):
            assert file.before is not None and file.after is not None
            if file.path.endswith(".py"):
                assert shape(file.before) == shape(file.after), (moved, file.path)
        places = [(one.path, one.line, one.reason, one.name) for one in found if isinstance(one, Leftover)]
        assert len(places) == len(set(places))
    assert changed > len(SPOKEN_OF)


@pytest.mark.slow
def test_a_name_that_nothing_speaks_of_costs_little(project: Project) -> None:
    moved = Moved(Target("overhaul.errors", "Unreadable"), Target("overhaul.errors", "Illegible"), "class")
    list(mentions(project, None, [moved]))
    start = time.process_time()
    list(mentions(project, None, [moved]))
    assert time.process_time() - start < 3
