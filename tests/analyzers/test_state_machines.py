"""State machines, by all the ways in which they are written."""

from __future__ import annotations

import textwrap

import pytest

from overhaul.inventory import StateMachine
from overhaul.testing import Files, table

ENUM = """
from enum import Enum
class S(Enum):
    NEW = "new"
    OPEN = "open"
    DONE = "done"
"""


def machines(files: Files | str, prefix: str = ENUM) -> list[StateMachine]:
    """The rows for one file (after the Enum) or several."""
    if isinstance(files, str):
        files = {"m.py": prefix + textwrap.dedent(files)}
    return [row for row in table(StateMachine, files) if isinstance(row, StateMachine)]


def sure(files: Files | str, prefix: str = ENUM) -> list[StateMachine]:
    return [row for row in machines(files, prefix) if row.confidence in ("high", "medium")]


def only(files: Files | str, prefix: str = ENUM) -> StateMachine:
    (row,) = sure(files, prefix)
    return row


def moves(row: StateMachine) -> set[tuple[str | None, str]]:
    return {(one.source, one.target) for one in row.transitions}


# What is a machine

JOB = """
class Job:
    def __init__(self):
        self.state = S.NEW
    def open(self):
        if self.state is S.NEW:
            self.state = S.OPEN
    def close(self):
        self.state = S.DONE
"""


def test_a_variable_that_moves_through_an_enum_and_is_asked_is_a_machine() -> None:
    row = only(JOB)
    assert (row.name, row.line, row.subkind, row.confidence) == ("Job.state", 10, "enum", "high")
    assert (row.states, row.initial, row.final, row.enum) == (("NEW", "OPEN", "DONE"), "NEW", ("DONE",), "m.S")
    assert moves(row) == {("NEW", "OPEN"), (None, "DONE")}
    assert [site.line for site in row.tests] == [12]
    assert row.evidence[0] == "line 10: begins as NEW in Job.__init__"


