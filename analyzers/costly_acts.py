"""What may cost time out of proportion where it runs often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, Literal

from overhaul.facts import CostlyAct
from overhaul.heat.costs import (
    QUEUES,
    Alternatives,
    Lists,
    asked,
    eager,
    function_of,
    is_logger,
    lock_around,
    reopened,
    strings,
)
from overhaul.heat.loops import WANTED, Around, Loops, steady
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Block, Role, Scope
from overhaul.syntax.parts import inside
from overhaul.text import dotted, text_of, words_of

Act = Literal[
    "eager_log", "log", "reopened", "appended", "row", "frame_grown", "frame_rows", "call", "repeated", "scan", "poll",
    "awaits",
]  # fmt: skip
_LEVELS: Final = frozenset({"debug", "info", "trace"})
_BLOCKING: Final = frozenset({
    "sleep", "get", "post", "put", "patch", "delete", "head", "request", "urlopen", "urlretrieve", "run", "call",
    "check_call", "check_output", "getoutput", "getstatusoutput", "system", "popen", "create_connection", "getaddrinfo",
    "gethostbyname", "gethostbyaddr", "getfqdn", "connect", "waitpid", "stream", "SMTP", "SMTP_SSL", "FTP", "input",
    "Popen",
})  # fmt: skip
"""Last names of calls that may wait for something outside, where the name comes from an import."""
_OF_OBJECTS: Final = frozenset({
    "get", "post", "put", "patch", "delete", "head", "request", "execute", "executemany", "commit", "fetchall",
    "fetchone", "recv", "send", "sendall", "connect", "accept", "communicate", "sendmail", "getresponse", "join",
})  # fmt: skip
"""The same for methods, whose receiver has to be known."""
_PURE: Final = frozenset({
    "re.compile", "inspect.signature", "inspect.getfullargspec", "inspect.getsource", "ast.parse", "struct.Struct",
    "string.Template", "datetime.strptime", "datetime.datetime.strptime", "datetime.fromisoformat",
    "datetime.datetime.fromisoformat", "fnmatch.translate", "textwrap.dedent", "typing.get_type_hints",
    "get_type_hints", "time.strptime", "ipaddress.ip_network", "jinja2.Template",
})  # fmt: skip
_FOLDING: Final = frozenset({"max", "min", "sum"})
_COLLECTING: Final = frozenset({"set", "frozenset", "sorted", "list", "tuple"})
_SCANS: Final = frozenset({"index", "remove", "insert", "pop"})
_OTHERS: Final = frozenset({
    "open", "flush", "fsync", "execute", "writerow", "iterrows", "itertuples", "apply", "empty", "qsize", "get_nowait",
})  # fmt: skip
_INTERESTING: Final = _LEVELS | _BLOCKING | _OF_OBJECTS | _FOLDING | _SCANS | _OTHERS | {
    one.rpartition(".")[2] for one in _PURE
}  # fmt: skip


@Collector(*WANTED, "Assign", "AnnAssign", "Comparison", "Await", "With")
def costly_acts(module: Module) -> Iterator[CostlyAct]:
    """Calls, comparisons and assignments that cost little once and much in a loop, under a lock or in a coroutine."""
    yield from _Acts(module).rows()


class _Acts:
    """One pass over a module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._loops = Loops(module)
        self._lists = Lists(module, self._loops)
        self._alternatives = Alternatives(module)
        self._imported = module.scopes[0].imported
        self._lines: dict[int, int] | None = None
        self._executed: Counter[int] = Counter()
        """How many statements each loop gives to a database."""
        self._inserts: list[tuple[int, CostlyAct]] = []
        self._locks = "lock" in module.text.lower() or "mutex" in module.text

    def rows(self) -> Iterator[CostlyAct]:
        sleeping: set[int] = set()
        joining: set[int] = set()
        polling: list[tuple[Any, int, Block, str]] = []
        for call, line, block in self._module.nodes(cst.Call):
            func: Any = call.func
            if func.__class__ is cst.Attribute:
                last: str = func.attr.value
            elif func.__class__ is cst.Name:
                last = func.value
            else:
                continue
            if last == "sleep" and (loop := _loop(block)) is not None:
                sleeping.add(id(loop))
            elif last in ("join", "wait", "communicate") and (loop := _loop(block)) is not None:
                joining.add(id(loop))
            if last in ("empty", "qsize", "get_nowait", "get") and func.__class__ is cst.Attribute:
                polling.append((call, line, block, last))
            if last in _INTERESTING:
                yield from self._call(call, line, block, dotted(func), last)
            elif self._locks and (lock := lock_around(block))[0]:
                chain = dotted(func)
                if chain and chain.count(".") < 2 and not self._loops.around(block).deferred:
                    yield self._row("call", chain, "", line, block, lock)
        for one, line, block in self._module.nodes(cst.Await) if self._locks else ():
            if (lock := lock_around(block))[0]:
                yield self._row("awaits", dotted(getattr(one.expression, "func", None)), "", line, block, lock)
        # What does more than insert cannot be given to the database at once.
        yield from (row for loop, row in self._inserts if self._executed[loop] == 1)
        yield from self._polled(sleeping - joining, polling)
        yield from self._compared()
        yield from self._grown()

    def _row(
        self, act: Act, callee: str, detail: str, line: int, block: Block, lock: tuple[str, Any] | None = None
    ) -> CostlyAct:
        around = self._loops.around(block)
        held, node = lock if lock is not None else ("", None)
        return CostlyAct(
            scope=function_of(block.scope).name, line=line, act=act, callee=callee, detail=detail,
            loops=len(around.loops), loop=self._loops.line(around.loops[0], line) if around.loops else 0, lock=held,
            locked=self._with(node) if node is not None else 0,
        )  # fmt: skip

    def _with(self, node: Any) -> int:
        if self._lines is None:
            self._lines = {id(one): line for one, line, _ in self._module.nodes(cst.With)}
        return self._lines.get(id(node), 0)

    # Calls

    def _call(self, call: Any, line: int, block: Block, chain: str, last: str) -> Iterator[CostlyAct]:
        around = self._loops.around(block)
        if around.deferred:
            return
        scope = function_of(block.scope)
        if last in _LEVELS and is_logger(chain):
            if not around.handling and not asked(block):
                how = eager(call)
                if how and last != "info":
                    yield self._row("eager_log", chain, f"{last} {how}", line, block)
                elif around.loops and not around.branched and last != "trace":
                    yield self._row("log", chain, last, line, block)
            return
        if last == "open":
            yield from self._opened(call, line, block, around, scope)
        if around.loops:
            yield from self._looped(call, line, block, chain, last, around, scope)
        if last == "iterrows" or (last == "itertuples" and around.loops) or (last == "apply" and _by_row(call)):
            yield self._row("frame_rows", chain or last, last, line, block)
        if not chain:
            return
        root = chain.partition(".")[0]
        elsewhere = root in self._imported or root in scope.imported
        held = lock_around(block) if self._locks else ("", None)
        node: Any = scope.node
        bare = chain == "input"
        objects = last in _OF_OBJECTS and (held[0] or (scope.kind == "function" and node.asynchronous is not None))
        if last in ("urlopen", "urlretrieve") and not any(text.startswith("http") for text in strings(call)):
            return  # `data:` and `file:` wait for nothing
        waits = (elsewhere and last in _BLOCKING) or (objects and not elsewhere) or bare
        if waits and not self._alternatives.beside(block):
            yield self._row("call", chain, "", line, block, held)

    def _opened(self, call: Any, line: int, block: Block, around: Around, scope: Scope) -> Iterator[CostlyAct]:
        if around.loops:
            changing = self._changing(around, scope)
            path, way = reopened(call, changing)
            if path:
                yield self._row("reopened", dotted(call.func), f"{way} {path}", line, block)
        elif scope.kind == "function":
            path, way = reopened(call, frozenset(scope.bound - {"self", "cls"}))
            if way == "append" and not around.handling:
                yield self._row("appended", dotted(call.func), path, line, block)

    def _changing(self, around: Around, scope: Scope) -> frozenset[str]:
        """What the innermost loop changes, with what comprehensions inside it bind."""
        return self._loops.bound_in(around.loops[0], scope)

    def _looped(
        self, call: Any, line: int, block: Block, chain: str, last: str, around: Around, scope: Scope
    ) -> Iterator[CostlyAct]:
        if (last == "fsync" or (last == "flush" and not call.args)) and not around.branched:
            asked_of = call.args[0].value if last == "fsync" and call.args else call.func
            if steady(asked_of, self._changing(around, scope)) and "std" not in chain and chain:
                yield self._row("row", chain, last, line, block)
        elif last == "execute" and call.args and chain:
            self._executed[id(around.loops[0])] += 1
            inserts = any(text[:6].upper() == "INSERT" for text in strings(call.args[0].value))
            used = self._loops.uses(around.loops[0], scope, chain.partition(".")[0])
            if inserts and used == 1 and not around.branched and _only_loops(block):
                self._inserts.append((id(around.loops[0]), self._row("row", chain, "INSERT", line, block)))
        elif last == "writerow":
            body: Any = getattr(around.loops[0], "body", None)
            if not around.branched and body is not None and len(body.body) == 1:
                yield self._row("row", chain, last, line, block)
        elif chain in _PURE:
            if call.args and all(steady(one.value, self._changing(around, scope)) for one in call.args):
                yield self._row("repeated", chain, text_of(call, 60), line, block)
        elif last in _FOLDING and chain == last and len(call.args) == 1 and not around.branched:
            if self._same(call.args[0].value, around, scope):
                yield self._row("repeated", chain, text_of(call, 60), line, block)
        elif last in _SCANS and chain.count(".") in (1, 2) and _scans(call, last):
            receiver = chain.rpartition(".")[0]
            way = f"{last}(0)" if last in ("insert", "pop") else last
            if receiver.count(".") == 1 and receiver.startswith("self."):
                if last in ("insert", "pop"):
                    yield self._row("scan", receiver, f"{way} own", line, block)
            elif receiver not in self._changing(around, scope) and self._lists.grown(block.scope, receiver):
                yield self._row("scan", receiver, f"{way} local", line, block)

    def _same(self, node: Any, around: Around, scope: Scope) -> bool:
        """Whether an argument is a local name of which the innermost loop makes no other use."""
        if node.__class__ is not cst.Name or node.value not in scope.bound:
            return False
        loop = around.loops[0]
        if loop.__class__ is not cst.For or node.value in self._loops.bound_in(loop, scope):
            return False
        return self._loops.uses(loop, scope, node.value) == 1

    # Comparisons, assignments, loops

    def _compared(self) -> Iterator[CostlyAct]:
        for node, line, block in self._module.nodes(cst.Comparison):
            last = node.comparisons[-1]
            operator: Any = last.operator
            if operator.__class__ is not cst.In and operator.__class__ is not cst.NotIn:
                continue
            asked_of: Any = last.comparator
            kind = asked_of.__class__
            if kind is not cst.Name and kind is not cst.Call and kind is not cst.ListComp:
                continue
            around = self._loops.around(block)
            if not around.loops or around.deferred:
                continue
            scope = function_of(block.scope)
            changing = self._changing(around, scope)
            if kind is cst.Name:
                name: str = asked_of.value
                grown = name not in changing and self._lists.grown(block.scope, name)
                if grown and not self._lists.unhashable(scope, name):
                    yield self._row("scan", name, "in local", line, block)
            elif kind is cst.Call and dotted(asked_of.func) in _COLLECTING and len(asked_of.args) == 1:
                given: Any = asked_of.args[0].value
                if given.__class__ not in (cst.Name, cst.Attribute) or not steady(given, changing):
                    continue
                if self._loops.uses(around.loops[0], scope, dotted(given)) <= (given.__class__ is cst.Name):
                    yield self._row("repeated", dotted(asked_of.func), text_of(asked_of, 60), line, block)
            elif kind is cst.ListComp and steady(asked_of.for_in.iter, changing):
                names = {one.value for one in inside(asked_of) if one.__class__ is cst.Name}
                loop, gone = around.loops[0], dotted(asked_of.for_in.iter)
                others = self._loops.uses(loop, scope, gone) if gone else 0
                if changing.isdisjoint(names) and others <= ("." not in gone):
                    yield self._row("repeated", "", text_of(asked_of, 60), line, block)

    def _grown(self) -> Iterator[CostlyAct]:
        """Tables that get a row in each round."""
        for node, line, block in self._module.nodes(cst.Assign):
            target: Any = node.targets[0].target
            value: Any = node.value
            chain = name = ""
            if value.__class__ is cst.Call and target.__class__ in (cst.Name, cst.Attribute):
                chain, name = dotted(value.func), dotted(target)
                if not (name and chain.endswith(("concat", ".append")) and _adds(value, chain, name)):
                    continue
            elif target.__class__ is cst.Subscript and target.value.__class__ is cst.Attribute:
                name = dotted(target.value.value)
                chain = f"{name}.loc"
                if target.value.attr.value != "loc" or not name or not _at_end(target, name):
                    continue
            around = self._loops.around(block)
            if name and around.loops and not _begun_anew(block.scope, around.loops[0], name, line):
                yield self._row("frame_grown", chain, name, line, block)

    def _polled(self, sleeping: set[int], calls: list[tuple[Any, int, Block, str]]) -> Iterator[CostlyAct]:
        if not sleeping:
            return
        told: set[int] = set()
        tests = {
            id(one) for loop, _, _ in self._module.nodes(cst.While) for one in inside(loop.test)
            if one.__class__ is cst.Call
        }  # fmt: skip
        for call, line, block, last in calls:
            loop = _loop(block) if id(call) not in tests else None
            if loop is None or id(loop) not in sleeping or id(loop) in told or not _polls(call, last):
                continue
            if loop.__class__ is cst.While:
                told.add(id(loop))
                yield self._row("poll", dotted(call.func), last, line, block)
        for loop, line, block in self._module.nodes(cst.While):
            if id(loop) not in sleeping or id(loop) in told:
                continue
            for one in inside(loop.test):
                asks = one.__class__ is cst.Call and one.func.__class__ is cst.Attribute
                if asks and _polls(one, one.func.attr.value):
                    yield self._row("poll", dotted(one.func), one.func.attr.value, line, block)
                    break


