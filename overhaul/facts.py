"""The rows that more than one leaf reads.

A fact is what one file says by itself, without its place in the project: facts are stored by the digest of the file's
content, and a table of facts is a `Facts[Row]`, which gives each module's rows. What is known about the project as a
whole is a `Sequence[Row]` whose rows carry `module` and `path`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, Protocol, TypeVar

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a table; the table is named by the plural snake_case of the row type."""


_Row = TypeVar("_Row", bound=Row, covariant=True)


class Facts(Protocol[_Row]):
    """The rows of one type of every file, by module; decoded when they are asked for."""

    def __getitem__(self, module: str) -> Sequence[_Row]:
        """The rows of one module; empty for a module without any, and for one that is unknown or could not be read."""
        ...

    def parsed(self, module: str) -> bool:
        """Whether a module's source could be read and parsed: only then does it mean something that it has no rows."""
        ...

    def items(self) -> Iterator[tuple[str, Sequence[_Row]]]:
        """Every module that has rows, with them, in the order of the modules' names."""
        ...

    def prints(self) -> Mapping[str, bytes]:
        """A digest of each module's rows, in the order of the modules' names; nothing is decoded for it.

        Modules with the same digest have the same rows. Those that could not be read are left out.
        """
        ...

    def mentions(self, words: Sequence[bytes], but: Collection[str]) -> bool:
        """Whether the rows of any module, those of `but` left out, have one of these words in a string of theirs.

        Words are in UTF-8, and are found in the midst of others too, and by chance; nothing is decoded for it.
        """
        ...


ImportKind = Literal["module", "deferred", "typing", "conditional", "lazy", "dynamic"]


class ImportStatement(Row, frozen=True):
    """One import statement as it is written, or one dynamic import with a constant name."""

    line: int
    kind: ImportKind
    """module: runs at import; deferred: in a function; typing: under TYPE_CHECKING; conditional: under an if or try."""
    target: str
    """What stands after `from` or `import`, without the dots; "" for `from . import x`."""
    level: int
    """How many dots."""
    names: tuple[tuple[str, str], ...]
    """For `from ... import`: (name, bound as); ("*", "*") for a star. Empty for `import a.b`."""
    bound: str
    """The name that `import a.b` (`a`), `import a.b as c` or `c = import_module("a.b")` (`c`) binds; else ""."""
    scope: str
    """The dotted name of the function or class it stands in."""
    at_import: bool
    """Runs when its module is imported: it stands in no function and under no TYPE_CHECKING."""
    caught: bool
    """A failure of it is caught: it stands in a `try` that handles ImportError, or under suppress(ImportError)."""


class Binding(Row, frozen=True):
    """A name bound at the top level of a module; one row for each way in which it is bound."""

    line: int
    name: str
    kind: Literal["class", "function", "assignment", "import", "declaration", "star", "global"]
    target: str
    """For an import: what it means, dotted, with leading dots for a relative one: `..a.b`; a star's module."""
    conditional: bool
    """Bound in a branch or a loop."""


class Export(Row, frozen=True):
    """`__all__` of a module."""

    line: int
    names: tuple[str, ...]
    others: tuple[str, ...]
    """Dotted names of other lists added to it: `submodule.__all__`."""
    complete: bool
    """Every change to it was understood."""


class Class(Row, frozen=True):
    """A class definition."""

    name: str
    line: int
    end: int
    bases: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...]
    decorators: tuple[str, ...]
    summary: str
    """First line of the docstring."""
    scope: str
    """The function it is defined in; "" for classes of the module and of classes."""


class Parameter(msgspec.Struct, frozen=True):
    """One parameter of a function."""

    name: str
    kind: Literal["positional-only", "positional", "variadic", "keyword-only", "keywords"]
    annotation: str
    default: str


class Function(Row, frozen=True):
    """A function or method definition."""

    name: str
    line: int
    end: int
    owner: str
    """The class whose body it stands in."""
    kind: Literal["function", "method", "classmethod", "staticmethod", "property", "nested"]
    asynchronous: bool
    generator: bool
    straight: bool
    """Its body has no branch and no loop: once called, all of it runs."""
    parameters: tuple[Parameter, ...]
    returns: str
    decorators: tuple[str, ...]
    summary: str
    """First line of the docstring."""


