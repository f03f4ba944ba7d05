"""Managers that are handed on before they are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Construction, Facts
from overhaul.findings import Finding, Place
from overhaul.inventory import BuildStep
from overhaul.leaves import Rule
from overhaul.symbols import Symbols


@Rule
def used_before_built(
    steps: Sequence[BuildStep], constructions: Facts[Construction], symbols: Symbols
) -> Iterator[Finding]:
    """A function hands a manager on above the line on which it makes it.

    Why: the one that is made first gets None, an old instance, or an AttributeError: the order of initialisation is
    wrong, and often only the second start shows it.

    Instead: make what others need before them; the wiring table has the tiers, which are such an order.

    Silent where the attribute has another value before, from another method or another line.
    """
    functions: dict[str, list[BuildStep]] = {}
    for step in steps:
        functions.setdefault(step.function, []).append(step)
    for function, several in functions.items():
        made: dict[str, BuildStep] = {}
        for step in several:
            if step.target and "." not in step.target and "[" not in step.target:
                made.setdefault(step.target, step)
        module = several[0].module
        scope = function.removeprefix(f"{module}.")
        around = symbols.interior(module).class_around(scope)
        if not around:
            continue
        for row in constructions[module]:
            if row.scope != scope:
                continue
            for _, value in row.arguments:
                root, _, attribute = value.partition(".")
                step_later = made.get(attribute) if root == "self" else None
                if step_later is None or step_later.line <= row.line:
                    continue
                if _set_elsewhere(symbols, module, around, attribute, step_later):
                    continue
                yield Finding(
                    rule="used_before_built", severity="error",
                    message=f"{row.callee} is handed self.{attribute}, which is made only further down",
                    module=module, path=step_later.path, line=row.line, name=f"{scope}:{row.callee}:{attribute}",
                    places=(
                        Place(step_later.path, step_later.line, f"makes {step_later.component} as self.{attribute}"),
                    ),
                )  # fmt: skip


def _set_elsewhere(symbols: Symbols, module: str, owner: str, attribute: str, step: BuildStep) -> bool:
    """Whether the attribute may have a value before, other than None."""
    for one in symbols.order(module, owner):
        rows = symbols.attribute_rows(getattr(one, "module", "")) if getattr(one, "module", "") else None
        if rows is None:
            return True
        for row in rows:
            mine = row.owner == one.name and row.name == attribute
            if mine and row.line != step.line and row.value not in ("None", ""):
                return True
    return False
