"""Read what the methods of a cache class do, and say by which calls of the unified cache they are served."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

_CLOCK: Final = re.compile(r"clock|timer|time_?func|now", re.IGNORECASE)
_COUNTERS: Final[Mapping[str, str]] = {
    "hit": "hits", "hits": "hits", "miss": "misses", "misses": "misses", "expired": "expired",
    "expirations": "expired", "eviction": "evictions", "evictions": "evictions", "evicted": "evictions",
    "hit_rate": "hit_rate", "hit_ratio": "hit_rate",
}  # fmt: skip
"""What counters of caches are called -> the unified cache's attribute."""


class Served(NamedTuple):
    """One line of a table of `unify_class`."""

    key: str
    template: str
    why: str
    sure: bool = True


class Reading:
    """One cache class."""

    def __init__(self, source: str, name: str, storage: str) -> None:
        """`source` is the text of its module; raises SyntaxError and KeyError for one that is not there."""
        tree = ast.parse(source)
        classes = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == name]
        if not classes:
            raise KeyError(name)
        self.methods = {
            one.name: one for one in classes[0].body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        self.properties = {name for name, one in self.methods.items() if _decorated(one, "property")}
        self._made = self.methods.get("__init__")
        self.storage = storage or self._found_storage()
        self.evidence: dict[str, str] = {}

    def _found_storage(self) -> str:
        made = self._made
        for node in ast.walk(made) if made is not None else ():
            target, value = _assigned(node)
            maker = ast.unparse(value.func).rpartition(".")[2] if isinstance(value, ast.Call) else ""
            if target and (maker in ("dict", "OrderedDict") or (isinstance(value, ast.Dict) and not value.keys)):
                return target
        return ""

    # The constructor

    def parameters(self) -> Sequence[tuple[str, str, str]]:
        """Name, default ("" for none) and annotation of what a constructor call gives."""
        if self._made is None:
            return ()
        arguments = self._made.args
        plain = [*arguments.posonlyargs, *arguments.args][1:]
        defaults: list[ast.expr | None] = [*[None] * (len(plain) - len(arguments.defaults)), *arguments.defaults]
        pairs = [*zip(plain, defaults, strict=False), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
        return [(one.arg, ast.unparse(value) if value else "", ast.unparse(one.annotation) if one.annotation else "")
                for one, value in pairs]  # fmt: skip

    def attribute_of(self, parameter: str) -> str:
        """The attribute that a parameter is kept in."""
        for node in ast.walk(self._made) if self._made is not None else ():
            target, value = _assigned(node)
            if target and isinstance(value, ast.Name) and value.id == parameter:
                return target
        return ""

    def role(self, parameter: str) -> str:
        """What a parameter of the constructor is for: clock, ttl, bound, or "" where that cannot be told."""
        kept = f"self.{self.attribute_of(parameter)}"
        text = "\n".join(ast.unparse(one) for one in self.methods.values())
        if kept != "self." and re.search(rf"{re.escape(kept)}(\.\w+)?\(\)", text) and _CLOCK.search(parameter):
            return "clock"
        if kept != "self." and re.search(rf"- [\w.\[\]]+ (>=?|<=?) {re.escape(kept)}\b", text):
            return "ttl"
        if kept != "self." and re.search(rf"len\(self\.{self.storage}\) >=? {re.escape(kept)}\b", text):
            return "bound"
        return ""

    def boundary(self, parameter: str) -> str:
        """`after` where an entry lives up to and including its time, `at` where it does not; "" for nobody knows."""
        kept = re.escape(f"self.{self.attribute_of(parameter)}")
        text = "\n".join(ast.unparse(one) for one in self.methods.values())
        if re.search(rf" - [\w.\[\]]+ > {kept}\b", text) or re.search(rf" - [\w.\[\]]+ <= {kept}\b", text):
            return "after"
        return "at" if re.search(rf" - [\w.\[\]]+ (>=|<) {kept}\b", text) else ""

    def eviction(self) -> str:
        """What goes when there are too many: `lru`, `fifo`, or "" where that cannot be told."""
        text = "\n".join(ast.unparse(one) for one in self.methods.values())
        store = re.escape(f"self.{self.storage}")
        first = re.search(rf"{store}\.popitem\((last=)?False\)|next\(iter\({store}\)\)", text)
        if first is None:
            return ""
        looking = "\n".join(ast.unparse(one) for one in self.methods.values() if not _stores(one, self.storage))
        if re.search(rf"{store}\.move_to_end\(", looking):
            return "lru"
        # Stored again, an entry of a plain dictionary keeps its place, and so does one of the unified cache's `fifo`.
        return "" if re.search(rf"{store}\.(move_to_end|pop)\((?!next\(iter)", text) else "fifo"

    def asked_of_clock(self, parameter: str) -> Sequence[str]:
        """The methods that are asked of the clock; "" for one that is called itself."""
        kept = re.escape(f"self.{self.attribute_of(parameter)}")
        text = "\n".join(ast.unparse(one) for one in self.methods.values())
        return sorted({match[1] or "" for match in re.finditer(rf"{kept}(?:\.(\w+))?\(\)", text)})

    # Methods

    def served(self) -> Iterator[Served]:
        """The methods that the unified cache serves, with what says so."""
        for name, node in self.methods.items():
            if name == "__init__" or name in self.properties or (name.startswith("_") and not name.startswith("__")):
                continue
            yield from self._method(name, node)

    def _method(self, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Served]:
        body = _plain_body(node)
        text = "\n".join(ast.unparse(one) for one in body)
        store, names = f"self.{self.storage}", [one.arg for one in node.args.args[1:]]
        values = re.escape(store)
        if isinstance(node, ast.AsyncFunctionDef) or node.args.vararg or node.args.kwarg:
            return
        if text == f"return len({store})":
            if name != "__len__":
                yield Served(name, "len({self})", "gives how many entries there are")
        elif name == "__contains__" and names and text == f"return {names[0]} in {store}":
            yield Served(name, f"{{self}}.holds({{{names[0]}}})", "asks whether an entry is there, fresh or not")
        elif re.fullmatch(rf"return (list|sorted|tuple)\({values}(\.keys\(\))?\)", text):
            form = re.match(r"return (\w+)", text)
            made = form[1] if form else "list"
            yield Served(name, "keys()" if made == "list" else f"{made}({{self}}.keys())", "gives the keys")
        elif text == f"{store}.clear()":
            yield Served(name, "clear()", "drops all entries")
        elif (either := self._either(body, names)) is not None:
            yield Served(f"{name}()", "clear()", "drops all entries where nothing is given")
            yield Served(f"{name}({names[0]})", f"delete({_blanks(either)})", "drops one entry where a key is given")
        elif (key := _popped(text, store)) is not None and _fits(key, names):
            yield Served(name, f"delete({_blanks(key)})", "drops one entry")
        elif (condition := self._condition(body)) is not None:
            yield Served(name, condition, "drops entries by a condition, and gives how many")
        else:
            yield from self._kept(name, body, text, names, node)

    def _kept(
        self, name: str, body: Sequence[ast.stmt], text: str, names: Sequence[str],
        node: ast.FunctionDef | ast.AsyncFunctionDef,
    ) -> Iterator[Served]:  # fmt: skip
        every = [one for each in body for one in ast.walk(each)]
        stores = [one for one in every if isinstance(one, ast.Assign) and _is_entry(one, self.storage)]
        called = [each for each in names if re.search(rf"(?<![\w.]){each}\(\)", text)]
        default = _default(node)
        if stores and len(called) == 1:
            key = _key_of(stores[0])
            if _fits(key, [one for one in names if one not in called]):
                yield Served(name, f"get_or_compute({_blanks(key)}, {{{called[0]}}})", "makes what is missing")
        elif stores and not called:
            key, value = _key_of(stores[0]), _value_of(stores[0], names)
            given = re.findall(r"return (.+)", text)
            if value and _fits(key, names) and all(one in (value, "None") for one in given):
                yield Served(name, f"set({_blanks(key)}, {{{value}}})", "stores what it is given")
        elif names and (looked := _looked_up(text, f"self.{self.storage}")) is not None and _fits(looked, names):
            more = [one for one in names if not re.search(rf"\b{one}\b", looked)]
            fallback = default.get(more[0], "") if len(more) == 1 else ""
            if len(more) == 1 and fallback:
                counted = not re.search(r"\bself\.\w+ \+= 1|\+= 1", text) and "del " not in text and "pop(" not in text
                verb = "peek" if counted and "move_to_end" not in text and self._counts() else "get"
                yield Served(name, f"{verb}({_blanks(looked)}, {{{more[0]}}})", "looks up, with a default")
            elif not more:
                yield Served(name, f"get({_blanks(looked)})", "looks up")

    def _counts(self) -> bool:
        return any("+= 1" in ast.unparse(one) for one in self.methods.values())

    def _either(self, body: Sequence[ast.stmt], names: Sequence[str]) -> str | None:
        """The key of `if key is None: clear() else: pop(key)`."""
        store = f"self.{self.storage}"
        match body:
            case [ast.If(test=test, body=[first], orelse=[second])] if len(names) == 1:
                if ast.unparse(test) == f"{names[0]} is None" and ast.unparse(first) == f"{store}.clear()":
                    key = _popped(ast.unparse(second), store)
                    return key if key is not None and _fits(key, names) else None
        return None

    def _condition(self, body: Sequence[ast.stmt]) -> str | None:
        """What drops the entries whose keys fulfil a condition."""
        store = f"self.{self.storage}"
        match body:
            case [ast.Assign(targets=[ast.Name(id=doomed)], value=ast.ListComp(elt=ast.Name(id=key), generators=[one])),
                  ast.For(target=ast.Name(id=each), iter=ast.Name(id=again), body=[ast.Delete(targets=[gone])]),
                  *rest]:  # fmt: skip
                if doomed != again or ast.unparse(one.iter) != store or ast.unparse(gone) != f"{store}[{each}]":
                    return None
                if [ast.unparse(last) for last in rest] not in ([], [f"return len({doomed})"]) or len(one.ifs) != 1:
                    return None
                test = ast.unparse(one.ifs[0])
                prefix = re.fullmatch(rf"{key}\[0\] == (\w+)", test)
                if prefix is not None and ast.unparse(one.target) == key:
                    return f"invalidate_prefix(({{{prefix[1]}}},))"
                return self._where(key, one.ifs[0]) if ast.unparse(one.target) == key else None
        return None

    def _where(self, key: str, test: ast.expr) -> str:
        """A condition as the function of a key; parameters become blanks."""

        class Blanks(ast.NodeTransformer):
            def visit_Name(self, node: ast.Name) -> ast.AST:
                return node if node.id in (key, "len", "str", "isinstance") else ast.Name(f"blank_{node.id}", node.ctx)

        text = re.sub(r"\bblank_(\w+)", r"{\1}", ast.unparse(Blanks().visit(copy.deepcopy(test))))
        return f"invalidate_where(lambda {key}: {text})"

    # Attributes

    def attributes(self) -> Iterator[Served]:
        """Attributes that the unified cache has too."""
        for name, _, annotation in self.parameters():
            kept = self.attribute_of(name)
            if not kept or kept.startswith("_"):
                continue
            match self.role(name):
                case "ttl":
                    spans = "timedelta" in annotation
                    yield Served(kept, "timedelta(seconds={self}.ttl)" if spans else "ttl", "how long entries live")
                case "bound":
                    yield Served(kept, "max_size", "how many entries there may be")
                case _:
                    pass
        for node in ast.walk(self._made) if self._made is not None else ():
            target, value = _assigned(node)
            if target in _COUNTERS and isinstance(value, ast.Constant) and value.value == 0:
                yield Served(target, _COUNTERS[target], "a counter, by its name")
            elif target and not target.startswith("_") and isinstance(value, ast.Dict) and value.keys:
                keys = [one.value for one in value.keys if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                if len(keys) == len(value.keys) and all(one in _COUNTERS for one in keys):
                    for key in keys:
                        yield Served(f'{target}["{key}"]', _COUNTERS[key], "a counter, by its name")
                    whole = ", ".join(f'"{key}": {{self}}.{_COUNTERS[key]}' for key in keys)
                    yield Served(target, f"{{{whole}}}", "counters, by their names")
        for name in sorted(self.properties & _COUNTERS.keys()):
            yield Served(name, _COUNTERS[name], "a figure, by its name")


def _stores(node: ast.AST, storage: str) -> bool:
    return any(isinstance(one, ast.Assign) and _is_entry(one, storage) for one in ast.walk(node))


def _decorated(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    return any(ast.unparse(one).rpartition(".")[2] == name for one in node.decorator_list)


def _assigned(node: ast.AST) -> tuple[str, ast.expr | None]:
    """The attribute of `self` that a statement assigns, and what."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
        value: ast.expr | None = node.value
    elif isinstance(node, ast.AnnAssign):
        target, value = node.target, node.value
    else:
        return "", None
    own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    return (target.attr if own and isinstance(target, ast.Attribute) else ""), value


def _plain_body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Sequence[ast.stmt]:
    """A body without its docstring, and without the lock around it."""
    body = node.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    if len(body) == 1 and isinstance(body[0], ast.With) and "lock" in ast.unparse(body[0].items[0]).lower():
        body = body[0].body
    return body


def _popped(text: str, store: str) -> str | None:
    """The key of `store.pop(key, None)`, be it asked whether there was something."""
    found = re.fullmatch(rf"(?:return )?{re.escape(store)}\.pop\((.+), (\w+)\)( is not \2)?", text)
    if found is None or (text.startswith("return ") and found[3] is None):
        return None
    return found[1]


def _looked_up(text: str, store: str) -> str | None:
    found = re.search(rf"{re.escape(store)}\.get\((\(.+?\)|\w+)[,)]", text)
    found = found or re.search(rf"(\w+) (?:not )?in {re.escape(store)}", text)
    return found[1] if found is not None and "return" in text else None


def _is_entry(node: ast.Assign, storage: str) -> bool:
    target = node.targets[0]
    return isinstance(target, ast.Subscript) and ast.unparse(target.value) == f"self.{storage}"


def _key_of(node: ast.Assign) -> str:
    target = node.targets[0]
    return ast.unparse(target.slice) if isinstance(target, ast.Subscript) else ""


def _value_of(node: ast.Assign, names: Sequence[str]) -> str:
    """The parameter that is stored, by itself or beside the time."""
    parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    found = [one.id for one in parts if isinstance(one, ast.Name) and one.id in names]
    return found[0] if len(found) == 1 else ""


def _default(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Mapping[str, str]:
    names = [one.arg for one in node.args.args]
    return {name: ast.unparse(value) for name, value in
            zip(names[len(names) - len(node.args.defaults) :], node.args.defaults, strict=True)}  # fmt: skip


def _fits(key: str, names: Sequence[str]) -> bool:
    """Whether a key is made of parameters alone."""
    try:
        tree = ast.parse(key, mode="eval")
    except SyntaxError:
        return False
    used = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
    return bool(used) and used <= set(names)


def _blanks(key: str) -> str:
    """A key with blanks for its names."""
    tree = ast.parse(key, mode="eval")
    text = ast.unparse(tree)
    for name in {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}:
        text = re.sub(rf"(?<![\w.]){name}\b", f"{{{name}}}", text)
    return text if not (isinstance(tree.body, ast.Tuple) and not text.startswith("(")) else f"({text})"
