"""Names that nobody can tell whose they are: attributes of expressions, and strings that may be looked up by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from overhaul.facts import LooseName
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import Role, Scope
from overhaul.text import dotted

_How = Literal["attribute", "called", "computed", "super", "own", "string", "pattern", "main"]
_NAME: Final = regex(
    r"\.?[A-Za-z_]\w{2,79}|[A-Za-z_]\w{0,79}(?:[.:][A-Za-z_]\w{0,79}){1,12}|\.[A-Za-z_]\w{0,79}(?:\.\w{1,79}){1,12}"
)
_PATTERN: Final = regex(r"(\w{0,60})(?:%s|%\(\w{1,20}\)s|\{\w{0,20}\})(\w{0,60})")
_TELLING: Final = 2
"""More characters than that tell a name from others."""
_OF_ALL: Final = frozenset({"vars", "getmembers", "getmembers_static"})
"""What gives all that a module or class has."""
_TAKING: Final = frozenset({"get", "pop", "items", "values", "copy"})
_WORD: Final = regex(r"\w{1,60}")


@Collector("Attribute", "SimpleString", "FormattedString", "Comparison", "Assign", "AugAssign", "Call", "Subscript")
def loose_names(module: Module) -> Iterator[LooseName]:
    """What is asked of the values of expressions, of `super()`, and what strings may be the names of.

    `make().run()`, `queue[0].run()`; `getattr(self, "run")`, `f"visit_{kind}"`, `"package.module.Class"`.
    """
    found: dict[tuple[str, _How], set[str]] = {}
    for attribute, _, block in module.nodes(cst.Attribute):
        root: Any = attribute.value
        while root.__class__ is cst.Attribute:
            root = root.value
        if root.__class__ is cst.Name and not root.lpar:
            if attribute.attr.value == "__dict__":
                found.setdefault((block.scope.name, "computed"), set()).add(dotted(attribute))
            continue
        name = attribute.attr.value
        how: _How = "attribute"
        if root is attribute.value and root.__class__ is cst.Call:
            called = dotted(root.func)
            if called == "super":
                how = "super"
            elif called:
                how, name = "called", f"{called}().{name}"
        found.setdefault((block.scope.name, how), set()).add(name)
    strings: set[str] = set()
    patterns: set[str] = set()
    listed = _listed(module)
    for string, _, _ in module.nodes(cst.SimpleString):
        text = string.value
        if len(text) > 220 or id(string) in listed:
            continue
        text = text.lstrip("rRbBuU").strip("\"'")
        if _NAME.fullmatch(text):
            strings.add(text)
        elif (match := _PATTERN.fullmatch(text)) is not None:
            patterns.add(f"{match[1]}*{match[2]}")
    for formatted, _, _ in module.nodes(cst.FormattedString):
        parts: Any = formatted.parts
        if 2 <= len(parts) <= 5:
            first, last = (_text(parts[0]), _text(parts[-1]))
            if first is not None and last is not None:
                # What ends in an underscore is most often the front of another name.
                patterns.add(f"{first}*{'' if last.endswith('_') else last}")
    for scope in module.scopes:
        if scope.kind in ("class", "lambda", "comprehension"):
            _of_scope(scope, found)
    for comparison, _, _ in module.nodes(cst.Comparison):
        left: Any = comparison.left
        if left.__class__ is cst.Name and left.value == "__name__":
            other: Any = comparison.comparisons[0].comparator
            if getattr(other, "value", "").strip("\"'") == "__main__":
                found["", "main"] = {"__main__"}
    if strings:
        found["", "string"] = strings
    for call, _, block in module.nodes(cst.Call):
        func: Any = call.func
        whole = _whole(dotted(func), call.args) if _last(func) in _OF_ALL else ""
        if whole:
            found.setdefault((block.scope.name, "computed"), set()).add(whole)
        if func.__class__ is cst.Name and func.value == "getattr" and len(call.args) > 1:
            asked = _asked(call.args[0].value)
            asked_for: Any = call.args[1].value
            front, back = _ends(asked_for)
            if (front or back) and asked_for.__class__ is not cst.SimpleString:
                patterns.add(f"{front}*{back}")
            if asked and len(front) <= _TELLING and len(back) <= _TELLING:
                found.setdefault((block.scope.name, "computed"), set()).add(asked)
    if "globals(" in module.text or "vars()" in module.text:
        for name, text in _of_module(module):
            if text:
                patterns.add(text)
            else:
                found.setdefault((name, "computed"), set()).add("globals()")
    patterns.discard("*")
    if patterns:
        found["", "pattern"] = patterns
    for (name, how), names in sorted(found.items()):
        yield LooseName(scope=name, how=how, names=tuple(sorted(names)))


def _of_scope(scope: Scope, found: dict[tuple[str, _How], set[str]]) -> None:
    """What a class body uses of itself, and what is asked of the variables of lambdas and comprehensions."""
    for role, name, _, _, _ in scope.events:
        if role > Role.DELETE:
            continue
        root, _, rest = name.partition(".")
        own = scope.kind == "class" and root in scope.bound
        if own and root not in scope.imported:
            found.setdefault((scope.name, "own"), set()).add(root)
        if rest and (own or _fleeting(scope, root)):
            found.setdefault((scope.name, "attribute"), set()).update(rest.split("."))


def _fleeting(scope: Scope, name: str) -> bool:
    """Whether a name is a variable of a lambda or comprehension."""
    one: Scope | None = scope
    while one is not None and one.kind in ("lambda", "comprehension"):
        if name in one.bound:
            return True
        one = one.parent
    return False


def _text(part: Any) -> str | None:
    """What a part of a formatted string adds to a name: "" for an expression, None for what no name has."""
    if part.__class__ is cst.FormattedStringExpression:
        return ""
    return part.value if _WORD.fullmatch(part.value) else None


def _last(func: Any) -> str:
    """The last name of what is called; "" for any other expression."""
    if func.__class__ is cst.Attribute:
        func = func.attr
    return func.value if func.__class__ is cst.Name else ""


def _whole(name: str, arguments: Sequence[cst.Arg]) -> str:
    """What a call gives all attributes of, as `LooseName.names` has it for `computed`; "" for nothing."""
    if not arguments or arguments[0].star:
        return ""
    asked = _asked(arguments[0].value)
    if name == "vars":
        return f"{asked}.__dict__" if asked and asked != "globals()" else asked
    return asked if name in ("inspect.getmembers", "getmembers", "inspect.getmembers_static") else ""


def _of_module(module: Module) -> Iterator[tuple[str, str]]:
    """(scope, pattern) of the places that take what the module itself defines by its name; "" where it may be any."""
    for subscript, _, block in module.nodes(cst.Subscript):
        index: Any = subscript.slice[0].slice
        if _is_own(subscript.value, block.scope) and index.__class__ is cst.Index:
            yield from _taken(block.scope.name, index.value)
    for call, _, block in module.nodes(cst.Call):
        func: Any = call.func
        if func.__class__ is cst.Attribute and func.attr.value in _TAKING and _is_own(func.value, block.scope):
            if func.attr.value == "get" and call.args:
                yield from _taken(block.scope.name, call.args[0].value)
            else:
                yield block.scope.name, ""
        elif _last(func) in ("dict", "exec", "eval") and any(_is_own(one.value, block.scope) for one in call.args):
            yield block.scope.name, ""
    for assign, _, block in module.nodes(cst.Assign):
        if _is_own(assign.value, block.scope):
            yield block.scope.name, ""


def _is_own(node: Any, scope: Scope) -> bool:
    """Whether an expression is the table of what the module defines: `globals()`, at its top `vars()` too."""
    if node.__class__ is not cst.Call or node.args:
        return False
    name = dotted(node.func)
    return name == "globals" or (name == "vars" and scope.top)


def _taken(scope: str, name: Any) -> Iterator[tuple[str, str]]:
    if name.__class__ is not cst.SimpleString:
        front, back = _ends(name)
        yield scope, f"{front}*{back}" if front or back else ""


def _asked(node: Any) -> str:
    """The chain that attributes are asked of; "globals()" for the module itself, "" for any other expression."""
    if node.__class__ is cst.Subscript and len(node.slice) == 1 and dotted(node.value).rpartition(".")[2] == "modules":
        index: Any = node.slice[0].slice
        named = index.__class__ is cst.Index and dotted(index.value) == "__name__"
        return "globals()" if named and dotted(node.value) in ("sys.modules", "modules") else ""
    return dotted(node)


def _ends(name: Any) -> tuple[str, str]:
    """The front and the back of a name, as far as they are written where it is asked for; the whole for a constant."""
    first = last = name
    if name.__class__ is cst.FormattedString and name.parts:
        first, last = name.parts[0], name.parts[-1]
    if name.__class__ is cst.BinaryOperation and name.left.__class__ is cst.SimpleString:
        match = _PATTERN.fullmatch(name.left.value.lstrip("rRbBuU").strip("\"'"))
        if match is not None:
            return match[1], match[2]
    while first.__class__ is cst.BinaryOperation:
        first = first.left
    if last.__class__ is cst.BinaryOperation:
        last = last.right
    return _written(first), _written(last)


def _written(part: Any) -> str:
    if part.__class__ is cst.SimpleString:
        text = part.value.lstrip("rRbBuU").strip("\"'")
    elif part.__class__ is cst.FormattedStringText:
        text = part.value
    else:
        return ""
    return text if _WORD.fullmatch(text) else ""


def _listed(module: Module) -> frozenset[int]:
    """The strings of `__all__`, by identity."""
    found: set[int] = set()
    if "__all__" not in module.scopes[0].bound:
        return frozenset()
    statements: list[Any] = [node for node, _, _ in module.nodes(cst.Assign)]
    statements += [node for node, _, _ in module.nodes(cst.AugAssign)]
    for node in statements:
        targets = [one.target for one in node.targets] if node.__class__ is cst.Assign else [node.target]
        if any(getattr(one, "value", None) == "__all__" for one in targets):
            found.update(id(one.value) for one in getattr(node.value, "elements", ()))
    return frozenset(found)