MACHINES: dict[str, tuple[str, str, str, set[tuple[str | None, str]]]] = {
    "strings": (
        """
        class Feed:
            status = "idle"
            def start(self):
                if self.status == "idle":
                    self.status = "running"
            def stop(self):
                self.status = "idle"
        """,
        "Feed.status", "string", {("idle", "running"), (None, "idle")},
    ),
    "named integers": (
        """
        IDLE, BUSY = range(2)
        class Worker:
            def __init__(self):
                self._state = IDLE
            def take(self):
                assert self._state == IDLE
                self._state = BUSY
            def free(self):
                self._state = IDLE
        """,
        "Worker._state", "int", {("IDLE", "BUSY"), (None, "IDLE")},
    ),
    "constants of a class": (
        """
        class Worker:
            IDLE = 0
            BUSY = 1
            def __init__(self):
                self.state = self.IDLE
            def take(self):
                if self.state == Worker.IDLE:
                    self.state = Worker.BUSY
            def free(self):
                self.state = self.IDLE
        """,
        "Worker.state", "int", {("IDLE", "BUSY"), (None, "IDLE")},
    ),
    "a class of constants": (
        """
        class Phase:
            A = "a"
            B = "b"
        class Run:
            def __init__(self):
                self.phase = Phase.A
            def go(self):
                if self.phase == Phase.A:
                    self.phase = Phase.B
        """,
        "Run.phase", "string", {("a", "b")},
    ),
    "a variable of the module": (
        """
        state = S.NEW
        def go():
            global state
            if state == S.NEW:
                state = S.OPEN
        def end():
            global state
            state = S.DONE
        """,
        "state", "enum", {("NEW", "OPEN"), (None, "DONE")},
    ),
    "match": (
        """
        class Job:
            state: S = S.NEW
            def step(self):
                match self.state:
                    case S.NEW:
                        self.state = S.OPEN
                    case S.OPEN:
                        self.state = S.DONE
        """,
        "Job.state", "enum", {("NEW", "OPEN"), ("OPEN", "DONE")},
    ),
    "methods named after the states": (
        """
        class Parser:
            state = "HEADER"
            def feed(self, line):
                return getattr(self, "on_" + self.state)(line)
            def on_HEADER(self, line):
                self.state = "BODY"
            def on_BODY(self, line):
                self.state = "HEADER"
        """,
        "Parser.state", "string", {("HEADER", "BODY"), ("BODY", "HEADER")},
    ),
    "a dict that chooses by the state": (
        """
        class Parser:
            def __init__(self):
                self.state = S.NEW
            def step(self):
                {S.NEW: self.a, S.OPEN: self.b}[self.state]()
            def a(self):
                self.state = S.OPEN
            def b(self):
                self.state = S.NEW
        """,
        "Parser.state", "enum", {(None, "OPEN"), (None, "NEW")},
    ),
    "a setter that is passed constants": (
        """
        class Job:
            def __init__(self):
                self._state = S.NEW
            def _set(self, value):
                self._state = value
            def go(self):
                if self._state is S.NEW:
                    self._set(S.OPEN)
            def end(self):
                self._set(S.DONE)
        """,
        "Job._state", "enum", {("NEW", "OPEN"), (None, "DONE")},
    ),
    "a property with a setter": (
        """
        class Job:
            def __init__(self):
                self._state = S.NEW
            @property
            def state(self):
                return self._state
            @state.setter
            def state(self, value):
                self._state = value
            def go(self):
                if self.state is S.NEW:
                    self.state = S.OPEN
            def end(self):
                self.state = S.DONE
        """,
        "Job._state", "enum", {("NEW", "OPEN"), (None, "DONE")},
    ),
    "setattr": (
        """
        class Job:
            state = S.NEW
            def go(self):
                if self.state is S.NEW:
                    object.__setattr__(self, "state", S.OPEN)
            def end(self):
                setattr(self, "state", S.DONE)
        """,
        "Job.state", "enum", {(None, "OPEN"), (None, "DONE")},
    ),
    "a default of the constructor": (
        """
        class Job:
            def __init__(self, state=S.NEW):
                self.state = state
            def go(self):
                if self.state is S.NEW:
                    self.state = S.OPEN
        """,
        "Job.state", "enum", {("NEW", "OPEN")},
    ),
    "a field with a default": (
        """
        class Job(Model):
            status = models.CharField(max_length=10, default=S.NEW)
            def go(self):
                if self.status == S.NEW:
                    self.status = S.OPEN
                    self.save()
        """,
        "Job.status", "enum", {("NEW", "OPEN")},
    ),
    "values of an Enum": (
        """
        class Job:
            def __init__(self):
                self.status = S.NEW.value
            def go(self):
                if self.status == S.NEW.value:
                    self.status = S.OPEN.value
        """,
        "Job.status", "enum", {("NEW", "OPEN")},
    ),
    "an entry of a dict": (
        """
        class Queue:
            def add(self, job):
                job["status"] = "waiting"
            def take(self, job):
                if job["status"] == "waiting":
                    job["status"] = "running"
        """,
        "Queue.status", "string", {("waiting", "running"), (None, "waiting")},
    ),
    "bound methods": (
        """
        class Lexer:
            def __init__(self):
                self._handler = self._text
            def _text(self, char):
                self._handler = self._tag
            def _tag(self, char):
                self._handler = self._text
            def end(self):
                if self._handler == self._tag:
                    raise ValueError
        """,
        "Lexer._handler", "string", {(None, "_tag"), (None, "_text")},
    ),
    "copies with another state": (
        """
        from dataclasses import dataclass, replace
        @dataclass(frozen=True)
        class Job:
            state: S = S.NEW
            def go(self):
                if self.state is S.NEW:
                    return replace(self, state=S.OPEN)
            def end(self):
                return replace(self, state=S.DONE)
        """,
        "Job.state", "enum", {("NEW", "OPEN"), (None, "DONE")},
    ),
    "a class attribute": (
        """
        class Service:
            _state = S.NEW
            @classmethod
            def start(cls):
                if cls._state is not S.NEW:
                    return
                cls._state = S.OPEN
        """,
        "Service._state", "enum", {("NEW", "OPEN")},
    ),
    "a conditional expression": (
        """
        class Job:
            state = S.NEW
            def end(self, ok):
                if self.state is not S.OPEN:
                    raise ValueError
                self.state = S.DONE if ok else S.NEW
            def go(self):
                self.state = S.OPEN
        """,
        "Job.state", "enum", {("OPEN", "DONE"), ("OPEN", "NEW"), (None, "OPEN")},
    ),
    "an Enum inside the class": (
        """
        class Job:
            class Phase(Enum):
                A = 1
                B = 2
            def __init__(self):
                self.phase = self.Phase.A
            def go(self):
                if self.phase == self.Phase.A:
                    self.phase = Job.Phase.B
        """,
        "Job.phase", "enum", {("A", "B")},
    ),
    "constants by the class of self": (
        """
        class Worker:
            IDLE = "idle"
            BUSY = "busy"
            state = IDLE
            def take(self):
                if self.state == self.__class__.IDLE:
                    self.state = self.__class__.BUSY
        """,
        "Worker.state", "string", {("idle", "busy")},
    ),
    "Django's choices, asked for in queries": (
        """
        from django.db import models
        class Post(models.Model):
            class Status(models.TextChoices):
                DRAFT = "d", "Draft"
                LIVE = "l", "Live"
            status = models.CharField(choices=Status.choices, default=Status.DRAFT)
            def publish(self):
                self.status = self.Status.LIVE
                self.save()
            @classmethod
            def live(cls):
                return Post.objects.filter(status=Post.Status.LIVE)
        """,
        "Post.status", "enum", {(None, "LIVE")},
    ),
    "an Enum that is asked by its own methods": (
        """
        class Phase(Enum):
            A = 1
            B = 2
            def is_first(self):
                return self is Phase.A
        class Job:
            def __init__(self):
                self.phase = Phase.A
            def go(self):
                if self.phase.is_first():
                    self.phase = Phase.B
        """,
        "Job.phase", "enum", {(None, "B")},
    ),
    "a field that is declared to be of the Enum, moved by what has no annotation": (
        """
        class Job(Base):
            status: Mapped[S] = mapped_column()
        def take(session):
            job = session.first()
            if job.status == S.NEW:
                job.status = S.OPEN
        def end(job):
            job.status = S.DONE
        """,
        "Job.status", "enum", {("NEW", "OPEN"), (None, "DONE")},
    ),
    "a text field moved by what has no annotation": (
        """
        class Job(Base):
            status = Column(String, default="new")
        def take(session):
            job = session.first()
            if job.status == "new":
                job.status = "busy"
        def end(job):
            job.status = "done"
        """,
        "Job.status", "string", {("new", "busy"), (None, "done")},
    ),
    "constants unpacked in a class": (
        """
        class Order:
            Created, Sent, Done = range(3)
            def __init__(self):
                self.status = self.Created
            def send(self):
                if self.status == Order.Created:
                    self.status = Order.Sent
            def finish(self):
                self.status = self.Done
        """,
        "Order.status", "int", {("Created", "Sent"), (None, "Done")},
    ),
    "classes as marks": (
        """
        class IDLE: pass
        class BUSY: pass
        class Peer:
            def __init__(self):
                self.state = IDLE
            def go(self):
                if self.state is IDLE:
                    self.state = BUSY
        """,
        "Peer.state", "string", {("IDLE", "BUSY")},
    ),
    "sentinel objects": (
        """
        _IDLE = object()
        _BUSY = object()
        class Peer:
            def __init__(self):
                self._st = _IDLE
            def go(self):
                if self._st is _IDLE:
                    self._st = _BUSY
        """,
        "Peer._st", "string", {("_IDLE", "_BUSY")},
    ),
    "a module's variable that others assign": (
        """
        import m
        state = "idle"
        def go():
            if m.state == "idle":
                m.state = "busy"
        """,
        "state", "string", {("idle", "busy")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MACHINES)
def test_a_machine_is_found_however_it_is_written(case: str) -> None:
    source, name, subkind, expected = MACHINES[case]
    row = only(source)
    assert (row.name, row.subkind) == (name, subkind)
    assert moves(row) == expected


# What is none

NONE = {
    "an Enum that no variable moves through": """
        def f(kind: S):
            return kind is S.NEW
        """,
    "one state only": """
        class Job:
            state = S.NEW
            def f(self):
                return self.state is S.NEW
        """,
    "stored and shown, never asked": """
        class Record:
            def __init__(self):
                self.status = S.NEW
            def finish(self):
                self.status = S.DONE
            def show(self):
                print(self.status)
        """,
    "shown by a comparison": """
        class Record:
            def __init__(self):
                self.status = S.NEW
            def finish(self):
                self.status = S.DONE
            def __str__(self):
                return "ok" if self.status is S.DONE else "?"
        """,
    "a mode chosen when it is made": """
        class Reader:
            def __init__(self, binary):
                if binary:
                    self.mode = "rb"
                else:
                    self.mode = "r"
            def read(self):
                return 1 if self.mode == "rb" else 2
        """,
    "a mode from the configuration": """
        class Reader:
            def __init__(self, config):
                self.mode = config["mode"]
            def read(self):
                return 1 if self.mode == "fast" else 2
        """,
    "a boolean": """
        class Worker:
            def __init__(self):
                self.state = False
            def run(self):
                if not self.state:
                    self.state = True
        """,
    "what another system says": """
        class Mirror:
            def __init__(self):
                self.state = None
            def refresh(self, api):
                self.state = api.read_state()
            def ok(self):
                return self.state == "ok"
        """,
    "each subclass has one of its own": """
        class Base:
            kind = None
            def f(self):
                return self.kind is S.NEW
        class A(Base):
            def setup(self):
                self.kind = S.NEW
        class B(Base):
            def setup(self):
                self.kind = S.DONE
        """,
    "a label worked out anew each time": """
        class Sensor:
            def update(self, value):
                if value > 9:
                    self.level = S.DONE
                else:
                    self.level = S.NEW
            def alarm(self):
                return self.level is S.DONE
        """,
    "flags, of which several can be set": """
        from enum import Flag
        class F(Flag):
            A = 1
            B = 2
        class Job:
            state = F.A
            def go(self):
                if self.state == F.A:
                    self.state = F.B
        """,
    "a local variable": """
        def parse(text):
            state = S.NEW
            for char in text:
                if state is S.NEW:
                    state = S.OPEN
        """,
    "a name that is compared": """
        class Node:
            def __init__(self):
                self.name = "root"
            def rename(self):
                self.name = "leaf node!?"
            def f(self):
                return self.name == "root"
        """,
    "a counter": """
        class Job:
            def __init__(self):
                self.tries = 0
            def f(self):
                if self.tries == 0:
                    self.tries = 1
        """,
}


@pytest.mark.parametrize("case", NONE)
def test_what_only_looks_like_a_machine_is_none(case: str) -> None:
    assert sure(NONE[case]) == []


def test_flags_of_one_life_are_listed_apart_with_low_confidence() -> None:
    (row,) = machines(
        """
        class Server:
            def __init__(self):
                self._running = False
                self._stopped = False
            def start(self):
                self._running = True
                self._stopped = False
            def stop(self):
                self._running = False
                self._stopped = True
        """
    )
    assert (row.subkind, row.confidence, row.states) == ("flag_lifecycle", "low", ("_running", "_stopped"))


def test_flags_that_have_nothing_to_do_with_each_other_are_none() -> None:
    assert machines(
        """
        class Server:
            def __init__(self):
                self._running = False
                self._closed = False
            def start(self):
                self._running = True
            def stop(self):
                self._running = False
            def close(self):
                self._closed = True
        """
    ) == []  # fmt: skip


# From where it moves


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if self.state is S.NEW:\n    self.state = S.OPEN", {("NEW", "OPEN")}),
        ("if self.state is not S.NEW:\n    return\nself.state = S.OPEN", {("NEW", "OPEN")}),
        ("if self.state in (S.NEW, S.DONE):\n    self.state = S.OPEN", {("NEW", "OPEN"), ("DONE", "OPEN")}),
        ("if self.state not in {S.NEW}:\n    self.state = S.OPEN", {("OPEN", "OPEN"), ("DONE", "OPEN")}),
        ("if self.state == S.NEW and self.x:\n    self.state = S.OPEN", {("NEW", "OPEN")}),
        (
            "if self.state == S.NEW or self.state == S.DONE:\n    self.state = S.OPEN",
            {("NEW", "OPEN"), ("DONE", "OPEN")},
        ),
        ("if self.x or self.state == S.NEW:\n    self.state = S.OPEN", {(None, "OPEN")}),
        ("assert self.state is S.NEW\nself.state = S.OPEN", {("NEW", "OPEN")}),
        ("state = self.state\nif state is S.NEW:\n    self.state = S.OPEN", {("NEW", "OPEN")}),
        ("while self.state is S.NEW:\n    self.state = S.OPEN", {("NEW", "OPEN")}),
        ("if not self.fresh:\n    return\nself.state = S.OPEN", {("NEW", "OPEN")}),
        ("if self.is_fresh():\n    self.state = S.OPEN", {("NEW", "OPEN")}),
        ("if S.NEW == self.state:\n    self.state = S.OPEN", {("NEW", "OPEN")}),
        ("if self.state in FRESH:\n    self.state = S.OPEN", {("NEW", "OPEN")}),
        ("self.state = S.NEW\nwork()\nself.state = S.OPEN", {(None, "NEW"), ("NEW", "OPEN")}),
        ("if self.state is S.NEW:\n    self.state = S.OPEN\nself.state = S.DONE", {("NEW", "OPEN"), (None, "DONE")}),
    ],
)
def test_what_is_known_before_an_assignment_says_from_where_it_moves(
    body: str, expected: set[tuple[str | None, str]]
) -> None:
    lines = textwrap.indent(body, "        ")
    row = only(
        "FRESH = frozenset({S.NEW})\nclass Job:\n    def __init__(self):\n        self.state = S.NEW\n"
        "    @property\n    def fresh(self):\n        return self.state is S.NEW\n"
        "    def is_fresh(self):\n        return self.state is S.NEW\n"
        f"    def go(self):\n{lines}\n    def end(self):\n        self.state = S.DONE\n"
    )
    assert moves(row) - {(None, "DONE")} == expected - {(None, "DONE")}


