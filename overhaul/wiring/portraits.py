"""What facts say of one class: what it is made of, what it holds, who makes it, and who is given it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal, NamedTuple

import msgspec

from overhaul.facts import Attribute, Class, Construction, Facts, Function
from overhaul.inventory import Collaborator, Site, testing
from overhaul.layout import Layout
from overhaul.naming.meanings import External, Symbol, Unknown
from overhaul.patterns import regex
from overhaul.symbols import Symbols
from overhaul.text import words_of
from overhaul.types import Types
from overhaul.wiring.words import LIFE, first_word

Key = tuple[str, str]
"""Module and dotted name of a class."""

_CONTAINER: Final = regex(
    r"\{\}$|\[\]$|(?:\w+\.)*(?:dict|list|set|deque|defaultdict|OrderedDict|WeakValueDictionary|WeakKeyDictionary|WeakSet|"
    r"Counter|ChainMap)\((?:.*)\)$"
)

_DATA_DECORATORS: Final = frozenset({
    "dataclass", "dataclasses.dataclass", "attr.s", "attr.attrs", "attr.dataclass", "attrs.define", "attrs.frozen",
    "attrs.mutable", "define", "frozen", "pydantic.dataclasses.dataclass", "dataclass_json",
})  # fmt: skip
_DATA_BASES: Final = frozenset({
    "NamedTuple", "TypedDict", "BaseModel", "BaseSettings", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "Struct",
    "Exception", "BaseException", "Warning", "Schema", "SQLModel", "RootModel", "GenericModel", "ABCMeta",
    "TestCase", "IsolatedAsyncioTestCase", "SimpleTestCase", "TransactionTestCase", "ArgumentParser", "Action", "tuple",
    "str", "int", "float", "bytes", "type", "Structure", "Union", "Interface", "ctypes.Structure", "EnumMeta",
    "NodeVisitor", "NodeTransformer", "HTMLParser", "Formatter", "Filter", "JSONEncoder", "JSONDecoder", "Serializer",
    "ModelSerializer", "ModelForm", "Form", "ModelAdmin", "TemplateView", "View", "APIView", "ViewSet", "BaseCommand",
    "AppCommand", "QWidget", "QDialog", "QMainWindow", "QTableWidget", "QTableWidgetItem", "Frame", "Toplevel",
    "Widget", "DeclarativeBase", "Migration", "Module", "LightningModule", "Dataset", "Thread", "Process", "Timer",
    "Field", "local", "dict", "list", "set", "frozenset", "OrderedDict", "defaultdict", "UserDict", "UserList", "deque",
    "Mapping", "MutableMapping", "Sequence", "MutableSequence", "Iterator", "Iterable", "Generator", "Future", "Task",
    "IOBase", "RawIOBase", "TextIOBase", "BufferedIOBase", "StringIO", "BytesIO", "contextmanager", "ContextDecorator",
    "AbstractContextManager", "AbstractAsyncContextManager", "property", "object_",
})  # fmt: skip
"""External bases that say what a class is: data, an error, a test, a part of a user interface, a handle, a
container."""

_ORM_BASES: Final = frozenset({"Manager", "BaseManager", "QuerySet", "UserManager", "BaseUserManager"})
_RESOURCES: Final[Mapping[str, str]] = {
    "Thread": "thread", "Timer": "thread", "ThreadPoolExecutor": "pool", "ProcessPoolExecutor": "pool", "Pool": "pool",
    "Process": "process", "Popen": "process", "Queue": "queue", "PriorityQueue": "queue", "LifoQueue": "queue",
    "SimpleQueue": "queue", "JoinableQueue": "queue", "Lock": "lock", "RLock": "lock", "Semaphore": "lock",
    "Condition": "lock", "BoundedSemaphore": "lock", "Session": "session", "ClientSession": "session",
    "AsyncClient": "session", "Client": "session", "socket": "socket", "Connection": "connection",
    "connect": "connection", "create_engine": "connection", "create_async_engine": "connection",
    "sessionmaker": "session", "Redis": "connection", "StrictRedis": "connection", "from_url": "connection",
    "ConnectionPool": "pool", "BlockingConnectionPool": "pool", "new_event_loop": "loop", "get_event_loop": "loop",
    "create_task": "task", "ensure_future": "task", "LoopingCall": "task", "BackgroundScheduler": "scheduler",
    "AsyncIOScheduler": "scheduler", "Observer": "thread", "MongoClient": "connection", "Context": "connection",
    "create_pool": "pool", "run_in_executor": "task", "BlockingScheduler": "scheduler", "scheduler": "scheduler",
    "Session_": "session", "call_later": "task",
}  # fmt: skip
_MARKS: Final = frozenset({"impl", "base", "abstract", "default", "async", "sync", "v1", "v2", "2", "3"})


class Made(NamedTuple):
    """One place where an instance is made."""

    site: Site
    row: Construction
    holder: Key | None
    """The class whose method or body makes it."""


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """What had to be looked up in the whole project, by numbers in `keys`."""

    keys: tuple[Key, ...]
    heirs: tuple[tuple[int, tuple[int, ...]], ...]
    called: dict[str, tuple[int, ...]]
    """Module -> the class that each of its constructions makes an instance of; -1 for none of the project."""
    receivers: tuple[tuple[int, tuple[tuple[int, str], ...]], ...]
    """Class -> the classes that are given an instance, with the parameter."""


class Portrait:
    """One class, with what is known of it; looked up when asked."""

    def __init__(self, portraits: Portraits, symbol: Symbol, row: Class) -> None:
        """Nothing is looked up before it is asked for."""
        self._all = portraits
        self.symbol = symbol
        self.row = row
        self.key: Key = (symbol.module, symbol.name)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of its name; of a `BaseFooManager` and a `FooManagerImpl` without these marks."""
        found = words_of(self.symbol.name)
        while len(found) > 1 and found[-1] in _MARKS:
            found = found[:-1]
        return found

    @cached_property
    def testing(self) -> bool:
        """Whether it belongs to tests."""
        return testing(self.symbol.path)

    @cached_property
    def order(self) -> Sequence[Symbol | External | Unknown]:
        """Itself and its bases, in the order of attribute look-up."""
        return tuple(self._all.types.bases(self.symbol))

    @cached_property
    def foreign(self) -> frozenset[str]:
        """The last parts of the names of its bases outside the project, and of those that are not known."""
        return frozenset(
            one.name.partition("(")[0].partition("[")[0].rpartition(".")[2]
            for one in self.order if not isinstance(one, Symbol)
        )  # fmt: skip

    @cached_property
    def decorators(self) -> frozenset[str]:
        """Its decorators without their arguments."""
        return frozenset(one.partition("(")[0] for one in self.row.decorators)

    @cached_property
    def methods(self) -> Mapping[str, Function]:
        """What it defines itself, by plain name."""
        return self._all.methods_of(self.key)

    @cached_property
    def inherited(self) -> Mapping[str, Function]:
        """Its methods and those of its bases in the project, by plain name."""
        found: dict[str, Function] = {}
        for one in reversed(self.order):
            if isinstance(one, Symbol):
                found.update(self._all.methods_of((one.module, one.name)))
        return found

    @cached_property
    def interface(self) -> tuple[str, ...]:
        """Its public methods and properties, those of its bases in the project last."""
        own = [name for name in self.methods if not name.startswith("_")]
        return tuple(dict.fromkeys((*own, *(name for name in self.inherited if not name.startswith("_")))))

    @cached_property
    def acting(self) -> tuple[str, ...]:
        """Its public methods that are no properties."""
        return tuple(name for name in self.interface if self.inherited[name].kind != "property")

    @cached_property
    def life_cycle(self) -> tuple[str, ...]:
        """Its methods that begin or end its life."""
        return tuple(
            name for name, row in self.inherited.items()
            if not name.startswith("_") and first_word(name) in LIFE and _whole(name)
            and row.kind in ("method", "classmethod")
        )  # fmt: skip

    @cached_property
    def own_life(self) -> tuple[str, ...]:
        """Those of its life-cycle methods that it defines itself."""
        return tuple(name for name in self.life_cycle if name in self.methods)

    @cached_property
    def attributes(self) -> Mapping[str, Sequence[Attribute]]:
        """What it assigns itself, by name."""
        return self._all.attributes_of(self.key)

    @cached_property
    def own(self) -> Mapping[str, Sequence[Attribute]]:
        """What it gives its instances itself: assigned in its methods, or declared in its body."""
        found = {name: [row for row in rows if row.where or row.annotation] for name, rows in self.attributes.items()}
        return {name: rows for name, rows in found.items() if rows}

    @cached_property
    def held(self) -> Mapping[str, Sequence[Attribute]]:
        """What its instances have, with what bases in the project assign; not what only the class body sets."""
        found: dict[str, list[Attribute]] = {}
        for one in reversed(self.order):
            if isinstance(one, Symbol):
                for name, rows in self._all.attributes_of((one.module, one.name)).items():
                    found.setdefault(name, []).extend(row for row in rows if row.where or row.annotation)
        return {name: rows for name, rows in found.items() if rows}

    @cached_property
    def containers(self) -> Mapping[str, int]:
        """Attributes that start as an empty container, with the line."""
        return {
            name: row.line
            for name, rows in self.own.items() for row in rows
            if _CONTAINER.match(row.value)
        }  # fmt: skip

    @cached_property
    def shared_containers(self) -> Mapping[str, int]:
        """Containers in the class body: shared by all, as services of class methods have them."""
        return {
            name: rows[0].line for name, rows in self.attributes.items()
            if not rows[0].where and _CONTAINER.match(rows[0].value)
        }  # fmt: skip

    @cached_property
    def resources(self) -> Mapping[str, tuple[str, int]]:
        """Attributes with a thread, task, lock, pool, session, connection or queue: name -> (what, line)."""
        found: dict[str, tuple[str, int]] = {}
        for name, rows in self.own.items():
            for row in rows:
                match = re.match(r"(?:await )?([\w.]+)\(", row.value)
                called = match[1].rpartition(".")[2] if match else ""
                if called in _RESOURCES:
                    found.setdefault(name, (_RESOURCES[called], row.line))
        return found

    @cached_property
    def collaborators(self) -> tuple[Collaborator, ...]:
        """The classes of the project whose instances it holds or is given, by itself or by way of a base."""
        return tuple(self._held(self.held, "__init__" in self.inherited))

    @cached_property
    def partners(self) -> Sequence[Collaborator]:
        """Its collaborators that are more than data, held by itself and not by a base; not what everybody holds."""
        found: list[Collaborator] = []
        for one in self._held(self.own, "__init__" in self.methods):
            portrait = self._all.get(self._all.keys.get(one.name))
            if portrait is None or portrait.data or not portrait.acting:
                continue
            if not self._all.everywhere(portrait.key):
                found.append(one)
        return found

    def _held(self, attributes: Mapping[str, Sequence[Attribute]], given: bool) -> Iterator[Collaborator]:
        """The classes of the project in these attributes, and among the parameters of the constructor; each once."""
        seen = {self.symbol.dotted}
        for name, rows in attributes.items():
            if not any(_may_hold(row) for row in rows):
                continue
            for one in self._all.types.of_attribute(self.symbol, name):
                if isinstance(one, Symbol) and one.dotted not in seen:
                    seen.add(one.dotted)
                    yield Collaborator(one.dotted, name, *self._how(rows))
        if given:
            for annotated in self.received.values():
                for one in annotated:
                    if one.dotted not in seen:
                        seen.add(one.dotted)
                        yield Collaborator(one.dotted, "", "receives", self.inherited["__init__"].line)

    @cached_property
    def verbs(self) -> frozenset[str]:
        """The first words of the public methods that it defines itself."""
        return frozenset(
            first_word(name) for name, row in self.methods.items()
            if not name.startswith("_") and row.kind != "property"
        )  # fmt: skip

    @cached_property
    def received(self) -> Mapping[str, tuple[Symbol, ...]]:
        """Parameters of the constructor, with the classes of the project that they are annotated with."""
        init = self.inherited.get("__init__")
        if init is None:
            return {}
        owner = self._all.types.method(self.symbol, "__init__")
        assert owner is not None
        where = owner[0]
        found: dict[str, tuple[Symbol, ...]] = {}
        for parameter in init.parameters[1:]:
            if parameter.annotation:
                told = self._all.types.of_annotation(where.module, where.name, parameter.annotation)
                if symbols := tuple(one for one in told if isinstance(one, Symbol)):
                    found[parameter.name] = symbols
        return found

    def _how(self, rows: Sequence[Attribute]) -> tuple[Literal["constructs", "receives", "annotated", "setter"], int]:
        """How an attribute comes by what it holds, and the line; making it counts before being handed it."""
        for row in rows:
            if "(" in row.value and not row.value.startswith("cast("):
                return "constructs", row.line
        for row in rows:
            if row.value not in ("", "None"):
                return ("receives" if row.where in ("__init__", "__new__", "__post_init__") else "setter"), row.line
        return "annotated", rows[0].line

    @cached_property
    def made(self) -> Sequence[Made]:
        """Where instances of it are made, by itself and by others; tests left out."""
        return self._all.made.get(self.key, ())

    @cached_property
    def abstract(self) -> bool:
        """Whether it has abstract methods, or is named or marked so and has subclasses."""
        if any("abstract" in one for row in self.methods.values() for one in row.decorators):
            return True
        marked = words_of(self.symbol.name)[:1] == ("abstract",) or any(
            base.rpartition(".")[2] in ("ABC", "Protocol") for base in self.row.bases
        )
        return marked and bool(self._all.heirs.get(self.key))

    @cached_property
    def data(self) -> str:
        """Why it is data, a value, an error, a test or a handle; "" when nothing says so."""
        if self.decorators & _DATA_DECORATORS or any(one.endswith(("dataclass", ".define")) for one in self.decorators):
            return "a data class"
        if found := self.foreign & _DATA_BASES:
            return f"inherits from {min(found)}"
        if any(base.partition("[")[0].rpartition(".")[2] == "Protocol" for base in self.row.bases):
            # Only the protocol itself: a class that inherits from one is a class like any other.
            return "a protocol"
        for one in self.order[1:]:
            if isinstance(one, Symbol) and words_of(one.name)[-1:] in (("error",), ("exception",), ("warning",)):
                return f"inherits from {one.name}"
            if isinstance(one, Symbol) and self._all[(one.module, one.name)].decorators & _DATA_DECORATORS:
                return f"inherits from the data class {one.name}"
        if {"__get__", "__set_name__"} & self.methods.keys():
            return "a descriptor"
        return ""

    @cached_property
    def record(self) -> bool:
        """Whether it is a data class or a record: what such a one holds is not kept by it, but with it."""
        return bool(self.decorators & _DATA_DECORATORS) or bool(self.foreign & {"NamedTuple", "TypedDict", "BaseModel"})

    @cached_property
    def orm(self) -> bool:
        """Whether it is an object manager of an ORM."""
        return any(
            isinstance(one, External) and one.name.startswith("django.db") and one.name.rpartition(".")[2] in _ORM_BASES
            for one in self.order
        ) or bool(self.foreign & _ORM_BASES and not any(isinstance(one, Symbol) for one in self.order[1:]))


