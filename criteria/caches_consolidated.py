"""One implementation of a cache is left."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met, unmet
from overhaul.inventory import Cache, testing
from overhaul.leaves import Criterion
from overhaul.options import Options


class CacheOptions(Options, frozen=True):
    """What counts as one."""

    at_most: Annotated[int, msgspec.Meta(ge=0, description="Implementations that may be left.")] = 1
    keep: Annotated[
        tuple[str, ...], msgspec.Meta(description="Caches that stay for a reason: patterns of dotted names.")
    ] = ()


@Criterion("caches")
def caches_consolidated(ground: Ground, caches: Sequence[Cache], options: CacheOptions) -> Iterator[Evidence]:
    """At most one implementation of a cache is left, besides those that are to stay.

    A cache class is one implementation however often it is used; so are all uses of one decorator, and of one class of
    a library. Each dict or list that serves as a cache by hand is one of its own. Not counted: files, which outlive the
    process; single values (`lazy_attr`, `cached_property`); what only throttles or retains; tests; and rows that are a
    guess (low confidence), which are told. What a decision says must not be unified (`overhaul decide --protect`)
    stays, and the decision is told.

    Why: every implementation has its own limits, its own locking and its own way to go stale.

    To reach it: `overhaul propose cache -o cache.toml`, look at it, `overhaul migrate cache.toml --write`.
    """
    found: dict[str, list[Cache]] = defaultdict(list)
    kept = guessed = 0
    decided: dict[str, Evidence] = {}
    for row in caches:
        how = _implementation(row)
        if not how or testing(row.path):
            continue
        if any(fnmatchcase(row.dotted, one) for one in options.keep):
            kept += 1
        elif row.sure and (why := ground.kept(row.dotted)):
            decided.setdefault(how, met(f"{how}: {why}", row.path, row.line, row.dotted))
        elif row.sure:
            found[how].append(row)
        else:
            guessed += 1
    yield from decided.values()
    aside = f", {kept} stay on purpose" if kept else ""
    aside += f", {guessed} more {'is' if guessed == 1 else 'are'} a guess" if guessed else ""
    if len(found) <= options.at_most:
        named = ", ".join(sorted(found)) or "none"
        yield met(f"{len(found)} of at most {options.at_most} implementations: {named}{aside}")
        return
    for how, rows in sorted(found.items()):
        first = rows[0]
        more = f", {len(rows) - 1} more uses" if len(rows) > 1 else ""
        yield unmet(f"{how}{more}", first.path, first.line, first.dotted, remedy="overhaul propose cache")
    yield unmet(f"{len(found)} implementations where at most {options.at_most} is to be left{aside}")


def _implementation(row: Cache) -> str:
    """What a row is one use of; "" for what does not count."""
    match row.subkind:
        case "decorator":
            return "" if row.memoiser.endswith("cached_property") else f"@{row.memoiser or row.name}"
        case "class" | "adhoc_dict":
            return f"{row.subkind.replace('_', '-')} {row.dotted}"
        case "library":
            return f"library {row.dotted}"
        case _:
            return ""