def test_a_private_method_leaves_the_states_in_which_it_is_called() -> None:
    row = only(
        """
        class Job:
            def __init__(self):
                self.state = S.NEW
            def a(self):
                if self.state is S.NEW:
                    self._end()
            def b(self):
                if self.state is S.OPEN:
                    self._end()
            def _end(self):
                self.state = S.DONE
        """
    )
    assert moves(row) == {("NEW", "DONE"), ("OPEN", "DONE")}


def test_a_private_method_that_is_handed_on_can_be_called_in_any_state() -> None:
    row = only(
        """
        class Job:
            def __init__(self, bus):
                self.state = S.NEW
                bus.subscribe(self._end)
            def a(self):
                if self.state is S.NEW:
                    self._end()
            def _end(self):
                self.state = S.DONE
        """
    )
    assert moves(row) == {(None, "DONE")}


def test_a_handler_leaves_what_was_assigned_in_the_try() -> None:
    row = only(
        """
        class Job:
            state = S.NEW
            def go(self):
                try:
                    self.state = S.OPEN
                    work()
                except ValueError:
                    self.state = S.DONE
            def f(self):
                return self.state is S.DONE
        """
    )
    assert moves(row) == {(None, "OPEN"), ("OPEN", "DONE")}
    assert row.transitions[1].guard == "except ValueError"


