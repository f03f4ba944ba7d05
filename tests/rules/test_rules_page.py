"""docs/rules.md lists every rule with what may be set of it, as the code has it."""

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from overhaul.leaves import Rule, load_leaves
from overhaul.options import Options

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "rules.md"
BEGIN = "<!-- made by `make fixtures-update` from here on -->\n"


def test_the_page_says_what_the_code_says(expect: Callable[[Path, str], None]) -> None:
    written = PAGE.read_text("utf-8")
    assert written.count(BEGIN) == 1
    expect(PAGE, written[: written.index(BEGIN)] + BEGIN + "".join(page()))


def page() -> Iterator[str]:
    """The rules by name, each with its summary and options."""
    for name, rule in sorted(load_leaves().rules.items()):
        yield f"\n## {name}\n\n{rule.summary}\n"
        if rule.family:
            yield f"\nOf the family `{rule.family}`: runs only where that, or the rule itself, is selected.\n"
        options = options_of(rule)
        if options is not None:
            yield "\n| option | values | default | meaning |\n| --- | --- | --- | --- |\n"
            for field in msgspec.structs.fields(options):
                kind, meta = taken_apart(field.type)
                default = shown(field.default)
                meaning = (meta.description or "").replace("|", "\\|") if meta is not None else ""
                yield f"| `{field.encode_name}` | {values(kind, meta)} | `{default}` | {meaning} |\n"


def options_of(rule: Rule) -> type[Options] | None:
    return next((hint for hint in rule.reads.values() if inspect.isclass(hint) and issubclass(hint, Options)), None)


def taken_apart(kind: object) -> tuple[object, msgspec.Meta | None]:
    if typing.get_origin(kind) is Annotated:
        inner, meta = typing.get_args(kind)
        return inner, meta
    return kind, None


def values(kind: object, meta: msgspec.Meta | None) -> str:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin is tuple:
        return "texts" if arguments[0] is str else f"some of {values(arguments[0], None)}"
    if origin in (types.UnionType, typing.Union):
        return " or ".join(values(one, None) for one in arguments)
    bounds = [
        f"{word} {bound}"
        for word, bound in (("from", meta.ge if meta else None), ("to", meta.le if meta else None)) if bound is not None
    ]  # fmt: skip
    names: dict[object, str] = {int: "a whole number", float: "a number", bool: "true, false", str: "a text"}
    return " ".join([names[kind], *bounds])


def shown(default: object) -> str:
    return msgspec.json.encode(default).decode().replace(",", ", ")
