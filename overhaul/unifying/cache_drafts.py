"""Draft the steps that make one cache of a project's cache classes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from overhaul.changes import Target
from overhaul.drafts import Drafted
from overhaul.errors import Refused, Unreadable
from overhaul.inventory import Cache, CacheFamily, testing
from overhaul.naming.meanings import Symbol
from overhaul.redundancy import Consolidation
from overhaul.unifying.cache_shapes import Reading, Served
from overhaul.unifying.slots import Places
from overhaul.unifying.uniting import Unification
from overhaul.unifying.wanted import Wanted

if TYPE_CHECKING:
    from overhaul.project import Project

CLASS: Final = "UnifiedCache"
_MOST: Final = 250
"""Files that are read to try one step: of a large project more would take minutes."""
_KINDS: Final[Mapping[str, str]] = {
    "GREEKS": r"greek|delta|gamma|vega|theta|implied",
    "MARKET_DATA": r"quote|market|price|bar|tick|feed|candle|book",
    "POSITION_AWARE": r"position|portfolio|holding|exposure",
    "OPTIMIZATION": r"optimi|solver|solution|search",
    "STATE": r"state|session|snapshot",
}
"""Named type -> words by which what is kept is told; GENERAL for all else."""


class Sketch(NamedTuple):
    """One step, before anybody has tried it."""

    row: Cache
    keys: dict[str, object]
    because: tuple[str, ...]
    by_hand: tuple[str, ...]


def home_of(project: Project) -> tuple[str, bool]:
    """The path of the unified cache in a project, and whether it is there already."""
    for path in sorted(project.mentioning([CLASS])):
        if project.source(path).text().startswith("# overhaul scaffold: cache"):
            return path, True
    rows = [one for one in project.survey.rows(Cache) if one.sure and not testing(one.path)]
    layout = project.layout.modules
    tops = [one.module.partition(".")[0] for one in rows]
    top = max(sorted(set(tops)), key=tops.count, default="")
    if not top or top not in layout or not layout[top].package:
        return "unified_cache.py", False
    inner = next((f"{top}.{name}" for name in ("core", "common", "shared", "utils") if f"{top}.{name}" in layout), top)
    folder = layout[inner if layout[inner].package else top].path.rpartition("/")[0]
    return f"{folder}/unified_cache.py", False


def classes(project: Project) -> Sequence[Cache]:
    """The cache classes that can be unified: those of the project that are sure, and no copy of ours."""
    home, _ = home_of(project)
    return [
        one for one in project.survey.rows(Cache)
        if one.subkind == "class" and one.sure and one.path != home and "." not in one.name and not testing(one.path)
    ]  # fmt: skip


def sketch(project: Project, row: Cache, to: str) -> Sketch:
    """What a class's step could be, by what its methods do."""
    module = to.partition(":")[0]
    by_hand: list[str] = []
    because = [f"{row.path}:{row.line}: {row.name}, {_traits(row)}"]
    keys: dict[str, object] = {"target": f"{row.module}:{row.name}", "to": to}
    try:
        reading = Reading(project.source(row.path).text(), row.name, row.storage.rpartition(".")[2])
    except (SyntaxError, KeyError):
        return Sketch(row, keys, tuple(because), ("what it does cannot be read: write `construct` and `methods`",))
    kind, word = kind_of(project, row)
    because.append(f"{kind}: {word}" if word else "GENERAL: nothing says what kind it is")
    construct, imports, open_questions = _construct(project, row, reading, kind)
    by_hand += open_questions
    served = list(reading.served())
    attributes = list(reading.attributes())
    known = {one.key.partition("(")[0] for one in served} | {one.key.partition("[")[0] for one in attributes}
    because += _evidence(project, row, [*served, *attributes])
    for name in sorted(reading.methods):
        if name not in known and name not in _LEFT and not name.startswith("_"):
            by_hand.append(f"{row.path}:{reading.methods[name].lineno}: what {name} becomes cannot be told: "
                           f"write `{name} = \"...\"` in methods, or change its uses first")  # fmt: skip
    keys["construct"] = construct
    keys["methods"] = {one.key: one.template for one in served}
    keys["attributes"] = {one.key: one.template for one in attributes}
    if any("timedelta(" in one.template for one in attributes) or "timedelta(" in construct:
        imports["timedelta"] = "datetime"
    keys["imports"] = {**({"CacheType": module} if "CacheType" in construct else {}), **imports}
    return Sketch(row, {name: value for name, value in keys.items() if value != {}}, tuple(because), tuple(by_hand))


