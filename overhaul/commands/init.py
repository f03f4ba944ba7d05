"""Setting overhaul up for a project: what would be added to which file."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from overhaul.config import load_config
from overhaul.errors import ConfigError, TargetError
from overhaul.standing import git_top

_KEYS: Final = """\
# Files to leave out, as in .gitignore:
exclude = []
# Rules that do not run (`overhaul explain` lists them):
ignore = []
# The least severe of the new findings that `overhaul check` fails for: note, warning or error.
fail-on = "note"
"""
_HOOK: Final = """\
- repo: local
  hooks:
    - id: overhaul
      name: overhaul
      entry: ENTRY
      language: system
      files: FILES
      require_serial: true
"""
_FILES: Final = (
    r"(.*\.pyi?|(.*/)?(pyproject\.toml|overhaul\.toml|setup\.cfg|tach\.toml|\.importlinter|overhaul-baseline\.txt))$"
)
"""Python, and what the check goes by."""
SHOWN: Final = 5
"""Entries of a new baseline that are shown before the rest is only counted."""


class Edit(msgspec.Struct, frozen=True):
    """A file as it would be: `content` is all of it, `added` what is new."""

    file: Path
    what: str
    added: str
    content: bytes


def edits(folder: Path, *, hook: bool) -> list[Edit]:
    """What is missing in a project's folder, every other byte kept; with `hook` the entry for pre-commit too.

    The hook runs the `overhaul` that is installed: whatever version of it the project has pinned. It stands at the top
    of the git repository, where pre-commit looks for it, and is about the folder.

    Raises TargetError when the folder is not there, and ConfigError for a file that cannot be added to.
    """
    if not folder.is_dir():
        raise TargetError(f"{folder}: no such folder: name the top of the project")
    return [*_settings(folder), *(_hook(folder) if hook else ())]


def preview(text: str) -> Iterator[str]:
    """The first lines of a new baseline, and how many more there are."""
    lines = text.expandtabs(4).splitlines()
    count = sum(line.startswith("#") for line in lines) + SHOWN
    yield from lines[:count]
    if len(lines) > count:
        yield f"and {len(lines) - count:,} more"


def _settings(folder: Path) -> Iterator[Edit]:
    own, project = folder / "overhaul.toml", folder / "pyproject.toml"
    if own.exists():
        return
    if not project.exists():
        yield Edit(own, f"a new file{_instead_of(folder)}", _KEYS, _KEYS.encode())
        return
    data, text = _content(project)
    tool = _parsed(project, text).get("tool")
    if isinstance(tool, dict) and "overhaul" in tool:
        return
    section = f"[tool.overhaul]\n{_KEYS}"
    content = _appended(text, section)
    after = _parsed(
        project, content, remedy="it cannot take a [tool.overhaul] section at its end: add one by hand"
    ).get("tool")
    if not (isinstance(after, dict) and "overhaul" in after):
        raise ConfigError(f"{project}: a [tool.overhaul] section at its end would not count: add one by hand")
    what = f"a section at the end{_instead_of(folder)}"
    yield Edit(project, what, section, data + content.encode()[len(text.encode()) :])


def _instead_of(folder: Path) -> str:
    """What to say of settings further up, which do not count in a folder with its own."""
    above = load_config(folder.absolute()).source
    return f"; the settings in {above} do not count in this folder from then on" if above else ""


def _appended(text: str, section: str) -> str:
    """The text, a blank line, the section, with the line ends that the text has."""
    newline = "\r\n" if "\r\n" in text else "\n"
    if not text.strip():
        gap = ""
    elif text.endswith("\n"):
        gap = newline
    else:
        gap = newline * 2
    return text + gap + section.replace("\n", newline)


def _hook(folder: Path) -> Iterator[Edit]:
    top = git_top(folder.resolve()) or folder.resolve()
    below = folder.resolve().relative_to(top).as_posix()
    hook = _hook_text("" if below == "." else below)
    file = (folder if below == "." else top) / ".pre-commit-config.yaml"
    if not file.exists():
        whole = "repos:\n" + "".join(f"  {line}\n" for line in hook.splitlines())
        yield Edit(file, "a new file", whole, whole.encode())
        return
    _, text = _content(file)
    if _has_hook(text, "" if below == "." else below):
        return
    # The list must be written with one entry a line below `repos:`; the new entry goes before the first, at its depth.
    found = re.search(
        r"^repos:[ \t]*(?:#[^\r\n]*)?\r?\n(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*(?=(?P<indent> *)- )", text, re.MULTILINE
    )
    if found is None:
        raise ConfigError(
            f"{file}: has no list of entries below `repos:` to add to: add by hand what `overhaul init "
            "--pre-commit --dry-run` shows where there is no such file"
        )
    newline = "\r\n" if "\r\n" in text else "\n"
    added = "".join(f"{found['indent']}{line}{newline}" for line in hook.splitlines())
    content = text[: found.end()] + added + text[found.end() :]
    yield Edit(file, "a hook before the others", added, content.encode("utf-8"))


def _hook_text(below: str) -> str:
    """The entry for pre-commit, for a project at the top of its repository (""), or in a folder below it."""
    entry, files = "overhaul check", f"^{_FILES}"
    if below:
        entry, files = f"overhaul check --root {shlex.quote(below)}", f"^{re.escape(below)}/{_FILES}"
    plain = re.fullmatch(r"[\w ./-]+", entry) is not None
    return _HOOK.replace("ENTRY", entry if plain else _quoted(entry)).replace("FILES", _quoted(files))


def _quoted(text: str) -> str:
    """A text as YAML has it."""
    return "'" + text.replace("'", "''") + "'"


def _has_hook(text: str, below: str) -> bool:
    """Whether the hook stands there, for the folder `below` the top, or whatever it is about where that is the top."""
    found = re.search(r"^\s*(?:-\s*)?\{?\s*id:\s*['\"]?overhaul['\"]?\s*(?:[,}#].*)?$", text, re.MULTILINE)
    return found is not None and (not below or f"--root {shlex.quote(below)}" in text.replace("''", "'"))


def _content(file: Path) -> tuple[bytes, str]:
    try:
        data = file.read_bytes()
        return data, data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read ({error}): mend the file") from error


def _parsed(file: Path, text: str, remedy: str = "mend the file") -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: cannot be read as TOML ({error}): {remedy}") from error
