"""What the reports for other programs share: which findings come first, where their files lie, what rules are about."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from overhaul.findings import SEVERITIES, Finding
from overhaul.leaves import Rule
from overhaul.patterns import regex
from overhaul.printable import printable
from overhaul.survey import Survey

_HEADING: Final = regex(r"^(Why|Instead): *", re.MULTILINE)
_TELLING: Final = regex(
    r"@|://|\bwww(?=\.)|#\d|[\\`*\[\]<>#|~!$&]|(?<![^\W_])_|_(?![^\W_])|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]"
)
"""What Markdown, or GitHub and GitLab beyond it, take for more than text."""
_PART: Final = "<!-- -->"
"""Shows as nothing, and parts what would be a mention, a reference or an address."""
_AS_TEXT: Final = {"@": f"@{_PART}", "://": f":{_PART}//", "www": f"www{_PART}", "<": "&lt;", ">": "&gt;", "&": "&amp;"}


class About(msgspec.Struct, frozen=True):
    """What a rule says of itself."""

    name: str
    summary: str
    doc: str

    @property
    def markdown(self) -> str:
        """The docstring with its headings made bold."""
        return _HEADING.sub(lambda heading: f"**{heading[1]}:** ", self.doc)

    @property
    def why(self) -> str:
        """The paragraph that says why it matters, on one line; "" where none does."""
        paragraph = next((one for one in self.doc.split("\n\n") if one.startswith("Why:")), "")
        said = " ".join(paragraph.split()[1:])
        return said[:1].upper() + said[1:]


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The most severe first, else in their order."""
    return sorted(findings, key=lambda one: SEVERITIES.index(one.severity))


def rules_of(survey: Survey, findings: Iterable[Finding]) -> Iterator[About]:
    """The selected rules and those that findings name, by name."""
    config = survey.config
    selected = survey.leaves.selected_rules(config.select, config.ignore, config.extend_select)
    leaves: dict[str, Rule | None] = {one.rule: survey.leaves.rules.get(one.rule) for one in findings}
    leaves |= {leaf.name: leaf for leaf in selected}
    for name, leaf in sorted(leaves.items()):
        if leaf is None:
            yield About(name, name, "")
        else:
            yield About(name, whole(leaf.summary) or name, whole(leaf.doc))


def as_markdown(text: str, longest: int = 0) -> str:
    """Text that means nothing to Markdown, and to what GitHub and GitLab make of it: no mention, no address, no tag.

    Of at most `longest` characters before that, where there is a limit.
    """
    shown = printable(text)
    shown = shown if not longest or len(shown) <= longest else f"{shown[: longest - 1]}…"
    return _TELLING.sub(_as_text, shown)


def _as_text(found: re.Match[str]) -> str:
    told = found[0]
    return _AS_TEXT.get(told) or (f"\\#{_PART}{told[1]}" if len(told) == 2 else f"\\{told}")


def above(root: Path) -> str:
    """What leads from the top of the git work tree to the audited folder: `services/shop/`, or "" for the top itself.

    Whoever shows findings in a repository takes their paths from its top. Without a repository it is "".
    """
    folder = Path(os.path.realpath(root))
    top = next((one for one in (folder, *folder.parents) if os.path.lexists(one / ".git")), folder)
    lead = folder.relative_to(top).as_posix()
    return "" if lead == "." else f"{lead}/"


def from_top(lead: str, path: str) -> str:
    """A path relative to the audited root as one from the top of the work tree; `lead` is what `above` has found.

    Findings about settings may stand above the root: their paths begin with `../`.
    """
    while path.startswith("../") and lead:
        head = lead[:-1].rpartition("/")[0]
        lead, path = f"{head}/" if head else "", path[3:]
    return lead + path


def whole(text: str) -> str:
    r"""The text as UTF-8 can say it: what is no character of its own is escaped (`\udc80`)."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def uri(path: str) -> str:
    """A relative path as a URI reference: what is not plain in it is percent-encoded, bytes that are no UTF-8 too."""
    from urllib.parse import quote

    try:
        encoded = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        encoded = path.encode("utf-8", "backslashreplace")
    # Colons are encoded: what stands before one in the first segment would be taken for a scheme.
    return quote(encoded, safe="/")
