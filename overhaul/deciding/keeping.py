"""What decisions protect: found by name in what a codemod is asked, and in what comes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Final, cast

import msgspec

from overhaul.changes import Delegated, Moved, Replaced, Vouched
from overhaul.deciding.links import link_of, rows_of
from overhaul.deciding.model import Protection, Record
from overhaul.deciding.reading import folder_of, named_record, read_records
from overhaul.drafts import Drafted
from overhaul.errors import ConfigError, UnknownName
from overhaul.facts import Class, Function, Row
from overhaul.patterns import regex
from overhaul.plans import Refusal
from overhaul.requests import Request
from overhaul.survey import Survey

UNIFY: Final = "unify"
_SAME: Final[Mapping[str, str]] = {"merge": UNIFY}
"""Words that mean another."""
_TARGET: Final = regex(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_MODULE: Final = regex(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_WILD: Final = frozenset("*?[")


class Kept(msgspec.Struct, frozen=True):
    """Why something stays as it is."""

    record: Record
    rule: Protection
    name: str
    """What is protected, dotted."""

    @property
    def why(self) -> str:
        """`kept by decision 0007 (state machines stay separate)`."""
        return f"kept by {self.record.called} ({self.rule.rule})"


class Keeping:
    """The protected rules of the decisions that are accepted; nothing is looked up before it is asked for."""

    def __init__(self, survey: Survey, folder: Path | None = None, despite: Collection[str] = ()) -> None:
        """`folder` has the decisions, by default that of the settings; those named in `despite` do not count.

        Raises ConfigError for records that cannot be read, and UnknownName for one in `despite` that there is not.
        """
        self._survey = survey
        records = read_records(folder or folder_of(survey.config, survey.root), survey.root)
        aside = {named_record(records, one).id for one in despite}
        self._records = tuple(
            one for one in records if one.status == "accepted" and one.block.protected and one.id not in aside
        )
        self._gone: dict[str, set[str]] = {}

    def __bool__(self) -> bool:
        """Whether anything is protected."""
        return bool(self._records)

    @cached_property
    def _rules(self) -> Sequence[tuple[Record, Protection, frozenset[str], _Names]]:
        """Record, rule, what is not to be done, and the names it is not to be done to."""
        return tuple(
            (record, rule, frozenset(self._verbs(record, rule)), _Names(self._names(record, rule)))
            for record in self._records for rule in record.block.protected
        )  # fmt: skip

    def _verbs(self, record: Record, rule: Protection) -> Iterator[str]:
        known = known_verbs(self._survey)
        for one in rule.must_not:
            if one not in known:
                raise ConfigError(f"{record.file}: must-not: {UnknownName('act', one, known)}")
            yield _SAME.get(one, one)

    def _names(self, record: Record, rule: Protection) -> Iterator[str]:
        for one in rule.what:
            try:
                yield from protected_names(one, self._survey)
            except UnknownName as error:
                raise ConfigError(f"{record.file}: what: {error}") from error

    def kept(self, dotted: str, act: str = UNIFY) -> Kept | None:
        """Why something is not to be unified (moved, renamed ...): it is protected, or holds or lies in what is."""
        for record, rule, verbs, names in self._rules:
            if act in verbs and (name := self._touched(dotted, names, held=True)):
                return Kept(record, rule, name)
        return None

    def exactly(self, dotted: str, act: str = UNIFY) -> Kept | None:
        """Why something is not to be unified as a whole: that it holds something which is protected is no reason."""
        for record, rule, verbs, names in self._rules:
            if act in verbs and (name := self._touched(dotted, names, held=False)):
                return Kept(record, rule, name)
        return None

    def _touched(self, dotted: str, names: _Names, *, held: bool) -> str:
        """The protected name that something is, was, lies in, or holds if that counts; "" for none."""
        called = (dotted, *_before(dotted, self._gone))
        return next((name for one in called if (name := names.touched(one, held=held))), "")

    def _decorated(self, module: str, act: str) -> Kept | None:
        """Why a step that is about all decorators in a module or package is not to be carried out."""
        for record, rule, verbs, names in self._rules:
            for name in sorted(names.names) if act in verbs else ():
                if name.startswith(f"{module}.") and _decorated(name, self._survey):
                    return Kept(record, rule, name)
        return None

    def asked(self, codemod: str, request: object) -> Iterator[Kept]:
        """What is protected of all that a step names: a codemod is told by the first word of its name."""
        act = act_of(codemod)
        everything = _everything(request)
        for text in _texts(request):
            found = None
            if _TARGET.fullmatch(text):
                found = self.kept(text.replace(":", "."), act)
            elif _MODULE.fullmatch(text):
                found = self.exactly(text, act) or (self._decorated(text, act) if everything else None)
            if found is not None:
                yield found

    def done(self, moved: Iterable[Moved], replaced: Iterable[Replaced], vouched: Iterable[Vouched]) -> Iterator[Kept]:
        """What is protected of all that a step has changed, whatever its codemod is called."""
        for one in replaced:
            # That something else in a module is used from elsewhere now is told by itself.
            names = (one.before,) if one.kind == "module" else (one.before, one.after)
            yield from (kept for name in names if (kept := self.kept(name.dotted)) is not None)
        for each in vouched:
            if isinstance(each, Delegated) and (kept := self.kept(each.before.dotted)) is not None:
                yield kept
        for step in moved:
            act = "rename" if step.before.dotted.rpartition(".")[0] == step.after.dotted.rpartition(".")[0] else "move"
            if (kept := self.kept(step.before.dotted, act)) is not None:
                yield kept

    def follow(self, moved: Iterable[Moved]) -> None:
        """Go on to know what a step has given another name."""
        for one in moved:
            self._gone.setdefault(one.after.dotted, set()).add(one.before.dotted)

    def drafted(self, steps: Iterable[Drafted]) -> Iterator[Drafted]:
        """Drafts of which those that would touch what is protected only say so."""
        for step in steps:
            found = next(self.asked(step.codemod, step.keys), None)
            if found is None:
                yield step
            else:
                why = f"{found.name} is {found.why}: {found.record.file}"
                yield msgspec.structs.replace(step, kept=why, ready=False)


def known_verbs(survey: Survey) -> frozenset[str]:
    """What a decision can forbid: the first words of codemods' names, and what codemods can do by whatever name."""
    return frozenset({UNIFY, "move", "rename", *_SAME, *(one.partition("_")[0] for one in survey.leaves.codemods)})


