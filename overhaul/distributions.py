"""What is installed, asked cheaply: `importlib.metadata` takes longer to import than a small tree to audit again."""

import os
import sys
from collections.abc import Iterator


def provides_entry_points(group: str) -> bool:
    """Whether any installed distribution may provide entry points of that group."""
    section = f"[{group}]"
    for folder, name in _metadata_folders():
        try:
            with open(os.path.join(folder, name, "entry_points.txt"), encoding="utf-8", errors="replace") as file:
                if section in file.read():
                    return True
        except OSError:
            continue
    return False


def version(distribution: str) -> str:
    """The version of an installed distribution, as the folder of its metadata is named.

    Raises importlib.metadata.PackageNotFoundError when it is not installed.
    """
    start = f"{distribution}-"
    for _, name in _metadata_folders():
        if name.startswith(start) and name.endswith(".dist-info"):
            return name.removeprefix(start).removesuffix(".dist-info")
    from importlib import metadata

    return metadata.version(distribution)


def _metadata_folders() -> Iterator[tuple[str, str]]:
    """The folders of metadata on `sys.path`: where they lie and what they are called."""
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                yield folder or ".", name
