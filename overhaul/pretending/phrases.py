"""The words by which promises, claims and made-up figures are told."""

from __future__ import annotations

import re
from typing import Final

from overhaul.patterns import regex

YET: Final = regex(
    r"\byet\b|\btodo\b|\bfixme\b|coming soon|for now|implement (?:me|this)|to be implemented", re.IGNORECASE
)
"""Of an exception: that it will be written some day."""
YES: Final = frozenset({"True", "(True, None)", "(True, '')", '(True, "")', "(True, [])"})
DENIES: Final = regex(
    r"\bwould (?:\w+ )?(?:be |have )?\w+|not (?:yet )?implemented|unimplemented|\bsimulat|\bpretend|\bmock\b|\bmocked\b"
    r"|\bstub\b|\btodo\b|placeholder|coming soon",
    re.IGNORECASE,
)
STATUS: Final = regex(r"not[ _-](?:yet[ _-])?implemented|\bTODO\b|coming soon|^[\"']placeholder\b", re.IGNORECASE)
READING: Final = regex(
    r"""["'](?:price|temperature|balance|amount|score|rate|total|latency|volume|confidence|probability|distance|lat|"""
    r"""latitude|lon|longitude|humidity|quantity|stock|rating|revenue|accuracy|weight|quote|bid|ask|cost|profit|usage)["']\s*:\s*-?\d+""",
)
READINGS: Final = regex(r"""["']:\s*\d+(?:\.\d+)?\s*,\s*["'][^"']+["']:\s*\d+""")
GATHERING: Final = frozenset({
    "collect", "gather", "measure", "count", "compute", "calculate", "aggregate", "query", "fetch", "poll", "sample",
})  # fmt: skip
OUTWARD: Final = frozenset({
    "send", "upload", "charge", "refund", "deploy", "publish", "submit", "download", "transfer", "ship", "email",
    "deposit",
    "withdraw", "notify", "backup", "migrate", "translate", "summarize", "summarise", "transcribe", "encrypt",
    "decrypt",
    "provision", "purchase", "crawl", "scrape", "register", "enroll", "subscribe", "predict", "forecast", "classify",
})  # fmt: skip
TELLING: Final = frozenset({
    "translate", "summarize", "summarise", "transcribe", "encrypt", "decrypt", "predict", "forecast",
})  # fmt: skip
SEALING: Final = frozenset({"sign", "hash", "encrypt", "decrypt", "translate", "digest", "authenticate", "tokenize"})
PERFORMING: Final = frozenset({
    "run", "perform", "verify", "validate", "authenticate", "authorize", "ask", "look", "find", "decide", "search",
})  # fmt: skip
NUMBERS: Final = frozenset({"int", "float", "Decimal"})
NUMBER: Final = regex(r"-?\d[\d_.]*|Decimal\(.*\)")
SUCCESS: Final = regex(
    r"""["'](?:status|success|ok|result|state|sent|valid|verified|authenticated|approved)["']\s*:\s*(?:["'](?:ok|"""
    r"""success\w*|completed?|done|sent|approved|paid|processed|accepted|valid|delivered|captured)["']|True)"""
    r"""|success=True|ok=True""",
    re.IGNORECASE,
)
MEASURED: Final = frozenset({
    "fetch", "predict", "estimate", "calculate", "compute", "forecast", "analyze", "analyse", "retrieve", "lookup",
    "download", "scrape", "classify", "detect", "recommend", "measure", "quote", "geocode",
})  # fmt: skip
CHANCE: Final = frozenset({
    "random", "generate", "sample", "jitter", "choose", "pick", "make", "new", "token", "id", "shuffle", "roll", "seed",
    "noise", "backoff", "delay", "rand", "randomize", "secret", "password", "salt", "nonce", "key", "uuid", "name",
    "choice",
    "simulate", "draw", "select", "color", "code", "generator", "flip", "toss", "dice", "port", "wait", "interval",
    "string", "bytes",
})  # fmt: skip
WAITING: Final = frozenset({
    "wait", "sleep", "delay", "pause", "throttle", "tick", "idle", "backoff", "settle", "cooldown", "hold", "block",
    "poll",
    "keepalive", "heartbeat", "yield", "relax", "rest", "forever", "loop", "serve", "debounce", "limit", "blink",
    "busy",
})  # fmt: skip
