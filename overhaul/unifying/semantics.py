"""In what a cache class and the class that takes its place differ, as far as the audit knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from overhaul.changes import Target
from overhaul.inventory import Cache
from overhaul.naming.meanings import Symbol
from overhaul.unifying.cache_shapes import Reading

if TYPE_CHECKING:
    from overhaul.project import Project

_OURS: Final = "overhaul.unified.cache"
_UNBOUNDED: Final = re.compile(r"max_?size\s*=\s*None")
_EVERLASTING: Final = re.compile(r"ttl\s*=\s*None")


def differences(project: Project, target: Symbol, construct: str, to: Target) -> Iterator[str]:
    """What is not the same afterwards, a few words each; nothing where the audit knows of no difference.

    Of classes that are no caches nothing is known: then that is said.
    """
    rows = project.survey.rows(Cache)
    classes = {(one.module, one.name): one for one in rows if one.subkind == "class"}
    old, new = classes.get((target.module, target.name)), classes.get((to.module, to.name))
    if ours(project, to):
        new = None  # what it does is known
    if old is None:
        yield f"that {to.name} does what {target.name} did is for you to say"
        return
    bounded = not _UNBOUNDED.search(construct)
    if old.bounded is not None and bool(old.bounded) != bounded:
        yield "entries are dropped when there are too many" if bounded else "nothing is dropped when there are too many"
    expires = not _EVERLASTING.search(construct)
    if (old.ttl is True) != expires:
        yield "entries expire" if expires else "entries do not expire"
    if old.locked is not True and (new is None or new.locked):
        yield "it is safe for threads, which the old one was not"
    if old.locked and new is not None and new.locked is False:
        yield "it is not safe for threads, which the old one was"
    if old.none == "miss":
        yield "None is a value that can be stored"
    if new is not None and old.none == "stored" and new.none == "miss":
        yield "None cannot be told from a missing entry"
    if ours(project, to):
        yield from _policies(project, old, construct)
    if old.scope == "instance" and re.search(r"\bshared\(", construct):
        yield "its instances share their entries"


def _policies(project: Project, old: Cache, construct: str) -> Iterator[str]:
    """Which entry goes when there are too many, and when one is too old; as far as the old methods can be read."""
    try:
        reading = Reading(project.source(old.path).text(), old.name, old.storage.rpartition(".")[2])
    except (SyntaxError, KeyError):
        return
    policy = re.search(r"policy\s*=\s*[\"'](\w+)", construct)
    if old.bounded and reading.eviction() != (policy[1] if policy else "lru"):
        yield "which entry goes when there are too many may be another one"
    if old.ttl is True:
        told = {reading.boundary(name) for name, _, _ in reading.parameters() if reading.role(name) == "ttl"}
        boundary = re.search(r"boundary\s*=\s*[\"'](\w+)", construct)
        if told != {boundary[1] if boundary else "at"}:
            yield "whether an entry of exactly its age is too old may be another matter"


def ours(project: Project, to: Target) -> bool:
    """Whether a class is the unified cache, or a copy of it."""
    if to.module == _OURS:
        return True
    if to.module not in project.layout.modules:
        return False
    return project.source(project.symbols.path(to.module)).text().startswith("# overhaul scaffold: cache")
