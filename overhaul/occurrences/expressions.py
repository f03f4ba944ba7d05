"""The names in expressions and patterns: attributes, calls, comprehensions, captures, strings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from overhaul.lazy import cst
from overhaul.occurrences.model import Scope, Use
from overhaul.occurrences.walking import Visit, Walk

_TAKE_TYPES: Final = frozenset({"cast", "TypeVar", "NewType"})
"""Functions of `typing` that are handed types: `cast` as its first argument, the others behind it."""
_GENERIC: Final = frozenset({
    "AsyncGenerator", "AsyncIterable", "AsyncIterator", "Awaitable", "Callable", "ClassVar", "Collection", "Coroutine",
    "DefaultDict", "Deque", "Dict", "Final", "FrozenSet", "Generator", "Generic", "Iterable", "Iterator", "List",
    "Mapping", "MutableMapping", "MutableSequence", "NotRequired", "Optional", "Protocol", "Required", "Sequence",
    "Set", "Tuple", "Type", "TypeGuard", "TypeIs", "Union",
})  # fmt: skip
"""What `typing` calls its generics: a string in their brackets stands for a type."""
_TYPE_ARGUMENTS: Final = frozenset({"bound", "typ", "tp", "default"})


def _attribute(node: Any, walk: Walk, use: Use) -> int:
    """`a.b`; the number of `b`."""
    value = node.value
    kind = value.__class__
    if kind is cst.Name:
        base = walk.use(value.value, "load")
    elif kind is cst.Attribute:
        base = _attribute(value, walk, "load")
    else:
        walk.visit[kind](value, walk)
        base = -1
    return walk.apart(node.attr.value, "attribute", use, base)


def load_attribute(node: Any, walk: Walk) -> None:
    """`a.b` is read."""
    _attribute(node, walk, "load")


def store_attribute(node: Any, walk: Walk) -> None:
    """`a.b` is assigned."""
    _attribute(node, walk, "store")


def delete_attribute(node: Any, walk: Walk) -> None:
    """`a.b` is deleted."""
    _attribute(node, walk, "delete")


def _call(node: Any, walk: Walk) -> None:
    func = node.func
    kind = func.__class__
    called = ""
    if kind is cst.Name:
        called = func.value
        walk.use(called, "call")
    elif kind is cst.Attribute:
        called = func.attr.value
        _attribute(func, walk, "call")
    else:
        walk.visit[kind](func, walk)
    if called in _TAKE_TYPES:
        for number, one in enumerate(node.args):
            if one.keyword.value in _TYPE_ARGUMENTS if one.keyword is not None else (number == 0) == (called == "cast"):
                walk.annotate(one.value)
    for one in node.args:
        _argument(one, walk)


def _subscript(node: Any, walk: Walk) -> None:
    value = node.value
    named = value if value.__class__ is cst.Name else getattr(value, "attr", None)
    if named is not None and named.value in _GENERIC:
        # `Alias = Union[str, "Name"]` is a type wherever it stands.
        walk.annotate(node)
    walk.visit[value.__class__](value, walk)
    for one in node.slice:
        walk.visit[one.__class__](one, walk)


def _argument(node: Any, walk: Walk) -> None:
    if node.keyword is not None:
        walk.apart(node.keyword.value, "keyword")
    value = node.value
    walk.visit[value.__class__](value, walk)


def _walrus(node: Any, walk: Walk) -> None:
    one = walk.take(node.target.value, "store", "store")
    scope = walk.scope
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    scope.bound.add(one.key)
    walk.visit[node.value.__class__](node.value, walk)


def parameters(node: Any, walk: Walk, inner: Scope) -> None:
    """The parameters of a function that belong to `inner`, their annotations and defaults to the scope around."""
    for one in (*node.posonly_params, *node.params, node.star_arg, *node.kwonly_params, node.star_kwarg):
        if one.__class__ is cst.Param:
            walk.bind(one.name.value, "parameter", "", inner)
            if one.annotation is not None:
                annotation(one.annotation, walk)
            default = one.default
            if default is not None:
                walk.visit[default.__class__](default, walk)


def annotation(node: Any, walk: Walk) -> None:
    """What stands behind a colon or an arrow."""
    value = node.annotation
    if value.__class__ is not cst.Name:
        walk.annotate(value)
    walk.visit[value.__class__](value, walk)


def _lambda(node: Any, walk: Walk) -> None:
    outer = walk.scope
    inner = walk.open_lambda(node)
    parameters(node.params, walk, inner)
    walk.scope = inner
    walk.visit[node.body.__class__](node.body, walk)
    walk.scope = outer


def _comprehension(node: Any, walk: Walk) -> None:
    outer = walk.scope
    walk.scope = inner = walk.open("comprehension", "", node)
    kind = node.__class__
    if kind is cst.DictComp:
        walk.visit[node.key.__class__](node.key, walk)
        element = node.value
    else:
        element = node.elt if hasattr(node, "elt") else node.value
    walk.visit[element.__class__](element, walk)
    clause = node.for_in
    while clause is not None:
        walk.store[clause.target.__class__](clause.target, walk)
        if clause is node.for_in:
            # The first iterable is made before the comprehension begins.
            walk.scope = outer
        walk.visit[clause.iter.__class__](clause.iter, walk)
        walk.scope = inner
        for one in clause.ifs:
            walk.visit[one.test.__class__](one.test, walk)
        clause = clause.inner_for_in
    walk.scope = outer


def _string(node: Any, walk: Walk) -> None:
    walk.string(node)


def _formatted(node: Any, walk: Walk) -> None:
    walk.strings.append((node, False))
    for part in node.parts:
        walk.visit[part.__class__](part, walk)


def _nothing(node: Any, walk: Walk) -> None:
    """There are no names in it."""


# Patterns


def _as(node: Any, walk: Walk) -> None:
    if node.pattern is not None:
        walk.visit[node.pattern.__class__](node.pattern, walk)
    elif node.name is None:
        walk.word("_")
    if node.name is not None:
        walk.bind(node.name.value, "capture")


def _star(node: Any, walk: Walk) -> None:
    if node.name is None:
        walk.word("_")
    else:
        walk.bind(node.name.value, "capture")


def _mapping(node: Any, walk: Walk) -> None:
    for one in node.elements:
        walk.visit[one.__class__](one, walk)
    if node.rest is not None:
        walk.bind(node.rest.value, "capture")


def _keyword_pattern(node: Any, walk: Walk) -> None:
    walk.apart(node.key.value, "keyword")
    walk.visit[node.pattern.__class__](node.pattern, walk)


EXPRESSIONS: Final[Mapping[str, Visit]] = {
    "Call": _call,
    "Subscript": _subscript,
    "Arg": _argument,
    "NamedExpr": _walrus,
    "Annotation": annotation,
    "Lambda": _lambda,
    "ListComp": _comprehension,
    "SetComp": _comprehension,
    "DictComp": _comprehension,
    "StarredDictComp": _comprehension,
    "GeneratorExp": _comprehension,
    "SimpleString": _string,
    "FormattedString": _formatted,
    "TemplatedString": _formatted,
    "FormattedStringText": _nothing,
    "TemplatedStringText": _nothing,
    "Integer": _nothing,
    "Float": _nothing,
    "Imaginary": _nothing,
    "Ellipsis": _nothing,
    "MaybeSentinel": _nothing,
    "MatchAs": _as,
    "MatchStar": _star,
    "MatchMapping": _mapping,
    "MatchKeywordElement": _keyword_pattern,
}
"""Node class -> the function that walks it."""