def test_other_conditions_are_the_guard() -> None:
    row = only(
        """
        class Job:
            state = S.NEW
            def go(self, late):
                if self.state is S.NEW and late > 3:
                    self.state = S.OPEN
        """
    )
    assert row.transitions[0].guard == "late > 3"


# Over classes and modules


def test_the_row_stands_where_the_topmost_class_of_the_project_declares_it() -> None:
    row = only(
        {
            "base.py": ENUM + "class Base:\n    state = S.NEW\n    def f(self):\n        return self.state is S.DONE\n",
            "a.py": "from base import Base, S\nclass A(Base):\n    def go(self):\n        self.state = S.OPEN\n",
            "b.py": "from base import Base, S\nclass B(Base):\n    def go(self):\n        self.state = S.DONE\n",
        }
    )
    assert (row.module, row.name, row.line) == ("base", "Base.state", 8)
    assert {one.path for one in row.transitions} == {"a.py", "b.py"}


def test_drivers_in_other_modules_add_transitions() -> None:
    row = only(
        {
            "orders.py": ENUM + "class Order:\n    def __init__(self):\n        self.state = S.NEW\n",
            "driver.py": "from orders import Order, S\ndef go(order: Order):\n    if order.state is S.NEW:\n"
            "        order.state = S.OPEN\ndef end(order: Order):\n    order.state = S.DONE\n",
        }
    )
    assert row.name == "Order.state"
    assert moves(row) == {("NEW", "OPEN"), (None, "DONE")}
    assert [site.scope for site in row.outside] == ["go", "end"]


