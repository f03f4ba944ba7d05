"""What kind of thing is kept: a value that can be made again, or something that lives."""

from __future__ import annotations

import re
from typing import Final, Literal

from overhaul.caching.libraries import LIFE, LIVE_WORDS, VALUES
from overhaul.facts import Keep
from overhaul.naming.meanings import External, Symbol
from overhaul.patterns import regex
from overhaul.types import Types

Nature = Literal["value", "object", "live", "unknown"]
"""value: can be made again and nobody would notice; object: an instance of a class of the project that is no record;
live: has an identity or a life: a connection, a lock, a task."""

FETCHING: Final = regex(
    r"(?:^|_|\.)(?:a?fetch|get|load|read|request|query|download|find|lookup|select|retrieve|receive|poll|ask|call|"
    r"execute|resolve|open|post|search|list|describe|pull|scan|recv)(?:_|$|[A-Z])",
)  # fmt: skip
_MAKING: Final = regex(
    r"(?:^|_|\.)(?:create|start|spawn|connect|open|ensure_future|create_task|Thread|launch|subscribe|register|listen|"
    r"acquire|getLogger|get_logger|run_in_executor|call_later|callLater|add_job|fork|popen|Popen|new_event_loop|"
    r"get_event_loop|get_running_loop)(?:_|$|[A-Z])",
)  # fmt: skip
_STATEFUL: Final = frozenset(
    {
        "iter",
        "itertools.cycle",
        "itertools.count",
        "cycle",
        "itertools_cycle",
        "open",
        "io.open",
        "tempfile.TemporaryFile",
        "gzip.open",
    }
)
_RECORDS: Final = ("dataclass", "attrs", "define", "frozen", "attr.s", "attr.ib", "attr.dataclass")
_RECORD_BASES: Final = frozenset({
    "NamedTuple", "TypedDict", "BaseModel", "Struct", "tuple", "str", "int", "dict", "list", "frozenset", "set",
    "float",
    "Enum", "IntEnum", "StrEnum", "Mapping", "UserDict", "OrderedDict", "bytes", "Sequence", "Exception",
})  # fmt: skip


class Values:
    """Judges what is stored by the class it has, where that is known, and by what makes it."""

    def __init__(self, types: Types) -> None:
        """Nothing is looked up before it is asked for."""
        self._types = types
        self._natures: dict[tuple[str, str], Nature] = {}

    def nature(self, module: str, scope: str, keep: Keep) -> tuple[Nature, str]:
        """What kind of thing a stored value is, and by what that was told."""
        callee = keep.callee
        last = callee.rpartition(".")[2].lstrip("_")
        if keep.source == "computed":
            return "value", ""
        if callee in _STATEFUL:
            return "live", callee
        if re.search(r"(?:factory|class|cls|klass|constructor|ctor|_type)_?$", last, re.IGNORECASE):
            # A class that is handed in makes what has an identity: a registry, and no cache.
            return ("live" if keep.source == "called_parameter" else "object"), callee
        value = keep.value
        if value.startswith("await "):
            value = value[6:]
        classes = self._types.of_expression(module, scope, value)
        if not classes and callee and not callee.startswith("?"):
            classes = self._types.of_expression(module, scope, f"{callee}()")
        found: list[tuple[Nature, str]] = []
        for one in classes:
            if isinstance(one, Symbol):
                found.append((self.of_class(one), one.name))
            else:
                found.append((_outside(one), one.name))
        if found:
            order: tuple[Nature, ...] = ("live", "object", "unknown", "value")
            return min(found, key=lambda one: order.index(one[0]))
        if last and (last[:1].isupper() and not last.isupper()):
            if last in VALUES:
                return "value", callee
            return ("live" if LIVE_WORDS.search(last) else "object"), callee
        if callee and _MAKING.search(callee):
            noun = LIVE_WORDS.search(last) or re.search(
                r"start|spawn|connect|subscribe|listen|Thread|logger|loop|acquire", last
            )
            return ("live" if noun else "unknown"), callee
        if callee and LIVE_WORDS.search(last) and re.search(r"(?:^|_)(?:make|build|new|init|setup|get|open)_?", last):
            return "live", callee
        return "unknown", callee

    def of_class(self, owner: Symbol) -> Nature:
        """What kind of things the instances of a class of the project are."""
        key = (owner.module, owner.name)
        if key not in self._natures:
            self._natures[key] = self._judge(owner)
        return self._natures[key]

    def _judge(self, owner: Symbol) -> Nature:
        row = self._types.row(owner)
        if row is None:
            return "unknown"
        record = any(one.partition("(")[0].endswith(_RECORDS) for one in row.decorators)
        methods: set[str] = set()
        for base in self._types.bases(owner):
            if isinstance(base, Symbol):
                functions = self._types.symbols.interior(base.module).functions
                start = f"{base.name}."
                methods |= {name[len(start) :] for name in functions if name.startswith(start)}
                bases = self._types.row(base)
                if bases is not None and any(
                    one.partition("[")[0].rpartition(".")[2] in _RECORD_BASES for one in bases.bases
                ):
                    record = True
            elif isinstance(base, External):
                nature = _outside(base)
                if nature == "live":
                    return "live"
        speaks = LIVE_WORDS.search(owner.name.rpartition(".")[2]) is not None
        if record:
            return "live" if speaks and methods & LIFE else "value"
        return "live" if speaks or methods & LIFE else "object"


def _outside(one: External) -> Nature:
    last = one.name.rpartition(".")[2]
    if one.name.startswith("builtins.") or last in VALUES:
        return "value"
    if one.name.startswith(("numpy", "pandas", "polars", "datetime", "decimal", "pathlib", "re.", "uuid", "ipaddress")):
        return "value"
    if LIVE_WORDS.search(last):
        return "live"
    return "object"
