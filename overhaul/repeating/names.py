"""The words of names as they can be compared: their stems, and one word for those that programmers use alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from overhaul.text import words_of

VERBS: Final = frozenset({
    "accept", "acquire", "activate", "add", "adjust", "aggregate", "align", "allocate", "analyse", "analyze",
    "append", "apply", "approve", "archive", "arrange", "assemble", "assert", "assess", "assign", "attach",
    "authenticate", "authorize", "backup", "balance", "begin", "bind", "boot", "broadcast", "build", "calc",
    "calculate", "call", "cancel", "capture", "change", "check", "choose", "classify", "clean", "cleanup", "clear",
    "clip", "clone", "close", "collapse", "collect", "combine", "compare", "compile", "complete", "compose",
    "compress", "compute", "configure", "confirm", "connect", "construct", "consume", "convert", "copy", "correct",
    "count", "create", "cut", "deactivate", "decide", "decode", "decompress", "decorate", "decrypt", "define",
    "delete", "deliver", "deploy", "derive", "describe", "deserialize", "destroy", "detach", "detect", "determine",
    "disable", "discard", "disconnect", "discover", "dispatch", "display", "divide", "download", "draw", "drop",
    "dump", "edit", "emit", "enable", "encode", "encrypt", "enqueue", "ensure", "enter", "enumerate", "equalize",
    "escape", "estimate", "eval", "evaluate", "evict", "exclude", "execute", "expand", "expire", "explain",
    "export", "extend", "extract", "fail", "fetch", "fill", "filter", "finalize", "find", "finish", "fix",
    "flatten", "flush", "fold", "forget", "format", "forward", "free", "freeze", "gather", "generate", "give",
    "grant", "group", "guess", "handle", "hash", "hide", "identify", "ignore", "implement", "import", "include",
    "increment", "index", "infer", "init", "initialise", "initialize", "insert", "inspect", "install",
    "instantiate", "interpolate", "intersect", "invalidate", "invert", "invoke", "issue", "iter", "iterate", "join",
    "keep", "kill", "launch", "limit", "link", "list", "listen", "load", "locate", "lock", "log", "lookup",
    "maintain", "make", "manage", "map", "mark", "match", "measure", "merge", "migrate", "mock", "modify",
    "monitor", "mount", "move", "multiply", "normalise", "normalize", "notify", "observe", "obtain", "open",
    "optimise", "optimize", "order", "pack", "pad", "paint", "parse", "partition", "pass", "patch", "pause",
    "perform", "persist", "pick", "place", "plan", "plot", "poll", "pop", "populate", "post", "predict", "prepare",
    "preprocess", "print", "process", "produce", "profile", "project", "prompt", "propagate", "provide", "prune",
    "publish", "pull", "purge", "push", "put", "query", "queue", "quote", "raise", "rank", "read", "rebuild",
    "receive", "recompute", "reconcile", "record", "recover", "redirect", "reduce", "refresh", "register", "reject",
    "release", "reload", "remove", "rename", "render", "repair", "replace", "report", "reply", "request", "require",
    "reset", "resize", "resolve", "restart", "restore", "resume", "retrieve", "retry", "return", "reverse",
    "revert", "revoke", "roll", "rotate", "round", "run", "sample", "sanitize", "save", "scale", "scan", "schedule",
    "score", "search", "select", "send", "serialize", "serve", "setup", "shift", "show", "shuffle", "shutdown",
    "sign", "simplify", "simulate", "skip", "sleep", "slice", "solve", "sort", "split", "start", "stop", "store",
    "stream", "strip", "submit", "subscribe", "subtract", "suggest", "sum", "summarise", "summarize", "support",
    "suspend", "swap", "sync", "synchronize", "take", "tear", "tell", "terminate", "throttle", "tick", "toggle",
    "track", "train", "transfer", "transform", "translate", "trigger", "trim", "truncate", "try", "unbind",
    "uninstall", "unload", "unlock", "unpack", "unregister", "unsubscribe", "update", "upgrade", "upload", "use",
    "validate", "verify", "wait", "walk", "warn", "watch", "wrap", "write", "yield", "zip",
})  # fmt: skip
"""First words of functions that say what is done."""

CONCEPTS: Final[Mapping[str, str]] = {
    word: group.split()[0]
    for group in (
        "add append record insert register push put collect", "remove delete discard drop unregister pop",
        "clear reset empty flush purge wipe", "get fetch retrieve obtain lookup load", "make create build construct "
        "generate produce", "run execute perform invoke launch", "calculate compute calc evaluate estimate derive",
        "stats statistics summary figures stat summaries", "config configuration settings options cfg conf setting "
        "params", "min minimum shortest lowest smallest low", "max maximum longest highest largest high",
        "count calls number num total_count times", "mean average avg", "repeat iterations repetitions rounds",
        "result outcome output", "check validate verify ensure", "convert transform translate", "parse decode "
        "deserialize", "serialize encode dump", "save store persist write", "start begin open boot startup",
        "stop end close finish shutdown terminate", "send emit publish dispatch broadcast", "handle process",
        "path file filename filepath", "failed failures errors", "passed met succeeded", "seconds duration elapsed ms "
        "milliseconds durations", "sample measurement datum", "section context block scope", "init initialize setup "
        "initialise", "dict mapping", "find search locate", "update modify refresh", "message msg",
        "connection conn", "database db", "directory dir folder", "manager handler controller coordinator",
        "helper util utils helpers utility", "price quote rate", "quantity amount qty size volume", "symbol ticker "
        "instrument", "user account", "notify alert", "report render", "test check",
    )
    for word in group.split()
}  # fmt: skip
"""Words that programmers use for the same thing -> the first of them; alone they prove nothing."""

AGES: Final = frozenset({
    "old", "new", "legacy", "deprecated", "simple", "base", "basic", "default", "improved", "enhanced", "optimized",
    "optimised", "advanced", "better", "fast", "faster", "ex", "backup", "bak", "copy", "orig", "original", "impl",
    "temp", "tmp", "unified", "my", "modern", "refactored", "fixed", "final", "async", "v",
})  # fmt: skip
"""What a second version of a thing is called beside its own name."""

_ENDINGS: Final = (
    "izations", "ization", "ations", "ation", "ments", "ment", "ings", "ing", "ures", "ure", "ions", "ion", "ers",
    "ors", "er", "or", "ies", "ed", "es", "s", "e", "y",
)  # fmt: skip
_SHORTEST: Final = 4


def stem(word: str) -> str:
    """A word without its ending: profiling, profiler, profiles -> profil; never shorter than four letters."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=1 << 17)