class Attribute(Row, frozen=True):
    """A place where an attribute of a class or of its instances is assigned or declared."""

    owner: str
    name: str
    line: int
    where: str
    """The method that assigns it; "" for the class body."""
    annotation: str
    value: str
    """The assigned expression on one line, cut at 120 characters; "" for a mere declaration or any other target."""


class Variable(Row, frozen=True):
    """A place where a variable of the module is assigned or declared."""

    name: str
    line: int
    where: str
    """The function that assigns it, by `global`; "" for the module's own level."""
    annotation: str
    value: str
    """The assigned expression on one line, cut at 120 characters; "" for a mere declaration or any other target."""


class LocalName(Row, frozen=True):
    """One way in which a local variable of a function is bound, for those whose value may tell a class."""

    scope: str
    """The dotted name of the function."""
    name: str
    line: int
    annotation: str
    value: str
    """The assigned expression, cut at 120 characters; "" for a declaration, and for what is bound in another way."""


class Construction(Row, frozen=True):
    """A call of what may be a class, with what becomes of the instance."""

    callee: str
    """The chain that is called: `Engine`, `engines.Engine`, `cls`."""
    line: int
    scope: str
    """The dotted function or class it stands in; "" for the module."""
    how: Literal["attribute", "variable", "local", "element", "argument", "returned", "yielded", "raised", "other"]
    """attribute: of `self` or `cls`, or in a class body; variable: of the module; element: put into a container;
    argument: of another call; other: used at once and let go."""
    target: str
    """The attribute, variable or local name; for an argument the chain that is called; else ""."""
    arguments: tuple[tuple[str, str], ...]
    """(keyword or position, value) of the arguments that are a name, a chain of names, or another call: `Bus()`."""
    looped: bool
    """Stands in a loop or a comprehension."""
    conditional: bool


How = Literal["load", "call", "store", "delete", "annotation", "quoted"]


class UsedName(Row, frozen=True):
    """A name that is no local variable, or an attribute of `self` or `cls`, with every line of a scope that uses it."""

    scope: str
    name: str
    """The whole chain of attributes: `os.path.join`, `self.cache.get`."""
    how: How
    lines: tuple[int, ...]


class ReceiverUse(Row, frozen=True):
    """Attributes of a local variable or parameter, with every line of a function that uses them so."""

    scope: str
    """The dotted name of the function whose variable it is."""
    name: str
    """The whole chain: `order.state`, `order.book.best`."""
    how: Literal["load", "call", "store", "delete"]
    lines: tuple[int, ...]
    guarded: bool
    """Somewhere in that function the variable is asked what it is or has: by isinstance, hasattr, getattr or `type`."""


class Reflection(Row, frozen=True):
    """A place that asks what a value is or has, or gives it attributes by name; what it meets is its own affair."""

    scope: str
    name: str
    """The chain of names that is asked or changed; "" for the body of a `try` that handles AttributeError."""
    act: Literal["asks", "sets", "catches"]
    line: int
    end: int
    """For `catches` the last line of what is caught; else `line`."""


class FileAct(Row, frozen=True):
    """A call that does something to a file, or turns a value into text or bytes or back."""

    scope: str
    """The dotted name of the function."""
    act: Literal[
        "write", "append", "read", "replace", "sync", "temporary", "serialize", "deserialize", "pickle", "unpickle",
        "exists", "fails",
    ]  # fmt: skip
    """fails: what is done in an exception handler of a function that reads."""
    line: int
    callee: str
    """The chain that is called; for `fails` the exception that is raised, or "default", "ignored", "again"."""
    target: str
    """The first argument as it is written; for `fails` the exceptions that are caught."""


class CostlyAct(Row, frozen=True):
    """A place that may cost time out of proportion where it runs often, as far as its file tells."""

    scope: str
    """The dotted function it runs in; "" for the module."""
    line: int
    act: Literal[
        "eager_log", "log", "reopened", "appended", "row", "frame_grown", "frame_rows", "call", "repeated", "scan",
        "poll", "awaits",
    ]  # fmt: skip
    """eager_log: a text is put together for a logger that may drop it; log: a loop logs in each round; reopened: a loop
    opens the same file again; appended: a file is opened to append to it; row: written alone; call: of something from
    elsewhere that may block; repeated: a loop works out again what stays the same; scan: a list is gone through; poll:
    a queue is looked at again and again; awaits: `await` under a lock of threads."""
    callee: str
    """The chain that is called; for `scan` and `poll` what is asked; "" where it has none."""
    detail: str
    """What of it the message needs: the level, the way, what is gone through."""
    loops: int
    """Loops around it in the same function that run as often as there is data."""
    loop: int
    """Line of the innermost of them; 0 without any."""
    lock: str
    """The lock that is held, as it is written; "" for none, and for one of asyncio."""
    locked: int
    """Line of the `with` that takes it; 0 without any."""


