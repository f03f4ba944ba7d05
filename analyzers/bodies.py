"""Functions whose body does nothing, or whose result depends on nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, Final

from overhaul.facts import Body
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import FIRST_BINDING, Scope, situation
from overhaul.syntax.asked import docstring
from overhaul.syntax.doing import Doing
from overhaul.syntax.remarks import code, excuse, prose, said


@Collector("SimpleStatementLine", "SimpleStatementSuite")
def bodies(module: Module) -> Iterator[Body]:
    """Every function that does nothing, only raises that it is not implemented, or gives a constant or the like."""
    lines: _Lines | None = None
    rows: list[str] = []
    comments = module.comments
    starts = [one[0] for one in comments]
    for scope in module.scopes:
        if scope.kind != "function":
            continue
        node: Any = scope.node
        outer = scope.parent
        parameters = list(_parameters(node.params))
        if outer is not None and outer.kind == "class" and parameters and not _is_static(node):
            parameters = parameters[1:]
        doing = Doing(node.body, parameters, module.scopes[0].imported)
        form = doing.form
        if form is None:
            # An attribute of a parameter, where the docstring speaks of another parameter, too.
            if doing.part is None or len(parameters) < 2 or docstring(node.body) is None:
                continue
            form = "given"
        lines = lines or _Lines(module)
        inside = comments[bisect_left(starts, scope.line): bisect_left(starts, scope.end + 1)]
        behind: list[tuple[int, str, bool]] = []
        first = bisect_left(starts, scope.end + 1)
        if first < len(starts) and starts[first] == scope.end + 1 and comments[first][2]:
            rows = rows or module.text.split("\n")
            behind = list(_behind(rows, scope, comments, first))
        inside = [(at, prose(comment), own) for at, comment, own in (*inside, *behind)]
        value = docstring(node.body)
        text = _plain(value)
        used = {event[1].partition(".")[0] for event in scope.events if event[0] < FIRST_BINDING}
        used.update(one[2].partition(".")[0] for one in scope.inner)
        unused = tuple([one for one in parameters if one not in used])
        if doing.form is None and not any(one in text for one in unused):
            continue
        # What stands on a line for itself may be a statement that was commented out.
        dead = [line for line, comment, own in inside if own and code(comment)]
        yield Body(
            name=scope.name, line=scope.line, end=max([scope.end, *[one[0] for one in behind]]), form=form,
            how=doing.how, void=doing.void, message=doing.message, at=lines.of(doing.at or doing.part, scope),
            sleeps=lines.of(doing.sleeps, scope) if doing.sleeps is not None else 0, guarded=doing.guarded,
            unused=unused, parameters=len(parameters),
            excuse=_excuse(text, inside),
            explained=any(_explains(one[1]) for one in inside),
            dead=dead[0] if len(dead) >= 2 or (dead and _is_return(comments, dead[0])) else 0,
            docstring=" ".join(text.split())[:300], alternative=_is_alternative(scope),
        )  # fmt: skip


class _Lines:
    """The lines of statements, found without going through all of them."""

    def __init__(self, module: Module) -> None:
        self._lists = module.nodes(cst.SimpleStatementLine), module.nodes(cst.SimpleStatementSuite)

    def of(self, statement: Any, scope: Scope) -> int:
        """The line of a statement inside a function; that of the function for none."""
        for nodes in self._lists:
            first = bisect_left(nodes, scope.line, key=lambda one: one[1])
            for node, line, _ in nodes[first: first + 400]:
                if node is statement:
                    return line
                if line > scope.end:
                    break
        return scope.line


def _parameters(node: Any) -> Iterator[str]:
    for one in (*node.posonly_params, *node.params):
        yield one.name.value
    if node.star_arg.__class__ is cst.Param:
        yield node.star_arg.name.value
    for one in node.kwonly_params:
        yield one.name.value
    if node.star_kwarg is not None:
        yield node.star_kwarg.name.value


def _is_static(node: Any) -> bool:
    return any(getattr(one.decorator, "value", "") == "staticmethod" for one in node.decorators)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    text = value.evaluated_value
    return text if isinstance(text, str) else ""


def _behind(
    rows: Sequence[str], scope: Scope, comments: Sequence[tuple[int, str, bool]], first: int
) -> Iterator[tuple[int, str, bool]]:
    """Comments from the `first` on that stand indented behind the last statement of a body."""
    edge = _indentation(rows, scope.line)
    for number in range(first, len(comments)):
        line, _, own = comments[number]
        if line != scope.end + 1 + number - first or not own or _indentation(rows, line) <= edge:
            break
        yield comments[number]


def _indentation(rows: Sequence[str], line: int) -> int:
    text = rows[line - 1] if line <= len(rows) else ""
    return len(text) - len(text.lstrip())


def _excuse(text: str, comments: Sequence[tuple[int, str, bool]]) -> str:
    for one in (text, *[comment for _, comment, _ in comments if said(comment) is None and not _is_directive(comment)]):
        if words := excuse(one):
            return words
    return ""


def _explains(comment: str) -> bool:
    """Whether a comment says why: in a sentence of some words, and not that something is missing."""
    return len(comment.split()) > 3 and said(comment) is None and not _is_directive(comment) and not code(comment)


def _is_directive(comment: str) -> bool:
    """Whether a comment speaks to a tool."""
    return comment.lstrip("# ").startswith(_DIRECTIVES)


_DIRECTIVES: Final = ("noqa", "type:", "pragma", "pylint:", "fmt:", "mypy:", "pyright:", "nosec", "ruff:")


def _is_return(comments: Sequence[tuple[int, str, bool]], line: int) -> bool:
    return any(one[0] == line and "return " in one[1] for one in comments)


def _is_alternative(scope: Scope) -> bool:
    here = situation(scope.defined_in)
    return here.conditional or here.typing or here.never