def _loop(block: Block) -> Any:
    """The innermost loop around a suite, in its function."""
    one: Block | None = block
    while one is not None and one.kind != "body":
        if one.kind in ("while", "for"):
            return one.node
        one = one.parent
    return None


def _only_loops(block: Block) -> bool:
    """Whether nothing but `with` stands between a suite and the innermost loop: no `try` that tells rows apart."""
    one: Block | None = block
    while one is not None and one.kind == "with":
        one = one.parent
    return one is not None and one.kind in ("for", "while")


def _polls(call: Any, last: str) -> bool:
    """Whether a call looks whether something is in a queue, and does not wait for it."""
    receiver = dotted(call.func.value)
    if last not in ("empty", "qsize", "get_nowait", "get") or QUEUES.isdisjoint(words_of(receiver)):
        return False
    if last == "get":
        return any(
            one.value.__class__ is cst.Name and one.value.value == "False"
            and (one.keyword is None or one.keyword.value == "block") for one in call.args
        )  # fmt: skip
    return not call.args


def _by_row(call: Any) -> bool:
    for one in call.args:
        if one.keyword is not None and one.keyword.value == "axis":
            value: Any = one.value
            return value.__class__ in (cst.Integer, cst.SimpleString) and value.value.strip("\"'") in ("1", "columns")
    return False


