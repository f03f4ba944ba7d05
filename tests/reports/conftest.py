"""What the tests of reports for other programs share: surveys with new, inherited, suppressed and fixed findings."""

import ast
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest

from overhaul.config import Config, Severity
from overhaul.facts import Class, Facts
from overhaul.findings import Finding, Place
from overhaul.leaves import Rule
from overhaul.ledger import Entry
from overhaul.survey import Survey
from overhaul.testing import surveyed

Judged = Callable[..., Survey]
SEVERITIES: Mapping[str, Severity] = {"Error": "error", "Warning": "warning", "Note": "note"}


@Rule
def loud_name(classes: Facts[Class]) -> Iterator[Finding]:
    """A class is called after a severity.

    Its bases are the reasons, the value of `place` is a place; `path` and `message` are what they say.

    Why: its name says how loud it is.

    Instead: call it by what it does.
    """
    for module, rows in classes.items():
        path = module.replace(".", "/") + ".py"
        for row in rows:
            odd = {name: str(ast.literal_eval(text)) for name, text in row.keywords if name != "place"}
            for name, severity in SEVERITIES.items():
                if row.name.startswith(name):
                    yield Finding(
                        rule="loud_name", severity=severity, message=odd.get("message", f"{row.name} is here"),
                        module=module, path=odd.get("path", path), line=row.line, name=row.name, because=row.bases,
                        places=tuple(Place(path, 1, text) for name, text in row.keywords if name == "place"),
                    )  # fmt: skip


@pytest.fixture
def judged() -> Iterator[Judged]:
    """Surveys of files in which the names of classes are found; see `loud_name`."""
    with contextlib.ExitStack() as stack:

        def survey(
            files: Mapping[str, str | bytes], inherited: Sequence[str] = (), select: Sequence[str] = ("loud_name",)
        ) -> Survey:
            """`inherited` are entries of an earlier revision, `module.Class`; those that are not found are fixed."""
            seen = stack.enter_context(surveyed(files, Config(select=tuple(select)), loud_name))
            if inherited:
                seen.inherit([_entry(one) for one in inherited], "main")
            return seen

        yield survey


def _entry(name: str) -> Entry:
    module, _, about = name.rpartition(".")
    return Entry("loud_name", module, about, "0" * 8)
