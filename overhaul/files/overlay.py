"""A tree as it would be if some files were other than they are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import msgspec

from overhaul.config import Config
from overhaul.files.discovery import METADATA, SOURCES, Entry, Tree, admits


def overlaid(tree: Tree, config: Config, planned: Mapping[str, bytes | None]) -> Tree:
    """The tree with the content that some paths are planned to have; None for a file that goes.

    New files are held to the rules of discovery: what git would ignore, `exclude` names, or stands in a folder that is
    never entered, does not belong to it. Of a single file nothing else is looked at.
    """
    known = {entry.path for entry in tree.entries}
    kept = (entry for entry in tree.entries if entry.path not in planned)
    new = (path for path, data in planned.items() if data is not None and path.endswith(SOURCES))
    entries = [*kept, *_entries((path for path in new if path in known or admits(tree, config, path)), planned)]
    metadata = {path for path in tree.metadata if planned.get(path, b"") is not None}
    metadata |= {path for path in _metadata(planned) if path in tree.metadata or admits(tree, config, path)}
    return msgspec.structs.replace(
        tree,
        entries=tuple(sorted(entries, key=lambda entry: entry.path)),
        opaque=tuple(path for path in tree.opaque if planned.get(path, b"") is not None),
        metadata=tuple(sorted(metadata)),
        planned=planned,
    )


def _entries(paths: Iterator[str], planned: Mapping[str, bytes | None]) -> Iterator[Entry]:
    """What no disk has has no time and no inode either."""
    for path in paths:
        yield Entry(path, len(planned[path] or b""), 0, 0)


def _metadata(planned: Mapping[str, bytes | None]) -> Iterator[str]:
    for path, data in planned.items():
        if data is not None and os.path.basename(path) in METADATA:
            yield path