def _scans(call: Any, last: str) -> bool:
    """Whether a list's method goes through all of it."""
    arguments = call.args
    if last in ("index", "remove"):
        return len(arguments) == 1 and arguments[0].keyword is None
    first: Any = arguments[0].value if arguments else None
    return len(arguments) == (2 if last == "insert" else 1) and first.__class__ is cst.Integer and first.value == "0"


def _adds(call: Any, chain: str, name: str) -> bool:
    """Whether a table is made of itself and something more."""
    if chain == f"{name}.append":
        return any(one.keyword is not None and one.keyword.value == "ignore_index" for one in call.args)
    if chain not in ("pd.concat", "pandas.concat", "concat", "pl.concat", "polars.concat") or not call.args:
        return False
    listed: Any = call.args[0].value
    if listed.__class__ not in (cst.List, cst.Tuple):
        return False
    return len(listed.elements) > 1 and any(dotted(one.value) == name for one in listed.elements)


def _begun_anew(scope: Scope, loop: Any, name: str, line: int) -> bool:
    """Whether each round of a loop begins with another value of a name than the last one left."""
    return any(
        role == Role.ASSIGN and bound == name and block.node is loop and at != line
        for role, bound, at, block, _ in scope.events
    )


def _at_end(target: Any, owner: str) -> bool:
    """`table.loc[len(table)]`."""
    for one in inside(target.slice[0]):
        if one.__class__ is cst.Call and dotted(one.func) == "len" and one.args:
            return dotted(one.args[0].value) in (owner, f"{owner}.index")
    return False
