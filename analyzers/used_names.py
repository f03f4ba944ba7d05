"""Which names each scope uses, and how."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Final, get_args

from overhaul.facts import How, UsedName
from overhaul.leaves import Collector
from overhaul.module import Module

_HOW: Final[tuple[How, ...]] = get_args(How)
_BUILTINS: Final = frozenset(dir(builtins))


@Collector()
def used_names(module: Module) -> Iterator[UsedName]:
    """The names of the module that a scope uses, and the attributes of `self` and `cls`; with every line of each use.

    Local variables are left out, and so are builtins that the module does not bind itself.
    """
    bound = module.scopes[0].bound
    passed = _BUILTINS - bound
    found: dict[tuple[str, str, int], list[int]] = {}
    for scope, role, name, line in module.uses:
        if name not in passed:
            key = (scope, name, role)
            lines = found.get(key)
            if lines is None:
                found[key] = [line]
            elif lines[-1] != line:
                lines.append(line)
    for (scope, name, role), lines in found.items():
        # Scopes inside are left before those around them: what was noted last need not stand last.
        ordered = lines if len(lines) == 1 else sorted(set(lines))
        yield UsedName(scope=scope, name=name, how=_HOW[role], lines=tuple(ordered))
