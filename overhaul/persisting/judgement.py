"""Whether a pair of functions is the persistence of runtime state, how sure one may be, and how it writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from overhaul.inventory import Confidence, Persisting, StatePersistence, fact
from overhaul.persisting.halves import Deed
from overhaul.persisting.pairs import Pair, delegates, not_state, serialiser, touches
from overhaul.syntax.state_words import NOT_STATE, STATE
from overhaul.text import words_of


def judge(pair: Pair, module: str, path: str, near: Mapping[str, Deed]) -> StatePersistence | None:
    """The row of a pair; None for what is no state."""
    if not_state(pair, module) or serialiser(pair):
        return None
    saves, restores = pair.saves, pair.restores
    evidence = [fact(line, text) for line, text in pair.why]
    written = next(filter(None, (_written(one, near) for one in saves)), None)
    read = next(filter(None, (_read(one, near) for one in restores)), None)
    if written is not None:
        evidence.append(fact(*written))
    if read is not None:
        evidence.append(fact(*read))
    plumbing = [pair.store.removeprefix("self.").partition(".")[0]] if pair.store.startswith("self.") else []
    saved = frozenset[str]().union(*(touches(one, plumbing) for one in saves))
    restored = frozenset[str]().union(*(one.stores for one in restores)) - set(plumbing)
    if restored:
        evidence.append(fact(restores[0].row.line, f"{_last(restores[0])} sets {', '.join(sorted(restored)[:4])}"))
    named = any(STATE & set(words_of(one.row.name)) for one in (*saves, *restores))
    points = (written is not None) + (read is not None) + bool(saved) + bool(restored) + bool(pair.store) + named
    if written is None and read is None and not (named and saved and restored):
        return None
    if not saved and not restored and not named:
        return None  # What is handed in is written, what is read is handed out: a data set, an export, a helper.
    confidence: Confidence = (
        "high" if points >= 5 else "medium" if points >= 4 or (named and saved and restored) else "low"
    )
    first = min(saves, key=lambda one: _saying(one, restores))
    return StatePersistence(
        kind="state_persistence", subkind="", name=first.row.name, module=module, path=path, line=first.row.line,
        confidence=confidence, evidence=tuple(evidence),
        members=tuple(_members(pair, module, path)), write=discipline(saves, near), medium=_medium(pair),
        damaged=_damaged(restores, near), complete=True,
        saved=tuple(sorted({key for one in saves for key in one.made})),
        restored=tuple(sorted({key for one in restores for key in one.read})),
    )  # fmt: skip


def _saying(deed: Deed, restores: Sequence[Deed]) -> tuple[int, int, int]:
    """How well a function's name says that it is the one that saves: the best first."""
    words = [one for one in words_of(deed.row.name) if one != "async"]
    line = deed.row.line
    if words in (["save"], ["dump"], ["persist"]):
        return 0, 0, line
    if words[-2:] == ["to", "save"]:
        return 1, 0, line
    if any(one.row.name == deed.row.name for one in restores):
        return 5, 0, line
    if deed.name.half == "save":
        return 2, len(words), line
    return (4 if set(words) & {"remove", "delete", "clear", "reset", "discard", "is", "has"} else 3), 0, line


def lone(deed: Deed, module: str, path: str) -> StatePersistence | None:
    """A row for a function that saves or restores a state, by its name and by what it does, without a counterpart."""
    words = set(words_of(deed.row.name))
    if not words & _PLAINLY_STATE or words & NOT_STATE or deed.name.half == "":
        return None
    act = deed.writes if deed.name.half == "save" else deed.reads
    if act is None or not deed.loads | deed.stores:
        return None
    saving = deed.name.half == "save"
    missing = "restores" if saving else "saves"
    return StatePersistence(
        kind="state_persistence", subkind="", name=deed.row.name, module=module, path=path, line=deed.row.line,
        confidence="low",
        evidence=(
            fact(act.line, f"{_last(deed)} {'writes' if saving else 'reads'} by {act.callee}"),
            fact(deed.row.line, f"nothing beside it {missing} the same"),
        ),
        members=(Persisting(module, deed.row.name, path, deed.row.line, "save" if saving else "restore"),),
        write=discipline((deed,), {}) if saving else "", medium=_medium_of((deed,)),
        damaged="" if saving else _damaged((deed,), {}), complete=False, saved=deed.made if saving else (),
        restored=() if saving else deed.read,
    )  # fmt: skip


_PLAINLY_STATE: Final = (STATE | {"snapshot", "checkpoint"}) - {
    "data", "storage", "stored", "context", "registry", "status", "memory",
}
"""Words that say what is saved is a state, even where the other half is missing."""


def _damaged(restores: Sequence[Deed], near: Mapping[str, Deed]) -> str:
    """What a handler around the reading does."""
    for one in restores:
        several = [one]
        several += [near[chain[5:]] for chain in one.calls if chain.startswith("self.") and chain[5:] in near]
        for deed in several:
            for act in deed.acts:
                if act.act == "fails":
                    return act.callee
    return ""


def _last(deed: Deed) -> str:
    return deed.row.name.rpartition(".")[2]


def _members(pair: Pair, module: str, path: str) -> Iterator[Persisting]:
    for role, several in (("save", pair.saves), ("restore", pair.restores)):
        for one in several:
            yield Persisting(module, one.row.name, path, one.row.line, role)  # type: ignore[arg-type]


def _written(deed: Deed, near: Mapping[str, Deed]) -> tuple[int, str] | None:
    if (act := deed.writes) is not None:
        return act.line, f"{_last(deed)} writes by {act.callee}"
    return _through(deed, near, saving=True)


def _read(deed: Deed, near: Mapping[str, Deed]) -> tuple[int, str] | None:
    if (act := deed.reads) is not None:
        return act.line, f"{_last(deed)} reads by {act.callee}"
    return _through(deed, near, saving=False)


def _through(deed: Deed, near: Mapping[str, Deed], saving: bool) -> tuple[int, str] | None:
    """What a function has others do: of the same class, or of a collaborator."""
    for chain, line in deed.calls.items():
        if chain.startswith("self.") and chain.count(".") == 1 and (other := near.get(chain[5:])) is not None:
            act = other.writes if saving else other.reads
            if act is not None and other is not deed:
                return line, f"{_last(deed)} calls {chain}, which {'writes' if saving else 'reads'} (line {act.line})"
    if (found := delegates(deed, saving)) is not None:
        return found[0], f"{_last(deed)} calls {found[1]}"
    return None


_ATOMIC: Final = frozenset({"replace"})


def discipline(saves: Sequence[Deed], near: Mapping[str, Deed]) -> Literal["atomic", "append", "in_place", ""]:
    """How functions write, and those of the same class that they call."""
    acts = {act.act for one in saves for act in one.acts}
    for one in saves:
        for chain in one.calls:
            if chain.startswith("self.") and (other := near.get(chain[5:])) is not None:
                acts |= {act.act for act in other.acts}
    if acts & _ATOMIC:
        return "atomic"
    if "append" in acts:
        return "append"
    return "in_place" if acts & {"write", "pickle"} else ""


def _medium(pair: Pair) -> str:
    return _medium_of((*pair.saves, *pair.restores))


def _medium_of(deeds: Sequence[Deed]) -> str:
    for one in deeds:
        for act in one.acts:
            if act.act in ("pickle", "unpickle"):
                return act.callee.partition(".")[0]
            if act.act in ("serialize", "deserialize"):
                return act.callee.partition(".")[0]
    return "file" if any(act.act == "write" for one in deeds for act in one.acts) else ""