def test_the_enum_tells_the_variable_where_its_owner_is_not_known() -> None:
    row = only(
        {
            "orders.py": ENUM + "class Order:\n    def __init__(self):\n        self.state = S.NEW\n",
            "driver.py": "from orders import S\ndef go(order):\n    if order.state is S.NEW:\n"
            "        order.state = S.OPEN\n",
        }
    )
    assert (row.name, moves(row)) == ("Order.state", {("NEW", "OPEN")})


def test_an_update_of_the_rows_of_a_model_moves_it() -> None:
    row = only(
        """
        class Job(Model):
            status = CharField(default=S.NEW)
        def take(pk):
            Job.objects.filter(pk=pk, status=S.NEW).update(status=S.OPEN)
        def end(job: Job):
            if job.status == S.OPEN:
                Job.objects.update(status=S.DONE)
        """
    )
    assert moves(row) == {(None, "OPEN"), ("OPEN", "DONE")} or moves(row) == {(None, "OPEN"), (None, "DONE")}


def test_what_is_restored_is_an_unknown_write() -> None:
    row = only(JOB + "    def restore(self, data):\n        self.state = S(data['state'])\n")
    assert [site.scope for site in row.unknown_writes] == ["Job.restore"]


# Tables

TABLE = """
ALLOWED = {
    S.NEW: {S.OPEN},
    S.OPEN: {S.DONE, S.NEW},
    S.DONE: set(),
}
class Job:
    def __init__(self):
        self.state = S.NEW
    def move(self, new):
        if new not in ALLOWED[self.state]:
            raise ValueError
        self.state = new
"""


