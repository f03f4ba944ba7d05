"""Expressions with blanks: what a use of one class is written as, with the arguments that the caller gave."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from overhaul.changes import Formed, Target
from overhaul.lazy import cst

SELF: Final = "self"
"""The blank for what a member is asked of."""
_MARK: Final = "__blank_{}__"
_MARKED: Final = re.compile(r"__blank_(\d+)__")
_BLANK: Final = re.compile(r"\{\s*(\w+)\s*(\?|=)?")


class BadTemplate(ValueError):
    """A text that is no template, with the reason."""


class Blank(NamedTuple):
    """A place in a template for an argument: `{name}`, `{name?}` or `{name=default}`."""

    name: str
    kind: Literal["plain", "optional", "filled"]
    """optional: left out with its keyword where the caller gave nothing; filled: another default is written then."""
    default: str = ""


class Template(NamedTuple):
    """A parsed template."""

    text: str
    tree: Any
    """`libcst.BaseExpression` with names like `__blank_0__` for the blanks."""
    blanks: tuple[Blank, ...]
    """By number, in the order of the text, which is that of evaluation."""
    first: Any = None
    """An expression that is carried out as a statement of its own beforehand: `first; tree`."""

    def blank(self, node: Any) -> Blank | None:
        """The blank that a node of the tree stands for."""
        match = _MARKED.fullmatch(node.value) if isinstance(node, cst.Name) else None
        return self.blanks[int(match[1])] if match else None

    def formed(self, before: Target, item: str = "", called: bool = True) -> Formed:
        """The same for the proof, which reads it by itself."""
        first = code(self.first) if self.first is not None else ""
        blanks, fallbacks = (one.name for one in self.blanks), (one.default for one in self.blanks)
        return Formed(before, code(self.tree), tuple(blanks), tuple(fallbacks), first, item, called)

    @property
    def names(self) -> frozenset[str]:
        """The parameters that it has blanks for."""
        return frozenset(one.name for one in self.blanks)

    @property
    def free(self) -> frozenset[str]:
        """The names that it needs where it is written: neither blanks nor bound by itself."""
        used: set[str] = set()
        bound: set[str] = set()
        for tree in (self.first, self.tree):
            if tree is not None:
                for node, parent in below(tree):
                    if isinstance(node, cst.Name) and self.blank(node) is None and _is_variable(node, parent):
                        (bound if _binds(node, parent) else used).add(node.value)
        for blank in self.blanks:
            if blank.default:
                used |= {node.value for node, parent in below(_tree(blank.default))
                         if isinstance(node, cst.Name) and _is_variable(node, parent)} - {"None", "True", "False"}
        return frozenset(used - bound)


def below(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every node of a tree with its parent (None for the tree itself), in the order of the code."""
    waiting: list[tuple[Any, Any]] = [(tree, None)]
    while waiting:
        node, parent = waiting.pop()
        yield node, parent
        waiting.extend((child, node) for child in reversed(node.children))


def variables(tree: Any) -> frozenset[str]:
    """The variables that an expression names: not attributes, not keywords."""
    pairs = ((node, parent) for node, parent in below(tree) if isinstance(node, cst.Name))
    return frozenset(node.value for node, parent in pairs if _is_variable(node, parent))


def _binds(node: Any, parent: Any) -> bool:
    match parent:
        case cst.Param():
            return node is parent.name
        case cst.CompFor():
            return node is parent.target
        case _:
            return False


def _is_variable(node: Any, parent: Any) -> bool:
    if isinstance(parent, cst.Attribute):
        return node is parent.value
    return not (isinstance(parent, cst.Arg) and node is parent.keyword)


def parsed(text: str, asked: bool = True) -> Template:
    """Read a template. Raises BadTemplate.

    `asked`: what has no `{self}` is asked of it, as `get({key})` is `{self}.get({key})`.
    """
    parts = [part.strip() for part in _split(text)]
    if not 1 <= len(parts) <= 2 or not all(parts):
        raise BadTemplate("an expression, or `first; then`, is wanted")
    if asked:
        parts = [part if _named_self(part) or part[:1] == "{" else f"{{{SELF}}}.{part}" for part in parts]
    blanks: list[Blank] = []
    trees = [_tree("".join(_marked(part, blanks))) for part in parts]
    template = Template(text, trees[-1], tuple(blanks), trees[0] if len(trees) == 2 else None)
    for tree in trees:
        _check(template, tree)
    return template


def _named_self(text: str) -> bool:
    return re.search(r"\{\s*self\s*\}", text) is not None


def _split(text: str) -> list[str]:
    parts, at, quote = [""], 0, ""
    while at < len(text):
        sign = text[at]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        if sign == ";" and not quote:
            parts.append("")
        else:
            parts[-1] += sign
        at += 1
    return parts


def _tree(code: str) -> Any:
    try:
        return cst.parse_expression(code)
    except (cst.ParserSyntaxError, cst.CSTValidationError, SyntaxError, ValueError, RecursionError) as error:
        raise BadTemplate(f"it is no expression ({' '.join(str(error).split())[:80]})") from None


def _marked(text: str, blanks: list[Blank]) -> Iterator[str]:
    """The text with a name in the place of each blank; braces of dictionaries and sets stay."""
    at, quote = 0, ""
    while at < len(text):
        sign = text[at]
        if quote:
            if sign == "\\":
                yield text[at : at + 2]
                at += 2
                continue
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            if at and text[at - 1] in "fF":
                raise BadTemplate("f-strings cannot stand in a template: use str.format or concatenation")
            quote = sign
        elif sign == "{" and (match := _BLANK.match(text, at)) is not None:
            end = _closing(text, match.end())
            inside = text[match.end() : end].strip()
            if match[2] == "=" and not inside.startswith("="):
                yield _MARK.format(len(blanks))
                blanks.append(Blank(match[1], "filled", inside))
                at = end + 1
                continue
            if not inside and match[1].isidentifier():
                yield _MARK.format(len(blanks))
                blanks.append(Blank(match[1], "optional" if match[2] else "plain"))
                at = end + 1
                continue
        yield sign
        at += 1