class LoopedCalls(Row, frozen=True):
    """What a function calls in loops: one row for each depth."""

    scope: str
    """The dotted function; "" for the module."""
    loops: int
    """How many loops stand around the calls in the same function, at least 1."""
    names: tuple[str, ...]
    """The last names of what is called, sorted."""


class StateKeySet(Row, frozen=True):
    """Constant keys that a function which saves or restores something writes into a mapping, or reads from one."""

    scope: str
    line: int
    act: Literal["made", "read"]
    keys: tuple[str, ...]


class Comment(Row, frozen=True):
    """A comment."""

    line: int
    text: str
    own_line: bool


class Step(Row, frozen=True):
    """One thing that a module does when it is imported, in order: what decides whether an import cycle fails.

    Class bodies belong to it, function bodies do not: what those do is read from the imports and the used names.
    """

    line: int
    act: Literal["import", "from", "star", "bind", "unbind", "load", "call"]
    name: str
    """import, from: the name bound; bind, unbind: the name; load, call: the chain of names."""
    target: str
    """import, from, star: the module as written, with its leading dots."""
    taken: str
    """from: the name that is taken."""
    maybe: bool
    """Stands in a branch that need not be taken."""
    caught: Literal["", "imports", "all"]
    """Which failures are caught around it: of imports, or of names and attributes as well."""


class Import(Row, frozen=True):
    """An edge of the import graph: a statement that binds or loads a module of the project."""

    importer: str
    imported: str
    kind: ImportKind
    implicit: bool
    """A package that is loaded because its submodule is."""
    names: tuple[str, ...]
    """What is taken from the module; empty when the module itself is bound."""
    path: str
    line: int


class Ring(Row, frozen=True):
    """A strongly connected component of the import graph with more than one module, or a module that imports itself."""

    modules: tuple[str, ...]
    imports: tuple[Import, ...]
    """The explicit imports among its modules."""
    leading: tuple[str, ...]
    """Modules outside whose import can lead into the ring by way of the packages that are loaded."""
    fan_in: int
    """Modules outside that import one of these."""


class ModuleRow(Row, frozen=True):
    """A module of the project."""

    module: str
    path: str
    kind: Literal["source", "stub", "opaque", "namespace"]
    package: bool


class Cut(msgspec.Struct, frozen=True):
    """One import to take out of a cycle, and how."""

    importer: str
    imported: str
    line: int
    way: Literal["typing", "direct", "defer", "move", "drop"]
    """typing: only annotations need it; direct: import from the defining module; defer: only function bodies need it;
    move: the module itself needs it while it is imported; drop: nothing uses it."""
    cost: int
    names: tuple[str, ...]


class Witness(msgspec.Struct, frozen=True):
    """How a cycle fails: the order of imports that leads there, and the place."""

    order: tuple[str, ...]
    """Modules in the order in which their import starts, the first importer first."""
    module: str
    path: str
    line: int
    name: str
    """The name that is not yet bound there."""
    source: str
    """The module that does not yet have it."""


class Cycle(Row, frozen=True):
    """Modules that import each other: a strongly connected component of the import graph, or a self-import."""

    modules: tuple[str, ...]
    effect: Literal["fatal", "order-dependent", "latent", "deferred", "typing"]
    fails: tuple[str, ...]
    """The first importers with which the import fails."""
    witness: Witness | None
    cuts: tuple[Cut, ...]
    """A cheap set of imports without which no cycle of this effect is left."""
    cost: int
    """The sum of the cuts' costs."""
    exact: bool
    """The cuts are proven to be the cheapest."""
    edges: int
    """Imports among the modules."""
    fan_in: int
    """Modules outside that import one of these."""
    impact: float
    """Rank: see `docs/cycles.md`."""
    module: str
    path: str
    line: int
    confidence: Literal["high", "medium", "low"]
    evidence: tuple[str, ...]