def act_of(codemod: str) -> str:
    """What a codemod does, by its name."""
    word = codemod.partition("_")[0]
    return _SAME.get(word, word)


def protected_names(what: str, survey: Survey) -> Iterator[str]:
    """The dotted names that an entry of `what` stands for. Raises UnknownName for a table that there is not."""
    link = link_of(what)
    if link is not None:
        for module, row in rows_of(link, survey):
            yield from _spoken_of(row, module)
        return
    if _WILD.isdisjoint(what):
        yield what
        return
    for module in survey.layout.modules:
        if fnmatchcase(module, what):
            yield module
    for dotted, _ in _defined(survey, survey.layout.modules):
        if fnmatchcase(dotted, what):
            yield dotted


def _spoken_of(row: Row, module: str) -> Iterator[str]:
    """What a row is about, dotted: itself, the members of a group, both of a pair, the states of a machine."""
    members: object = getattr(row, "members", ())
    pair = [value for key in ("first", "second") if isinstance(value := getattr(row, key, None), str) and value]
    several = list(cast("tuple[object, ...]", members)) if isinstance(members, tuple) else []
    name: object = getattr(row, "name", "")
    if not pair and isinstance(name, str) and name:
        yield f"{module}.{name}" if module else name
    yield from pair
    for one in several:
        if isinstance(one, str):
            yield one
        elif isinstance(one, msgspec.Struct):
            parts = (getattr(one, "module", ""), getattr(one, "name", ""))
            yield ".".join(part for part in parts if isinstance(part, str) and part)
    enum: object = getattr(row, "enum", "")
    if isinstance(enum, str) and enum:
        yield enum


