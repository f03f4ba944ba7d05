"""Which variables are state machines, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from overhaul.facts import Class, StateTest
from overhaul.inventory import Confidence, Site, StateMachine, Stranger, Transition, fact
from overhaul.naming.meanings import Symbol
from overhaul.patterns import regex
from overhaul.states.gathering import CONSTRUCTORS, Gathering
from overhaul.states.meaning import State
from overhaul.states.tables import Table
from overhaul.states.transitions import Moves
from overhaul.states.variables import Move, Test, Variable
from overhaul.syntax.words import STATE_WORD

_STATE_LIKE: Final = regex(r"[A-Za-z_][\w .:/+-]*\Z")
_DISPLAY: Final = frozenset({
    "__str__", "__repr__", "__format__", "to_dict", "as_dict", "to_json", "as_json", "describe",
})  # fmt: skip
_CERTAIN: Final[tuple[Confidence, ...]] = ("high", "medium", "low")
_MANY: Final = 60
"""States above which a set of constants is a vocabulary and no machine."""


class Judge:
    """Judges one variable after another."""

    def __init__(
        self, gathering: Gathering, tables: Sequence[Table], classes: Mapping[tuple[str, str], Sequence[Class]]
    ) -> None:
        """`tables` are all tables of transitions of the project; `classes` those defined several times under a name."""
        self._gathering = gathering
        self._classes = classes
        self._tables = tables
        variables = gathering.variables.values()
        self._asked_tables = {name for variable in variables for name in _tables_asked(variable)}
        self._owners = {(one.anchor.module, one.anchor.owner) for one in variables if one.anchor.kind == "attribute"}
        self.used: set[tuple[str, str]] = set()
        """Tables that belong to a variable: (module, name)."""

    def machine(self, variable: Variable) -> StateMachine | None:
        """The row of a variable that is a state machine."""
        family = self._family(variable)
        if family is None:
            return None
        if family.startswith("enum "):
            self._by_value(variable, family)
        assigned = list(dict.fromkeys(state.name for state in variable.states() if state.family == family))
        if family == "string":
            assigned = [name for name in assigned if name.strip()]
        table = self._table(variable, family, assigned)
        asked = self._asked(variable, family, assigned, table)
        later = [move for move in variable.moves if not move.entry and _of(move, family)]
        reach = {*assigned, *(table.names if table is not None else ())}
        if len(reach) < 2 or len(reach) > _MANY or not asked or not (later or (table is not None and variable.setters)):
            return None
        if table is not None:
            confidence, reasons = self._certainty(variable, family, later, asked, table)
        else:
            told = [
                self._certainty(variable, family, moves, asked, None)
                for moves in self._kinds(variable, family) if any(not move.entry for move in moves)
            ]  # fmt: skip
            if not told:
                return None
            confidence, reasons = min(told, key=lambda one: _CERTAIN.index(one[0]))
        if self._mixed(variable):
            confidence = "low"
            reasons = [*reasons, f"several classes are called {variable.anchor.owner} here, and are not told apart"]
        return self._row(variable, family, assigned, asked, table, confidence, reasons)

    def _mixed(self, variable: Variable) -> bool:
        """Whether several classes of one name in one module assign it."""
        anchor = variable.anchor
        around = self._classes.get((anchor.module, anchor.owner), ())
        rows = self._gathering.types.attributes(Symbol(anchor.module, anchor.owner, "class", "", 0), anchor.name)
        return len({one.line for one in around for row in rows if one.line <= row.line <= one.end}) > 1

    def _by_value(self, variable: Variable, family: str) -> None:
        """Take the values of an Enum's members for the members: `self.state == "open"`."""
        within = self._gathering.states.within
        variable.moves[:] = [move._replace(states=within(family, move.states)) for move in variable.moves]
        variable.tests[:] = [test._replace(states=within(family, test.states)) for test in variable.tests]

    def _family(self, variable: Variable) -> str | None:
        """The family that most of the assigned states are of."""
        counts = Counter(family for family, _ in {(state.family, state.name) for state in variable.states()})
        if not counts:
            return None
        family = max(counts, key=lambda one: (counts[one], one))
        if family == "int" and not STATE_WORD.search(variable.anchor.name):
            return None
        if family == "string" and not all(
            _STATE_LIKE.match(state.name) or not state.name.strip()
            for state in variable.states() if state.family == family
        ):  # fmt: skip
            return None
        return family

    def _asked(self, variable: Variable, family: str, assigned: Sequence[str], table: Table | None) -> list[Test]:
        """The tests on which behaviour depends: of a state, or a choice by the variable."""
        found: list[Test] = list(self._dispatched(variable, family, assigned))
        for test in variable.tests:
            if test.row.scope.rpartition(".")[2] in _DISPLAY:
                continue
            chooses = test.row.how in ("index", "name")
            if chooses or any(one.family == family and (one.enum or one.name in assigned) for one in test.states):
                found.append(test)
        return found

    def _dispatched(self, variable: Variable, family: str, assigned: Sequence[str]) -> Iterator[Test]:
        """Methods that are named after the states, `state_IDLE`, `state_BUSY`, beside code that puts names together."""
        anchor = variable.anchor
        if anchor.kind != "attribute":
            return
        classes = [Symbol(anchor.module, anchor.owner, "class", "", 0)]
        classes += [
            owner for module, scope in {(move.module, move.row.scope) for move in variable.moves}
            if (owner := self._gathering.types.class_around(module, scope)) is not None
        ]  # fmt: skip
        wanted = {name: name.lower() for name in assigned if len(name) > 1 and name.replace("-", "_").isidentifier()}
        prefixes: dict[str, dict[str, tuple[str, str, int]]] = {}
        for module, inside in dict.fromkeys((one.module, one.name) for one in classes):
            for function in self._gathering.symbols.interior(module).functions.values():
                if function.owner != inside:
                    continue
                last = function.name.rpartition(".")[2]
                for state, lower in wanted.items():
                    if last.lower().endswith(f"_{lower.replace('-', '_')}"):
                        prefix = last[: -len(state)]
                        prefixes.setdefault(prefix, {})[state] = (module, function.name, function.line)
        for named in prefixes.values():
            if len(named) > 1 and any(module in self._gathering.naming for module, _, _ in named.values()):
                for state, (module, scope, line) in named.items():
                    row = StateTest(line=line, scope=scope, place=f"self.{anchor.name}", how="name", values=())
                    yield Test(module, row, (State(family, state),), True)

    # Tables

    def _table(self, variable: Variable, family: str, assigned: Sequence[str]) -> Table | None:
        """The table that belongs to a variable: asked where it is assigned, or of its states and beside it."""
        anchor = variable.anchor
        names = _tables_asked(variable)
        chosen = any(test.row.how == "index" for test in variable.tests)
        beside = not chosen and any(
            other.anchor != anchor and family in other.enums and any(test.row.how == "index" for test in other.tests)
            for other in self._gathering.variables.values()
        )  # fmt: skip
        for table in self._tables:
            if table.family != family:
                continue
            last = table.row.name.rpartition(".")[2]
            if last in names:
                return self._take(table)
            near = table.module == anchor.module or family.partition(" ")[2].partition(":")[0] == table.module
            inside = table.row.name.rpartition(".")[0]
            # What another variable with the same states asks is that one's table, as is what stands in its class.
            if not near or beside or (last in self._asked_tables and not chosen):
                continue
            if inside and inside != anchor.owner and (table.module, inside) in self._owners:
                continue
            own = family.startswith(("enum ", "outside ", "int of", "object of"))
            if own or len(set(table.names) & set(assigned)) > 1:
                return self._take(table)
        return None

    def _take(self, table: Table) -> Table:
        self.used.add((table.module, table.row.name))
        return table

    # Confidence

    def _kinds(self, variable: Variable, family: str) -> Iterator[list[Move]]:
        """The moves that one object can make: those of each subclass, with those of the owner and of others.

        A variable that each subclass gives one value of its own does not move.
        """
        anchor = variable.anchor
        groups: dict[tuple[str, str], list[Move]] = {}
        for move in variable.moves:
            if not _of(move, family):
                continue
            key = (anchor.module, anchor.owner)
            if move.row.form == "default" or move.row.place.startswith(("self.", "cls.")):
                around = self._gathering.types.class_around(move.module, move.row.scope)
                key = (around.module, around.name) if around is not None else key
            groups.setdefault(key, []).append(move)
        common = groups.get((anchor.module, anchor.owner), [])
        defaults = {state.name for _, state in variable.defaults if state.family == family}
        for key, moves in sorted(groups.items()):
            whole = moves if moves is common else [*common, *moves]
            states = defaults | {state.name for move in whole for state in move.states if state.family == family}
            if len({name for name in states if name.strip()}) > 1 and (moves is common or key in groups):
                yield whole

    def _certainty(
        self, variable: Variable, family: str, moves: Sequence[Move], asked: Sequence[Test], table: Table | None
    ) -> tuple[Confidence, list[str]]:
        """How sure it is that these moves are those of a state machine, and what speaks against it."""
        anchor = variable.anchor
        later = [move for move in moves if not move.entry and _of(move, family)]
        worded = STATE_WORD.search(anchor.name) is not None
        chosen = anchor.name.lower().endswith("mode")
        enum = family.startswith("enum ")
        named = family.startswith(("int of", "object of", "outside "))
        typed = [test for test in asked if test.typed]
        sure = [move for move in later if move.typed]
        places = {(move.module, move.row.scope) for move in later}
        dependent = any(
            move.held is not None
            and (move.held.tested or _in_sequence(move))
            and self._named(move.module, move.row.scope, move.held.allowed or move.held.excluded, family)
            for move in later
        )
        directed = dependent or any(test.row.how in ("index", "name") for test in typed)
        unknown = [site for site, constructor in variable.unknown if not constructor]
        several = len({state.name for move in later for state in move.states if state.family == family}) > 1
        if family == "method":
            return ("high" if len(places) > 1 and any(one.row.how == "compare" for one in asked) else "low"), []
        if table is not None and typed:
            return "high", []
        if several and len(places) == 1 and not directed:
            return "low", ["all states are assigned anew in one function, whatever it was before"]
        if anchor.kind == "entry":
            return ("medium" if anchor.owner and len(places) > 1 and typed and worded else "low"), []
        if not sure or not typed:
            likely = (
                (enum and worded)
                or ((enum or worded) and (sure or len(later) > 1) and (typed or enum or dependent))
            )  # fmt: skip
            return ("medium" if likely else "low"), ["the variable is told by its name and states only"]
        if len(unknown) > 2 * len(sure):
            reason = f"{len(unknown)} assignments of what is no constant"
            return ("medium" if dependent and (enum or worded) else "low"), [reason]
        if not worded and not directed:
            return "low", ["nothing chooses the next state by the one before"]
        if chosen and not directed:
            reason = "set from outside and never by what it was before"
            whole = not unknown or (family.startswith(("enum ", "outside ")) and len(unknown) < len(sure))
            return ("medium" if len(places) > 1 and whole else "low"), [reason]
        if enum or (named and worded):
            return ("high" if dependent or len(places) > 1 or worded else "medium"), []
        if named:
            return ("medium" if dependent else "low"), []
        if worded:
            return ("high" if dependent or len(places) > 1 else "medium"), []
        return ("medium" if not unknown and (dependent or len(places) > 1) else "low"), []

    def _named(self, module: str, scope: str, values: Sequence[str], family: str) -> bool:
        states = self._gathering.states
        told = states.within(family, tuple(states.all_of(module, scope, values)))
        return any(state.family == family for state in told)

    # The row

    def _row(
        self, variable: Variable, family: str, assigned: list[str], asked: Sequence[Test], table: Table | None,
        confidence: Confidence, reasons: Sequence[str],
    ) -> StateMachine:  # fmt: skip
        gathering = self._gathering
        anchor = variable.anchor
        members = list(gathering.states.members(family))
        if members:
            states = members
        else:
            states = list(dict.fromkeys([*(table.names if table is not None else ()), *assigned]))
        named = {
            (test.module, test.row.scope): test.states[0].name for test in asked
            if test.row.how == "name" and test.states
        }  # fmt: skip
        moves = Moves(gathering, variable, states, family, named)
        transitions = tuple(dict.fromkeys(self._transitions(variable, moves, table)))
        initial = moves.initial()
        left = {one.source for one in transitions if one.source != one.target}
        anywhere = {one.target for one in transitions if one.source is None}
        entered = {*assigned, *(one.target for one in transitions), *([initial] if initial else ())}
        if members:
            entered |= gathering.mentioned.get(gathering.states.dotted(family).rpartition(".")[2], set())
        final = tuple(
            state for state in states
            if state in entered and state not in left and not (anywhere - {state})
        )  # fmt: skip
        path = gathering.symbols.path(anchor.module)
        subkind = (
            "table" if table is not None else "enum" if family.startswith(("enum ", "outside "))
            else "int" if family.startswith("int") else "string"
        )  # fmt: skip
        line = self.line(variable)
        return StateMachine(
            kind="state_machine", subkind=subkind, name=anchor.dotted, module=anchor.module, path=path, line=line,
            confidence=confidence, evidence=tuple(self._evidence(variable, family, asked, table, reasons)),
            states=tuple(states), initial=initial, final=final, transitions=transitions,
            enum=gathering.states.dotted(family) if family.startswith(("enum ", "outside ")) else "",
            table=f"{table.module}.{table.row.name}" if table is not None else "",
            tests=tuple(dict.fromkeys(
                gathering.site(test.module, test.row.line, test.row.scope) for test in sorted(asked, key=_place_of_test)
            )),
            unknown_writes=tuple(dict.fromkeys([
                *(site for site, constructor in variable.unknown if not constructor),
                *variable.anything,
                *(
                    gathering.site(module, row.line, row.scope) for module, row in variable.setters
                    if row.scope.rpartition(".")[2] not in CONSTRUCTORS and not row.table
                ),
            ])),
            entered=tuple(state for state in states if state in entered),
            allowed=tuple(self._allowed(table)) if table is not None else (),
            strangers=tuple(self._strangers(variable, family, states)),
            attempts=tuple(dict.fromkeys(moves.all())) if table is not None else (),
            outside=tuple(dict.fromkeys(self._outside(variable))),
        )  # fmt: skip

    def line(self, variable: Variable) -> int:
        """Where the variable is first declared or assigned."""
        anchor = variable.anchor
        types = self._gathering.types
        if anchor.kind == "attribute":
            rows = types.attributes(Symbol(anchor.module, anchor.owner, "class", "", 0), anchor.name)
            lines = [row.line for row in rows if not row.where] or [row.line for row in rows]
            if not lines:
                owner = self._gathering.symbols.interior(anchor.module).classes.get(anchor.owner)
                return owner.line if owner is not None else 1
            return min(lines)
        if anchor.kind == "variable":
            return min((row.line for row in types.variables(anchor.module, anchor.name)), default=1)
        return min((move.row.line for move in variable.moves if move.module == anchor.module), default=1)

    def _transitions(self, variable: Variable, moves: Moves, table: Table | None) -> Iterator[Transition]:
        through = next((row for _, row in variable.setters if row.table), None) if table is not None else None
        function = through.scope if through is not None else ""
        if table is not None and (through is not None or not any(not move.entry for move in variable.moves)):
            for one in self._allowed(table):
                yield Transition(one.source, one.target, one.line, one.guard, one.path, function or one.function)
        for one in moves.all():
            if through is None or not self._by_setter(variable, one):
                yield one

    @staticmethod
    def _by_setter(variable: Variable, transition: Transition) -> bool:
        """Whether a transition goes through a function that asks the table."""
        return any(
            move.row.form == "call" and move.row.line == transition.line and move.row.scope == transition.function
            for move in variable.moves
        )

    def _allowed(self, table: Table) -> Iterator[Transition]:
        path = self._gathering.symbols.path(table.module)
        for source, targets, line in table.rows:
            for target in targets:
                yield Transition(source, target, line, None, path, "")

    def _outside(self, variable: Variable) -> Iterator[Site]:
        """Assignments through another object, by what is neither the owner nor a subclass."""
        anchor = variable.anchor
        types = self._gathering.types
        for move in variable.moves if anchor.kind == "attribute" else ():
            row = move.row
            own = row.place.startswith(("self.", "cls.")) and row.place.count(".") == 1
            if row.form != "assign" or not move.typed or own:
                continue
            around = types.class_around(move.module, row.scope)
            bases = types.own_bases(around) if around is not None else ()
            if not any((one.module, one.name) == (anchor.module, anchor.owner) for one in bases):
                yield self._gathering.site(move.module, row.line, row.scope)

    def _strangers(self, variable: Variable, family: str, states: Sequence[str]) -> Iterator[Stranger]:
        for test in variable.tests:
            if test.typed and test.row.how in ("compare", "case"):
                for state in test.states:
                    if state.family == family and state.name not in states and state.name.strip():
                        yield Stranger(state.name, self._gathering.site(test.module, test.row.line, test.row.scope))

    def _evidence(
        self, variable: Variable, family: str, asked: Sequence[Test], table: Table | None, reasons: Sequence[str]
    ) -> Iterator[str]:
        symbols = self._gathering.symbols
        here = variable.anchor.module
        seen: set[str] = set()
        for move in sorted(variable.moves, key=lambda move: (move.module != here, move.module, move.row.line)):
            names = [state.name for state in move.states if state.family == family]
            if not names or names[0] in seen:
                continue
            seen.update(names)
            how = "begins as" if move.entry else "becomes"
            path = "" if move.module == here else symbols.path(move.module)
            where = f" in {move.row.scope}" if move.row.scope else ""
            yield fact(move.row.line, f"{how} {' or '.join(names)}{where}"[:150], path)
            if len(seen) > 5:
                break
        shown = sorted(asked, key=lambda test: (not test.typed, test.module != here, test.module, test.row.line))
        for test in shown[:3]:
            what = ", ".join(state.name for state in test.states[:4])
            how = f"compared with {what}" if what else "chooses what runs"
            if test.row.how == "name" and what:
                how = f"{what} has a method of its own"
            where = f" in {test.row.scope}" if test.row.scope else ""
            path = "" if test.module == here else symbols.path(test.module)
            yield fact(test.row.line, f"{how}{where}"[:150], path)
        if table is not None:
            path = "" if table.module == here else symbols.path(table.module)
            yield fact(table.row.line, f"{table.row.name} says which state may follow which"[:150], path)
        for reason in reasons:
            yield fact(self.line(variable), reason)


def _tables_asked(variable: Variable) -> set[str]:
    """The last names of the tables that are asked before the variable is assigned."""
    chains = [move.row.table for move in variable.moves] + [row.table for _, row in variable.setters]
    return {chain.rpartition(".")[2] for chain in chains if chain}


def _of(move: Move, family: str) -> bool:
    return any(state.family == family for state in move.states)


def _in_sequence(move: Move) -> bool:
    """Whether it follows on another assignment in the same function, without a condition between: a course of life."""
    allowed = move.held.allowed if move.held is not None else None
    guard = move.row.guard
    return bool(allowed) and "None" not in (allowed or ()) and (not guard or guard.startswith("except"))


def _place_of_test(test: Test) -> tuple[str, int]:
    return test.module, test.row.line
