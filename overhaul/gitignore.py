"""What git ignores: one file of patterns, and those that reach into a folder from above."""

import os
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path


class Rules:
    """The patterns of one .gitignore file, matched as git matches them.

    Directories are asked about before what is in them, and what is in an ignored one is never asked about: a pattern
    only has to match the path itself. Few names can match any pattern at all; the literal ends of the patterns tell
    which, so that most files cost four string operations and no regular expression.
    """

    __slots__ = ("_cut", "_ends", "_heads", "_lines", "_names", "_patterns", "_starts", "lead")

    def __init__(self, lines: Iterable[str], cut: int, lead: str = "") -> None:
        """`cut` characters come off the paths asked about, and `lead` goes before them, to be relative to the file."""
        self._lines = [line for line in map(_trimmed, lines) if line and not line.startswith("#")]
        self._cut, self.lead = cut, lead
        self._patterns: list[_Pattern] | None = None
        hints = [hint for line in self._lines for hint in _hints(line)]
        self._names = frozenset(text for kind, text in hints if kind == "name")
        self._ends = tuple({text for kind, text in hints if kind == "end"})
        self._starts = tuple({text for kind, text in hints if kind == "start"})
        self._heads = tuple({text for kind, text in hints if kind == "head"})

    def seen_from(self, lead: str) -> "Rules":
        """The same patterns, for paths that `lead` goes before."""
        return Rules(self._lines, 0, lead)

    def verdict(self, path: str, name: str, folder: bool) -> bool | None:
        """True: left out; False: taken back by a `!` pattern; None: no pattern is about it."""
        if not self._lines:
            return None
        path = self.lead + path[self._cut:]
        if not (name in self._names or name.endswith(self._ends) or name.startswith(self._starts)
                or path.startswith(self._heads)):
            return None
        if self._patterns is None:
            self._patterns = [pattern for line in reversed(self._lines) if (pattern := _parse(line)) is not None]
        for leaves_out, only_folders, whole_path, regex in self._patterns:
            if (folder or not only_folders) and regex.fullmatch(path if whole_path else name):
                return leaves_out
        return None


# Whether it leaves out (or takes back), is about folders only, matches the whole path (or the last part), and how.
_Pattern = tuple[bool, bool, bool, re.Pattern[str]]


def _trimmed(line: str) -> str:
    """A line without the carriage return and the trailing spaces that no backslash keeps."""
    line = line.removesuffix("\r")
    kept = line.rstrip(" ")
    slashes = len(kept) - len(kept.rstrip("\\"))
    return f"{kept} " if slashes % 2 and kept != line else kept


def _hints(line: str) -> Iterator[tuple[str, str]]:
    """What a name must have to match the pattern: be a name, have an end or a start, or lie below a head."""
    whole = line.removeprefix("!").removesuffix("/")
    last = whole.rpartition("/")[2]
    special = [index for index, letter in enumerate(last) if letter in "*?[]\\"]
    if not special and last:
        yield "name", last
    elif choice := re.fullmatch(r"\*([^*?\[\]\\]*)\[([A-Za-z]+)\]", last):
        # `*.py[cod]` stands in most projects and would otherwise make every file a candidate.
        yield from (("end", choice[1] + letter) for letter in choice[2])
    elif special and special[-1] + 1 < len(last) and "\\" not in last:
        yield "end", last[special[-1] + 1:]
    elif special and special[0]:
        yield "start", last[:special[0]]
    else:
        head = whole[:len(whole) - len(last)].removeprefix("/")
        fixed = next((index for index, letter in enumerate(head) if letter in "*?[]\\"), len(head))
        yield "head", head[:fixed]


def _parse(line: str) -> _Pattern | None:
    """A pattern as a regular expression; None for one that can match nothing.

    The language is that of `git help gitignore`; where that is vague, git's own answers decide.
    """
    leaves_out = not line.startswith("!")
    text = line.removeprefix("!")
    only_folders = text.endswith("/")
    text = text.removesuffix("/")
    whole_path = "/" in text
    text = text.removeprefix("/")
    try:
        regex = re.compile("".join(_translate(text)), re.DOTALL)
    except (ValueError, re.error):
        return None
    return leaves_out, only_folders, whole_path, regex


def _translate(text: str) -> Iterator[str]:
    """The parts of the regular expression; ValueError when the pattern ends inside an escape or a class."""
    at = 0
    while at < len(text):
        opens = at == 0 or text[at - 1] == "/"
        if opens and text.startswith("**/", at):
            yield "(?:.*/)?"
            at += 3
        elif opens and text[at:] == "**":
            yield ".+"
            at += 2
        elif text[at] == "*":
            yield "[^/]*"
            at += 1
        elif text[at] == "?":
            yield "[^/]"
            at += 1
        elif text[at] == "[":
            members, at = _members(text, at + 1)
            yield members
        else:
            at += text[at] == "\\"
            if at == len(text):
                raise ValueError("the pattern ends with a backslash")
            yield re.escape(text[at])
            at += 1


_CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "space": r"\s", "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def _members(text: str, at: int) -> tuple[str, int]:
    """The class that starts at `at`, behind its bracket, and where it ends; ValueError when it does not."""
    negated = text.startswith(("!", "^"), at)
    at += negated
    first, members = at, ""
    while at == first or not text.startswith("]", at):
        if named := re.compile(r"\[:([a-z]+):\]").match(text, at):
            members += _CLASSES.get(named[1], "")
            at = named.end()
            continue
        at += text.startswith("\\", at)
        if at >= len(text):
            raise ValueError("the class is not closed")
        low, at = text[at], at + 1
        members += re.escape(low)
        if text.startswith("-", at) and not text.startswith("-]", at):
            at += 1
            at += text.startswith("\\", at)
            if at >= len(text):
                raise ValueError("the class is not closed")
            # Of a range that runs backwards, git takes the first letter.
            if low <= text[at]:
                members += f"{re.escape(low)}-{re.escape(text[at])}"
            at += 1
    # No class matches a slash; an empty one matches nothing.
    body = f"[^{members}]" if negated else f"[{members}]" if members else r"(?!)"
    return f"(?!/){body}", at + 1


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
