"""Put measurements into a project, or take them out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from overhaul.changes import Leftover, Proposal, Replacement, Target, least
from overhaul.errors import Refused, Unreadable, UsageError, did_you_mean
from overhaul.instrumenting.calls import Form, asked, calls, missing
from overhaul.instrumenting.functions import Chosen, Looking, chosen, modules_of, own, targets
from overhaul.instrumenting.probes import Probed
from overhaul.instrumenting.removing import fits, probes
from overhaul.project import Project
from overhaul.refactoring.references import References

Unsure = Literal["refuse", "wrap", "leave"]
_Fits = Callable[[str], bool]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be measured, and how."""

    instrumentor: str
    functions: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    label: str = ""
    form: Form = "with"
    unsure: Unsure = "refuse"


class Measuring:
    """One step: what it puts into which files."""

    def __init__(self, project: Project, wanted: Wanted) -> None:
        """Raises UsageError and Refused for what cannot be meant."""
        self.project = project
        self.wanted = wanted
        module, colon, name = wanted.instrumentor.partition(":")
        if not colon or not name.isidentifier():
            raise UsageError(f"{wanted.instrumentor!r} names no instrumentor: write package.module:INSTRUMENTOR")
        if name.startswith("__") and not name.endswith("__"):
            raise UsageError(f"{name}: in a class Python takes it for another name: call the instrumentor otherwise")
        if '"' in wanted.label or "\\" in wanted.label or not wanted.label.isprintable():
            raise UsageError(f"{wanted.label!r} cannot label a component: leave out quotes, backslashes and line ends")
        self.instrumentor = Target(module, name)
        self.references = References(project)
        self._files: dict[str, Probed] = {}
        self._looking = Looking(project)

    # Putting in

    def put(self) -> Iterator[Proposal]:
        """The changes, and what is left."""
        if not (self.wanted.functions or self.wanted.calls):
            raise UsageError("nothing is named: write `functions` or `calls`")
        self.project.symbol(self.instrumentor)
        parts: dict[str, list[Replacement]] = {}
        named: dict[Target, bool] = {}
        for target, by_name in targets(self.project, self.wanted.functions):
            named[target] = by_name or named.get(target, False)
        for target, by_name in named.items():
            path = self.project.symbols.path(target.module)
            file = self._file(path)
            for one in chosen(self.project, file, target, self._looking):
                if by_name or target.module != self.instrumentor.module:
                    made, left = self._decorated(file, one, by_name=by_name)
                    parts.setdefault(path, []).extend(made)
                    yield from left
        self._check_calls()
        for path in self._with_calls() if self.wanted.calls else ():
            made, left = self._called(self._file(path))
            parts.setdefault(path, []).extend(made)
            yield from left
        if any(parts.values()) and (self.wanted.functions or self.wanted.form == "call") and self._looking.counting:
            parts = {
                path: [msgspec.structs.replace(one, guidance="review") for one in several]
                for path, several in parts.items()
            }
            for path, line in self._looking.counting:
                reason = "it counts frames: what it points at may be another where functions between are measured"
                yield self.project.leftover(path, line, self.instrumentor, reason)
        for path, replacements in parts.items():
            if replacements:
                file = self._file(path)
                file.check_name()
                yield self.project.edit(path, _in_order([*file.importing()], replacements))

    def _decorated(self, file: Probed, one: Chosen, *, by_name: bool) -> tuple[list[Replacement], list[Leftover]]:
        label = self.wanted.label
        if (there := own(file, one.node)) is not None:
            if file.label(there) == label:
                return [], []
            start, end = file.syntax.start(there), file.syntax.end(there)
            given = f'"{label}"' if label else ""
            text = f"{self.instrumentor.name}.probed({given})"
            return [Replacement(start, end, text, "the label of a measurement")], []
        if one.doubt and self.wanted.unsure != "wrap":
            if by_name and self.wanted.unsure == "refuse":
                remedy = 'if it does not matter say `unsure = "wrap"`'
                raise Refused(f"{file.path}:{one.node.lineno}: {one.target} may notice: {one.doubt}: {remedy}")
            return [], [self.project.leftover(file.path, one.node.lineno, one.target, f"not measured: {one.doubt}")]
        made = file.decorator(one.node, label)
        return [msgspec.structs.replace(made, guidance="review") if one.doubt or one.recursive else made], []

    def _with_calls(self) -> Iterator[str]:
        """The files that may have calls that are asked for."""
        words = {one.rpartition(":")[2].rpartition(".")[2] for one in self.wanted.calls}
        plain = all(word.isidentifier() for word in words)
        within = {module for one in self.wanted.within for module in modules_of(self.project, one)}
        for path in self.project.mentioning(sorted(words)) if plain else self.project.paths():
            module = self.project.layout.module_of(path)
            if path.endswith(".pyi") or module == self.instrumentor.module:
                continue
            if not self.wanted.within or module in within:
                yield path

    def _check_calls(self) -> None:
        """Raises Refused for a call that nobody makes, with or without a measurement."""
        lacking: Sequence[str] = self.wanted.calls
        for path in self._with_calls() if lacking else ():
            lacking = list(missing(self._file(path), lacking))
            if not lacking:
                return
        for one in lacking:
            module, colon, name = one.partition(":")
            if colon and module in self.project.layout.modules and not any(sign in name for sign in "*?["):
                self.project.symbol(Target(module, name))
            inside = f" in {', '.join(self.wanted.within)}" if self.wanted.within else ""
            near = did_you_mean(name.rpartition(".")[2] if colon else one.rpartition(".")[2], self._functions())
            raise Refused(f"{one}: there is no such call{inside}: {near if 'mean' in near else 'check the name'}")

    def _functions(self) -> set[str]:
        """What the project calls its functions and methods."""
        interiors = (self.project.symbols.interior(one) for one in self.project.layout.modules)
        return {name.rpartition(".")[2] for interior in interiors for name in interior.functions}

    def _called(self, file: Probed) -> tuple[list[Replacement], list[Leftover]]:
        made: list[Replacement] = []
        left: list[Leftover] = []
        for one in calls(file, self.wanted.calls, self.wanted.form):
            label = self.wanted.label or one.written
            if one.why_not:
                target = Target(file.syntax.module, one.written)
                left.append(self.project.leftover(file.path, one.node.lineno, target, f"not measured: {one.why_not}"))
            elif self.wanted.form == "with":
                made.append(file.block(one.statement, label))
            else:
                made += file.wrapper(one.node, label)
        return made, left

    def _file(self, path: str) -> Probed:
        found = self._files.get(path)
        if found is None:
            try:
                found = self._files[path] = Probed(self.references, path, self.instrumentor)
            except Unreadable as error:
                raise Refused(f"{path}: it cannot be read ({error}): mend it, or name others `within`") from error
        return found

    # Taking out

    def take(self) -> Iterator[Proposal]:
        """The changes that take out what was put in; of all that is named, or everything."""
        self.project.symbol(self.instrumentor)
        for _ in targets(self.project, self.wanted.functions):
            pass
        self._check_calls()
        everything = not (self.wanted.functions or self.wanted.calls)
        for path in self.project.mentioning([self.instrumentor.name]):
            module = self.project.layout.module_of(path)
            if path.endswith(".pyi") or module == self.instrumentor.module:
                continue
            if self.wanted.within and not any(
                module in modules_of(self.project, one) for one in self.wanted.within
            ):  # fmt: skip
                continue
            file = self._file(path)
            named = tuple(
                name for one in self.wanted.functions for inside, _, name in (one.partition(":"),)
                if fits((inside,))(module)
            )  # fmt: skip
            yield from self._taken(file, fits(named) if named or everything else lambda _: False, everything=everything)

    def _taken(self, file: Probed, wanted: _Fits, *, everything: bool) -> Iterator[Proposal]:
        def called(function: ast.expr | None) -> bool:
            named = function is not None and any(asked(file, function, one) for one in self.wanted.calls)
            return everything or named

        made: list[Replacement] = []
        gone = 0
        for line, label, parts in probes(file, wanted, called):
            if self.wanted.label and label != self.wanted.label:
                continue
            if parts is None:
                reason = "the measurement has been rewritten: take it out by hand"
                yield self.project.leftover(file.path, line, self.instrumentor, reason)
                continue
            gone += 1
            made += parts
        made += file.unimporting(gone)
        if made:
            yield self.project.edit(file.path, made)


def _in_order(first: list[Replacement], others: list[Replacement]) -> Iterator[Replacement]:
    """Insertions at one place as one, since nothing else would tell which comes first."""
    for one in first:
        beside = [other for other in others if other.start == other.end == one.start]
        text = "".join((one.text, *(other.text for other in beside)))
        guidance = least(other.guidance for other in (one, *beside))
        yield msgspec.structs.replace(one, text=text, guidance=guidance)
        others = [other for other in others if other not in beside]
    yield from others


def instrumented(project: Project, wanted: Wanted, *, remove: bool) -> Iterator[Proposal]:
    """The changes of a step. Raises UsageError and Refused."""
    step = Measuring(project, wanted)
    yield from step.take() if remove else step.put()