def _closing(text: str, at: int) -> int:
    depth, quote = 1, ""
    for place in range(at, len(text)):
        sign = text[place]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if not depth:
                return place
    raise BadTemplate("a brace is not closed")


def _check(template: Template, tree: Any) -> None:
    for node, _ in below(tree):
        if isinstance(node, (cst.NamedExpr, cst.Yield, cst.Await, cst.FormattedString)):
            raise BadTemplate("`:=`, yield, await and f-strings cannot stand in a template")
        if isinstance(node, (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)) and node.for_in.inner_for_in:
            raise BadTemplate("a comprehension has one `for` in a template")


# What expressions do

EFFECT: Final = 2
READ: Final = 1
CONSTANT: Final = 0


Computed = Callable[[Any], bool]
"""Whether an attribute (a node) may do something when it is asked for."""


def _plain(_: Any) -> bool:
    return False


def effect(node: Any, computed: Computed = _plain) -> int:
    """What it does when it is evaluated: 0 nothing, 1 it reads variables and attributes, 2 anything.

    What is 0 may be moved about; what is 1 too, but not past what is 2. `computed` tells which attributes may
    be properties.
    """
    worst = CONSTANT
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, cst.Lambda):
            # Its body runs when it is called; defaults are evaluated here.
            waiting += [each.default for each in (*one.params.params, *one.params.kwonly_params) if each.default]
            continue
        if isinstance(one, cst.Attribute) and computed(one):
            return EFFECT
        if isinstance(one, (cst.Name, cst.Attribute)):
            if not (isinstance(one, cst.Name) and one.value in ("None", "True", "False")):
                worst = max(worst, READ)
            waiting += [one.value] if isinstance(one, cst.Attribute) else []
            continue
        harmless = isinstance(one, (
            cst.Integer, cst.Float, cst.Imaginary, cst.SimpleString, cst.ConcatenatedString, cst.Tuple, cst.List,
            cst.Set, cst.Dict, cst.Ellipsis, cst.UnaryOperation,
        ))  # fmt: skip
        if isinstance(one, cst.BaseExpression) and not harmless:
            return EFFECT
        waiting += list(one.children)
    return worst


def in_vain(node: Any, computed: Computed = _plain) -> bool:
    """Whether an expression may be left out, or stand there twice: a constant, a name, attributes of a name."""
    while isinstance(node, cst.Attribute):
        if computed(node):
            return False
        node = node.value
    return isinstance(node, (cst.Name, cst.Integer, cst.Float, cst.SimpleString)) or (
        isinstance(node, cst.UnaryOperation) and isinstance(node.expression, (cst.Integer, cst.Float))
    )


# Parentheses

def closed(node: Any) -> bool:
    """Whether an expression can stand as an operand without brackets."""
    if getattr(node, "lpar", ()):
        return True
    return isinstance(node, (
        cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.SimpleString, cst.FormattedString, cst.List, cst.Dict,
        cst.Set, cst.ListComp, cst.SetComp, cst.DictComp, cst.Integer, cst.Float, cst.Imaginary, cst.Ellipsis,
    ))  # fmt: skip


def bracketed(node: Any) -> Any:
    """An expression in brackets of its own."""
    if getattr(node, "lpar", ()):
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def fitting(node: Any, parent: Any, site: Any) -> Any:
    """An expression as it can stand where `site`, a child of `parent`, stood."""
    if getattr(node, "lpar", ()) or getattr(site, "lpar", ()):
        return node
    if isinstance(node, cst.Comparison) and isinstance(site, cst.Comparison):
        return node
    if isinstance(parent, (cst.Arg, cst.Element, cst.Index, cst.DictElement)):
        starred = isinstance(parent, cst.Arg) and bool(parent.star)
        bare = isinstance(node, (cst.NamedExpr, cst.GeneratorExp, cst.Yield)) or (
            isinstance(node, cst.Tuple) and not node.lpar
        )
        return bracketed(node) if bare or (starred and not closed(node)) else node
    if _loose(parent):
        return bracketed(node) if isinstance(node, (cst.NamedExpr, cst.Yield)) else node
    if isinstance(parent, cst.Attribute) and isinstance(node, (cst.Integer, cst.Float)):
        return bracketed(node)
    return node if closed(node) else bracketed(node)


def _loose(node: Any) -> bool:
    """Whether any expression can stand directly below a node without brackets."""
    return isinstance(node, (
        cst.Expr, cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Return, cst.If, cst.While, cst.Assert, cst.For,
        cst.LeftSquareBracket, cst.FormattedStringExpression,
    ))  # fmt: skip


def mapped(tree: Any, change: Callable[[Any, Any], Any]) -> Any:
    """A tree in which each node is what `change(node, node with new children)` makes of it, from the leaves up."""

    class Each(cst.CSTTransformer):
        def on_leave(self, original_node: Any, updated_node: Any) -> Any:
            return change(original_node, updated_node)

    return tree.visit(Each())


def code(node: Any) -> str:
    """An expression as text."""
    return cst.Module([]).code_for_node(node)


Values = Mapping[str, Sequence[Any]]
"""Parameter -> its argument; several, or none, for `*args` and `**kwargs` (then `libcst.Arg`)."""
