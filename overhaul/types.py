"""Of which classes the value of an expression is an instance, as far as facts tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, TypeGuard

from overhaul.facts import Attribute, Class, Facts, Function, LocalName, Variable
from overhaul.naming.meanings import External, Meaning, Symbol, Unknown
from overhaul.patterns import regex
from overhaul.symbols import Symbols

Classes = tuple[Symbol | External, ...]
"""The classes a value may be an instance of; empty where that is not known."""

_CHAIN: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_WRAPPERS: Final = frozenset({"Optional", "Final", "ClassVar", "Annotated", "Required", "NotRequired", "ReadOnly"})
_DEPTH: Final = 12
"""How many steps from name to name are followed within an expression."""
_NESTED: Final = 24
"""How many attributes and variables may stand on each other."""


class Types:
    """Tells the classes of values by what is constructed, annotated and passed on; never by names.

    Several answers mean that it depends on the way that was taken. No answer means that one way at least is not known:
    a value is told wholly or not at all, `None` aside.
    """

    def __init__(self, symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName]) -> None:
        """Stands on the symbol table and on what variables are bound to."""
        self.symbols = symbols
        self._variables = variables
        self._local_names = local_names
        self._variables_of: dict[str, Mapping[str, Sequence[Variable]]] = {}
        self._locals_of: dict[str, Mapping[tuple[str, str], Sequence[LocalName]]] = {}
        self._attributes_of: dict[str, Mapping[tuple[str, str], Sequence[Attribute]]] = {}
        self._members: dict[tuple[str, str, str], Classes] = {}
        self._open: set[tuple[str, ...]] = set()

    # What is asked

    def of_expression(self, module: str, scope: str, text: str, depth: int = _DEPTH) -> Classes:
        """The classes of an expression, given as `text_of` writes it, in a scope (dotted; "" for the module)."""
        found = self._of_expression(module, scope, text, depth)
        return () if found is None else tuple(dict.fromkeys(found))

    def of_annotation(self, module: str, scope: str, text: str) -> Classes:
        """The classes that an annotation names: of `A | None` that is A, of `type[A]` and `list[A]` not A."""
        found = self._of_annotation(module, scope, text)
        return () if found is None else tuple(dict.fromkeys(found))

    def of_attribute(self, owner: Symbol, name: str) -> Classes:
        """The classes of the attribute of a class's instances."""
        found = self._of_attribute(owner, name)
        return () if found is None else tuple(dict.fromkeys(found))

    def constructed(self, module: str, scope: str, text: str) -> bool:
        """Whether an expression makes an instance on the spot (or is None): then its class is no subclass of that."""
        match = _CHAIN.match(text)
        if text == "None":
            return True
        if match is None or not text.endswith(")") or _closing(text[match.end():]) != len(text) - match.end() - 1:
            return False
        meaning = self.symbols.lookup(module, scope, match[0])
        return isinstance(meaning, Symbol) and meaning.kind == "class" and not meaning.alternatives

    def local_rows(self, module: str, scope: str, name: str) -> Sequence[LocalName]:
        """The ways in which a function binds one of its variables."""
        return self._local_rows(module).get((scope, name), ())

    def class_around(self, module: str, scope: str) -> Symbol | None:
        """The innermost class around a scope."""
        interior = self.symbols.interior(module)
        name = interior.class_around(scope)
        return self._class(module, name) if name else None

    def bases(self, owner: Symbol) -> Iterator[Symbol | External | Unknown]:
        """The class itself, and all it inherits from, in the order in which attributes are looked up."""
        yield from self.symbols.order(owner.module, owner.name)

    def own_bases(self, owner: Symbol) -> Iterator[Symbol]:
        """The class itself and those of its bases that the project defines."""
        for one in self.symbols.order(owner.module, owner.name):
            if isinstance(one, Symbol):
                yield one

    def row(self, owner: Symbol) -> Class | None:
        """The definition of a class."""
        return self.symbols.interior(owner.module).classes.get(owner.name)

    def method(self, owner: Symbol, name: str) -> tuple[Symbol, Function] | None:
        """The class among a class and its bases that defines a method, with the method."""
        for one in self.own_bases(owner):
            row = self.symbols.interior(one.module).functions.get(f"{one.name}.{name}")
            if row is not None:
                return one, row
        return None

    def attributes(self, owner: Symbol, name: str) -> Sequence[Attribute]:
        """Where one class itself assigns or declares an attribute."""
        return self._attribute_rows(owner.module).get((owner.name, name), ())

    def variables(self, module: str, name: str) -> Sequence[Variable]:
        """Where a module assigns or declares one of its variables."""
        found = self._variables_of.get(module)
        if found is None:
            grouped: dict[str, list[Variable]] = {}
            for row in self._variables[module]:
                grouped.setdefault(row.name, []).append(row)
            found = self._variables_of[module] = grouped
        return found.get(name, ())

    def has_member(self, owner: Symbol, name: str) -> Literal["yes", "no", "unknown"]:
        """Whether the instances of a class have an attribute.

        unknown: a base stands outside the project, or attributes are made at run time (`__getattr__`, `setattr`,
        `__dict__`, a metaclass or class decorator).
        """
        for one in self.symbols.order(owner.module, owner.name):
            if not isinstance(one, Symbol):
                return "unknown"
            interior = self.symbols.interior(one.module)
            if interior.member(one.name, name) is not None:
                return "yes"
            if interior.member(one.name, "__getattr__") or interior.member(one.name, "__getattribute__"):
                return "unknown"
        return "yes" if hasattr(object, name) else "no"

    # Expressions

    def _of_expression(self, module: str, scope: str, text: str, depth: int) -> Classes | None:
        text = text.strip()
        if not text or depth <= 0:
            return None
        for word in ("await ", "with "):
            if text.startswith(word):
                inner = self._of_expression(module, scope, text[len(word):], depth - 1)
                return inner if word == "await " or inner is None else self._entered(inner)
        if text == "None":
            return ()
        match = _CHAIN.match(text)
        if match is None:
            return self._of_expression(module, scope, text[1:-1], depth - 1) if _wrapped(text) else None
        chain, rest = match[0], text[match.end():]
        if not rest:
            return self._of_chain(module, scope, chain, depth)
        if rest[0] == "(":
            close = _closing(rest)
            if close == len(rest) - 1:
                return self._of_call(module, scope, chain, rest, depth)
            behind = rest[close + 1:] if close >= 0 else ""
            if behind.startswith(" or "):
                return self._both(module, scope, (text[: match.end() + close + 1], behind[4:]), depth)
            if behind.startswith("."):
                return self._of_rest(self._of_call(module, scope, chain, rest[: close + 1], depth), behind, depth)
        for word in (" or ", " if "):
            if rest.startswith(word) or (rest[0] == "(" and f"{word}" in rest):
                parts = _split(text, word)
                if word == " if " and len(parts) == 2:
                    parts = [parts[0], *_split(parts[1], " else ")[1:]]
                if len(parts) == 2:
                    return self._both(module, scope, (parts[0], parts[1]), depth)
        return None

    def _both(self, module: str, scope: str, texts: tuple[str, str], depth: int) -> Classes | None:
        first, second = (self._of_expression(module, scope, one, depth - 1) for one in texts)
        return None if first is None or second is None else (*first, *second)

    def _of_rest(self, classes: Classes | None, rest: str, depth: int) -> Classes | None:
        """`.name`, `.name(...)` and so on behind a value."""
        while classes and rest:
            match = re.match(r"\.([^\W\d]\w*)", rest)
            if match is None:
                return None
            rest = rest[match.end():]
            if rest.startswith("("):
                close = _closing(rest)
                if close < 0:
                    return None
                classes = self._returned_by(classes, match[1], depth - 1)
                rest = rest[close + 1:]
            else:
                classes = self._attribute_of(classes, match[1], depth - 1)
        return classes

    def _of_chain(self, module: str, scope: str, chain: str, depth: int) -> Classes | None:
        parts = chain.split(".")
        classes = self._of_name(module, scope, parts[0], depth - 1)
        if classes is not None:
            rest = parts[1:]
        else:
            # A module's or a class's attribute: `settings.registry`, `Shop.orders`.
            for count in range(len(parts), 1, -1):
                meaning = self.symbols.lookup(module, scope, ".".join(parts[:count]))
                if isinstance(meaning, Symbol) and meaning.kind in ("variable", "attribute"):
                    classes = self._of_symbol(meaning, depth - 1)
                    rest = parts[count:]
                    break
            else:
                return None
        for part in rest:
            if classes is None:
                return None
            classes = self._attribute_of(classes, part, depth - 1)
        return classes

    def _of_symbol(self, symbol: Symbol, depth: int) -> Classes | None:
        if symbol.kind == "variable":
            return self._of_variable(symbol.module, symbol.name, depth)
        owner, _, name = symbol.name.rpartition(".")
        return self._of_attribute(self._class(symbol.module, owner), name)

    def _of_name(self, module: str, scope: str, name: str, depth: int) -> Classes | None:
        """The classes of what a plain name is bound to, in the innermost scope that binds it."""
        if name in ("self", "cls"):
            around = self.class_around(module, scope)
            return (around,) if around is not None and name == "self" else None
        interior = self.symbols.interior(module)
        around_scope = scope
        while around_scope:
            function = interior.functions.get(around_scope)
            if function is not None:
                rows = self._local_rows(module).get((around_scope, name), ())
                parameter = next((one for one in function.parameters if one.name == name), None)
                if parameter is not None and not rows:
                    if parameter.kind in ("variadic", "keywords"):
                        return None
                    first = parameter is function.parameters[0]
                    if function.owner and first and function.kind in ("method", "property"):
                        return (self._class(module, function.owner),)
                    if parameter.annotation:
                        return self._of_annotation(module, around_scope.rpartition(".")[0], parameter.annotation)
                    return None
                if rows and parameter is None:
                    return self._of_rows(module, around_scope, rows, depth)
                if rows:
                    return None
            around_scope = around_scope.rpartition(".")[0]
        bound = interior.bindings.get(name)
        if bound is not None and all(row.kind in ("assignment", "declaration") for row in bound):
            return self._of_variable(module, name, depth)
        meaning = self.symbols.lookup(module, scope, name)
        if isinstance(meaning, Symbol) and meaning.kind == "variable" and not meaning.alternatives:
            return self._of_variable(meaning.module, meaning.name, depth)
        return None

    def _of_rows(
        self, module: str, scope: str, rows: Sequence[Variable | LocalName | Attribute], depth: int
    ) -> Classes | None:
        """The classes of a name by all the ways in which it is bound; an annotation tells for all of them."""
        for row in rows:
            if row.annotation:
                annotated = self._of_annotation(module, scope, row.annotation)
                if annotated:
                    return annotated
        found: Classes = ()
        for row in rows:
            if not row.value and row.annotation:
                continue
            where = getattr(row, "where", "")
            inner = scope
            if where:
                inner = f"{scope}.{where}" if isinstance(row, Attribute) else where
            told = self._of_expression(module, inner, row.value, depth - 1)
            if told is None:
                return None
            found = (*found, *told)
        return found or None

    def _of_variable(self, module: str, name: str, depth: int) -> Classes | None:
        key = (module, name)
        rows = self.variables(module, name)
        if not rows or key in self._open or depth <= 0:
            return None
        self._open.add(key)
        try:
            return self._of_rows(module, "", rows, depth)
        finally:
            self._open.discard(key)

    def _of_attribute(self, owner: Symbol, name: str) -> Classes | None:
        key = (owner.module, owner.name, name)
        known = self._members.get(key)
        if known is not None:
            return known or None
        if key in self._open or len(self._open) > _NESTED:
            return None
        self._open.add(key)
        try:
            found = self._find_attribute(owner, name)
        finally:
            self._open.discard(key)
        if found or not self._open:
            # What was cut short, because it is worked out further up, is not kept.
            self._members[key] = found or ()
        return found

    def _find_attribute(self, owner: Symbol, name: str) -> Classes | None:
        for one in self.own_bases(owner):
            method = self.symbols.interior(one.module).functions.get(f"{one.name}.{name}")
            if method is not None:
                if method.kind == "property" and method.returns:
                    return self._of_annotation(one.module, one.name, method.returns)
                return None
            rows = self._attribute_rows(one.module).get((one.name, name), ())
            if not rows:
                continue
            # Targets that get no value of their own (a loop's, an unpacked one) make it unknown.
            told = self._of_rows(one.module, one.name, rows, _DEPTH)
            if told is not None and not all(row.where for row in rows) and any(map(self._is_descriptor, told)):
                return None
            return told
        return None

    def _is_descriptor(self, one: Symbol | External) -> bool:
        """Whether what stands in a class body gives something else when it is read from an instance."""
        if isinstance(one, External):
            return one.name not in _BUILTIN_CLASSES
        return self.method(one, "__get__") is not None or any(not isinstance(base, Symbol) for base in self.bases(one))

    def _attribute_of(self, classes: Classes, name: str, depth: int) -> Classes | None:
        found: Classes = ()
        for one in classes:
            told = self._of_attribute(one, name) if isinstance(one, Symbol) else None
            if told is None:
                return None
            found = (*found, *told)
        return found

    # Calls

    def _of_call(self, module: str, scope: str, chain: str, rest: str, depth: int) -> Classes | None:
        if chain in ("cast", "typing.cast", "t.cast"):
            target = rest[1:].partition(",")[0].strip("\"' ")
            return self._of_annotation(module, scope, target)
        if chain in ("copy", "copy.copy", "deepcopy", "copy.deepcopy") and rest.endswith(")"):
            return self._of_expression(module, scope, rest[1:-1], depth - 1)
        meaning: Meaning = self.symbols.lookup(module, scope, chain)
        if chain.partition(".")[0] == "cls" and "." not in chain:
            around = self.class_around(module, scope)
            return (around,) if around is not None else None
        if isinstance(meaning, Symbol) and not meaning.alternatives:
            if meaning.kind == "class":
                return (self._class(meaning.module, meaning.name),)
            if meaning.kind == "function":
                return self._returns(meaning.module, meaning.name, None)
        if isinstance(meaning, External):
            return (meaning,) if _like_a_class(meaning.name) else None
        owner, _, name = chain.rpartition(".")
        if not owner:
            return None
        if owner == "super()":
            return None
        classes = self._of_chain(module, scope, owner, depth - 1)
        if classes:
            return self._returned_by(classes, name, depth - 1)
        through = self.symbols.lookup(module, scope, owner)
        if name in _FINDING and isinstance(meaning, Unknown) and self._is_model(through):
            return (self._class(through.module, through.name),)
        if isinstance(meaning, Symbol) and meaning.kind == "method":
            # Through the class itself: `Order.restore(...)`.
            holder, _, method = meaning.name.rpartition(".")
            through = self.symbols.lookup(module, scope, owner)
            if not isinstance(through, Symbol) or through.kind != "class":
                through = self._class(meaning.module, holder)
            return self._returned_by((self._class(through.module, through.name),), method, depth - 1)
        return None

    def _is_model(self, meaning: Meaning) -> TypeGuard[Symbol]:
        """Whether it is a class with a base outside: `Job.get(...)` of a model of an ORM gives one of its kind."""
        return isinstance(meaning, Symbol) and meaning.kind == "class" and any(
            isinstance(one, External) for one in self.bases(meaning)
        )

    def _returned_by(self, classes: Classes, name: str, depth: int) -> Classes | None:
        found: Classes = ()
        for one in classes:
            if not isinstance(one, Symbol) or depth <= 0:
                return None
            method = self.method(one, name)
            if method is None:
                return None
            told = self._returns(method[0].module, method[1].name, one)
            if told is None:
                return None
            found = (*found, *told)
        return found

    def _returns(self, module: str, name: str, receiver: Symbol | None) -> Classes | None:
        function = self.symbols.interior(module).functions.get(name)
        if function is None or not function.returns or function.generator or function.kind == "property":
            return None
        plain = [one.partition("(")[0].rpartition(".")[2] for one in function.decorators]
        if any(one not in _TRANSPARENT for one in plain):
            return None
        if function.returns.strip("\"'") in ("Self", "typing.Self", "te.Self", "t.Self"):
            return (receiver,) if receiver is not None else None
        return self._of_annotation(module, name.rpartition(".")[0], function.returns)

    def _entered(self, classes: Classes) -> Classes | None:
        """What `with` binds for a context manager of one of these classes."""
        return self._returned_by(classes, "__enter__", 4)

    # Annotations

    def _of_annotation(self, module: str, scope: str, text: str) -> Classes | None:
        text = text.strip().strip("\"'").strip()
        if not text or text.endswith("..."):
            return None
        found: Classes = ()
        for part in _split(text, "|"):
            part = part.strip()
            if part in ("None", ""):
                continue
            match = _CHAIN.match(part)
            if match is None:
                return None
            chain, rest = match[0], part[match.end():]
            last = chain.rpartition(".")[2]
            if rest and rest[0] == "[" and rest[-1] == "]" and last in (*_WRAPPERS, "Union"):
                inner = _split(rest[1:-1], ",")
                for one in inner[:1] if last != "Union" else inner:
                    told = self._of_annotation(module, scope, one)
                    if told is None:
                        return None
                    found = (*found, *told)
                continue
            if last == "Self":
                around = self.class_around(module, scope)
                if around is None:
                    return None
                found = (*found, around)
                continue
            meaning = self.symbols.lookup(module, scope, chain)
            if isinstance(meaning, Symbol) and meaning.kind == "class" and not meaning.alternatives:
                found = (*found, self._class(meaning.module, meaning.name))
            elif isinstance(meaning, External) and last not in _ABSTRACT:
                found = (*found, meaning)
            else:
                return None
        return found or None

    # Facts by name

    def _class(self, module: str, name: str) -> Symbol:
        row = self.symbols.interior(module).classes.get(name)
        return Symbol(module, name, "class", self.symbols.path(module), row.line if row is not None else 0)

    def _local_rows(self, module: str) -> Mapping[tuple[str, str], Sequence[LocalName]]:
        found = self._locals_of.get(module)
        if found is None:
            grouped: dict[tuple[str, str], list[LocalName]] = {}
            for row in self._local_names[module]:
                grouped.setdefault((row.scope, row.name), []).append(row)
            found = self._locals_of[module] = grouped
        return found

    def _attribute_rows(self, module: str) -> Mapping[tuple[str, str], Sequence[Attribute]]:
        found = self._attributes_of.get(module)
        if found is None:
            grouped: dict[tuple[str, str], list[Attribute]] = {}
            for row in self.symbols.attribute_rows(module):
                grouped.setdefault((row.owner, row.name), []).append(row)
            found = self._attributes_of[module] = grouped
        return found