def test_a_table_of_allowed_transitions_is_the_machine_s() -> None:
    row = only(TABLE)
    assert (row.subkind, row.table, row.final) == ("table", "m.ALLOWED", ("DONE",))
    assert moves(row) == {("NEW", "OPEN"), ("OPEN", "DONE"), ("OPEN", "NEW")}
    assert {(one.line, one.function) for one in row.transitions} == {(9, "Job.move"), (10, "Job.move")}


def test_what_the_code_does_is_told_apart_from_what_the_table_allows() -> None:
    row = only(TABLE + "    def skip(self):\n        if self.state is S.NEW:\n            self.state = S.DONE\n")
    assert ("NEW", "DONE") in moves(row)
    assert ("NEW", "DONE") in {(one.source, one.target) for one in row.attempts}
    assert ("NEW", "DONE") not in {(one.source, one.target) for one in row.allowed}


def test_a_dict_of_what_is_no_state_is_no_table() -> None:
    row = only(JOB + "COLOURS = {S.NEW: ('red',), S.OPEN: ('green',)}\n")
    assert row.table == ""


# What depends on the states


def test_constants_that_are_none_of_the_states_are_kept() -> None:
    row = only(
        """
        class Feed:
            status = "idle"
            def start(self):
                if self.status == "idle":
                    self.status = "running"
            def stop(self):
                if self.status == "runing":
                    self.status = "idle"
        """
    )
    assert [(one.value, one.at.line) for one in row.strangers] == [("runing", 14)]


