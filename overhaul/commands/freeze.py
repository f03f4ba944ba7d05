"""The entry that says of a definition or a file that it is not to be changed, as it would stand in the settings."""

from __future__ import annotations

import json
import posixpath
from pathlib import Path
from typing import Final

from overhaul.config import Config
from overhaul.contracting.entries import lies_elsewhere
from overhaul.contracts import Frozen
from overhaul.errors import UsageError
from overhaul.files.discovery import discover
from overhaul.frozen import FrozenFiles
from overhaul.layout import Layout, lay_out
from overhaul.printable import printable
from overhaul.toml import below


def frozen_entry(
    root: Path, config: Config, what: str, reason: str = "", owner: str = "", *, code_only: bool = False
) -> str:
    """The entry for a definition, a module or a file as it is now, and before it in comments where it belongs.

    `what` is written as the entry has it: a path is relative to the folder of the settings, or to `root` where there
    are none.

    Raises UsageError for what is not there, with what it may be called, and for what cannot be parsed.
    """
    if lies_elsewhere(what):
        raise UsageError(f"{what!r} lies elsewhere: name a file below the folder of the settings")
    there = [one for one in config.frozen if one.what == what]
    for one in there[:1]:
        # The new entry takes the place of this one: what nobody has said anew stays.
        reason, owner, code_only = reason or one.reason, owner or one.owner, code_only or one.code_only
    source = Path(config.source) if config.source else root / "pyproject.toml"
    entry = Frozen(
        what=what, fingerprint="", reason=reason, owner=owner, code_only=code_only, file=below(source, root)
    )
    layout = lay_out(discover(root, config), config)
    found = FrozenFiles(root, layout, config).look(entry)
    match found.state:
        case "gone" | "unseen":
            called = _of_path(what, entry.file, layout)
            near = f"did you mean {' or '.join(called or found.near)}?" if called or found.near else _REMEDY
            raise UsageError(f"there is no {what!r} here: {near}")
        case "unreadable":
            raise UsageError(f"{what} has no fingerprint, since {found.because}: name its file, with its path")
        case _:
            pass
    header = "tool.overhaul.frozen" if source.name == "pyproject.toml" else "frozen"
    comments = (
        f"{found.path}:{found.line}: {what}", f"for {source.name}",
        *(f"{one.file}:{one.line} has an entry for it already: put this one in its place" for one in there),
    )  # fmt: skip
    values = [("what", what), ("fingerprint", found.fingerprint), ("reason", reason), ("owner", owner)]
    lines = [f"{key} = {_quoted(value)}" for key, value in values if value]
    if not reason:
        lines.insert(2, 'reason = ""  # say why it is not to be changed')
    if code_only:
        lines.append("code-only = true")
    return "".join(f"{line}\n" for line in (*(f"# {printable(one)}" for one in comments), f"[[{header}]]", *lines))


_REMEDY: Final = "name it `package.module:Class.method`, `package.module`, or by its path"


def _of_path(what: str, settings: str, layout: Layout) -> tuple[str, ...]:
    """What is meant by `package/module.py:Name`: the definition by its module."""
    path, colon, name = what.partition(":")
    try:
        module = layout.module_of(posixpath.normpath(posixpath.join(posixpath.dirname(settings), path)))
    except KeyError:
        return ()
    return (f"{module}:{name}",) if colon else ()


def _quoted(text: str) -> str:
    """A text as TOML has it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