_LEFT: Final = frozenset({"__init__", "__len__", "__repr__", "__str__"})


def _traits(row: Cache) -> str:
    said = [
        {True: "bounded", False: "without a bound", None: "of unknown bound"}[row.bounded],
        {True: "its entries expire", False: "its entries do not expire", None: "dropped by events"}[row.ttl],
        {True: "locked", False: "not locked", None: "of unknown locking"}[row.locked],
    ]
    if row.none:
        said.append("None is a value" if row.none == "stored" else "None is a miss")
    return f"{', '.join(said)}, found by ({row.key.strip('()')})"


def kind_of(project: Project, row: Cache) -> tuple[str, str]:
    """The named type for a cache, and the word that says so; by what it is called and what its methods speak of."""
    words = f"{row.name} {row.key} {' '.join(_signatures(project, row))}"
    for kind, pattern in _KINDS.items():
        if (match := re.search(pattern, words, re.IGNORECASE)) is not None:
            return kind, f"it speaks of `{match[0]}`"
    return "GENERAL", ""


def _signatures(project: Project, row: Cache) -> Iterator[str]:
    for family in project.survey.rows(CacheFamily):
        yield from (one.signature for one in family.operations if one.cache == row.dotted)


def _evidence(project: Project, row: Cache, served: Sequence[Served]) -> Iterator[str]:
    roles = {
        one.function.rpartition(".")[2]: one
        for family in project.survey.rows(CacheFamily) for one in family.operations if one.cache == row.dotted
    }  # fmt: skip
    for one in served:
        operation = roles.get(one.key.partition("(")[0])
        where = f"{operation.path}:{operation.line}" if operation is not None else row.path
        role = f" ({operation.role} in the interface table)" if operation is not None else ""
        yield f"{where}: {one.key} {one.why}{role}"


def _construct(
    project: Project, row: Cache, reading: Reading, kind: str
) -> tuple[str, dict[str, str], Sequence[str]]:
    """The template for constructor calls, what it needs, and what nobody can tell."""
    parts: list[str] = []
    imports: dict[str, str] = {}
    questions: list[str] = []
    found: dict[str, str] = {}
    for name, default, annotation in reading.parameters():
        role = reading.role(name)
        if role and role not in found:
            found[role] = name
        match role:
            case "clock":
                parts.append(f"clock={_clock(project, row, reading, name, annotation, questions)}")
            case "ttl":
                plain = default == "" or re.fullmatch(r"-?[\d._]+|None", default)
                parts.append(f"ttl={{{name}}}" if plain else f"ttl={{{name}={default}}}")
                if not reading.boundary(name):
                    questions.append(f"{row.path}:{row.line}: whether an entry is too old at its time or behind it "
                                     "cannot be told: boundary = \"at\" or \"after\"")  # fmt: skip
                elif reading.boundary(name) == "after":
                    parts.append('boundary="after"')
            case "bound":
                parts.append(f"max_size={{{name}}}")
                if reading.eviction() == "fifo":
                    parts.append('policy="fifo"')
                elif not reading.eviction():
                    questions.append(f"{row.path}:{row.line}: which entry goes when there are too many cannot be told: "
                                     "write policy = \"lru\", \"lfu\", \"fifo\" or \"ttl\"")  # fmt: skip
            case _:
                questions.append(f"{row.path}:{row.line}: what the parameter {name} is for cannot be told: "
                                 f"put {{{name}}} into `construct`, or leave it out on purpose")  # fmt: skip
    if "ttl" not in found:
        if row.ttl:
            questions.append(f"{row.path}:{row.line}: how long entries live is no parameter: write ttl=...")
        parts.append("ttl=None")
    if "bound" not in found:
        if row.bounded:
            questions.append(f"{row.path}:{row.line}: how many entries there may be is no parameter: write max_size")
        parts.append("max_size=None")
    if row.locked is not True and any(one.template.startswith("get_or_compute(") for one in reading.served()):
        # Nobody has waited for anybody.
        parts.append("single_flight=False")
    return f"{CLASS}.of(CacheType.{kind}, {', '.join(parts)})", imports, questions


