"""Carry out the steps of a migration in memory, and prove what comes of it; nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, Protocol, cast

import msgspec

from overhaul.changes import (
    Added,
    Change,
    Delegated,
    Divided,
    Edit,
    FileChange,
    Formed,
    Leftover,
    Moved,
    Proposal,
    Replaced,
    Rewritten,
    Used,
    Vouched,
    assembled,
)
from overhaul.composing import composed, composed_moves, composed_replaced
from overhaul.config import Verify
from overhaul.deciding.keeping import Keeping, Kept, refusal
from overhaul.errors import LeafError, OverhaulError, Refused, Unreadable, UsageError, blame
from overhaul.leaves import Codemod, Leaves
from overhaul.mentions.finding import mentions
from overhaul.mentions.unlike import unlike
from overhaul.naming.meanings import Meaning
from overhaul.plans import Check, Plan, Refusal, Step
from overhaul.project import Project
from overhaul.proving.commands import run_commands
from overhaul.proving.proof import prove
from overhaul.requests import Request
from overhaul.settling import settled

_MANY: Final = 8
"""Files from which on it pays to parse beforehand."""
_MOST: Final = 1000
"""Files that are kept in memory for it."""


class Told(Protocol):
    """Told what is being done."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """`what` is being done, the part `done` of `total`; 0 of 0 where nobody knows how long it takes."""
        ...


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How a plan is to be made."""

    without: tuple[str, ...] = ()
    """Steps, by number from 1, and files in which only text changes, that are left out."""
    code_only: bool = False
    """Text that is no code stays as it is; where it speaks of what is moved is told."""
    leave_strings: bool = False
    """Of all steps: see `Step`."""
    verify: Verify | None = None
    """The user's own checks; None for none."""
    despite: tuple[str, ...] = ()
    """Decisions that protect nothing this time."""


def plan(
    project: Project, steps: Sequence[Step], leaves: Leaves, asked: Asked | None = None, told: Told | None = None
) -> Plan:
    """What the steps come to, one after the other, and whether it may be written.

    Whatever is wrong with the steps themselves is a refusal of the plan. Raises LeafError, with its place, for a
    codemod that fails, UnknownName for one that is not there, and UsageError for what cannot be left out.
    """
    asked = asked or Asked()
    numbers = {number for number in range(1, len(steps) + 1) if str(number) in asked.without}
    paths = {one for one in asked.without if one not in map(str, numbers)}
    stages: list[_Stage] = []
    keeping = Keeping(project.survey, despite=asked.despite)
    now = project
    for number, step in enumerate(steps, 1):
        if number in numbers:
            continue
        if told is not None:
            told(step.called, number - 1, len(steps))
        leaf = leaves.codemod(step.codemod)
        if now is project and len(guesses := foreseen(project, step.request)) >= _MANY:
            project.survey.foresee(guesses)
        stage = _Attempt(now, number, step, leaf, paths, asked, keeping).stage()
        keeping.follow(stage.moved)
        onwards = [one for at, one in enumerate(steps, 1) if at >= number and at not in numbers]
        if _unasked(stage) and settled(now, onwards):
            stage = _Stage(number, step, now)
        stages.append(stage)
        now = stage.after
    project.survey.forget()
    if lost := sorted(paths - {path for stage in stages for path in stage.texts}):
        raise UsageError(f"--without {lost[0]}: {_why_not(lost[0], stages, len(steps))}")
    files, moved = composed(stage.files for stage in stages), composed_moves(stage.moved for stage in stages)
    instead = composed_replaced((stage.moved, stage.replaced) for stage in stages)
    every = [check for stage in stages for check in stage.checks]
    if len(stages) > 1 and files and not any(check.refusals for check in every):
        every.append(_undone(now, [(stage.number, stage.step, leaves.codemod(stage.step.codemod)) for stage in stages]))
    checks = list(_joined(every))
    if asked.verify is not None and files and not any(check.refusals for check in checks):
        checks.append(run_commands(project, now, files, (*moved, *instead), asked.verify, _lines(told)))
    return Plan(
        tuple(steps), files, moved,
        tuple(sorted({one for stage in stages for one in stage.leftovers})),
        tuple(checks), tuple(dict.fromkeys(asked.without)), tuple(_separable(stages, steps)),
        project.parsed + project.survey.foreseen, instead,
        tuple(stage.number for stage in stages if not (stage.files or any(one.refusals for one in stage.checks))),
    )  # fmt: skip