def _may_hold(row: Attribute) -> bool:
    """Whether an attribute may hold an object at all: no constant, no display of a container."""
    return bool(row.annotation) or row.value[:1].isalpha() or row.value[:1] == "_"


class Portraits:
    """Every class of the project."""

    def __init__(
        self, layout: Layout, symbols: Symbols, types: Types, classes: Facts[Class], constructions: Facts[Construction],
        seen: Seen | None = None,
    ) -> None:  # fmt: skip
        """Goes through all classes once; the rest is looked up when it is asked for, or taken from what was `seen`."""
        self._seen = seen
        self.layout = layout
        self.symbols = symbols
        self.types = types
        self._classes = classes
        self._constructions = constructions
        self._found: dict[Key, Portrait] = {}
        self._methods: dict[str, Mapping[str, Mapping[str, Function]]] = {}
        self._attributes: dict[str, Mapping[str, Mapping[str, Sequence[Attribute]]]] = {}
        for module, rows in classes.items():
            path = symbols.path(module)
            for row in rows:
                symbol = Symbol(module, row.name, "class", path, row.line)
                self._found[module, row.name] = Portrait(self, symbol, row)

    def __iter__(self) -> Iterator[Portrait]:
        """In the order of modules and lines."""
        return iter(self._found.values())

    def __getitem__(self, key: Key) -> Portrait:
        """Raises KeyError."""
        return self._found[key]

    def get(self, key: Key | None) -> Portrait | None:
        """The class of that key."""
        return self._found.get(key) if key is not None else None

    def methods_of(self, key: Key) -> Mapping[str, Function]:
        """The methods that one class defines itself, by plain name."""
        module, name = key
        found = self._methods.get(module)
        if found is None:
            grouped: dict[str, dict[str, Function]] = {}
            for row in self.symbols.interior(module).functions.values():
                if row.owner:
                    grouped.setdefault(row.owner, {})[row.name.rpartition(".")[2]] = row
            found = self._methods[module] = grouped
        return found.get(name, {})

    def attributes_of(self, key: Key) -> Mapping[str, Sequence[Attribute]]:
        """Where one class itself assigns its attributes, by name."""
        module, name = key
        found = self._attributes.get(module)
        if found is None:
            grouped: dict[str, dict[str, list[Attribute]]] = {}
            for row in self.symbols.attribute_rows(module):
                grouped.setdefault(row.owner, {}).setdefault(row.name, []).append(row)
            found = self._attributes[module] = grouped
        return found.get(name, {})

    @cached_property
    def keys(self) -> Mapping[str, Key]:
        """Dotted name with the module -> key."""
        return {portrait.symbol.dotted: key for key, portrait in self._found.items()}

    @cached_property
    def heirs(self) -> Mapping[Key, Sequence[Key]]:
        """Class -> the classes of the project that inherit from it, directly or not."""
        if (seen := self._seen) is not None:
            return {seen.keys[one]: [seen.keys[heir] for heir in found] for one, found in seen.heirs}
        heirs: dict[Key, list[Key]] = {}
        for portrait in self:
            if portrait.row.bases:
                for one in portrait.order[1:]:
                    if isinstance(one, Symbol):
                        heirs.setdefault((one.module, one.name), []).append(portrait.key)
        return heirs

    @cached_property
    def made(self) -> Mapping[Key, Sequence[Made]]:
        """Class -> where instances of it are made outside of tests."""
        made: dict[Key, list[Made]] = {}
        for module, keys in self.called.items():
            path = self.symbols.path(module)
            interior = self.symbols.interior(module)
            for row, key in zip(self._constructions[module], keys, strict=True):
                if key is not None:
                    around = interior.class_around(row.scope)
                    site = Site(module, path, row.line, row.scope)
                    made.setdefault(key, []).append(Made(site, row, (module, around) if around else None))
        return made

    @cached_property
    def called(self) -> Mapping[str, Sequence[Key | None]]:
        """Module -> the class of the project that each of its constructions makes an instance of; tests left out."""
        if (seen := self._seen) is not None:
            return {
                module: [seen.keys[one] if one >= 0 else None for one in numbers]
                for module, numbers in seen.called.items()
            }
        return {
            module: list(self._called(module, rows)) for module, rows in self._constructions.items()
            if not testing(self.symbols.path(module))
        }  # fmt: skip

    def _called(self, module: str, rows: Sequence[Construction]) -> Iterator[Key | None]:
        interior = self.symbols.interior(module)
        known: dict[tuple[str, str], Key | None] = {}
        for row in rows:
            around = interior.class_around(row.scope)
            at = (row.scope if around or "." in row.scope else "", row.callee)
            if at not in known:
                known[at] = self._class_called(module, row)
            yield known[at]

    def _class_called(self, module: str, row: Construction) -> Key | None:
        if row.callee == "cls":
            around = self.symbols.interior(module).class_around(row.scope)
            return (module, around) if around else None
        meaning = self.symbols.lookup(module, row.scope, row.callee)
        if isinstance(meaning, Symbol) and meaning.kind == "class":
            return (meaning.module, meaning.name)
        return None

    def everywhere(self, key: Key) -> bool:
        """Whether a class is the context that a large part of the project is handed: it says little of its holders."""
        return len(self.receivers.get(key, ())) > max(_CONTEXT, len(self._found) // 50)

    @cached_property
    def receivers(self) -> Mapping[Key, Sequence[tuple[Portrait, str, int]]]:
        """Class -> the classes that are given an instance by their constructor, with the parameter and the line."""
        found: dict[Key, list[tuple[Portrait, str, int]]] = {}
        if (seen := self._seen) is not None:
            for number, given in seen.receivers:
                found[seen.keys[number]] = [
                    (holder := self[seen.keys[key]], parameter, holder.methods["__init__"].line)
                    for key, parameter in given
                ]
            return found
        for portrait in self:
            if portrait.testing or "__init__" not in portrait.methods:
                continue
            for parameter, symbols in portrait.received.items():
                for one in symbols:
                    found.setdefault((one.module, one.name), []).append(
                        (portrait, parameter, portrait.methods["__init__"].line)
                    )
        return found


    def seen(self) -> Seen:
        """What was looked up, for the next run."""
        if self._seen is not None:
            return self._seen
        numbers: dict[Key, int] = {}

        def number(key: Key) -> int:
            return numbers.setdefault(key, len(numbers))

        heirs = tuple((number(key), tuple(map(number, found))) for key, found in self.heirs.items())
        called = {
            module: tuple(number(key) if key is not None else -1 for key in keys)
            for module, keys in self.called.items()
        }
        receivers = tuple(
            (number(key), tuple((number(holder.key), parameter) for holder, parameter, _ in given))
            for key, given in self.receivers.items()
        )
        return Seen(tuple(numbers), heirs, called, receivers)


_CONTEXT: Final = 40
"""How many classes are given a context at least; a fiftieth of all in a large project."""


def _whole(name: str) -> bool:
    """Whether a method's name is that of a step in its object's life: `start`, `start_all`, `close_connection` are."""
    found = words_of(name)
    return len(found) == 1 or found[-1] in _PARTS or (found[0] in ("async",) and len(found) == 2)


_PARTS: Final = frozenset({
    "all", "up", "down", "loop", "forever", "services", "service", "workers", "server", "connection", "connections",
    "threads", "thread", "tasks", "components", "engine", "system", "async", "gracefully", "now", "pool", "session",
    "background", "monitoring", "listening", "polling", "processing", "everything", "resources",
})  # fmt: skip
