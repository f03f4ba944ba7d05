"""What memoisers of libraries are given, and what the unified decorator is given in their place."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from overhaul.errors import Refused
from overhaul.memoising.target import ARGUMENTS, PLAIN_TYPE, TYPES, Settings
from overhaul.naming.meanings import External
from overhaul.refactoring.references import References
from overhaul.refactoring.syntax import Syntax


class Family(NamedTuple):
    """A memoiser, and how its settings are said to the unified decorator."""

    parameters: tuple[str, ...]
    """In their order."""
    names: Mapping[str, str]
    """What each is called there."""
    added: tuple[tuple[str, str], ...] = ()
    """What is said there beside, unless it is given."""
    called: bool = True
    """It may be called with settings; otherwise only with a function."""
    lacking: frozenset[str] = frozenset()
    """Attributes of what it makes that the unified decorator does not give."""


_SAME: Final = {"maxsize": "maxsize", "typed": "typed"}
_TOOLS: Final = frozenset({"cache", "cache_key", "cache_lock", "cache_condition"})
FAMILIES: Final[Mapping[str, Family]] = {
    "functools.lru_cache": Family(("maxsize", "typed"), _SAME),
    "backports.functools_lru_cache.lru_cache": Family(("maxsize", "typed"), _SAME),
    "functools32.lru_cache": Family(("maxsize", "typed"), _SAME),
    "functools.cache": Family((), {}, (("maxsize", "None"),), called=False),
    "cachetools.func.lru_cache": Family(("maxsize", "typed"), _SAME, lacking=_TOOLS),
    "cachetools.func.fifo_cache": Family(("maxsize", "typed"), _SAME, (("policy", '"fifo"'),), lacking=_TOOLS),
    "cachetools.func.lfu_cache": Family(("maxsize", "typed"), _SAME, (("policy", '"lfu"'),), lacking=_TOOLS),
    "cachetools.func.ttl_cache": Family(
        ("maxsize", "ttl", "timer", "typed"), {**_SAME, "ttl": "ttl", "timer": "clock"}, (("ttl", "600"),),
        lacking=_TOOLS,
    ),
}  # fmt: skip
"""By dotted name."""
CACHED: Final = "cachetools.cached"
_CACHED: Final = Family(
    ("cache", "key", "lock", "condition", "info"), {"key": "key"}, (("maxsize", "None"),), lacking=_TOOLS
)
_CONTAINERS: Final[Mapping[str, tuple[str, ...]]] = {
    "cachetools.LRUCache": ("maxsize",), "cachetools.FIFOCache": ("maxsize",), "cachetools.LFUCache": ("maxsize",),
    "cachetools.TTLCache": ("maxsize", "ttl", "timer"),
}  # fmt: skip
_POLICIES: Final = {"cachetools.FIFOCache": '"fifo"', "cachetools.LFUCache": '"lfu"'}
UNFIT: Final[Mapping[str, str]] = {
    "cachetools.func.rr_cache": "the unified cache drops no entries by chance",
    "cachetools.func.mru_cache": "the unified cache does not drop what was used last",
    "cachetools.cachedmethod": "each instance has a container of its own, which others may use",
    "async_lru.alru_cache": "it keeps what is awaited in a way of its own",
}  # fmt: skip
"""Memoisers that are known and are left as they are, with the reason."""
LAST_NAMES: Final = frozenset(name.rpartition(".")[2] for name in (*FAMILIES, CACHED, *UNFIT))


class Given(NamedTuple):
    """What the unified decorator is to be given, as it is written."""

    values: Mapping[str, str]
    plain: bool
    """The call's arguments say it already, word for word."""


