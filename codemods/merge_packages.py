"""Move the users of one of two parallel packages to the other, and take the first away."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from overhaul.changes import Proposal, Target
from overhaul.errors import UsageError
from overhaul.leaves import Codemod
from overhaul.merging.package_guards import refuse_mistyped
from overhaul.merging.packages import ClassPair, PackageMerger, Written
from overhaul.project import Project
from overhaul.requests import Request


class ClassTable(Request, frozen=True, kw_only=True):
    """What becomes of one class, as `unify_class` has it."""

    target: str
    """The class that goes, `package.module:Name`."""
    to: str
    """The class that is used instead."""
    construct: str
    """What a constructor call becomes: `Profiler({timer?})`."""
    methods: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Old method -> new name, or what its call becomes; those that the audit's table pairs with one of the same
    signature need not be named."""
    attributes: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Old attribute -> expression."""
    imports: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Name that the templates use -> module that it is taken from."""


class ByHand(Request, frozen=True, kw_only=True):
    """A place that no table serves, written anew."""

    path: str
    """The file."""
    before: str
    """The text as it stands there, once."""
    after: str
    """What is to stand there."""
    imports: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Name in the new text -> module that it is taken from."""


class MergePackages(Request, frozen=True, kw_only=True):
    """Which package goes, and what takes the place of what."""

    old: str
    """The package or module that goes, dotted."""
    new: str
    """The package or module that stays."""
    classes: tuple[ClassTable, ...] = ()
    """Its classes, each with what is used instead."""
    names: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Functions and constants, `old.module:name` -> `new.module:name`; those that the audit's table pairs with one of
    the same signature need not be named."""
    by_hand: tuple[ByHand, ...] = ()
    """Places that no table serves."""
    drop_tests: tuple[str, ...] = ()
    """Test files that test what goes, and that the other package cannot serve: they are deleted, and told."""


@Codemod
def merge_packages(project: Project, request: MergePackages) -> Iterator[Proposal]:
    """Move the users of one of two parallel packages to the other, and take the first away.

    What takes the place of what is told by tables, beside what the audit's interface table pairs with the same
    signature: classes with what their constructors, methods and attributes become, functions and constants by name.
    Instances are followed as by `unify_class`. Places that no table serves are written by hand, in the request, so that
    they are part of the same step. When nothing refers to the package any more its files are deleted; as long as
    something does, the step is refused with every such place.
    """
    if request.old not in project.layout.modules and request.new in project.layout.modules:
        named = [*request.names, *(one.target for one in request.classes)]
        refuse_mistyped(project, request.old, request.new, named)
        return  # done already
    pairs = [
        ClassPair(_target(one.target), _target(one.to), one.construct, one.methods, one.attributes, one.imports)
        for one in request.classes
    ]  # fmt: skip
    for before, after in request.names.items():
        for one in (before, after):
            _target(one)
    hands = [Written(one.path, one.before, one.after, one.imports) for one in request.by_hand]
    merger = PackageMerger(
        project, request.old, request.new, pairs, request.names, hands, request.drop_tests
    )  # fmt: skip
    yield from merger.proposals()


def _target(text: str) -> Target:
    module, _, name = text.partition(":")
    if not name or not module:
        raise UsageError(f"{text}: write package.module:Name")
    return Target(module, name)
