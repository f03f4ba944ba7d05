"""What git ignores: one file of patterns, and those that reach into a folder from above."""

import os
import re
import warnings
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path


class Rules:
    """The patterns of one .gitignore file, matched as git matches them.

    Directories are asked about before what is in them, and what is in an ignored one is never asked about: a pattern
    only has to match the path itself.
    """

    __slots__ = ("_cut", "_lines", "_names", "_paths", "_read", "lead")

    def __init__(self, lines: Iterable[str], cut: int, lead: str = "") -> None:
        """`cut` characters come off the paths asked about, and `lead` goes before them, to be relative to the file."""
        self._lines = [line for line in map(_trimmed, lines) if line and not line.startswith("#")]
        self._cut, self.lead, self._read = cut, lead, False

    def seen_from(self, lead: str) -> "Rules":
        """The same patterns, for paths that `lead` goes before."""
        return Rules(self._lines, 0, lead)

    def verdict(self, path: str, name: str, folder: bool) -> bool | None:
        """True: left out; False: taken back by a `!` pattern; None: no pattern is about it."""
        if not self._lines:
            return None
        if not self._read:
            # A pattern without a slash inside is about the last part of a path, wherever that is.
            rows = [(row, line, "/" in line.removeprefix("!")[:-1]) for row, line in enumerate(self._lines)]
            self._names = _Any((row, line) for row, line, inside in rows if not inside)
            self._paths = _Any((row, line) for row, line, inside in rows if inside)
            self._read = True
        slash = "/" if folder else ""
        return max(self._names.last(name + slash), self._paths.last(self.lead + path[self._cut:] + slash))[1]


class _Any:
    """Patterns as one regular expression, the last one first, so that a path costs one match however many there are."""

    __slots__ = ("_fullmatch", "_rows")

    def __init__(self, lines: Iterable[tuple[int, str]]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of brackets and operators in a class
            known = [(row, line, regex) for row, line in lines if (regex := _regex(line)) is not None][::-1]
            self._fullmatch = re.compile("|".join(f"({regex})" for _, _, regex in known), re.DOTALL).fullmatch
        self._rows = [(row, not line.startswith("!")) for row, line, _ in known]

    def last(self, path: str) -> tuple[int, bool | None]:
        """Where the last pattern that matches stands, and whether it leaves out (or takes back)."""
        found = self._fullmatch(path)
        return self._rows[found.lastindex - 1] if found and found.lastindex else (-1, None)


def _trimmed(line: str) -> str:
    """A line without the carriage return and the trailing spaces that no backslash keeps."""
    line = line.removesuffix("\r")
    kept = line.rstrip(" ")
    slashes = len(kept) - len(kept.rstrip("\\"))
    return f"{kept} " if slashes % 2 and kept != line else kept


# None starts with "!", which would negate it, or names a slash, at which pathspec splits.
_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": " \t", "cntrl": "\0-\x1f\x7f", "digit": "0-9", "graph": "\"-~!",
    "lower": "a-z", "print": " -~", "punct": ":-@[-`{-~!-.", "space": " \t-\r", "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}


def _regex(line: str) -> str | None:
    """What a path, with a slash behind it if it is a folder, must match in full; None for a pattern of nothing."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    text = line.removeprefix("!")
    only_folders = text.endswith("/")
    text = text.removesuffix("/").removeprefix("/")
    # pathspec knows no named classes, and no backslash before a slash.
    text = re.sub(r"\\(/)|\\.|\[:([a-z]+):\]", lambda part: part[1] or _CLASSES.get(part[2], part[0]), text)
    if text.endswith("/"):
        return None
    text = re.sub(r"(?<!\\)\s$", r"[\g<0>]", text)  # pathspec would strip it
    if text.endswith("/**"):
        text += "/*"  # pathspec lets `a/**` match the folder a itself
    try:
        regex, _ = GitIgnoreSpecPattern.pattern_to_regex(f"/{text}")
        if regex is None:
            return None
        # pathspec lets `[!a]` match a slash.
        regex = re.sub(r"\\.|\[\^/\]|(\[\^?\]?[^]]*\])", lambda part: f"(?!/){part[1]}" if part[1] else part[0], regex)
        # Its one group marks where what matched ends; without a group, the regex has only looked at the start.
        regex, ends = re.subn(r"\(\?P<\w+>", "(?:", regex)
        regex += ("" if ends else ".*") + ("(?<=/)" if only_folders else "")
        re.compile(regex)
    except (ValueError, re.error):
        return None
    return regex


def rules_above(root: Path) -> tuple[Rules, ...]:
    """The rules of the enclosing repository that reach into the root; none if they ignore the root itself."""
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    if top is None:
        return ()

    def lead(folder: Path) -> str:
        return "".join(f"{part}/" for part in root.relative_to(folder).parts)

    rules: tuple[Rules, ...] = (Rules(read_patterns(exclude_file(str(top))), 0, lead(top)),)
    chain = [folder for folder in reversed((root, *root.parents)) if folder.is_relative_to(top)]
    for folder, inner in pairwise(chain):
        try:
            lines = read_patterns(str(folder / ".gitignore"))
        except OSError:
            lines = []
        rules = (*rules, Rules(lines, 0, lead(folder)))
        for rule in reversed(rules):
            path = rule.lead.removesuffix(lead(inner)).rstrip("/")
            verdict = rule.seen_from("").verdict(path, inner.name, folder=True)
            if verdict:
                return ()
            if verdict is False:
                break
    return rules


def exclude_file(top: str) -> str:
    """Where the repository at `top` keeps its private exclude patterns; worktrees and submodules point elsewhere."""
    git = os.path.join(top, ".git")
    if os.path.isfile(git):
        pointer = next((line for line in read_patterns(git) if line.startswith("gitdir:")), "")
        git = os.path.join(top, pointer.removeprefix("gitdir:").strip())
        common = next(iter(read_patterns(os.path.join(git, "commondir"))), "")
        git = os.path.join(git, common.strip())
    return os.path.join(git, "info", "exclude")


def read_patterns(file: str) -> list[str]:
    """The lines of a file of patterns; none when it is not a regular file.

    Raises OSError when it is one and cannot be read.
    """
    if not os.path.isfile(file):
        return []
    with open(file, "rb") as stream:
        data = stream.read()
    return os.fsdecode(data.removeprefix(b"\xef\xbb\xbf")).split("\n")