class _Names:
    """Dotted names, found by what they are, by what lies in them, and by what holds them."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        self._held: dict[str, str] = {}
        """What holds some of them -> the first of these."""
        for name in sorted(self.names, reverse=True):
            self._held.update((above, name) for above in _above(name))

    def touched(self, dotted: str, *, held: bool) -> str:
        """The one that something is or lies in, or else, if that counts, one that it holds; "" for none."""
        found = next((one for one in (dotted, *_above(dotted)) if one in self.names), "")
        return found or (self._held.get(dotted, "") if held else "")


def _above(dotted: str) -> Iterator[str]:
    """What a dotted name lies in, the nearest first."""
    while dotted := dotted.rpartition(".")[0]:
        yield dotted


def _before(dotted: str, gone: Mapping[str, Collection[str]]) -> Iterator[str]:
    """What something was called before the steps so far."""
    seen = {dotted}
    left = [dotted]
    while left:
        name = left.pop()
        for after, befores in gone.items():
            if name != after and not name.startswith(f"{after}."):
                continue
            for before in befores:
                old = f"{before}{name[len(after):]}"
                if old not in seen:
                    seen.add(old)
                    left.append(old)
                    yield old


def _texts(value: object) -> Iterator[str]:
    """All texts in a request, or in the keys of a draft, however deep; keys of tables too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in cast("Mapping[object, object]", value).items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in cast("Sequence[object]", value):
            yield from _texts(inner)
    elif isinstance(value, Request):
        for field in msgspec.structs.fields(value):
            yield from _texts(getattr(value, field.name))


def _defined(survey: Survey, modules: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The classes and functions of modules, dotted, each with its line; classes first."""
    classes, functions = survey.facts(Class), survey.facts(Function)
    for module in modules:
        yield from ((f"{module}.{row.name}", row.line) for row in classes[module])
        yield from ((f"{module}.{row.name}", row.line) for row in functions[module])


def _decorated(dotted: str, survey: Survey) -> bool:
    """Whether something is a function with a decorator."""
    module, name = _module(dotted, survey)
    return bool(module) and any(row.name == name and row.decorators for row in survey.facts(Function)[module])


def _module(dotted: str, survey: Survey) -> tuple[str, str]:
    """A dotted name as its module and the name in it; "" and the rest for one that is in none."""
    module, name = dotted, ""
    while module and module not in survey.layout.modules:
        module, _, last = module.rpartition(".")
        name = f"{last}.{name}" if name else last
    return module, name


def _everything(request: object) -> bool:
    """Whether a step is about all that the modules hold which it names: then its key `all` says so."""
    value: object = None
    if isinstance(request, Mapping):
        value = cast("Mapping[str, object]", request).get("all")
    elif isinstance(request, Request):
        value = getattr(request, "all", None)
    return value is True


def refusal(kept: Kept, survey: Survey, number: int) -> Refusal:
    """Why the step of a number may not be carried out."""
    path, line = _place(kept, survey)
    remedy = f"see {kept.record.file}: leave it as it is, or --despite {kept.record.id}"
    return Refusal(path, line, "decisions", f"{kept.name} is {kept.why}", remedy, number)


def _place(kept: Kept, survey: Survey) -> tuple[str, int]:
    """Path and line of what is protected, as far as they are known."""
    module, name = _module(kept.name, survey)
    if not module:
        return "", 0
    lines = [line for dotted, line in _defined(survey, [module]) if f"{kept.name}.".startswith(f"{dotted}.")]
    return survey.layout.modules[module].path, lines[-1] if name and lines else 0