class UnresolvedImport(Row, frozen=True):
    """An import of one of the project's own modules, or of a name from one, that nothing provides."""

    kind: Literal["module", "name"]
    module: str
    path: str
    line: int
    name: str
    """What does not resolve: a dotted module, or module.name."""
    near: tuple[str, ...]
    """Known names like it."""
    caught: bool
    """Stands in a try that handles the failure."""
    confidence: Literal["high", "medium", "low"]
    evidence: tuple[str, ...]


class Lookup(msgspec.Struct, frozen=True):
    """A test whether a value is kept already."""

    line: int
    how: Literal["in", "get", "try", "none", "sentinel", "truth", "has", "clock", "key", "order", "setdefault"]
    """in: membership; get: what `.get` gave; try: a missing key or attribute caught; none: compared with None; truth:
    taken as a condition; has: hasattr; clock: compared with the time; key: compared with the key that the value was
    made for; order: compared by size."""
    key: tuple[str, ...]
    """What is looked for, one for each level of nesting; empty for a single value."""
    helpers: tuple[str, ...]
    """What is called where nothing was found, dotted."""
    miss: tuple[str, ...]
    """What is returned where nothing was found: none, default, raise, value."""


class Keep(msgspec.Struct, frozen=True):
    """A place where a value is stored."""

    line: int
    key: tuple[str, ...]
    value: str
    """As it is written, cut at 120 characters."""
    source: Literal[
        "called", "computed", "parameter", "part", "called_parameter", "constant", "empty", "copied", "clock", "loop",
        "name", "lambda", "callback",
    ]
    """parameter: handed in; part: of what is handed in; called_parameter: by a function that is handed in; copied: from
    another place; loop: one of many that are gone through; name: of the module; callback: made of nested functions."""
    callee: str
    """What is called, dotted; "" for none, and for what has no name."""
    awaited: bool
    missed: Literal["sure", "weak", ""]
    """Stands where a look-up of the same key found nothing; weak: or for another reason."""
    beside: tuple[str, ...]
    """Other places of which a look-up found nothing there: a flag, a key, a time."""
    locked: bool
    checked: bool
    """Its look-up stands under the same lock."""
    depends: tuple[str, ...]
    """Parameters of the function that the value is made from."""
    keyed: tuple[str, ...]
    """Parameters of the function that the key is made from."""
    key_text: str
    """The key as it is put together."""
    broad: bool
    """Depends on the instance or on names outside the function."""
    unrepeatable: bool
    """Is made from chance, a counter, or how many there are already: another time it would be something else."""
    reads: tuple[str, ...]
    """Attributes of the instance that it is made from, as far as they stand in the expression."""


class StorageUse(Row, frozen=True):
    """What one function does with one place where values may be kept."""

    scope: str
    """The dotted function; "" for the module."""
    root: Literal["instance", "class", "module", "function", "closure", "default", "object", "imported"]
    """function: an attribute of a function; closure: a variable of a function around; default: a parameter whose
    default is a container; object: an attribute of something else than the instance; imported: a name of another
    module."""
    place: str
    """Dotted inside its module: `Class.attribute`, `VARIABLE`; what is written for an object or an imported name."""
    line: int
    """Of the first use."""
    lookups: tuple[Lookup, ...]
    keeps: tuple[Keep, ...]
    drops: tuple[tuple[int, str], ...]
    """Lines that take entries away, with the way: del, pop, clear, none, empty, evict."""
    changes: tuple[tuple[int, int, str], ...]
    """(line, how many keys deep, method) of what changes the value that is kept; "=" and "+=" for assignments."""
    effects: tuple[tuple[int, int, str], ...]
    """(line, how many keys deep, method) of other calls for nothing but their effect."""
    returns: bool
    """What is returned is made from what is found there."""
    entry: Literal["returned", "used", ""]
    """What becomes of an entry that is taken by its key."""
    handed: bool
    """What is found there is returned as it is, without a copy."""
    reads: bool
    """What is found there is used."""
    counted: bool
    """Its size is compared with something."""
    clock: bool
    """The time is read and compared in the same function."""
    iterated: bool
    locked: bool
    """Something of it stands under a lock."""
    wraps: str
    """For a nested function the outermost one, where what is called is a parameter of it."""


