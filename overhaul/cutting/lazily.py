"""Whether a project can have lazy imports (PEP 810), and whether they can be read and written here."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused
from overhaul.lazy import cst

if TYPE_CHECKING:
    from overhaul.project import Project

_REQUIRES: Final = re.compile(r"^\s*(?:requires-python|python_requires)\s*=\s*[\"']?([^\"'\n]*)", re.MULTILINE)
_LEAST: Final = re.compile(r"(?:>=|==|~=|>)\s*3\.(\d+)")
_SINCE: Final = 15
"""Python 3.15 is the first to have them."""


def refuse_lazy(project: Project) -> None:
    """Raises Refused where a lazy import cannot be written: the Python asked for has none, or no parser reads it."""
    where, written = _required(project)
    versions = [int(one) for one in _LEAST.findall(written)]
    if not versions or max(versions) < _SINCE:
        said = f"asks for Python {written}" if written else "does not say which Python it needs"
        raise Refused(f"{where}: lazy imports need Python 3.15, and the project {said}: raise requires-python, or "
                      "allow another way")  # fmt: skip
    try:
        cst.parse_module("lazy import a\n")
        ast.parse("lazy import a\n")
    except (cst.ParserSyntaxError, SyntaxError):
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Refused(f"{where}: what is run here (Python {here} and its LibCST) cannot read `lazy import`, so that "
                      "nothing could be proven: write it by hand, or allow another way") from None  # fmt: skip
    raise Refused(f"{where}: lazy imports are not written yet: write them by hand, or allow another way")


def _required(project: Project) -> tuple[str, str]:
    for path in ("pyproject.toml", "setup.cfg", "setup.py"):
        if project.exists(path):
            match = _REQUIRES.search(project.source(path).text())
            if match is not None:
                return path, match[1].strip()
    return "pyproject.toml", ""
