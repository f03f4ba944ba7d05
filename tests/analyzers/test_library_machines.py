"""State machines that libraries run."""

from __future__ import annotations

import textwrap

from overhaul.facts import LibraryMachine
from overhaul.inventory import StateMachine
from overhaul.testing import collect, table


def declared(source: str) -> list[LibraryMachine]:
    return [row for row in collect("library_machines", textwrap.dedent(source)) if isinstance(row, LibraryMachine)]


def moves(row: LibraryMachine) -> list[tuple[tuple[str, ...], str, int]]:
    return [(one.sources, one.target, one.line) for one in row.moves]


def test_transitions_with_lists_of_states_and_transitions() -> None:
    (row,) = declared(
        """
        from transitions import Machine, State
        class Matter:
            states = ["solid", {"name": "liquid"}, State("gas")]
            def __init__(self):
                self.machine = Machine(model=self, states=Matter.states, initial="solid", transitions=[
                    {"trigger": "melt", "source": "solid", "dest": "liquid"},
                    ["boil", "liquid", "gas", "hot"],
                ])
                self.machine.add_transition("freeze", ["liquid", "gas"], "solid")
                self.machine.add_transition("reset", "*", "solid")
        """
    )
    assert (row.name, row.line, row.states, row.initial) == ("Matter.machine", 6, ("solid", "liquid", "gas"), "solid")
    assert moves(row) == [
        (("solid",), "liquid", 7), (("liquid",), "gas", 8), (("liquid", "gas"), "solid", 10), ((), "solid", 11),
    ]  # fmt: skip
    assert row.moves[1].guard == '"hot"'


def test_a_machine_that_is_not_kept_is_named_by_the_class_around() -> None:
    (row,) = declared(
        """
        from transitions.extensions import HierarchicalMachine as Machine
        class Door(Machine):
            def __init__(self):
                super().__init__(states=["open", "shut"], initial="shut")
                self.add_transition("push", "shut", "open")
        """
    )
    assert (row.name, row.line, row.initial) == ("Door", 3, "shut")
    assert moves(row) == [(("shut",), "open", 6)]


def test_a_machine_that_hands_its_parameters_on_has_no_states_of_its_own() -> None:
    source = (
        "from transitions import Machine\nclass Locked(Machine):\n    def __init__(self, states, initial):\n"
        "        super().__init__(states=states, initial=initial)\n"
    )
    assert table(StateMachine, {"m.py": source}) == []


def test_a_class_of_one_s_own_called_machine_is_none() -> None:
    assert declared("import transitions\nclass Machine: pass\nm = Machine(states=['a', 'b'])\n") == []


def test_python_statemachine() -> None:
    (row,) = declared(
        """
        from statemachine import StateMachine, State
        class Light(StateMachine):
            green = State(initial=True)
            yellow = State()
            red = State("Red", final=True)
            cycle = green.to(yellow) | yellow.to(red, cond="ready")
            stay = green.to.itself()
            back = green.from_(yellow, red)
        """
    )
    assert (row.name, row.line, row.states) == ("Light", 3, ("green", "yellow", "red"))
    assert (row.initial, row.final) == ("green", ("red",))
    assert [(one.sources, one.target) for one in row.moves] == [
        (("green",), "yellow"), (("yellow",), "red"), (("green",), "green"), (("yellow", "red"), "green"),
    ]  # fmt: skip


def test_a_constant_called_state_in_another_class_is_none() -> None:
    assert declared("from statemachine import State\nclass Holder:\n    a = State()\n    b = State()\n") == []


def test_automat_with_methods() -> None:
    (row,) = declared(
        """
        from automat import MethodicalMachine
        class Lamp:
            _machine = MethodicalMachine()
            @_machine.state(initial=True)
            def off(self): "off"
            @_machine.state(terminal=True)
            def on(self): "on"
            @_machine.input()
            def press(self): "press"
            off.upon(press, enter=on, outputs=[])
        """
    )
    assert (row.name, row.states, row.initial, row.final) == ("Lamp._machine", ("off", "on"), "off", ("on",))
    assert [(one.sources, one.target, one.event) for one in row.moves] == [(("off",), "on", "press")]


def test_automat_with_a_builder_is_named_by_what_keeps_it() -> None:
    (row,) = declared(
        """
        from automat import TypeMachineBuilder
        def build():
            machine = TypeMachineBuilder(Lamp, Core)
            off = machine.state("off")
            on = machine.state("on")
            off.upon(Lamp.press).to(on).returns(None)
            @on.upon(Lamp.press).to(off)
            def back(lamp, core): ...
            on.upon(Lamp.look).loop().returns(None)
            return machine.build()
        LampMachine = build()
        """
    )
    assert (row.name, row.line, row.states, row.initial) == ("LampMachine", 12, ("off", "on"), "off")
    assert [(one.sources, one.target) for one in row.moves] == [(("off",), "on"), (("on",), "off"), (("on",), "on")]


def test_django_fsm() -> None:
    (row,) = declared(
        """
        from django_fsm import FSMField, transition
        class Post(Model):
            title = CharField(default="")
            state = FSMField(default="new")
            @transition(field=state, source="new", target="published", conditions=[ok])
            def publish(self): ...
            @transition(field="state", source=["new", "published"], target="removed")
            def remove(self): ...
        """
    )
    assert (row.name, row.line, row.states, row.initial) == ("Post.state", 5, ("new", "published", "removed"), "new")
    assert [one.guard for one in row.moves] == ["[ok]", ""]


def test_viewflow() -> None:
    (row,) = declared(
        """
        from viewflow import fsm
        class Review:
            stage = fsm.State(Stage, default=Stage.NEW)
            @stage.transition(source=Stage.NEW, target=Stage.DONE)
            def finish(self): ...
        """
    )
    assert (row.name, row.states, moves(row)) == ("Review.stage", ("NEW", "DONE"), [(("NEW",), "DONE", 6)])


def test_library_machines_are_rows_of_the_inventory() -> None:
    source = (
        "from transitions import Machine\nmachine = Machine(states=['a', 'b'], initial='a')\n"
        "machine.add_transition('go', '*', 'b')\n"
    )
    (row,) = table(StateMachine, {"m.py": source})
    assert isinstance(row, StateMachine)
    assert (row.name, row.subkind, row.confidence, row.final) == ("machine", "library", "high", ("b",))
    assert [(one.source, one.target, one.function) for one in row.transitions] == [(None, "b", "go")]