def _clock(
    project: Project, row: Cache, reading: Reading, name: str, annotation: str, questions: list[str]
) -> str:  # fmt: skip
    """What gives the seconds: the clock itself where it is called, else its method that gives a float."""
    asked = reading.asked_of_clock(name)
    if list(asked) == [""]:
        return f"{{{name}}}"
    classes = project.types.of_annotation(row.module, row.name, annotation) if annotation else ()
    for one in classes:
        if isinstance(one, Symbol):
            functions = project.symbols.interior(one.module).functions
            floats = [each.name.rpartition(".")[2] for each in functions.values()
                      if each.owner == one.name and each.returns == "float" and len(each.parameters) == 1]  # fmt: skip
            chosen = [each for each in asked if each in floats] or floats
            if chosen:
                return f"{{{name}}}.{chosen[0]}"
    questions.append(f"{row.path}:{row.line}: which method of {name} gives seconds cannot be told: write clock=...")
    return f"{{{name}}}.{asked[0] if asked and asked[0] else 'now'}"


def tried(project: Project, one: Sketch, places: Places) -> tuple[str, tuple[str, ...]]:
    """Why a step would be refused ("" if it would not), and how many sites it has in which test.

    `places` is what has been read for other steps.
    """
    keys = one.keys
    target, to = (Target(*str(keys[name]).split(":", 1)) for name in ("target", "to"))
    if "construct" not in keys:
        return "nothing says what its constructor becomes", ()
    try:
        symbol = project.symbol(target)
        wanted = Wanted(
            target=target, to=to, construct=str(keys["construct"]), methods=_texts(keys.get("methods")),
            attributes=_texts(keys.get("attributes")), imports=_texts(keys.get("imports")), delete=True,
            unsure="refuse",
        )  # fmt: skip
        unification = Unification(project, wanted, symbol, places, _MOST)
        for _ in unification.proposals():
            pass
    except (Refused, Unreadable) as error:
        return str(error), ()
    counts = unification.places_served
    return "", tuple(f"{path}: {count} sites" for path, count in sorted(counts.items()) if testing(path))


def _texts(table: object) -> Mapping[str, str]:
    if not isinstance(table, dict):
        return {}
    return {str(key): str(value) for key, value in cast("dict[object, object]", table).items()}


def drafted(project: Project, one: Sketch, places: Places) -> Drafted:
    """A step as it is written, tried on the project of `places`: the one with the unified cache in it."""
    why, tests = tried(places.project, one, places)
    by_hand = (*one.by_hand, *((why,) if why else ()))
    candidate = next(
        (each for each in project.survey.rows(Consolidation)
         if each.subkind == "cache_family" and one.row.dotted in each.members and not each.justified), None,
    )  # fmt: skip
    return Drafted(
        codemod="unify_class", keys=one.keys, title=f"{one.row.name} becomes {CLASS}", because=one.because,
        by_hand=by_hand, ready=not by_hand, risk=candidate.risk if candidate is not None else None,
        parts=candidate.parts if candidate is not None else (), tests=tests,
    )  # fmt: skip