class Registration(Row, frozen=True):
    """A manager that a factory makes, or a kind of state machine under a coordinator."""

    what: Literal["manager", "machine"]
    """manager: `factory.register("bus", make_bus, tier=0)`; machine: `coordinator.kind("Order.state", Order, ...)`."""
    name: str
    """As it is registered."""
    with_: str
    """The factory or coordinator, as it is written."""
    made: str
    """What makes the manager, or the class of the machines, as it is written."""
    tier: int | None
    """Of a manager; None where the factory works it out."""
    needs: tuple[str, ...]
    """The managers that it is said to need."""
    scope: str
    """The dotted function it is registered in; "" for the module."""
    line: int


class InterfaceMismatch(Row, frozen=True):
    """An attribute that is asked of a receiver whose class does not have it."""

    module: str
    path: str
    line: int
    scope: str
    receiver: str
    """The chain that is asked: `self._store`."""
    owner: str
    """Its class, dotted with the module."""
    member: str
    how: Literal["call", "load"]
    near: tuple[str, ...]
    """Members of the class with names like it."""
    confidence: Literal["high", "medium"]


class KeptFile(Row, frozen=True):
    """A function that makes a file where it is missing or old, and takes it as it is where it is there."""

    scope: str
    """The dotted function."""
    line: int
    """Where it looks for the file."""
    file: str
    """The path as it is written, what local names stand for put in."""
    check: Literal["exists", "time", "open"]
    """exists: asked for; time: its age is compared; open: a failure to open it is caught."""
    loads: tuple[int, ...]
    """Lines that read it."""
    stores: tuple[int, ...]
    """Lines that write it."""
    made: str
    """What is called to make its content; "" where nothing is called."""
    keyed: tuple[str, ...]
    """Parameters of the function that the path is made from."""
    hit: bool
    """It is read where it was found."""
    instance: bool
    """The path is made from attributes of the instance."""


class Held(msgspec.Struct, frozen=True):
    """What is known of a variable where a statement runs."""

    place: str
    """As `StateMove.place` has it."""
    allowed: tuple[str, ...] | None
    """The constants it can be; None where conditions do not name them."""
    excluded: tuple[str, ...]
    """Constants that it is not."""
    tested: bool = True
    """A condition says so; else it only was assigned before in the same function."""


class StateMove(Row, frozen=True):
    """A place that may move a variable to another state: an assignment of a constant, or a call that passes one."""

    line: int
    scope: str
    """The dotted function or class it stands in; "" for the module."""
    form: Literal["assign", "default", "keyword", "entry", "call"]
    """default: in a class body; keyword: of a call; entry: in a dict that is written out; call: of what may assign."""
    place: str
    """The variable: `self.state`, `order.state`, `STATE`, `job['status']`; the keyword or key; what is called."""
    values: tuple[str, ...]
    """The constants, one of which is assigned; empty where it is none."""
    value: str
    """What is assigned where that is no constant, or need not be one."""
    through: str
    """For a keyword what is called, with its arguments."""
    held: tuple[Held, ...]
    """What is known of the variable before; of a call, all that is known."""
    guard: str
    """The other conditions around it; "" for none."""
    table: str
    """The chain of the table that was asked whether it may."""
    arguments: tuple[tuple[str, str], ...]
    """For a call: (position or keyword, constant)."""


class StateTest(Row, frozen=True):
    """A place where what runs depends on which constant a variable is."""

    line: int
    scope: str
    place: str
    how: Literal["compare", "order", "case", "index", "name"]
    """index: something is chosen by it; name: a name is put together from it."""
    values: tuple[str, ...]
    """The constants it is compared with; `*NAME` for those in a collection of that name."""


class StateTable(Row, frozen=True):
    """A table that says which state may follow which."""

    name: str
    """Dotted, inside its module."""
    line: int
    rows: tuple[tuple[str, tuple[str, ...], int], ...]
    """(state, those that may follow it, line)."""


class LibraryMove(msgspec.Struct, frozen=True):
    """A transition declared to a library."""

    sources: tuple[str, ...]
    """Empty for any."""
    target: str
    """"" where it stays what it is, or that cannot be told."""
    line: int
    event: str
    guard: str


