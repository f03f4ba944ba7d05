"""Records with the names and addresses of the usual examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from overhaul.facts import MadeUpRecord
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.syntax.asked import docstring

_WEB: Final = r"example\.(?:com|org|net)"
_EXAMPLES: Final = (
    r"(?:John|Jane|Joe|Max|Jim) (?:Doe|Smith|Public|Mustermann|Bloggs)",
    r"(?:alice|bob|jdoe|johndoe|janedoe|john\.doe|jane\.doe|john_doe)",
    r"(?:Alice|Bob|Carol|Charlie|Eve)(?: (?:Smith|Johnson|Jones|Brown|Doe|Wilson|Williams))?",
    r"(?:Foo|Bar|Baz|foo|bar|baz|Foo Bar|Acme|ACME|Acme Inc\.?|(?:Acme|ACME) Corp(?:oration)?)",
    rf"[\w.+-]{{1,40}}@(?:{_WEB}|test\.com|test\.test|foo\.com|email\.com|domain\.com)",
    rf"(?:test@test|https?://(?:www\.)?{_WEB}[^\"'\n]{{0,60}})",
    r"(?:\+?1?[-. ]?)?\(?555\)?[-. ]\d{3}[-. ]?\d{4}",
    r"(?:\+?1[-. ])?\(?\d{3}\)?[-. ]555[-. ]\d{4}",
    r"(?:555-\d{4}|1?23-?456-?7890|1234567890)",
    r"(?:123|742|1234?|221B) (?:Main|Fake|Example|Test|Elm|Evergreen|Baker|Street)\b[^\"'\n]{0,60}",
    r"(?:[Ll]orem ipsum[^\"'\n]{0,200}|Anytown[^\"'\n]{0,20}|Springfield)",
    r"(?:00000000-0000-0000-0000-000000000000|0000-0000-0000-0000|123-45-6789)",
    r"(?:4111[- ]?1111[- ]?1111[- ]?1111|4242[- ]?4242[- ]?4242[- ]?4242)",
)
_EXAMPLE: Final = regex(
    rf"(?:[:=\[(,{{][ \t]{{0,200}}|^[ \t]{{0,200}})[rbf]?(?P<quote>[\"'])(?P<text>{'|'.join(_EXAMPLES)})(?P=quote)",
    re.MULTILINE,
)
_WORDS: Final = (
    "John", "Jane", "john", "jane", "jdoe", "alice", "Alice", "Bob", "Carol", "Charlie", "Acme", "ACME", "@example.",
    "@test", "//example.", "www.example", "555-", "555)", "7890", " Main St", " Fake St", "orem ipsum", "4111", "4242",
    "00000000-0000", "45-6789", "@foo.com", "@email.com", "@domain.com", "Mustermann",
)  # fmt: skip
"""Where none of these stands, there is no record: looked for first, for most files have none."""
_MOST: Final = 500
"""Hits of one file that are looked at."""


@Collector("SimpleStatementLine")
def made_up_records(module: Module) -> Iterator[MadeUpRecord]:
    """Functions and variables with at least two different ones of John Doe, example.com, 555 numbers and the like."""
    if not any(word in module.text for word in _WORDS):
        return
    found: dict[str, list[tuple[int, str]]] = {}
    scopes = [scope for scope in module.scopes if scope.kind in ("function", "class")]
    prose: list[tuple[int, int]] | None = None
    counted = 0
    passed = 1
    for hit in islice(_EXAMPLE.finditer(module.text), _MOST):
        start = hit.start("text")
        passed += module.text.count("\n", counted, start)
        counted = start
        begin = module.text.rfind("\n", 0, start) + 1
        ahead = module.text[begin: hit.start("quote")]
        if "#" in ahead or ahead.rstrip().endswith(("==", "!=", "<=", ">=")):
            continue
        if prose is None:
            prose = list(_docstrings(module))
        line = passed
        if any(low <= line <= high for low, high in prose):
            continue
        scope = next((one for one in reversed(scopes) if one.line <= line <= one.end and one.kind == "function"), None)
        found.setdefault(scope.name if scope is not None else "", []).append((line, hit["text"][:60]))
    for name, hits in sorted(found.items()):
        texts = tuple(dict.fromkeys(text for _, text in hits))
        # foo and bar are nobody's data: they count only beside something else.
        if len(texts) >= 2 and any(text.lower() not in ("foo", "bar", "baz") for text in texts):
            yield MadeUpRecord(scope=name, line=hits[0][0], examples=texts[:8])


def _docstrings(module: Module) -> Iterator[tuple[int, int]]:
    """First and last lines of all docstrings."""
    lines: dict[int, int] = {}
    for scope in module.scopes:
        node: Any = scope.node
        if not scope.top and scope.kind not in ("function", "class"):
            continue
        body = node if scope.top else node.body
        value = docstring(body)
        if value is not None:
            if not lines:
                lines = {id(one): line for one, line, _ in module.nodes(cst.SimpleStatementLine)}
            begin = lines.get(id(body.body[0]), scope.line)
            text = value.value if hasattr(value, "value") else module.tree.code_for_node(value)
            yield begin, begin + text.count("\n")
