"""Which sort of text a file is, by its path."""

from __future__ import annotations

import posixpath
import re
from typing import Final, Literal

Sort = Literal["rst", "markdown", "settings", "notebook", "template", "history", "foreign"]
"""history: tells what was, and stays; foreign: lock files, vendored and generated code, translations, data."""


def is_data(path: str) -> bool:
    """Whether a file, Python or not, is what tests are fed with, and compared with byte by byte."""
    return _DATA.search(f"/{path.lower()}") is not None


def is_migration(text: str) -> bool:
    """Whether settings are a migration file: its steps speak of names as they were before them."""
    return _STEPS.search(text) is not None and _CODEMOD.search(text) is not None


RECORD: Final = "<!-- overhaul: a record of what was, which no migration changes -->"
"""The first line of a page that tells how things stood when it was written."""


def is_record(text: str) -> bool:
    """Whether a page tells how things stood when overhaul wrote it."""
    return text.startswith(RECORD)


def sort_of(path: str) -> Sort:
    """The sort of a file that is no Python."""
    name = posixpath.basename(path).lower()
    if _FOREIGN_FOLDERS.search(f"/{path.lower()}") or _FOREIGN.match(name):
        return "foreign"
    if _HISTORY_FOLDERS.search(f"/{path.lower()}") or _HISTORY.match(name):
        return "history"
    stem, dot, suffix = name.rpartition(".")
    if dot and stem:
        return _SUFFIXES.get(suffix, "foreign")
    return "settings" if _PLAIN.match(name) else "markdown" if _READ.match(name) else "foreign"


_DATA: Final = re.compile(
    r"/(?:tests?|testing)/(?:.*/)?(?:data|test_?data|fixtures?|cases|snapshots?|__snapshots__|golden|samples?)/"
)
_STEPS: Final = re.compile(r"^[ \t]*(?:\[\[[ \t]*steps[ \t]*\]\]|steps[ \t]*=)", re.MULTILINE)
_CODEMOD: Final = re.compile(r"(?:^|[{,])[ \t]*codemod[ \t]*=", re.MULTILINE)
_FOREIGN_FOLDERS: Final = re.compile(
    r"/(?:node_modules|_?vendor(?:ed)?|_?third[-_]party|extern(?:al)?s?|locale|site-packages|[^/]+\.egg-info|dist|_build)/"
)
_FOREIGN: Final = re.compile(
    r".*\.lock$|package-lock\.json$|yarn\.lock$|pnpm-lock\.yaml$|go\.sum$|(?:.*[-_])?requirements.*\.(?:txt|in)$"
    r"|constraints.*\.txt$|authors|contributors|license|copying|notice|pkg-info$|sources\.txt$|record$|.*\.min\.\w+$"
)
_HISTORY_FOLDERS: Final = re.compile(
    r"/(?:changelog(?:\.d|s)?|newsfragments?|news|releases?|release[-_]?notes|whats[-_]?new|history|changes|topfiles)/"
)
_HISTORY: Final = re.compile(
    r"(?:changes?|changelog|history|news|release[-_]?notes|releases?|whats[-_]?new|upgrading|migrat\w+)"
    r"(?:[-_.\d].*)?(?:\.(?:rst|md|txt))?$"
)
_PLAIN: Final = re.compile(
    r"(?:.*[-_.])?(?:makefile|dockerfile|containerfile|procfile|justfile|codeowners|pipfile|vagrantfile)(?:[-_.].*)?$"
    r"|\.(?:coveragerc|pylintrc|flake8|isort\.cfg|gitignore|gitattributes|dockerignore|env.*|style\.yapf|pre-commit.*)$"
)
_READ: Final = re.compile(r"(?:readme|contributing|install|usage|todo|hacking)$")
_SUFFIXES: Final[dict[str, Sort]] = {
    "rst": "rst", "rest": "rst", "md": "markdown", "markdown": "markdown", "mdx": "markdown", "txt": "rst",
    "toml": "settings", "cfg": "settings", "ini": "settings", "conf": "settings", "in": "settings", "yml": "settings",
    "yaml": "settings", "json": "settings", "sh": "settings", "bash": "settings", "zsh": "settings", "bat": "settings",
    "ps1": "settings", "mk": "settings", "cmd": "settings", "service": "settings", "env": "settings",
    "coveragerc": "settings", "pylintrc": "settings", "nix": "settings", "spec": "settings", "bzl": "settings",
    "ipynb": "notebook", "html": "template", "j2": "template", "jinja": "template", "jinja2": "template",
    "tmpl": "template", "mako": "template", "tpl": "template", "pyx": "template", "pxd": "template", "xml": "template",
}  # fmt: skip
