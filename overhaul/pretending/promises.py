"""What a function's name, docstring and annotation promise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from overhaul.facts import Body, Function
from overhaul.patterns import regex
from overhaul.text import words_of

COMPUTING: Final = frozenset({
    "calculate", "calc", "compute", "estimate", "predict", "forecast", "analyze", "analyse", "measure", "count",
    "aggregate", "fetch", "query", "lookup", "search", "retrieve", "parse", "extract", "convert", "transform", "detect",
    "classify", "optimize", "optimise", "rank", "recommend", "summarize", "summarise", "translate", "solve", "derive",
    "determine", "infer", "interpolate", "correlate", "score", "download", "scrape", "reconcile", "evaluate", "assess",
    "appraise", "project", "simulate", "backtest", "geocode", "quote", "tally", "sum", "average", "diff", "compare",
    "benchmark", "profile", "cluster", "segment", "match", "deduplicate", "tokenize", "transcribe",
})  # fmt: skip
"""Verbs of functions whose result depends on what they are given."""
GIVING: Final = frozenset({
    "get", "load", "list", "read", "find", "render", "build", "generate", "collect", "select", "poll",
})  # fmt: skip
"""Verbs that promise a result, but often a fixed one."""
VERIFYING: Final = frozenset({
    "validate", "verify", "authenticate", "authorize", "authorise", "check", "ensure", "audit", "moderate", "screen",
    "vet", "confirm",
})  # fmt: skip
CHANGING: Final = frozenset({
    "encrypt", "decrypt", "hash", "sanitize", "sanitise", "escape", "compress", "decompress", "normalize", "normalise",
    "translate", "convert", "optimize", "deduplicate", "sort", "filter", "clean", "resize", "encode", "decode",
    "anonymize",
    "anonymise", "mask", "redact", "scale", "smooth", "denoise", "transform", "minify", "obfuscate", "sign", "tokenize",
    "rank", "order", "group", "paginate", "score", "prioritize", "prioritise", "balance", "calibrate", "validate",
    "enrich", "transcode", "rotate", "crop", "interpolate", "resample", "dedupe", "purify", "scrub",
})  # fmt: skip
"""Verbs of functions whose result differs from what they are given."""
ACTING: Final = frozenset({
    "send", "save", "store", "delete", "remove", "notify", "publish", "upload", "process", "charge", "refund", "create",
    "update", "insert", "write", "export", "import", "sync", "synchronize", "migrate", "backup", "deploy", "submit",
    "execute", "schedule", "dispatch", "transfer", "withdraw", "deposit", "cancel", "register", "subscribe",
    "unsubscribe", "email", "mail", "post", "push", "pay", "purge", "archive", "restore", "apply", "train", "fit",
    "index",
    "enqueue", "broadcast", "rebalance", "settle", "ship", "reserve", "book", "invoice", "bill", "revoke", "provision",
    "persist", "commit", "enforce", "lock", "unlock", "block", "ban", "approve", "reject", "retry", "cleanup", "rotate",
    "reconcile", "replay", "recalculate", "refresh", "reindex", "warm", "throttle", "encrypt", "decrypt", "merge",
    "place", "compact", "rewrite", "prune", "vacuum", "evict", "defragment", "recover", "repair", "recompute", "resend",
    "allocate", "liquidate", "hedge", "log", "track", "record", "report", "install", "generate", "print", "parse",
    "download", "fetch", "load", "calculate", "compute", "validate", "verify", "authenticate", "authorize", "sanitize",
})  # fmt: skip
"""Verbs of functions that do something to the world."""
MUTATING: Final = frozenset({
    "append", "add", "insert", "extend", "set", "setdefault", "update", "put", "push", "pop", "popitem", "remove",
    "delete", "del", "discard", "clear", "sort", "reverse", "write", "save", "store", "create", "replace", "rename",
    "move", "truncate", "upload", "modify", "change", "assign", "edit",
})  # fmt: skip
"""Verbs of methods that change what they belong to."""
SPEAKING: Final = frozenset({
    "print", "log", "show", "display", "report", "dump", "debug", "warn", "echo", "usage", "help", "describe", "info",
    "list", "trace", "say", "tell", "announce", "greet", "hello", "warning", "error", "message", "banner", "output",
    "notice",
    "emit", "main", "demo", "example", "confirm", "deprecated", "deprecate",
})  # fmt: skip
"""Words of functions whose task is to print or log."""
_HOOKED: Final = regex(
    r"^_*(?:async_)?(?:on|pre|post|before|after|visit|depart|leave|do|handle|cmd|test|hook|will|did|"
    r"added|opt|setUp|tearDown|setup|teardown|prepare|finalize|init|initialize|start|stop|open|close|connect"
    r"|disconnect|"
    r"shutdown|flush|reset|clear|cleanup|clean|begin|end|enter|exit|acquire|release|lock|unlock|ready|configure|"
    r"register|unregister|add_arguments|dispose|destroy|seek|tell|isatty|fileno|run|main|noop|no_op|nop|nothing|dummy"
    r"|null|"
    r"ignore|pass|empty|void|touch|ping|tick|wait|join|update|refresh|log|debug|info|warn|warning|error|exception"
    r"|critical|"
    r"write|print|emit|trace|abort|notify|suspend|resume|pause|detach|attach|mark|contribute|check|terminate|kill"
    r"|cancel|abstract|"
    r"default|placeholder|stub|fake|mock|example|foo|bar|baz|identity|signal|event|callback|cb|eb|errback)(?:_|$"
    r"|(?=[A-Z]))"
)
"""Names of methods that somebody else calls at some point, or that are empty where there is nothing to do."""
_FREE: Final = regex(
    r"^_*(?:async_)?(?:on|handle|visit|depart|test|hook|setup|teardown|main|noop|no_op|nop|nothing|dummy|null|ignore"
    r"|pass|"
    r"empty|void|abstract|default|placeholder|stub|fake|mock|example|foo|bar|baz|identity|signal|event|callback|cb"
    r"|init|"
    r"initialize|prepare|cleanup|touch|wait)(?:_|$|(?=[A-Z]))"
)
"""The same for functions."""
_FIXED: Final = frozenset({
    "name", "type", "kind", "version", "id", "label", "title", "description", "default", "supports", "support", "is",
    "has",
    "can", "should", "needs", "allow", "allows", "allowed", "enabled", "required", "use", "uses", "capabilities",
    "capability",
    "feature", "features", "icon", "unit", "help", "priority", "prefix", "suffix", "extension", "key", "schema", "flag",
    "flags", "class", "format", "mime", "mimetype", "encoding", "template", "deps", "dependencies", "defaults",
    "options",
    "choices", "size", "length", "width", "height", "fields", "columns", "names", "types", "arity", "precedence",
    "empty",
    "null", "none", "noop", "dummy", "constant", "max", "min", "limit", "timeout", "args", "params", "settings",
    "config",
})  # fmt: skip
"""Words of what may well be one constant."""
_FIRST: Final = regex(r"^\W*(?:asynchronously\s+|safely\s+|actually\s+)?([A-Za-z]+)\b")
_TRIVIAL: Final = regex(
    r"^['\"]?(?:None|NoReturn|Never|typing\.NoReturn|(?:t(?:yping)?\.)?Any|object|Self|)['\"]?$"
)
_OPEN: Final = regex(r"None|Optional|Any\b|NoReturn|Never|Generator|Iterator|Iterable\b.*\bNone")


class Promise(NamedTuple):
    """What a function says it does."""

    verb: str
    """First word of its name, small."""
    computes: bool
    """Its name says that the result depends on what it is given."""
    gives: bool
    verifies: bool
    acts: bool
    says: str
    """First word of the docstring when it promises work: the infinitive; "" for none."""
    returns: str
    """The annotation of its result, where that is a value; "" for none."""
    value: bool
    """By annotation or docstring it gives a value other than None."""
    hooked: bool
    fixed: bool


def promise(function: Function, body: Body | None) -> Promise:
    """What a function promises."""
    words = words_of(function.name)
    if len(words) > 1 and words[0] in ("async", "do", "try", "maybe"):
        words = words[1:]
    text = body.docstring if body is not None else function.summary
    says = _promised(text)
    annotation = "" if _TRIVIAL.match(function.returns) else function.returns
    verb = words[0] if words else ""
    documented = bool(_RETURNS.match(text)) and not _NONE.search(text)
    return Promise(
        verb=verb, computes=verb in COMPUTING, gives=verb in GIVING, verifies=(verb in VERIFYING and len(words) > 1) or
        verb in ("authenticate", "authorize", "validate", "verify"), acts=verb in ACTING, says=says, returns=annotation,
        value=(bool(annotation) and not _OPEN.search(annotation)) or documented,
        hooked=(_HOOKED if function.owner else _FREE).match(function.name.rpartition(".")[2]) is not None,
        fixed=not _FIXED.isdisjoint(words) and (verb not in COMPUTING or _is_default(words, body)),
    )  # fmt: skip


def _is_default(words: Sequence[str], body: Body | None) -> bool:
    """Whether a default is asked for and nothing given: whatever the verb, it may be a constant."""
    return body is not None and not body.parameters and not {"default", "defaults"}.isdisjoint(words)


_RETURNS: Final = regex(
    r"^\W*(?:Return|Returns|Compute|Computes|Calculate|Calculates|Get|Gets|Fetch|Fetches|Retrieve|Retrieves|Estimate"
    r"|Estimates|Predict|Predicts)\b"
)
_NONE: Final = regex(r"\bNone\b|\bif any\b|\bnothing\b")
_WORK: Final = COMPUTING | VERIFYING | CHANGING | ACTING | frozenset({
    "return", "give", "look", "work", "yield", "set", "perform", "handle", "run", "make", "build", "find", "read",
    "list", "get", "open", "decide", "collect", "gather", "ask", "start", "assign", "put", "move", "replay", "mark",
    "dump", "show", "join", "rank", "check", "render", "produce", "write", "format", "select", "turn", "bring",
})  # fmt: skip


@lru_cache(maxsize=4096)
def _promised(text: str) -> str:
    found = _FIRST.match(text)
    if found is None or len(text.split()) < 3:
        return ""
    word = found[1].lower()
    third = word[:-3] + "y" if word.endswith("ies") else word
    for one in (word, word.removesuffix("s"), word.removesuffix("es"), third):
        if one in _WORK:
            return one
    return ""


def peculiar(name: str) -> bool:
    """Whether the words of a class or module say that doing nothing, or making something up, is its purpose."""
    words = words_of(name)
    first = words[0] if words else ""
    found = set(_PECULIAR.intersection(words))
    if found and len(words) > 1 and first in _WORK:
        # A verb before them makes them what it is done to: find_missing_orders, book_sandbox.
        found -= _OBJECTS
    if "no" in found and first != "no" and "op" not in words:
        found.remove("no")
    return bool(found) or words[:2] in (("not", "implemented"), ("not", "supported"))


_PECULIAR: Final = frozenset({
    "null", "noop", "no", "nop", "dummy", "fake", "mock", "stub", "empty", "void", "blank", "silent", "disabled",
    "unsupported",
    "demo", "example", "examples", "sample", "samples", "sentinel", "trivial", "dry", "none", "nothing", "test",
    "testing",
    "tests", "fixtures", "simulated", "virtual", "placeholder", "mocks", "fakes", "stubs", "simulator", "simulation",
    "demos",
    "passthrough", "constant", "tutorial", "docs", "skeleton", "cookiecutter", "scaffold", "templates", "inert",
    "faker",
    "undefined", "missing", "unknown", "always", "never", "conftest", "factories", "seeds", "seed", "sandbox",
    "compat", "na", "unimplemented", "notimplemented", "refuse", "forbidden",
})  # fmt: skip
_OBJECTS: Final = frozenset({
    "no", "missing", "unknown", "virtual", "undefined", "blank", "templates", "docs", "seed", "seeds", "sandbox",
    "factories", "fixtures", "void", "constant", "forbidden", "disabled", "never", "always", "tutorial",
})  # fmt: skip
ABSTRACT: Final = frozenset({
    "base", "abstract", "interface", "mixin", "mix", "protocol", "generic", "template", "skeleton", "plugin",
    "extension", "hooks", "callback", "callbacks", "listener", "visitor", "observer", "handler", "delegate", "bases",
    "spec", "events",
})  # fmt: skip
"""Words of classes that are there to be completed by others."""