def concepts_of(name: str) -> frozenset[str]:
    """What a name speaks of: its words' stems, synonyms as one; without words of age and numbers where others remain.

    `EnhancedProfilers2` -> profil.
    """
    words = words_of(name)
    plain = [word for word in words if word not in AGES and not word.isdigit()]
    return frozenset(_concept(word) for word in plain or words)


@lru_cache(maxsize=1 << 16)
def _concept(word: str) -> str:
    return stem(CONCEPTS.get(word, word))


def counted(names: Iterable[str]) -> dict[str, int]:
    """Of how many names each concept is a part; each name counts as often as it is given."""
    return dict(sorted(Counter(concept for name in names for concept in concepts_of(name)).items()))


class Weights:
    """How much a concept tells: its inverse document frequency among the names of a project."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """`counts` says of how many names each concept is a part."""
        self._count = counts
        self._known: dict[tuple[str, str], float] = {}
        self._total = max(1, sum(counts.values()))

    def _weight(self, concept: str) -> float:
        """Above 0; the rarer the greater."""
        return math.log(1 + self._total / (1 + 10 * self._count.get(concept, 0)))

    def likeness(self, first: str, second: str) -> float:
        """How alike two names are, 0 to 1: 1 for equal ones, else weighted Dice coefficient of what they speak of."""
        if first == second:
            return 1.0
        found = self._known.get((first, second))
        if found is None:
            one, two = concepts_of(first), concepts_of(second)
            found = 0.0 if one.isdisjoint(two) else min(0.95, dice(one, two, self._weight))
            self._known[first, second] = found
        return found


def dice(first: frozenset[str], second: frozenset[str], weight: Callable[[str], float] | None = None) -> float:
    """The Dice coefficient of two sets, 0 to 1, weighted where weights are given; 0 where one is empty."""
    if not first or not second:
        return 0.0
    both = first & second
    if weight is None:
        return 2 * len(both) / (len(first) + len(second))
    # Summed in a fixed order, so that the last digit does not hang on the hashes of strings.
    total = sum(map(weight, sorted(first))) + sum(map(weight, sorted(second)))
    return 2 * sum(map(weight, sorted(both))) / total if total else 0.0


def ageless(parts: Sequence[str]) -> tuple[str, ...]:
    """A dotted path's parts without what says their age: `legacy`, `x_v2`, `x2`, `new_x`."""
    found: list[str] = []
    for part in parts:
        words = [word for word in words_of(part) if word not in AGES and not word.isdigit()]
        if words:
            found.append("_".join(words))
    return tuple(found)