class LibraryMachine(Row, frozen=True):
    """A state machine that a library runs, as one file declares it."""

    name: str
    """Dotted, inside the module: the class, or the attribute or variable that holds it."""
    line: int
    library: str
    states: tuple[str, ...]
    initial: str
    """"" where it cannot be told."""
    final: tuple[str, ...]
    """States that are declared as final."""
    moves: tuple[LibraryMove, ...]
    complete: bool
    """All states and transitions could be read."""


class Metric(Row, frozen=True):
    """The figures of a module, class, function or method; all but complexity and rank are of modules only."""

    name: str
    """Dotted; "" for the module."""
    kind: Literal["module", "class", "function", "method"]
    line: int
    end: int
    complexity: int
    """Cyclomatic complexity. Of a class: the mean of its methods, rounded down, and one more when there are several."""
    rank: str
    """A (best) to F by complexity (`radon.complexity.cc_rank`); a module's A to C by maintainability (`mi_rank`)."""
    loc: int | None = None
    """Lines; the sum of `sloc`, `multi`, `blank` and `single_comments`."""
    lloc: int | None = None
    """Logical lines: statements and clauses; one that holds a colon before its end counts as two."""
    sloc: int | None = None
    """Lines that hold code."""
    comments: int | None = None
    """Comments, whether or not they have the line for themselves."""
    multi: int | None = None
    """Lines of strings that stand alone as a statement and span several lines."""
    blank: int | None = None
    """Lines of white space, those inside strings too."""
    single_comments: int | None = None
    """Lines that hold but a comment, or but a string."""
    h1: int | None = None
    """Distinct operators."""
    h2: int | None = None
    """Distinct operands."""
    N1: int | None = None
    """Operators."""
    N2: int | None = None
    """Operands."""
    vocabulary: int | None = None
    """h1 + h2."""
    length: int | None = None
    """N1 + N2."""
    volume: float | None = None
    """Bits: length * log2(vocabulary)."""
    difficulty: float | None = None
    effort: float | None = None
    time: float | None = None
    """Seconds to write it, by Halstead's formula."""
    bugs: float | None = None
    """Errors to expect, by Halstead's formula."""
    maintainability: float | None = None
    """Maintainability index, 0 to 100 (best): `radon.metrics.mi_visit(code, multi=True)`."""


class LooseName(Row, frozen=True):
    """Names of a scope that nobody can tell whose they are: one row for each scope and way."""

    scope: str
    """The dotted function or class; "" for the module, and for strings wherever they stand."""
    how: Literal["attribute", "called", "computed", "super", "own", "string", "pattern", "main"]
    """attribute: of what an index or another expression gives; called: of what a call of a name gives, with the chains
    of both, `make().run`; computed: what `getattr` is asked of, with a name that is not written there, and all of whose
    attributes are taken: `tasks.__dict__` (`vars(tasks)` too), `globals()` for the module itself; super: of `super()`;
    own: what a class body uses of itself, `size = property(_get_size)`; string: constants that read like a dotted name,
    those of `__all__` left out; pattern: of strings put together, `visit_*`; main: the module asks whether it is run as
    a script."""
    names: tuple[str, ...]
    """Sorted; ("__main__",) for main."""


class Fragment(msgspec.Struct, frozen=True, array_like=True):
    """A function or class that is large enough to be compared with others."""

    name: str
    """Dotted, inside its module."""
    unit: Literal["function", "method", "class"]
    line: int
    end: int
    first: int
    """The number of its head among the module's statements."""
    last: int
    """One behind its last statement."""
    statements: int
    """How many statements say something: `else`, `try`, `pass` and imports do not."""
    exact: bytes
    """A digest of all but layout, comments and docstrings."""
    renamed: bytes
    """The same for what is equal but for a consistent renaming and literals."""
    free: str
    """The names that it uses and does not bind, apart by spaces."""


