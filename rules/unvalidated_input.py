"""Input from outside that is taken for what it should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from overhaul.facts import Facts
from overhaul.findings import Finding
from overhaul.hardening import ForeignInput
from overhaul.inventory import testing
from overhaul.layout import Layout
from overhaul.leaves import OptIn

_WHAT: Final[Mapping[str, str]] = {"request": "the request", "message": "the message", "argument": "the command line"}


@OptIn("hardening")
def unvalidated_input(layout: Layout, inputs: Facts[ForeignInput]) -> Iterator[Finding]:
    """What comes from outside is taken by key, and nobody has looked whether the key is there.

    Why: whoever sends the request decides what is in it. Without the key the handler ends in a KeyError: an answer 500
    and a trace instead of 400 and a reason; in a consumer, a message that comes back for ever.

    Instead: check at the border, once: a schema (pydantic, marshmallow, msgspec, JSON Schema), or `.get` with an answer
    for what is missing; inside, go on with what has been checked.

    Found are the parsed body of a request (`request.json`, `request.get_json()`, `await request.json()`,
    `json.loads(request.body)`), a parsed message (`json.loads(message.body)`), and `sys.argv[1]` in `main` or outside
    of functions, where a literal key is taken in a function that neither asks for keys (`in`, `.get`, `isinstance`,
    `match`), nor hands the whole to anything that may check it, nor stands below a decorator that may, nor catches the
    KeyError.
    """
    for module, rows in inputs.items():
        path = layout.modules[module].path
        for row in () if testing(path) else rows:
            what = _WHAT[row.kind]
            yield Finding(
                rule="unvalidated_input", severity="warning", module=module, path=path, line=row.line,
                name=f"{row.scope or 'module'}:{row.name or row.source}",
                message=f"{row.scope or 'the module'} takes {row.key} from {what} unseen",
                because=(f"it comes from {row.source}",) if row.kind != "argument" else (),
            )  # fmt: skip