_ABSTRACT: Final = frozenset({"Any", "object", "Callable", "type", "Type", "Literal", "Awaitable", "Coroutine"})
_TRANSPARENT: Final = frozenset({
    "classmethod", "staticmethod", "abstractmethod", "override", "final", "lru_cache", "cache", "overload", "wraps",
})  # fmt: skip


_FINDING: Final = frozenset({"get", "get_or_none", "get_by_id", "create", "get_one", "get_or_404", "from_db"})
"""Methods of models in peewee, Pony, Tortoise, SQLModel and the like that give one instance."""


def _like_a_class(name: str) -> bool:
    """Whether a name from outside follows the convention for classes, or is one of the builtin containers."""
    last = name.rpartition(".")[2]
    return last[:1].isupper() or name in _BUILTIN_CLASSES


_BUILTIN_CLASSES: Final = frozenset({
    "builtins.dict", "builtins.list", "builtins.set", "builtins.frozenset", "builtins.tuple", "builtins.str",
    "builtins.int", "builtins.float", "builtins.bytes", "builtins.bool", "builtins.bytearray", "collections.deque",
    "collections.defaultdict", "builtins.object",
})  # fmt: skip


def _wrapped(text: str) -> bool:
    return text[:1] == "(" and _closing(text) == len(text) - 1


def _closing(text: str) -> int:
    """Where the bracket that opens `text` is closed; -1 when it is not (a text that was cut)."""
    depth = 0
    quote = ""
    for number, sign in enumerate(text):
        if quote:
            if sign == quote and text[number - 1] != "\\":
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth == 0:
                return number
    return -1


def _split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that stand outside of all brackets and quotes."""
    parts: list[str] = []
    depth = start = 0
    quote = ""
    number = 0
    while number < len(text):
        sign = text[number]
        if quote:
            if sign == quote and text[number - 1] != "\\":
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif depth == 0 and text.startswith(separator, number):
            parts.append(text[start:number])
            number += len(separator)
            start = number
            continue
        number += 1
    parts.append(text[start:])
    return parts