def foreseen(project: Project, request: Request) -> dict[str, bytes]:
    """What files will probably hold when a name of a module has become another: where it stands as a word, the other.

    That is a guess, for parsing beforehand; nothing else goes by it.
    """
    target, to = getattr(request, "target", ""), getattr(request, "to", "")
    if not (isinstance(target, str) and isinstance(to, str) and (target + to).isascii() and to.isidentifier()):
        return {}
    name = target.partition(":")[2]
    if not name.isidentifier():
        return {}
    word = re.compile(rb"(?<![0-9A-Za-z_])%s(?![0-9A-Za-z_])" % name.encode())
    paths = list(project.mentioning([name]))[:_MOST]
    return {path: word.sub(to.encode(), project.source(path).data) for path in paths}


def _unasked(stage: _Stage) -> bool:
    """Whether a step was refused as it was asked."""
    return any(check.name == "request" and check.refusals for check in stage.checks)


def _undone(done: Project, steps: Sequence[tuple[int, Step, Codemod]]) -> Check:
    """Asked again as a whole, the steps do nothing more: none takes what another has left for its own.

    A step that is refused then does nothing either.
    """
    refusals: list[Refusal] = []
    for number, step, leaf in steps:
        try:
            more = sorted({one.path for one in proposals(leaf, done, step.request) if isinstance(one, Change)})
        except (Refused, Unreadable):
            continue
        if more:
            why = f"asked again when all steps are done, `{step.called}` would change it once more"
            refusals.append(Refusal(more[0], 0, "second pass", why, "use names that no other step gives away", number))
    return Check("second pass", 1, tuple(refusals))


def _lines(told: Told | None) -> Callable[[str], None]:
    """Tells lines of which nobody knows how many there will be."""

    def tell(what: str) -> None:
        if told is not None:
            told(what, 0, 0)

    return tell


def _why_not(path: str, stages: Iterable[_Stage], steps: int) -> str:
    if any(one.path == path for stage in stages for one in stage.files):
        return "its code has to change: leave out the step instead"
    return f"is neither a step (1 to {steps}) nor a file in which only text changes: look at the plan without it"