# What may assign anything

FEED = """
class Feed:
    def __init__(self, saved):
        self.state = "new"
    def go(self):
        if self.state == "new":
            self.state = "gone"
    def load(self, d, n, v):
        {body}
class Sub(Feed):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)
"""


@pytest.mark.parametrize("body", [
    "self.__dict__.update(d)", "self.__dict__ = d", "self.__dict__[n] = v", "self.__dict__ |= d",
    "self.__dict__['state'] = d.pop()", "vars(self).update(d)", "for k, v in d.items(): setattr(self, k, v)",
    "object.__setattr__(self, n, v)", "setattr(self, 'state', d['state'])",
])  # fmt: skip
def test_what_may_assign_any_attribute_is_an_unknown_write(body: str) -> None:
    assert [site.line for site in only(FEED.format(body=body), "").unknown_writes] == [9]


@pytest.mark.parametrize("body", [
    "d.update(n=v)", "self.items.__dict__.update(d)", "setattr(v, n, d)", "vars(v).update(d)", "setattr(self, 'n', 1)",
])  # fmt: skip
def test_what_assigns_to_something_else_is_none(body: str) -> None:
    assert only(FEED.format(body=body), "").unknown_writes == ()


def test_what_a_subclass_or_a_base_may_assign_is_an_unknown_write_too() -> None:
    row = only("""
class Base:
    def load(self, d):
        self.__dict__.update(d)
class Job(Base):
    state = "new"
    def go(self):
        if self.state == "new":
            self.state = "gone"
class Late(Job):
    def more(self, d):
        vars(self).update(d)
class Other:
    def load(self, d):
        self.__dict__.update(d)
""", "")  # fmt: skip
    assert [site.line for site in row.unknown_writes] == [4, 12]


# Tables, aliases and values

GATES = """
ALLOWED = {S.NEW: {S.OPEN}, S.OPEN: {S.DONE}, S.DONE: {S.NEW}}
class Gate:
    def __init__(self):
        self.state = S.NEW
    def move(self, state):
        if state not in ALLOWED[self.state]:
            raise ValueError(state)
        self.state = state
class Vault:
    def __init__(self):
        self.state = S.NEW
    def burst(self):
        if self.state is S.NEW:
            self.state = S.DONE
    def shut(self):
        self.state = S.OPEN
"""


def test_a_table_that_one_variable_asks_is_not_that_of_another_with_the_same_enum() -> None:
    rows = {row.name: row for row in sure(GATES)}
    assert (rows["Gate.state"].subkind, rows["Vault.state"].subkind) == ("table", "enum")
    assert rows["Vault.state"].allowed == ()


def test_several_names_of_one_value_are_one_state() -> None:
    row = only("""
from enum import Enum
class S(Enum):
    NEW = "new"
    FRESH = "new"
    OPEN = "open"
    BEGUN = OPEN
class Job:
    def __init__(self):
        self.state = S.NEW
    def open(self):
        if self.state is S.FRESH:
            self.state = S.BEGUN
    def back(self):
        if self.state is S.OPEN:
            self.state = S.FRESH
""", "")  # fmt: skip
    assert row.states == ("NEW", "OPEN")
    assert moves(row) == {("NEW", "OPEN"), ("OPEN", "NEW")}


@pytest.mark.parametrize("declared", [
    '(str, Enum):\n    UP = "up"\n    DOWN = "down"', "(StrEnum):\n    UP = auto()\n    DOWN = auto()",
])  # fmt: skip
@pytest.mark.parametrize("asked", ['self.state == "up"', 'self.state.value == "up"'])
def test_the_value_of_a_member_is_the_member(declared: str, asked: str) -> None:
    row = only(f"""
from enum import Enum, StrEnum, auto
class S{declared}
class Lift:
    def __init__(self):
        self.state = S.UP
    def go(self):
        if {asked}:
            self.state = S.DOWN
""", "")  # fmt: skip
    assert (row.subkind, moves(row), row.strangers) == ("enum", {("UP", "DOWN")}, ())


