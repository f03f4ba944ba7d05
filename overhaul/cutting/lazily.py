"""Whether a project can have lazy imports (PEP 810), and whether they can be read here."""

from __future__ import annotations

import re
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
    """Raises Refused where a lazy import cannot be written: the Python asked for has none, or LibCST cannot read it."""
    where, written = _required(project)
    versions = [int(one) for one in _LEAST.findall(written)]
    if not versions or max(versions) < _SINCE:
        said = f"asks for Python {written}" if written else "does not say which Python it needs"
        raise Refused(f"{where}: lazy imports need Python 3.15, and the project {said}: raise requires-python, or "
                      "allow another way")  # fmt: skip
    try:
        cst.parse_module("lazy import a\n")
    except cst.ParserSyntaxError:
        raise Refused(f"{where}: the LibCST that is installed cannot read `lazy import`: install 1.9 or newer, or "
                      "allow another way") from None  # fmt: skip


def _required(project: Project) -> tuple[str, str]:
    for path in ("pyproject.toml", "setup.cfg", "setup.py"):
        if project.exists(path):
            match = _REQUIRES.search(project.source(path).text())
            if match is not None:
                return path, match[1].strip()
    return "pyproject.toml", ""
