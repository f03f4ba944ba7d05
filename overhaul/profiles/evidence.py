"""From a folder and files to what can be judged: the project's modules, and where measurements come from."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from overhaul.config import Config
from overhaul.errors import TargetError
from overhaul.files.discovery import discover
from overhaul.layout import lay_out
from overhaul.profiles.matrix import Matrix, decide
from overhaul.profiles.model import Profile
from overhaul.profiles.reading import read_profiles
from overhaul.profiles.verdict import Evidence
from overhaul.profiles.where import Project
from overhaul.thresholds import wanted


def project_at(root: Path, config: Config) -> Project:
    """The files of a project, by name alone: none is read. One without Python has none."""
    try:
        tree = discover(root, config)
    except TargetError:
        return Project(None, {})
    layout = lay_out(tree, config)
    return Project(tree.root, {entry.path: layout.module_of(entry.path) for entry in tree.entries})


def evidence(profiles: Iterable[Profile], root: Path) -> tuple[Evidence, ...]:
    """The files of profiles, by their place in the project or, for those outside, by their name."""
    return tuple(sorted(Evidence(_named(Path(one.file), root), one.format, one.digest) for one in profiles))


def judged(root: Path, config: Config, files: Iterable[Path]) -> Matrix:
    """The decision matrix of some files, for a project with its settings. Raises UsageError."""
    return decide(read_profiles(files), wanted(config.perf), project_at(root, config))


def _named(file: Path, root: Path) -> str:
    whole, top = Path(os.path.abspath(file)), Path(os.path.abspath(root))
    return whole.relative_to(top).as_posix() if whole.is_relative_to(top) else file.name