class Calls:
    """Reads what memoisers are given in one file."""

    def __init__(self, references: References, syntax: Syntax) -> None:
        """Nothing is looked at before it is asked for."""
        self._references, self._syntax = references, syntax

    def dotted(self, node: ast.expr) -> str:
        """What a name or chain means outside of the project, dotted; "" for what is not sure, or of the project."""
        one = self._syntax.occurrence(node)
        meaning = self._references.meaning(self._syntax.path, one) if one is not None else None
        return meaning.name if isinstance(meaning, External) else ""

    def family(self, name: str) -> Family | None:
        """The memoiser of a dotted name."""
        return _CACHED if name == CACHED else FAMILIES.get(name)

    def is_function(self, call: ast.Call) -> bool:
        """Whether a memoiser is called with the function that it is to remember, and not with settings.

        Raises Refused where that cannot be told.
        """
        if len(call.args) != 1 or call.keywords:
            return False
        match call.args[0]:
            case ast.Constant() | ast.UnaryOp() | ast.BinOp():
                return False
            case ast.Lambda():
                return True
            case ast.Name() | ast.Attribute() as given:
                one = self._syntax.occurrence(given)
                if one is None:
                    raise Refused(f"{self._syntax.where(call)}: it is not known what is given here: change it by hand")
                if one.role == "attribute":
                    return not one.name.isupper()
                home = self._syntax.file.home_of(one)
                roles = {getattr(bound, "role", "import") for bound in self._syntax.file.bindings(home, one.name)} if (
                    home is not None) else set[str]()
                if roles <= {"function", "class"} and roles:
                    return True
                if roles == {"parameter"} and one.name in _FUNCTIONS:
                    return True
                if roles == {"store"} and one.name.isupper():
                    return False
                if roles == {"import"}:
                    return not one.name.isupper()
                raise Refused(f"{self._syntax.where(call)}: {one.name} may be a function or a size: name maxsize=")
            case _:
                raise Refused(f"{self._syntax.where(call)}: it may be given a function or a size: name maxsize=")

    def given(self, family: Family, call: ast.Call | None) -> Given:
        """What a use of a memoiser says. Raises Refused for what the unified decorator cannot say."""
        if call is None:
            return Given(dict(family.added), plain=not family.added)
        where = self._syntax.where(call)
        found: dict[str, ast.expr] = dict(zip(family.parameters, call.args, strict=False))
        if len(call.args) > len(family.parameters) or any(isinstance(one, ast.Starred) for one in call.args):
            raise Refused(f"{where}: arguments that cannot be told: write them out")
        for keyword in call.keywords:
            if keyword.arg is None or keyword.arg not in family.parameters:
                raise Refused(f"{where}: {keyword.arg or '**'} is nothing that the unified decorator knows: "
                              "change it by hand")  # fmt: skip
            found[keyword.arg] = keyword.value
        values = dict(family.added)
        if family is _CACHED:
            values |= self._kept_in(found.pop("cache", None), where)
            if found.pop("condition", None) is not None:
                raise Refused(f"{where}: it waits on a condition of its own: change it by hand")
            found.pop("lock", None)
            found.pop("info", None)
        # In the order in which they stand there, so that each can be followed.
        given = {family.names[name]: self._syntax.of(node) for name, node in found.items()}
        values = {**given, **{name: text for name, text in values.items() if name not in given}}
        same = family.parameters == ("maxsize", "typed") and not family.added
        if values.keys() & {"ttl", "policy", "key", "clock"}:
            _refuse_size(where, values.get("maxsize", "128"))
        return Given(values, plain=same)

    def _kept_in(self, node: ast.expr | None, where: str) -> Mapping[str, str]:
        """The settings of the container that `cachetools.cached` is given."""
        match node:
            case ast.Dict(keys=[]) | ast.Call(func=ast.Name(id="dict"), args=[], keywords=[]):
                return {}
            case ast.Call(func=func, args=args, keywords=keywords) if (
                parameters := _CONTAINERS.get(name := self.dotted(func))
            ) is not None:
                found = dict(zip(parameters, args, strict=False))
                found |= {one.arg: one.value for one in keywords if one.arg}
                if not found.keys() <= set(parameters) or len(args) > len(parameters) or "maxsize" not in found:
                    raise Refused(f"{where}: the container is given what the unified cache does not know: by hand")
                names = {"maxsize": "maxsize", "ttl": "ttl", "timer": "clock"}
                said = {names[one]: self._syntax.of(value) for one, value in found.items()}
                return {**said, **({"policy": _POLICIES[name]} if name in _POLICIES else {})}
            case _:
                raise Refused(
                    f"{where}: the container has a name of its own, or is of an unknown kind: others may use it: "
                    "make it where it is handed over, or change it by hand"
                )


def _refuse_size(where: str, size: str) -> None:
    """Raise Refused for a bound that may be 0: only what has nothing but a bound may keep no entry at all."""
    if size != "None" and not (size.isdecimal() and int(size) > 0):
        raise Refused(f"{where}: its bound ({size}) may be 0, which the unified cache refuses beside ttl, policy and "
                      "key: write a number that is more than 0")  # fmt: skip


_FUNCTIONS: Final = frozenset({"func", "function", "fn", "f", "method", "fget", "callable_", "wrapped", "callback"})


def arguments(values: Mapping[str, str], settings: Settings, names: Mapping[str, str]) -> list[str]:
    """What stands between the brackets of the unified decorator; `names` are what its names are called in the file."""
    said = dict(values)
    if settings.bare:
        for one in ("maxsize", "ttl", "policy"):
            said.pop(one, None)
    if settings.max_size is not None:
        said["maxsize"] = str(settings.max_size)
    if settings.ttl is not None:
        said["ttl"] = f"{settings.ttl:g}"
    if settings.type != PLAIN_TYPE and not settings.bare:
        said.setdefault("maxsize", "128")
        said.setdefault("ttl", "None")
    if said.get("key") == ARGUMENTS:
        said["key"] = names[ARGUMENTS]
    found = [f"{name}={text}" for name, text in said.items()]
    if settings.type != PLAIN_TYPE:
        found.append(f"cache_type={names[TYPES]}.{settings.type}")
    return found


def needed(values: Mapping[str, str], settings: Settings, decorator: str) -> Sequence[str]:
    """The names of the unified cache that a use of its decorator needs."""
    names = [decorator]
    if values.get("key") == ARGUMENTS:
        names.append(ARGUMENTS)
    if settings.type != PLAIN_TYPE:
        names.append(TYPES)
    return names
