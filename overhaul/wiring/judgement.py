"""Whether a class is a manager: the evidence for it, the evidence against it, and how sure one may be.

The definition is in `docs/inventories.md`. No single fact decides, least of all a name: facts about structure (what it
owns, how long it is kept, what others ask of it) are weighed, and a word in its name counts like one of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from overhaul.inventory import Confidence, fact
from overhaul.naming.meanings import Symbol
from overhaul.patterns import regex
from overhaul.text import words_of
from overhaul.wiring.portraits import Key, Made, Portrait, Portraits
from overhaul.wiring.words import GIVING, HELPERS, KEEPING, OWNING, SERVING, SORTS, UNIT_OF_WORK, first_word

HIGH: Final = 6.0
MEDIUM: Final = 4.0
NAMED: Final = 3.25
"""Enough for medium where the name says owning, too."""
ALONE: Final = 3.5
"""Enough for medium without a role word, where two ways of managing meet."""
INHERITED: Final = 3.0
"""What it counts to inherit from a manager that is one by its name, or abstract."""
LOW: Final = 2.5


class Verdict(NamedTuple):
    """What a class is taken for."""

    subkind: str
    confidence: Confidence
    evidence: tuple[str, ...]
    score: float


class Weight(NamedTuple):
    """One fact with what it counts."""

    points: float
    said: str
    structural: bool


class Judge:
    """Judges the classes of a project, each once: a subclass is seen in the light of what its base is."""

    def __init__(self, portraits: Portraits, taken: Collection[Key] | None = None) -> None:
        """Nothing is judged before it is asked for; nothing speaks for any but those that are `taken`, if given."""
        self.portraits = portraits
        self._taken = frozenset(taken) if taken is not None else None
        self._verdicts: dict[Key, Verdict | None] = {}

    def __call__(self, portrait: Portrait) -> Verdict | None:
        """What a class is; None for one that nothing speaks for."""
        if self._taken is not None and portrait.key not in self._taken:
            return None
        if portrait.key not in self._verdicts:
            self._verdicts[portrait.key] = None  # for classes that are their own ancestors
            self._verdicts[portrait.key] = self._judge(portrait)
        return self._verdicts[portrait.key]

    def _judge(self, portrait: Portrait) -> Verdict | None:
        if portrait.testing or portrait.row.scope:
            return None
        role = _role(portrait)
        base = self._base(portrait)
        if not role and base is None and not (
            portrait.own
            and (portrait.own_life or portrait.containers or portrait.resources or len(portrait.own) > 1)
        ):  # fmt: skip
            # Nothing of its own that could make it one, and no word that says so.
            return None
        if portrait.orm:
            return _orm(portrait)
        if portrait.data:
            return None
        lives = _lives(portrait, self.portraits)
        weights = list(_weights(portrait, self.portraits, lives, base is not None))
        if base is not None:
            weights.append(base)
        score = sum(one.points for one in weights)
        if score < LOW or not any(one.structural for one in weights if one.points > 0):
            return None
        evidence = tuple(one.said for one in sorted(weights, key=lambda one: -abs(one.points)))
        if not lives.kept and lives.many:
            return Verdict("scoped", "low", (lives.many, *evidence), score)
        structure = sum(one.points for one in weights if one.structural)
        confidence: Confidence = "low"
        strong = role == "owning" or (base is not None and base.points >= INHERITED)
        enough = NAMED if strong else MEDIUM if role else ALONE
        if score >= HIGH and structure >= 3.0:
            confidence = "high"
        elif score >= enough and structure >= (0.0 if role == "owning" else 1.5):
            confidence = "medium"
        if not role and base is None and not _stands_alone(portrait, self.portraits, lives):
            confidence = "low"
        if base is not None and not portrait.methods:
            confidence = "low"  # It only sets what its base is configured by.
        return Verdict(_subkind(portrait), confidence, evidence, score)

    def _base(self, portrait: Portrait) -> Weight | None:
        """What it says of a class that it inherits from a manager."""
        for one in portrait.order[1:]:
            if isinstance(one, Symbol):
                verdict = self(self.portraits[one.module, one.name])
                if verdict is not None and verdict.confidence != "low":
                    above = self.portraits[one.module, one.name]
                    # What a base is by its name, or by what it leaves to subclasses, these are; of others, anything.
                    strong = above.abstract or _role(above) == "owning"
                    said = fact(portrait.row.line, f"inherits from {one.name}, a manager")
                    return Weight(INHERITED if strong else 1.5, said, True)
        return None


def _role(portrait: Portrait) -> str:
    """owning, serving, or "" for a name that says nothing of the kind."""
    last = portrait.words[-1] if portrait.words else ""
    if last in OWNING:
        return "owning"
    if last in SERVING or (len(portrait.words) > 1 and portrait.words[0] in OWNING and last not in HELPERS):
        return "serving"
    return ""


def _stands_alone(portrait: Portrait, portraits: Portraits, lives: Lives) -> bool:
    """Whether structure is enough without a role word: two ways of managing, of something that is kept or passed on."""
    if portrait.words[-1:] and portrait.words[-1] in SORTS:
        return False
    roles = sum(_role_of(one.name, portraits) != "" for one in portrait.partners)
    verbs = portrait.verbs
    ways = (
        (2 if roles >= 3 else 1 if roles >= 1 else 0)
        + bool(portrait.own_life)
        + bool(portrait.containers and verbs & KEEPING and verbs & GIVING)
        + bool(portrait.resources)
        + lives.everywhere
        + (portrait.abstract and len(portraits.heirs.get(portrait.key, ())) >= 3)
    )
    passed = any(one[0].key != portrait.key for one in portraits.receivers.get(portrait.key, ()))
    return ways >= 2 and (bool(lives.kept) or passed)


def _role_of(dotted: str, portraits: Portraits) -> str:
    return _role(portraits[portraits.keys[dotted]])


def _orm(portrait: Portrait) -> Verdict | None:
    if not portrait.methods:
        return None
    line = portrait.row.line
    evidence = (fact(line, f"inherits from {', '.join(portrait.row.bases)}, a manager of an ORM"),)
    return Verdict("orm", "high" if portrait.words[-1:] == ("manager",) else "medium", evidence, HIGH)


def _weights(portrait: Portrait, portraits: Portraits, lives: Lives, inherits: bool) -> Iterator[Weight]:
    """Every fact that speaks for or against a manager."""
    line = portrait.row.line
    last = portrait.words[-1] if portrait.words else ""
    match _role(portrait):
        case "owning":
            yield Weight(3.0, fact(line, f"is named {last}"), False)
        case "serving":
            yield Weight(1.25, fact(line, f"is named {last}"), False)
        case _ if last in HELPERS:
            yield Weight(-1.5, fact(line, f"is named {last}, a word for something else"), False)
        case _ if last in UNIT_OF_WORK:
            yield Weight(-1.5, fact(line, f"is named {last}, a word for a unit of work"), False)
    for one in portrait.order[1:]:
        sort = words_of(one.name.partition("[")[0])
        if (sort[-1:] and sort[-1] in SORTS) or sort[-2:] == ("request", "handler"):
            yield Weight(-2.0, fact(line, f"is a {one.name.rpartition('.')[2]}"), False)
            break
    yield from _owned(portrait)
    yield from _kept(portrait, portraits, lives)
    yield from _asked(portrait, portraits, inherits)
    yield from _unit(portrait)


_UNITS: Final = regex(
    rf"\b(?:one|single|this|that|each|per|an? (?:given|single|individual)) (?:{'|'.join(sorted(UNIT_OF_WORK))})\b",
    re.IGNORECASE,
)


def _unit(portrait: Portrait) -> Iterator[Weight]:
    """Whether it is made for one thing: by what its constructor is told, and by what its docstring says."""
    init = portrait.inherited.get("__init__")
    if init is not None:
        told = [
            one.name for one in init.parameters[1:]
            if one.name in portrait.held and (one.name in _PARTICULARS or one.name.endswith("_id") or one.name == "id")
        ]  # fmt: skip
        if told:
            points = -1.5 if len(told) > 1 else -0.75
            yield Weight(points, fact(init.line, f"is made for one {', '.join(told[:3])}"), True)
    if match := _UNITS.search(portrait.row.summary):
        yield Weight(-1.5, fact(portrait.row.line, f"its docstring speaks of {match[0]}"), False)


_PARTICULARS: Final = frozenset({
    "symbol", "side", "quantity", "amount", "price", "order", "request", "response", "message", "event", "job", "task",
    "transaction", "reader", "writer", "sock", "address", "addr", "peer", "item", "record", "row", "run",
})  # fmt: skip
"""What a constructor is told of the one thing that its object is made for."""


def _owned(portrait: Portrait) -> Iterator[Weight]:
    """What it holds."""
    partners = portrait.partners
    if partners:
        names = ", ".join(one.name.rpartition(".")[2] for one in partners[:4])
        points = 1.0 if len(partners) == 1 else 1.75 if len(partners) < 4 else 2.25
        yield Weight(points, fact(partners[0].line, f"holds {names}"), True)
    if portrait.resources:
        name, (what, at) = next(iter(portrait.resources.items()))
        yield Weight(1.0, fact(at, f"owns a {what}: {name}"), True)
    containers = portrait.containers or portrait.shared_containers
    if containers:
        verbs = portrait.verbs
        if verbs & KEEPING:
            name, at = next(iter(containers.items()))
            points = 1.5 if verbs & GIVING else 1.0
            yield Weight(points, fact(at, f"keeps what others hand it in {name}"), True)
        else:
            name, at = next(iter(containers.items()))
            yield Weight(0.25, fact(at, f"has a collection: {name}"), True)
    if portrait.own_life:
        said = ", ".join(portrait.own_life[:4])
        points = 1.5 if len(portrait.own_life) > 1 else 0.75
        first = portrait.methods[next(iter(portrait.own_life))]
        yield Weight(points, fact(first.line, f"has a life cycle: {said}"), True)


def _kept(portrait: Portrait, portraits: Portraits, lives: Lives) -> Iterator[Weight]:
    """How long it lives, and who is given it."""
    if lives.kept:
        yield Weight(1.75, lives.kept, True)
    elif lives.many:
        yield Weight(-2.0, lives.many, True)
    elif lives.passing:
        yield Weight(-0.75, lives.passing, True)
    family = [one for one in portraits.heirs.get(portrait.key, ()) if not portraits[one].testing]
    if portrait.abstract and len(family) > 1:
        names = ", ".join(name.rpartition(".")[2] for _, name in family[:3])
        yield Weight(0.75, fact(portrait.row.line, f"is the base of {names}"), True)
    receivers = portraits.receivers.get(portrait.key, ())
    others = {one[0].key: one for one in receivers if one[0].key != portrait.key}
    if others:
        holder, parameter, line = next(iter(others.values()))
        points = 1.5 if len(others) > 1 else 0.75
        said = f"{holder.symbol.name} is given it ({parameter})" + (
            f", as are {len(others) - 1} more" if len(others) > 1 else ""
        )
        yield Weight(points, fact(line, said, holder.symbol.path), True)


def _asked(portrait: Portrait, portraits: Portraits, inherits: bool) -> Iterator[Weight]:
    """What others can ask of it."""
    acting = [name for name in portrait.acting if not name.startswith("_")]
    line = portrait.row.line
    hidden = [name for name in portrait.methods if name.startswith("_") and not name.startswith("__")]
    if not acting and not hidden:
        yield Weight(-3.0, fact(line, "has no methods of its own to call"), True)
    elif len(acting) >= 4:
        yield Weight(0.75, fact(line, f"has {len(acting)} public methods"), True)
    elif len(acting) <= 1 and len(hidden) <= 1 and not inherits:
        yield Weight(-1.5, fact(line, "has one method"), True)
    if not portrait.held and not portrait.shared_containers and not portrait.collaborators:
        services = [one for one in portrait.methods.values() if one.kind in ("classmethod", "staticmethod")]
        if not (services and len(services) >= 3):
            related = portrait.abstract or len(portrait.order) > 1 or bool(portraits.heirs.get(portrait.key))
            yield Weight(-0.5 if related else -2.0, fact(line, "holds nothing"), True)
    if {"__enter__", "__aenter__"} & portrait.methods.keys() and len(acting) <= 2:
        yield Weight(-1.5, fact(line, "is a context manager"), True)
    if "__call__" in portrait.methods and len(acting) <= 1:
        yield Weight(-1.0, fact(line, "is called like a function"), True)
    if "__iter__" in portrait.methods or "__getitem__" in portrait.methods or "__len__" in portrait.methods:
        yield Weight(-0.75, fact(line, "is a container itself"), True)
    if "__eq__" in portrait.methods or "__hash__" in portrait.methods or "__lt__" in portrait.methods:
        yield Weight(-1.25, fact(line, "is compared like a value"), True)


class Lives(NamedTuple):
    """Where instances are made, each as a fact; "" for none."""

    kept: str
    """Made once and kept."""
    many: str
    """Made again and again: put among others, in a loop, handed out one by one."""
    passing: str
    """Made for the time of a call, as far as one can see."""
    everywhere: bool
    """There is one for the whole program: a variable of the module, an entry under a constant key, a singleton."""


def _lives(portrait: Portrait, portraits: Portraits) -> Lives:
    kept = many = passing = ""
    everywhere = False
    made: list[Made] = list(portrait.made)
    if portrait.abstract or not made:
        for heir in portraits.heirs.get(portrait.key, ()):
            made += portraits[heir].made
    for one in made:
        site, row = one.site, one.row
        path = site.path if site.path != portrait.symbol.path else ""
        where = site.scope or "the module"
        if _is_kept(one, portrait, portraits):
            kept = kept or fact(site.line, f"made once in {where} and kept ({row.target or row.how})", path)
            everywhere = everywhere or row.how in ("variable", "returned") or row.target.endswith("]")
        elif row.how in ("element", "yielded") or row.looped:
            many = many or fact(site.line, f"made in {where} for {_use(row.how)}", path)
        elif row.how != "raised":
            passing = passing or fact(site.line, f"made in {where} for {_use(row.how)}", path)
    if not kept and (found := _singleton(portrait)):
        kept, everywhere = found, True
    return Lives(kept, many, passing, everywhere)


_USES: Final = {
    "element": "a place among many", "local": "the time of a call", "returned": "whoever asks",
    "yielded": "whoever asks", "other": "a single use", "argument": "a call", "attribute": "an attribute",
    "variable": "a variable",
}  # fmt: skip


def _use(how: str) -> str:
    return _USES.get(how, how)


def _is_kept(made: Made, portrait: Portrait, portraits: Portraits) -> bool:
    row = made.row
    if row.looped:
        return False
    match row.how:
        case "variable":
            return True
        case "attribute":
            holder = portraits.get(made.holder)
            return holder is None or not holder.record
        case "argument":
            last = row.target.rpartition(".")[2]
            return last.lstrip("_")[:1].isupper()
        case "local":
            return not made.site.scope or first_word(made.site.scope.rpartition(".")[2]) in _STARTING
        case "returned":
            function = portraits.symbols.interior(made.site.module).functions.get(made.site.scope)
            return function is not None and any("cache" in one or "singleton" in one for one in function.decorators)
        case _:
            return False


_STARTING: Final = frozenset({
    "main", "run", "start", "serve", "cli", "boot", "bootstrap", "launch", "setup", "configure",
})  # fmt: skip


def _singleton(portrait: Portrait) -> str:
    """How a class makes sure that there is one instance."""
    if any(
        "singleton" in one.lower() for one in (*portrait.decorators, *(value for _, value in portrait.row.keywords))
    ):
        return fact(portrait.row.line, "is a singleton by its decorator or metaclass")
    for name in ("_instance", "__instance", "instance", "_singleton"):
        if rows := portrait.attributes.get(name):
            return fact(rows[0].line, f"keeps its one instance in {name}")
    return ""


def _subkind(portrait: Portrait) -> str:
    if portrait.abstract:
        return "abstract"
    connected = any(what in ("connection", "session", "socket") for what, _ in portrait.resources.values())
    handed = any(first_word(name) in _CONNECTIONS for name in portrait.held)
    if (connected or handed) and portrait.words[-1:] and portrait.words[-1] in _GATEWAYS:
        return "gateway"
    return "concrete"


_CONNECTIONS: Final = frozenset({
    "connection", "conn", "session", "client", "db", "database", "engine", "pool", "socket",
})  # fmt: skip
_GATEWAYS: Final = frozenset({"gateway", "repository", "dao", "client", "service", "store", "exchange", "connector"})