def test_a_text_that_is_no_state_is_no_source() -> None:
    row = only("""
class Job:
    def __init__(self):
        self.state = "waiting"
    def go(self):
        if self.state == "waiting":
            self.state = "running"
    def back(self):
        if self.state == "runing":
            self.state = "waiting"
    def retry(self):
        if self.state in ("running", "weird"):
            self.state = "waiting"
""", "")  # fmt: skip
    assert moves(row) == {("waiting", "running"), ("running", "waiting")}
    assert [one.value for one in row.strangers] == ["runing", "weird"]


def test_two_classes_of_one_name_are_not_sure() -> None:
    source = """
class Job:
    def __init__(self):
        self.state = "new"
    def go(self):
        if self.state == "new":
            self.state = "open"
"""
    assert [row.confidence for row in machines(source, "")] == ["high"]
    assert [row.confidence for row in machines(source + source.replace("open", "shut"), "")] == ["low"]


# try

TRY = """
class Job:
    def __init__(self):
        self.status = "new"
    def go(self):
        self.status = "active"
        try:
            work()
        except OSError:
            self.status = "errored"
{rest}
    def failed(self):
        return self.status == "errored"
"""


@pytest.mark.parametrize("rest, sources", [
    ("        else:\n            self.status = 'complete'", {"active"}),
    ("            return\n        self.status = 'complete'", {"active"}),
    ("        self.status = 'complete'", {"active", "errored"}),
    ("            return\n        finally:\n            self.status = 'complete'", {"active", "errored"}),
])  # fmt: skip
def test_what_a_handler_does_is_not_before_what_runs_without_it(rest: str, sources: set[str]) -> None:
    found = moves(only(TRY.format(rest=rest), ""))
    assert {source for source, target in found if target == "complete"} == sources
    assert ("active", "errored") in found


# Fields of models

def test_the_field_of_a_model_moves_in_other_modules() -> None:
    model = """
from django.db import models
class Order(models.Model):
    status = models.CharField(max_length=9, default="new")
"""
    service = """
from shop.models import Order
def pay(pk):
    order = Order.objects.get(pk=pk)
    if order.status == "new":
        order.status = "paid"
        order.save()
def ship(order: Order):
    if order.status == "paid":
        order.status = "shipped"
"""
    row = only({"shop/__init__.py": "", "shop/models.py": model, "shop/service.py": service})
    assert (row.name, row.module, row.initial) == ("Order.status", "shop.models", "new")
    assert moves(row) == {("new", "paid"), ("paid", "shipped")}


def test_a_property_of_another_name_reads_the_private_variable() -> None:
    row = only("""
class Speaker:
    __speaker_state = S.NEW
    @property
    def state(self):
        return self.__speaker_state
    def begin(self):
        self._set_state(S.OPEN)
    def end(self):
        if self.state != S.OPEN:
            self._set_state(S.DONE)
    def _set_state(self, state: S):
        self.__speaker_state = state
""")
    assert row.name == "Speaker.__speaker_state"
    assert (None, "OPEN") in moves(row)
    assert [site.line for site in row.tests] == [16]


def test_a_property_that_reads_several_is_none_of_them() -> None:
    assert not sure("""
class Speaker:
    def __init__(self):
        self.first_state = S.NEW
        self.last_state = S.NEW
    @property
    def state(self):
        return self.first_state or self.last_state
    def begin(self):
        self.first_state = S.OPEN
    def end(self):
        if self.state == S.OPEN:
            print()
""")


MODE = """
class Heater:
    def __init__(self):
        self.mode = S.NEW
    def restore(self, saved):
        self.mode = S(saved)
    def warm(self):
        self.mode = S.OPEN
    def off(self):
        {off}
    def tick(self):
        return 1 if self.mode is S.OPEN else 0
"""


@pytest.mark.parametrize("off, confidence", [("self.mode = S.DONE", "medium"), ("self.mode = S(0)", "low")])
def test_a_mode_of_an_enum_that_several_methods_choose_may_be_restored_as_well(off: str, confidence: str) -> None:
    assert [row.confidence for row in machines(MODE.format(off=off))] == [confidence]
