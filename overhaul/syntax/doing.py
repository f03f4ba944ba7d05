"""What a function's body does, where that is nothing, or gives what depends on nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, Literal

from overhaul.lazy import cst
from overhaul.syntax.asked import LITERALS, asks_for_nothing, harmless, joined, last_of, literal_text, logs
from overhaul.syntax.remarks import unfinished
from overhaul.text import IMPORTS, dotted, text_of

Form = Literal["empty", "raises", "constant", "given", "random", "echo", "announced"]

CONSTANT, GIVEN, RANDOM, REAL = 0, 1, 2, 9
"""How much stands behind a value: literals; whole parameters, new ids and the time; chance; anything else."""


class Doing:
    """One reading of one body; `form` is None when it does something."""

    def __init__(self, body: Any, parameters: Sequence[str], imported: Collection[str]) -> None:
        """Read a function's suite; `parameters` without the receiver, `imported` the names that the module imports."""
        self._parameters = parameters
        self._imported = imported
        self._locals: dict[str, tuple[int, Any]] = {}
        self.form: Form | None = None
        self.how = ""
        self.void = True
        self.message = ""
        self.at: Any = None
        """The statement that tells the form."""
        self.sleeps: Any = None
        self.guarded = False
        self.part: Any = None
        """The statement that gives an attribute of a parameter, where it is all that the body does."""
        self._logs: Any = None
        self._first: Any = None
        self._made = CONSTANT
        closed = self._suite(body.body if body.__class__ is cst.IndentedBlock else [body])
        self._finish(closed is not None)

    def _finish(self, whole: bool) -> None:
        if whole and self.form is None:
            self._nothing()
        if self.form == "empty" and self.guarded:
            # It is there to refuse.
            self.form = None

    # Statements: True when the body ends there, False when it goes on, None when it does something

    def _suite(self, statements: Sequence[Any]) -> bool | None:
        for number, statement in enumerate(statements):
            kind = statement.__class__
            if kind is cst.SimpleStatementLine or kind is cst.SimpleStatementSuite:
                for small in statement.body:
                    ends = self._small(small, statement, number == 0)
                    if ends is not False:
                        return ends
            elif kind is cst.If:
                if not self._is_guard(statement):
                    return None
                self.guarded = True
            elif kind is cst.For:
                if self._loop(statement) is None:
                    return None
            elif kind is cst.Try:
                ends = self._suite(statement.body.body)
                if ends is None or statement.finalbody is not None or statement.orelse is not None:
                    return None
                if ends:
                    return True
            else:
                return None
        return False

    def _small(self, small: Any, statement: Any, first: bool) -> bool | None:
        kind = small.__class__
        if kind is cst.Pass:
            self._seen("pass", statement)
            return False
        if kind is cst.Expr:
            return self._expression(small.value, statement, first)
        if kind is cst.Return:
            return self._return(small.value, statement)
        if kind is cst.Raise:
            return self._raise(small, statement)
        if kind is cst.Assign:
            target = small.targets[0].target
            if len(small.targets) != 1 or target.__class__ is not cst.Name:
                return None
            return self._bind(target.value, small.value)
        if kind is cst.AnnAssign:
            if small.target.__class__ is not cst.Name:
                return None
            return False if small.value is None else self._bind(small.target.value, small.value)
        if kind is cst.Assert:
            if small.test.__class__ is cst.Name and small.test.value == "False":
                self.message = literal_text(small.msg)
                self._told("raises", "assert", statement)
                return True
            self.guarded = True
            return False
        if kind is cst.Del:
            target = small.target
            names = [one.value for one in target.elements] if target.__class__ is cst.Tuple else [target]
            return False if all(one.__class__ is cst.Name for one in names) else None
        return False if kind.__name__ in IMPORTS else None

    def _expression(self, value: Any, statement: Any, first: bool) -> bool | None:
        kind = value.__class__
        if kind is cst.SimpleString or kind is cst.ConcatenatedString:
            if not first:
                return False
            self._seen("docstring", statement)
            return False
        if kind is cst.Ellipsis:
            self._seen("dots", statement)
            return False
        if kind is cst.Await:
            value = value.expression
            kind = value.__class__
            if kind is not cst.Call:
                return None
        if kind is not cst.Call:
            return False if kind is cst.Name else None
        name = dotted(value.func)
        last = name.rpartition(".")[2]
        if last == "sleep" and name in _SLEEPS:
            self.sleeps = self.sleeps or statement
            return False
        if logs(name):
            if not all(harmless(one.value) for one in value.args):
                return None
            if self._logs is None:
                self._logs = statement
                self.message = next((text for one in value.args if (text := literal_text(one.value))), "")
            return False
        root, dot, _ = name.partition(".")
        if dot and root in self._locals and last in ("append", "add", "extend", "update", "setdefault", "sort"):
            known, node = self._locals[root]
            level = max([known, *[self._level(one.value) for one in value.args]])
            self._locals[root] = max(level, GIVEN), node
            return False if level < REAL else None
        return None

    def _return(self, value: Any, statement: Any) -> bool | None:
        if value is None or (value.__class__ is cst.Name and value.value == "None"):
            self._seen("return" if value is None else "return None", statement)
            self._nothing()
            return True
        if value.__class__ is cst.Name and value.value == "NotImplemented":
            self._told("raises", "NotImplemented", statement)
            return True
        level = self._level(value)
        if level >= REAL:
            name = dotted(value) if value.__class__ is cst.Attribute else ""
            if name.partition(".")[0] in self._parameters and not self._locals and not self.guarded:
                self.part, self.how = statement, name
            return None
        self.void = self._is_void(value)
        form: Form
        if self._logs is not None and level < RANDOM:
            form = "announced"
        elif value.__class__ is cst.Name and value.value in self._parameters and value.value not in self._locals:
            form = "echo" if value.value == self._parameters[0] else "given"
        else:
            form = "constant" if level == CONSTANT else "given" if level == GIVEN else "random"
        known = self._locals.get(value.value) if value.__class__ is cst.Name else None
        self._told(form, text_of(value if known is None else known[1], 80), statement)
        return True

    def _raise(self, node: Any, statement: Any) -> bool | None:
        raised = node.exc
        if raised is None:
            return None
        call = raised.__class__ is cst.Call
        name = dotted(raised.func if call else raised).rpartition(".")[2]
        message = literal_text(raised.args[0].value) if call and raised.args else ""
        if name in ("NotImplementedError", "NotImplemented") or (name and unfinished(message)):
            self.message = message
            self._told("raises", name, statement)
            return True
        return None

    def _bind(self, name: str, value: Any) -> bool | None:
        if value.__class__ is cst.Await:
            return None
        level = self._level(value)
        # `_ = context` says that it is not used; `_ = device.level` may ask the device.
        if level >= REAL and not (name == "_" and value.__class__ is cst.Name):
            return None
        self._locals[name] = level, value
        return False

    def _loop(self, node: Any) -> bool | None:
        if node.target.__class__ is not cst.Name or node.orelse is not None or not harmless(node.iter):
            return None
        self._locals[node.target.value] = (GIVEN if self._counted(node.iter) else REAL), node.iter
        return None if self._suite(node.body.body) is not False else False

    def _is_guard(self, node: Any) -> bool:
        """Whether an `if` only refuses arguments, or answers for a missing one."""
        if not harmless(node.test):
            return False
        while node is not None:
            suite = node.body.body if node.body.__class__ is cst.IndentedBlock else [node.body]
            if len(suite) > 3 or not suite or not hasattr(suite[-1], "body"):
                return False
            last = suite[-1].body
            small: Any = last_of(last)
            if small.__class__ is cst.Raise:
                raised: Any = small.exc
                if raised.__class__ is cst.Call:
                    raised = raised.func
                if dotted(raised).endswith("NotImplementedError"):
                    return False
            elif small.__class__ is not cst.Return or not self._answers_for_nothing(node, small):
                return False
            if node.__class__ is cst.Else:
                return False
            node = node.orelse
        return True

    def _answers_for_nothing(self, node: Any, small: Any) -> bool:
        """`if not items: return []`."""
        if small.value is not None and self._level(small.value) != CONSTANT:
            return False
        test: Any = getattr(node, "test", None)
        while test.__class__ is cst.BooleanOperation:
            if not asks_for_nothing(test.right):
                return False
            test = test.left
        return asks_for_nothing(test)

    # What was found

    def _seen(self, how: str, statement: Any) -> None:
        if not self.how or self.how == "docstring":
            self.how = how
            self._first = statement

    def _told(self, form: Form, how: str, statement: Any) -> None:
        self.form, self.how, self.at = form, how, statement

    def _nothing(self) -> None:
        if self._logs is not None:
            self._told("announced", "", self._logs)
        elif self.sleeps is not None:
            self._told("empty", "sleep", self.sleeps)
        else:
            self._told("empty", self.how or "nothing", self._first)

    # Values

    def _level(self, node: Any) -> int:
        """How much stands behind an expression."""
        kind = node.__class__
        if kind.__name__ in LITERALS:
            return CONSTANT
        if kind is cst.Name:
            name = node.value
            if name in ("True", "False", "None"):
                return CONSTANT
            known = self._locals.get(name)
            return known[0] if known is not None else GIVEN if name in self._parameters else REAL
        if kind is cst.UnaryOperation:
            level = self._level(node.expression)
            return level if level in (CONSTANT, RANDOM) else REAL
        if kind in (cst.List, cst.Tuple, cst.Set):
            return max([self._element(one) for one in node.elements], default=CONSTANT)
        if kind is cst.Dict:
            level = CONSTANT
            for one in node.elements:
                if one.__class__ is not cst.DictElement:
                    return REAL
                level = max(level, self._level(one.key), self._level(one.value))
                if level >= REAL:
                    break
            return level
        if kind is cst.FormattedString:
            parts = [one for one in node.parts if one.__class__ is cst.FormattedStringExpression]
            return max([self._part(one.expression) for one in parts], default=CONSTANT)
        if kind is cst.BinaryOperation:
            if node.operator.__class__ is cst.Add and (parts := joined(node)):
                return max([self._part(one) for one in parts], default=CONSTANT)
            sides = {self._level(node.left), self._level(node.right)}
            repeated = node.operator.__class__ is cst.Multiply and node.left.__class__ is cst.List
            if repeated and sides == {CONSTANT, GIVEN}:
                return GIVEN
            return max(sides) if sides == {CONSTANT} or (RANDOM in sides and REAL not in sides) else REAL
        if kind is cst.Call:
            return self._called(node)
        if kind is cst.ListComp:
            inner = node.for_in
            plain = inner.target.__class__ is cst.Name and not inner.ifs and not inner.inner_for_in
            if not plain or not self._counted(inner.iter):
                return REAL
            self._locals[inner.target.value] = GIVEN, inner.iter
            return max(GIVEN, self._level(node.elt))
        return REAL

    def _element(self, node: Any) -> int:
        return self._level(node.value) if node.__class__ is cst.Element else REAL

    def _part(self, node: Any) -> int:
        """What is put into a text: attributes count as little as the parameter that has them."""
        name = dotted(node)
        return GIVEN if name and name.partition(".")[0] in self._parameters else self._level(node)

    def _called(self, node: Any) -> int:
        name = dotted(node.func)
        root, dot, _ = name.partition(".")
        last = name.rpartition(".")[2]
        values = [one.value for one in node.args]
        level = max([REAL if one.star else self._level(one.value) for one in node.args], default=CONSTANT)
        by_chance = last in _CHANCE and (name.startswith(_RANDOM) or (not dot and root in self._imported))
        if level >= REAL:
            looked_up = any(one.__class__ is cst.Attribute or one.__class__ is cst.Subscript for one in values)
            return RANDOM if by_chance and not looked_up else REAL
        if by_chance:
            return RANDOM
        if name in _CONVERTING or last in ("isoformat", "Decimal", "timedelta"):
            inside = node.func.value if node.func.__class__ is cst.Attribute else None
            below = self._level(inside) if inside.__class__ is cst.Call else CONSTANT
            if level == GIVEN and name in ("int", "float", "round", "Decimal", "decimal.Decimal"):
                return REAL
            return max(level, below)
        if name in _NEW:
            return GIVEN
        if name in _EMPTY_FRAMES or name in ("date", "datetime", "datetime.date", "datetime.datetime"):
            return level
        if not name and node.func.__class__ is cst.Attribute and node.func.attr.value in ("isoformat", "timestamp"):
            return max(level, self._level(node.func.value))
        if last[:1].isupper() and not last.isupper() and values:
            return max(level, GIVEN)
        return REAL

    @staticmethod
    def _counted(node: Any) -> bool:
        return node.__class__ is cst.Call and dotted(node.func) == "range"

    def _is_void(self, node: Any) -> bool:
        kind = node.__class__
        if kind is cst.Name:
            known = self._locals.get(node.value)
            return self._is_void(known[1]) if known is not None and known[0] == CONSTANT else node.value == "None"
        if kind is cst.Integer or kind is cst.Float:
            return not node.value.strip("0._")
        if kind is cst.SimpleString:
            return len(node.value) == 2
        if kind in (cst.List, cst.Tuple, cst.Dict):
            if not node.elements:
                return True
            return kind is cst.Tuple and all(self._is_void(one.value) for one in node.elements)
        if kind is cst.Call:
            return dotted(node.func) in _EMPTY and all(self._is_void(one.value) for one in node.args)
        return False