class Fingerprint(Row, frozen=True):
    """What a module's statements are made of, packed: for finding what says the same thing. One row a module."""

    shapes: bytes
    """Of each statement four bytes: a hash of its syntax, names and literals left out; integers are little endian."""
    bare: bytes
    """The same with all operators, comparisons and constants taken for one."""
    lines: bytes
    """Four bytes each."""
    kinds: bytes
    """One byte each: the code of its class, as in `overhaul.syntax.shapes`."""
    weights: bytes
    """One byte each: how many nodes, at most 255."""
    depths: bytes
    """One byte each: how many suites it stands in."""
    literals: bytes
    """Four bytes each: a hash of its literals; 0 without any."""
    counts: bytes
    """One byte each: how many names stand in it, at most 255."""
    uses: bytes
    """Four bytes a name, statement by statement: its number in `names`."""
    names: str
    """Each name once, apart by line ends; attributes with a dot before them, keywords with `=`."""
    fragments: tuple[Fragment, ...]
    generated: bool
    """A comment at its top says that it is generated."""
    waits: bytes
    """One byte each: how many `await` and `async` stand in it, which leave no trace in its shape; b"" where none do."""


class Body(Row, frozen=True):
    """A function or method whose body does nothing, or gives a result that depends on nothing."""

    name: str
    """Dotted, inside its module."""
    line: int
    end: int
    form: Literal["empty", "raises", "constant", "given", "random", "echo", "announced"]
    """empty: nothing at all; raises: only an exception that says it is not implemented; constant: one made of literals;
    given: made of literals, whole parameters, the time and new ids; random: made of chance; echo: its first parameter;
    announced: prints or logs and nothing else."""
    how: str
    """empty: pass, dots, docstring, return; raises: the exception's name, `assert` or `NotImplemented`; else what is
    returned, on one line, cut at 80 characters; "" for nothing."""
    void: bool
    """What is given is None, empty, zero, or nothing."""
    message: str
    """Of what is raised, printed or logged, cut at 200 characters; "" where it is no literal."""
    at: int
    """Line of the statement that tells the form."""
    sleeps: int
    """Line that sleeps before; 0 for none."""
    guarded: bool
    """Arguments are checked before."""
    unused: tuple[str, ...]
    """Parameters that the body does not use, the receiver left out."""
    parameters: int
    """How many it has, the receiver left out."""
    excuse: str
    """Words of docstring or comments that say it is meant so."""
    explained: bool
    """A comment stands in the body that is no remark on what is missing."""
    dead: int
    """Line of a statement in it that was commented out; 0 for none."""
    docstring: str
    """Cut at 300 characters."""
    alternative: bool
    """Stands in a branch of its module or class, or only for type checkers."""


class Remark(Row, frozen=True):
    """A comment or docstring that says of code that it is not finished."""

    scope: str
    """The dotted function or class it stands in; "" for the module."""
    function: bool
    """The scope is a function."""
    line: int
    strength: Literal["tag", "says", "hint"]
    phrase: str
    text: str
    """The line of it, cut at 120 characters."""
    beside: str
    """For a comment outside of functions what it stands before or beside, dotted; "" for nothing that has a name."""
    beside_line: int
    beside_end: int


class SwallowedError(Row, frozen=True):
    """An exception handler, or a `suppress`, that takes an exception and does nothing with it."""

    scope: str
    """The dotted function or class; "" for the module."""
    line: int
    caught: tuple[str, ...]
    """As they are written; empty for a bare `except`."""
    act: Literal["pass", "continue", "return", "suppress", "success"]
    """success: it logs at most, and the function gives True all the same."""
    explained: bool
    """A comment says why."""
    tried: tuple[str, ...]
    """The last names of what is called in the `try`."""
    statements: int
    """How many statements are tried."""


class MadeUpRecord(Row, frozen=True):
    """Names and addresses of the usual examples in a function's or variable's data."""

    scope: str
    """The function, class or variable; "" for the module."""
    line: int
    examples: tuple[str, ...]
    """What is found, by line; at least two different ones."""


class Suppression(Row, frozen=True):
    """A comment that says of findings that they may stay: `# overhaul: ignore[rule, other] reason`."""

    line: int
    """Of the comment."""
    first: int
    """The first line it is about: of the statement with its decorators, or its own where it stands above; 0 for the
    whole file."""
    last: int
    """The last line it is about; of a statement with a body that is where its head ends."""
    rules: tuple[str, ...]
    """As they are written."""
    reason: str
    whole_file: bool
    """Is, or is meant for, an `ignore-file`."""
    alone: bool
    """No code stands on its line."""
    wrong: Literal["", "form", "place"]
    """form: not written as it must be; place: an `ignore-file` that does not stand alone above the first statement.
    Neither suppresses anything."""
    text: str
    """What is written, without the reason, cut at 80 characters."""
