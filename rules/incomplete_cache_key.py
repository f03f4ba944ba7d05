"""Keys that do not say all that the value depends on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from overhaul.facts import Facts, Function, Keep, StorageUse
from overhaul.findings import Finding
from overhaul.inventory import Cache
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.patterns import regex
from overhaul.placing import apart


class IncompleteCacheKeyOptions(Options, frozen=True):
    """Which parameters must stand in a key."""

    untyped: Annotated[bool, msgspec.Meta(description="Report parameters without an annotation too, as notes")] = True
    means: Annotated[
        tuple[str, ...], msgspec.Meta(description="Further parameters that are means and not data, by their names")
    ] = ()


@Rule
def incomplete_cache_key(
    caches: Sequence[Cache], functions: Facts[Function], uses: Facts[StorageUse], options: IncompleteCacheKeyOptions
) -> Iterator[Finding]:
    """A cached value is made from a parameter that its key leaves out.

    Why: the second call with the same key and another value of that parameter gets the answer to the first.

    Instead: put the parameter into the key, or keep it out of the value.

    Told for parameters that are annotated with a plain type (str, int, bool, a date, a tuple ...); for others without
    an annotation it is a note. Parameters that are means and not data (a session, a client, a timeout, a flag that
    forces a refresh) are passed over.
    """
    for cache in caches:
        if not cache.sure or cache.subkind not in ("adhoc_dict", "lazy_attr"):
            continue
        for use in uses[cache.module]:
            if use.place != cache.name:
                continue
            row = next((one for one in functions[cache.module] if one.name == use.scope), None)
            for keep in use.keeps:
                if row is None or not keep.missed or any(one.startswith("key:") for one in keep.beside):
                    continue
                left = _left_out(row, keep, options)
                if left is None:
                    continue
                name, plain = left
                by = f"its key, {keep.key_text}, does not hold" if keep.key else "it has no key to hold"
                because, places = apart(cache.evidence[:2], cache.path, keep.line)
                yield Finding(
                    rule="incomplete_cache_key", severity="warning" if plain else "note", module=cache.module,
                    path=cache.path, line=keep.line, name=f"{cache.name}:{use.scope}:{name}", because=because,
                    places=places,
                    message=f"{cache.name} is made from the parameter {name}, which {by}",
                )  # fmt: skip
                break


def _left_out(row: Function, keep: Keep, options: IncompleteCacheKeyOptions) -> tuple[str, bool] | None:
    """A parameter that the value is made from and the key is not, and whether its type says that it is data."""
    known = set(keep.keyed) | set(re.findall(r"[^\W\d]\w*", " ".join(keep.key)))
    for one in row.parameters:
        if one.name not in keep.depends or one.name in known or _MEANS.search(one.name):
            continue
        if one.kind in ("variadic", "keywords") or one.name in options.means:
            continue
        if _PLAIN.fullmatch(one.annotation):
            return one.name, True
        if not one.annotation and keep.key and options.untyped:
            return one.name, False
    return None


_PLAIN = regex(
    r"(?:Optional\[)?(?:str|int|float|bool|bytes|datetime(?:\.datetime)?|date|Decimal|Path|UUID|tuple\[.*\]|list\[.*\]|"
    r"Sequence\[.*\]|frozenset\[.*\]|set\[.*\]|dict\[.*\]|Mapping\[.*\])(?:\])?(?: \| None)?"
)
_MEANS = regex(
    r"session|client|conn|cursor|loop|logger|log$|timeout|force|refresh|default|compute|factory|callback|func|request|"
    r"context|ctx|hass|app$|db$|lock|executor|verbose|retr|reload|update|use_cache|no_cache|cache|progress|quiet|parent|"
    r"manager|service|engine|instance|owner|model|obj$|cls$|klass|resolver|loader|fetch|provider|store|backend|strict|"
    r"raise_|silent|debug|create|_type$|registry|settings|config",
    re.IGNORECASE,
)
