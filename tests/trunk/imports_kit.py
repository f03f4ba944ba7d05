"""What the tests of import edits share: a file edited as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import dedent

from overhaul.changes import replaced
from overhaul.occurrences.finding import Statement
from overhaul.project import Project
from overhaul.refactoring.imports import Imports
from overhaul.testing import surveyed

PACKAGE: Mapping[str, str] = {
    "shop/__init__.py": "", "shop/old.py": "A = B = C = D = E = 1\n", "shop/new.py": "N = 1\n",
    "shop/sub/__init__.py": "", "shop/sub/deep.py": "X = 1\n",
}  # fmt: skip


def edited(
    text: str, ask: Callable[[Imports], object], path: str = "shop/user.py", more: Mapping[str, str] = {}
) -> str:  # fmt: skip
    """What becomes of a file (dedented), and that it stays as it is when nothing is asked for."""
    before = dedent(text).removeprefix("\n")
    with surveyed({**PACKAGE, **more, path: before}) as survey:
        project = Project(survey)
        assert not list(Imports(project, path).replacements())
        imports = Imports(project, path)
        ask(imports)
        after = replaced(project.source(path), list(imports.replacements())).decode()
    compile(after, path, "exec")
    return after


def after(text: str) -> str:
    """A text as it stands in a file."""
    return dedent(text).removeprefix("\n")


def line(imports: Imports, start: str) -> Statement:
    """The first import statement whose text begins so."""
    return next(one.statement for one in imports.blocks.lines.values() if one.written.startswith(start))