class _Stage(msgspec.Struct, frozen=True):
    """What one step comes to."""

    number: int
    step: Step
    after: Project
    files: tuple[FileChange, ...] = ()
    moved: tuple[Moved, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    checks: tuple[Check, ...] = ()
    texts: tuple[str, ...] = ()
    """The files in which only text changes, or would, that nothing else stands on."""
    replaced: tuple[Replaced, ...] = ()


class _Attempt:
    """One step, tried on the project as the steps before have left it."""

    def __init__(
        self, before: Project, number: int, step: Step, leaf: Codemod, without: set[str], asked: Asked,
        keeping: Keeping,
    ) -> None:  # fmt: skip
        self.before = before
        self.number = number
        self.step = step
        self.leaf = leaf
        self.without = without
        self.code_only = asked.code_only
        self.leave_strings = asked.leave_strings
        self.keeping = keeping
        self._own: Project | None = None

    def stage(self) -> _Stage:
        """Carry it out; what is refused leaves the project as it was."""
        try:
            return self._carried_out()
        except Refused as error:
            return self._refused(str(error))
        except Unreadable as error:
            where = getattr(error, "__notes__", [self.step.codemod])[0]
            return self._refused(f"{where}: it would be affected, and cannot be read ({error}): mend or exclude it")

    def _refused(self, message: str) -> _Stage:
        refusal = _refusal(message, "request", self.number)
        return _Stage(self.number, self.step, self.before, checks=(Check("request", 1, (refusal,)),))

    def _carried_out(self) -> _Stage:
        changes: list[Change] = []
        moved: list[Moved] = []
        replaced: list[Replaced] = []
        vouched: list[Vouched] = []
        leftovers: list[Leftover] = []
        if protected := tuple(self.keeping.asked(self.step.codemod, self.step.request)):
            # Told before anything else that may stand against it: this will not go away.
            return _Stage(self.number, self.step, self.before, checks=(self._decided(protected),))
        for one in proposals(self.leaf, self.before, self.step.request):
            match one:
                case Moved():
                    moved.append(one)
                case Replaced():
                    replaced.append(one)
                case Divided() | Delegated() | Added() | Used() | Rewritten() | Formed():
                    vouched.append(one)
                case Leftover():
                    leftovers.append(one)
                case _:
                    changes.append(one)
        if not changes:
            return _Stage(self.number, self.step, self.before, leftovers=tuple(leftovers))
        code = {one.path for one in changes}
        texts: dict[str, list[Edit]] = {}
        named = [*moved, *(Moved(one.before, one.after, one.kind) for one in replaced)]
        if named:
            told = {(one.path, one.line) for one in leftovers}
            for found in self._mentions(tuple(changes), named, looser=bool(replaced)):
                if isinstance(found, Leftover):
                    # One place is told once, by whoever knows it best.
                    leftovers += [found] if (found.path, found.line) not in told else []
                elif self.code_only or (found.path in self.without and found.path not in code):
                    leftovers += self._left(found, named)
                else:
                    changes.append(found)
                if isinstance(found, Edit):
                    texts.setdefault(found.path, []).append(found)
        files = tuple(assembled(changes, self.before.source, self.before.exists))
        after = self.before.after(files)
        checks = [self._again(after), *self._frozen(after)]
        if self.keeping:
            checks.append(self._decided(self.keeping.done(moved, replaced, vouched)))
        if not any(check.refusals for check in checks):
            checks += prove(self.before, after, files, moved, leftovers=leftovers, replaced=replaced, vouched=vouched)
        return _Stage(
            self.number, self.step, after, files, tuple(moved), tuple(leftovers), tuple(self._numbered(checks)),
            tuple(path for path in texts if path not in code), tuple(replaced),
        )  # fmt: skip

    def _mentions(
        self, changes: Sequence[Change], moved: Sequence[Moved], looser: bool
    ) -> Iterator[Edit | Leftover]:
        after = partial(self._meaning, changes)
        leave = self.leave_strings or self.step.leave_strings
        found = mentions(self.before, after, moved, changes, leave_strings=leave)
        return unlike(self.before, found, moved, after) if looser else found

    def _meaning(self, changes: Sequence[Change], dotted: str) -> Meaning:
        """What a dotted name means when the codemod has done its part."""
        if self._own is None:
            files = assembled(changes, self.before.source, self.before.exists)
            self._own = self.before.after(files)
        return self._own.symbols.resolve(dotted)

    def _left(self, edit: Edit, moved: Sequence[Moved]) -> Iterator[Leftover]:
        """The ledger's lines for text that is left as it is because the user wants it so."""
        reason = "text, left as it is (--code-only)" if self.code_only else "left out on request"
        text = self.before.source(edit.path).text()
        for one in edit.replacements:
            written = text[one.start : one.end]
            target = next((each.before for each in moved if written and written in each.before.dotted), moved[0].before)
            yield self.before.leftover(edit.path, text.count("\n", 0, one.start) + 1, target, reason)

    def _again(self, after: Project) -> Check:
        """The same step asked again has nothing more to do."""
        try:
            more = [one for one in proposals(self.leaf, after, self.step.request) if isinstance(one, Change)]
        except Refused as error:
            return Check("second pass", 1, (_refusal(str(error), "second pass", self.number),))
        wrong = tuple(
            Refusal(one.path, 0, "second pass", "the same step would change it again", "report it", self.number)
            for one in more
        )
        return Check("second pass", 1, wrong)

    def _frozen(self, after: Project) -> Iterator[Check]:
        """What the project has agreed not to change stays as it is."""
        if entries := self.before.config.frozen:
            yield Check("frozen", len(entries), tuple(self._thawed(after)))

    def _thawed(self, after: Project) -> Iterator[Refusal]:
        for entry in self.before.config.frozen:
            was, now = self.before.survey.frozen.look(entry), after.survey.frozen.look(entry)
            if was.state == "same" and now.state != "same":
                why = f"{entry.what} is not to be changed{f' ({entry.reason})' if entry.reason else ''}"
                owner = f"ask {entry.owner}, or " if entry.owner else ""
                remedy = f"{owner}take its entry in {entry.file} away"
                yield Refusal(was.path, was.line, "frozen", why, remedy, self.number)

    def _decided(self, found: Iterable[Kept]) -> Check:
        """What a decision protects is left alone."""
        wrong = [refusal(one, self.before.survey, self.number) for one in found]
        return Check("decisions", 1, tuple(dict.fromkeys(wrong)))

    def _numbered(self, checks: Iterable[Check]) -> Iterator[Check]:
        for check in checks:
            refusals = (msgspec.structs.replace(one, step=self.number) for one in check.refusals)
            yield msgspec.structs.replace(check, refusals=tuple(refusals))


def proposals(leaf: Codemod, project: Project, request: Request) -> Iterator[Proposal]:
    """What a codemod yields. Raises LeafError, with its place, for whatever goes wrong in it."""
    arguments = {name: request if hint is leaf.request else project for name, hint in leaf.reads.items()}
    try:
        yield from leaf.function(**arguments)
    except OverhaulError:
        raise
    except Exception as error:
        raise LeafError(
            f"{leaf.where}: codemod {leaf.name} failed ({blame(error)}): nothing was changed; mend it or report it"
        ) from error


_PLACE: Final = re.compile(r"(?P<path>[^\s:][^:]*\.\w+)(?::(?P<line>\d+))?: (?P<rest>.+)", re.DOTALL)


def _refusal(message: str, check: str, number: int) -> Refusal:
    """A message of the form `place: why: remedy` as a row."""
    place = _PLACE.fullmatch(message)
    path, line, rest = (place["path"], int(place["line"] or 0), place["rest"]) if place else ("", 0, message)
    why, colon, remedy = rest.rpartition(": ")
    return Refusal(path, line, check, why if colon else rest, remedy if colon else "", number)


def _joined(checks: Iterable[Check]) -> Iterator[Check]:
    """The checks of all steps, those of one name as one, in the order in which they are made first."""
    by_name: dict[str, list[Check]] = {}
    for check in checks:
        by_name.setdefault(check.name, []).append(check)
    for name, several in by_name.items():
        refusals = tuple(one for check in several for one in check.refusals)
        skipped = "; ".join(dict.fromkeys(check.skipped for check in several if check.skipped))
        yield Check(name, sum(check.looked for check in several), refusals, skipped)


def _separable(stages: Sequence[_Stage], steps: Sequence[Step]) -> Iterator[str]:
    """What of a refused plan may be left out: steps that no later one speaks of, files in which only text changes."""
    refused = [stage for stage in stages if any(check.refusals for check in stage.checks)]
    for stage in refused:
        later = list(steps[stage.number :])
        if len(stages) > 1 and not any(_stands_on(step, stage) for step in later):
            yield str(stage.number)
    hit = {one.path for stage in refused for check in stage.checks for one in check.refusals}
    yield from sorted({path for stage in refused for path in stage.texts} & hit)


def _stands_on(step: Step, stage: _Stage) -> bool:
    """Whether a later step may need what an earlier one does: it names what that one names."""
    mine = set(_words(step.request))
    theirs = set(_words(stage.step.request)) | {str(one.after) for one in stage.moved}
    return any(_related(one, other) for one in mine for other in theirs)


def _words(request: Request) -> Iterator[str]:
    for field in msgspec.structs.fields(request):
        value: object = getattr(request, field.name)
        several = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
        yield from (one for one in several if isinstance(one, str) and one)


def _related(one: str, other: str) -> bool:
    left, right = one.replace(":", ".").split("."), other.replace(":", ".").split(".")
    shorter = min(len(left), len(right))
    return left[:shorter] == right[:shorter]
