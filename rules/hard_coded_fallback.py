"""Settings whose place a constant takes when nobody sets them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated, Final

import msgspec

from overhaul.facts import Facts
from overhaul.findings import Finding, Place
from overhaul.hardening import SettingUse
from overhaul.inventory import testing
from overhaul.layout import Layout
from overhaul.leaves import OptIn
from overhaul.options import Options
from overhaul.patterns import regex

_SECRET: Final = regex(
    r"(?i)(^|_|-|\.)(secret|password|passwd|passphrase|pwd|token|api_?key|private_?key|secret_?key|access_?key|credentials?)"
    r"($|_|-|\.)(?!.*(file|path|name|url|ttl|expir|length|size|type|days|hours|minutes|seconds|header|field))"
)
_ADDRESS: Final = regex(
    r"(?i)^(\w+://[^/\s]+|\d{1,3}(\.\d{1,3}){3}(:\d+)?|localhost(:\d+)?|[\w-]+(\.[\w-]+)+:\d+|[\w.+-]+@[\w-]+\.[\w.]+)"
)
_PLACEHOLDER: Final = regex(r"(?i)^(|none|null|0|false|x+|\*+|dummy|unknown|n/a|undefined|<.*>|\{.*\})$")
_SWITCH: Final = regex(rf"{_PLACEHOLDER.pattern}|(?i:^(true|false|yes|no|on|off|auto|default|optional|\d+(\.\d+)?)$)")
"""What is no secret, whatever the setting is called."""


class HardCodedFallbackOptions(Options, frozen=True):
    """Which of them are found."""

    addresses: Annotated[
        bool, msgspec.Meta(description="Report hosts and URLs that stand in for a variable of the environment")
    ] = True


@OptIn("hardening")
def hard_coded_fallback(
    layout: Layout, uses: Facts[SettingUse], options: HardCodedFallbackOptions
) -> Iterator[Finding]:
    """A setting that nobody has made is replaced by a constant in the code.

    Why: a variable that was forgotten, or misspelt, on one machine shows nowhere: the service starts, signs with a key
    that everybody can read in the source, or writes to a database on `localhost`. Where the same setting has two
    defaults, which one holds depends on who asks first.

    Instead: read each setting in one place, when the program starts, and stop with a message when it is missing
    (`os.environ["DATABASE_URL"]`); keep the defaults that are meant in one table of defaults.

    Found are secrets, and addresses (hosts, URLs, mail addresses; see the option), as the default of a variable of
    the environment; secrets as the default of what is asked of a configuration; and settings that are read in several
    places with different defaults: variables of the environment in the whole project, other settings in one module.
    """
    sectioned = {row.holder for _, rows in uses.items() for row in rows if row.act == "sections"}
    several: dict[tuple[str, str, str], list[tuple[str, SettingUse]]] = defaultdict(list)
    for module, rows in uses.items():
        if testing(layout.modules[module].path):
            continue
        for row in rows:
            holder = row.holder.rpartition(".")[2]
            if row.act != "reads" or holder in sectioned:
                continue
            value = _value(row.default)
            kind = _kind(row, value, options)
            if kind:
                yield Finding(
                    rule="hard_coded_fallback", severity="error" if kind == "a secret" else "warning", module=module,
                    path=layout.modules[module].path, line=row.line, name=f"{row.scope or 'module'}:{row.key}",
                    message=f"{row.key} falls back on {kind} in the code",
                )  # fmt: skip
            if _PLACEHOLDER.match(value) is None and row.literal:
                # Objects of two modules, or of two classes, that are called alike need not be the same.
                own = row.holder.startswith(("self.", "cls."))
                within = f"{module}:{row.scope.rpartition('.')[0] if own else ''}"
                several["" if row.holder == "environ" else within, holder, row.key].append((module, row))
    for (_, _, key), found in sorted(several.items()):
        yield from _different(key, found, layout)


def _value(literal: str) -> str:
    """What a literal comes to, as text."""
    try:
        found: object = ast.literal_eval(literal)
    except (ValueError, SyntaxError):
        return literal
    return str(found)


def _kind(row: SettingUse, value: str, options: HardCodedFallbackOptions) -> str:
    """What a default is that should not stand in the code; "" for any other."""
    text = row.default[:1] in "\"'rRbBuU"
    if text and _SECRET.search(row.key) is not None and _SWITCH.match(value) is None and len(value) > 3:
        return "a secret"
    if text and options.addresses and row.holder == "environ" and _ADDRESS.match(value) is not None:
        return "an address"
    return ""


def _different(key: str, found: list[tuple[str, SettingUse]], layout: Layout) -> Iterator[Finding]:
    """One finding for each default of a setting beyond the first."""
    first: dict[str, tuple[str, SettingUse]] = {}
    for module, row in sorted(found, key=lambda one: (layout.modules[one[0]].path, one[1].line)):
        value = _value(row.default)
        if value in first:
            continue
        if first:
            other, earlier = next(iter(first.values()))
            yield Finding(
                rule="hard_coded_fallback", severity="warning", module=module, path=layout.modules[module].path,
                line=row.line, name=f"{row.scope or 'module'}:{key}:{value}",
                message=f"{key} is {row.default} where nobody sets it, and {earlier.default} elsewhere",
                places=(Place(layout.modules[other].path, earlier.line, f"{key} is {earlier.default}"),),
            )  # fmt: skip
        first[value] = (module, row)
