"""What can be set of a rule, and how to leave it out or to let one place be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import cast

import msgspec
from msgspec import inspect

from overhaul.commands.fields import field_docs, values
from overhaul.findings import SEVERITIES
from overhaul.leaves import Rule
from overhaul.options import SEVERITY, Options
from overhaul.toml import written


def rule_settings(rule: Rule) -> Iterator[str]:
    """Lines on a rule's severity and options, and how each is written."""
    given = severities(rule)
    yield f"Severity: {' or '.join(given) or 'differs from finding to finding'}, unless the settings say otherwise.\n"
    options = list(option_lines(rule.options)) if rule.options is not None else []
    if rule.family:
        yield f"Of the family {rule.family}: runs only where that, or the rule itself, is selected.\n"
    yield "\nOptions, with their defaults:\n" if options else ""
    yield from (f"  {name} = {default}\n      {said}\n" for name, default, said in options)
    yield f"\nSettings, in pyproject.toml:\n\n    [tool.overhaul.rules.{rule.name}]\n"
    yield f'    {SEVERITY} = "{next((one for one in reversed(SEVERITIES) if one not in given), SEVERITIES[0])}"\n'
    yield from (f"    {name} = {default}\n" for name, default, _ in options[:1])
    if rule.family:
        yield "\nTo run it beside the others, or its family with it:\n\n    [tool.overhaul]\n"
        yield f'    extend-select = ["{rule.name}"]\n    extend-select = ["{rule.family}"]\n'
    yield f'\nTo leave it out, everywhere or in some files:\n\n    [tool.overhaul]\n    ignore = ["{rule.name}"]\n'
    yield f'    per-path."tests/".ignore = ["{rule.name}"]\n'
    yield "\nWhere one place is meant to be as it is, on a line of the statement or alone above it:\n"
    yield f"\n    # overhaul: ignore[{rule.name}] the reason\n"


def option_lines(options: type[Options]) -> Iterator[tuple[str, str, str]]:
    """The name of each option, its default, and what is said of it with what it can be."""
    docs = field_docs(options)
    for field in msgspec.structs.fields(options):
        default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        kind = inspect.type_info(field.type)
        said = (_description(kind) or docs.get(field.name, "")).rstrip(".")
        yield field.encode_name, written(default), f"{said}. Takes {values(kind)}.".removeprefix(". ")


def _description(kind: inspect.Type) -> str:
    if not isinstance(kind, inspect.Metadata):
        return ""
    extra = cast("dict[str, str]", kind.extra_json_schema or {})  # pyright: ignore[reportUnknownMemberType]
    return extra.get("description", "")


def severities(rule: Rule) -> tuple[str, ...]:
    """The severities that the rule itself gives, as far as its file shows, the most severe first."""
    try:
        tree = ast.parse(rule.file.read_bytes())
    except (OSError, SyntaxError):
        return ()
    bound: dict[str, list[ast.expr]] = {}
    said: list[ast.expr] = []
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                for name in (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)):
                    bound.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                bound.setdefault(name, []).append(value)
            case ast.keyword(arg="severity", value=value):
                said.append(value)
    names = [node.id for one in said for node in ast.walk(one) if isinstance(node, ast.Name)]
    said += [value for name in names for value in bound.get(name, ())]
    found = {constant for one in said for constant in _constants(one)}
    return tuple(one for one in SEVERITIES if one in found)


def _constants(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can be: not what it compares, nor the keys of a dictionary."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from _constants(body)
            yield from _constants(other)
        case ast.Dict(values=several) | ast.Tuple(elts=several) | ast.BoolOp(values=several):
            for one in several:
                yield from _constants(one)
        case ast.Subscript(value=inner):
            yield from _constants(inner)
        case ast.Call(func=ast.Attribute(value=inner), args=several):
            for one in (inner, *several):
                yield from _constants(one)
        case _:
            return