_SLEEPS: Final = frozenset({"sleep", "time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep", "gevent.sleep"})
_RANDOM: Final = ("random.", "np.random.", "numpy.random.", "secrets.", "rng.")
_CHANCE: Final = frozenset({
    "random", "randint", "uniform", "choice", "choices", "gauss", "normal", "rand", "randn", "randrange", "sample",
    "normalvariate", "triangular", "betavariate", "integers", "standard_normal", "randbelow", "lognormal",
})  # fmt: skip
_CONVERTING: Final = frozenset({
    "str", "int", "float", "round", "bool", "Decimal", "decimal.Decimal", "list", "dict", "set", "tuple", "frozenset",
    "timedelta", "datetime.timedelta", "Fraction", "bytes", "abs",
})  # fmt: skip
_NEW: Final = frozenset({
    "uuid.uuid4", "uuid4", "uuid.uuid1", "time.time", "datetime.now", "datetime.utcnow", "datetime.datetime.now",
    "datetime.datetime.utcnow", "date.today", "datetime.date.today", "datetime.today", "secrets.token_hex",
    "timezone.now", "time.monotonic",
})  # fmt: skip
_EMPTY: Final = frozenset({
    "list", "dict", "set", "tuple", "frozenset", "str", "int", "float", "Decimal", "decimal.Decimal", "bytes", "iter",
    "pd.DataFrame", "pandas.DataFrame", "pd.Series", "defaultdict", "OrderedDict", "Counter",
})  # fmt: skip
_EMPTY_FRAMES: Final = frozenset({
    "pd.DataFrame", "pandas.DataFrame", "pd.Series", "np.array", "np.zeros", "np.ones", "numpy.zeros", "numpy.array",
    "OrderedDict", "Counter", "iter", "defaultdict", "SimpleNamespace", "np.eye", "MappingProxyType", "bytearray",
})  # fmt: skip
