"""Whether a function that does nothing, or gives what depends on nothing, pretends, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from overhaul.facts import Body, Function, Remark
from overhaul.inventory import fact
from overhaul.pretending.cases import EMPTY, Case, Pattern, Verdict, deed, quoted, told
from overhaul.pretending.families import Families, Key
from overhaul.pretending.phrases import (
    CHANCE,
    DENIES,
    GATHERING,
    MEASURED,
    NUMBER,
    NUMBERS,
    OUTWARD,
    PERFORMING,
    READING,
    READINGS,
    SEALING,
    STATUS,
    SUCCESS,
    TELLING,
    WAITING,
    YES,
    YET,
)
from overhaul.pretending.promises import (
    ABSTRACT,
    CHANGING,
    COMPUTING,
    MUTATING,
    SPEAKING,
    peculiar,
    promise,
)
from overhaul.redundancy import Reach, Tier
from overhaul.syntax.remarks import limitation, unfinished
from overhaul.text import words_of


class Judge:
    """Judges functions one by one."""

    def __init__(
        self, families: Families, reaches: Mapping[Key, Reach], passed_on: Callable[[str, str], bool],
        namesakes: Callable[[str, str], int], rebound: Callable[[str, Function], bool],
    ) -> None:  # fmt: skip
        """Stands on what is known of all functions.

        `passed_on` tells whether a function, by module and name, is handed on as a value; `namesakes` how many others
        of its name there are; `rebound` whether something else may stand under its name.
        """
        self._namesakes = namesakes
        self._families = families
        self._reaches = reaches
        self._passed_on = passed_on
        self._rebound = rebound

    def verdict(self, module: str, row: Function, body: Body, remark: Remark | None) -> Verdict | None:
        """What is wrong with a function outside of tests; None where nothing is."""
        case = Case(module, row, body, promise(row, body), remark, self._reaches.get((module, row.name)))
        if row.kind == "nested" or body.alternative or self._is_of_python(case):
            return self._marked(case)
        decorated = self._families.decorated(module, row)
        if self._families.declared(module, row):
            return None
        if row.generator and body.form != "raises":
            return None
        match body.form:
            case "raises":
                found = self._raises(case, decorated)
            case "empty":
                found = self._empty(case, decorated) if not body.sleeps else self._simulated(case, decorated)
            case _:
                found = self._given(case, decorated)
        if found is not None and self._rebound(module, row):
            found = None
        return found or self._marked(case)

    @staticmethod
    def _is_of_python(case: Case) -> bool:
        return case.last.startswith("__") and case.last.endswith("__")

    def _marked(self, case: Case) -> Verdict | None:
        """A remark beside a body that does nothing."""
        remark = case.remark
        if remark is None or not remark.function:
            return None
        if remark.strength == "hint":
            if case.body.form == "empty" or peculiar(case.row.name) or not remark.text.startswith("#"):
                return None
            # Where something says that it is meant so, a word with other meanings counts for nothing.
            if case.body.excuse or case.row.kind == "nested" or (case.row.owner and not case.body.unused):
                return None
        return Verdict("likely", "marker", told(remark), remark.line, (fact(remark.line, quoted(remark)),))

    # A body that is nothing

    def _empty(self, case: Case, decorated: str) -> Verdict | None:
        body = case.body
        if decorated == "other" or body.excuse or body.explained or self._passive(case):
            return None
        if case.row.owner and self._overridden(case):
            return None
        if case.row.owner and (above := self._above(case)) != "none":
            return self._refused(case) if above == "abstract" else None
        if decorated == "override" or (case.row.owner and self._families.outside(case.module, case.row.owner)):
            return None
        if case.row.kind == "property" and not case.promise.value:
            # A setter or deleter that lets things pass.
            return None
        said = case.promise
        spoken = bool(said.says) or said.computes or said.acts or said.verifies
        if said.hooked and not (said.says and (said.value or (case.called and len(body.docstring.split()) >= 5))):
            return None
        if case.row.owner and ((body.how == "return" and not said.says) or not (spoken or said.value)):
            # Nothing but its place among the others tells what it is for: somebody must pass it something.
            if body.how != "pass" or not case.called or not body.unused:
                return None
            if self._in_idle_class(case) or not self._is_made(case):
                return None
            if self._namesakes(case.module, case.row.name) or self._is_heir_waited_for(case):
                return None
            return self._found("certain", "empty", case, EMPTY.get(body.how, "does nothing"))
        if self._passed_on(case.module, case.row.name) or self._is_heir_waited_for(case) or self._is_convention(case):
            return None
        sure = (case.called and (spoken or not case.row.owner)) or said.value
        if sure and not self._in_idle_class(case) and (not case.row.owner or self._is_made(case)):
            return self._found("certain", "empty", case, EMPTY.get(body.how, "does nothing"))
        if spoken:
            return self._found("likely", "empty", case, EMPTY.get(body.how, "does nothing"))
        return None

    def _refused(self, case: Case) -> Verdict | None:
        """A method that its base only declares, and that does nothing here."""
        owner, last = case.row.owner, case.last
        said = case.promise
        bases = self._families.above(case.module, owner, last)
        documented = {(self._families.function(one.module, f"{one.name}.{last}") or case.row).summary for one in bases}
        if not said.says or (len(case.body.docstring.split()) < 5 and not said.value):
            return None
        if said.hooked or case.body.docstring[:60] in {one[:60] for one in documented}:
            return None
        if not any(self._families.beside(case.module, owner, last)) and not said.value:
            # Nobody implements it: what the base declares may be as good as nothing.
            return self._found("likely", "empty", case, EMPTY.get(case.body.how, "does nothing"))
        tier: Tier = "certain" if case.called or said.value else "likely"
        return self._found(tier, "empty", case, EMPTY.get(case.body.how, "does nothing"))

    def _raises(self, case: Case, decorated: str) -> Verdict | None:
        body, row, owner = case.body, case.row, case.row.owner
        open_ = unfinished(body.message) or case.marked
        if body.message and limitation(body.message) and not case.marked:
            return None
        if row.kind == "property" and any("setter" in one or "deleter" in one for one in row.decorators):
            return None
        if body.how == "assert" and not open_:
            return None
        if owner:
            if self._overridden(case) or self._families.heirs.get((case.module, owner)):
                return None
            if self._families.declares(case.module, owner) or not ABSTRACT.isdisjoint(words_of(owner)):
                return None
            if (above := self._above(case)) != "none":
                siblings = above == "abstract" and any(self._families.beside(case.module, owner, case.last))
                if siblings and (open_ or not body.message):
                    meant = body.excuse or body.explained or self._passive(case)
                    return None if meant else self._raised("likely", case)
                return self._admitted(case)
            if self._families.outside(case.module, owner):
                return self._admitted(case)
            if case.promise.verb in MUTATING and not open_ and self._families.closed(case.module, owner):
                return None
        if (body.excuse or body.explained or self._passive(case)) and not YET.search(body.message) and not case.marked:
            return None
        if decorated in ("other", "override"):
            return self._raised("likely", case) if open_ else None
        if owner and not self._is_made(case):
            # A class that nobody makes may be there for its users to complete.
            return self._raised("likely", case) if open_ or (case.promise.says and not body.message) else None
        if self._passed_on(case.module, row.name):
            return self._raised("likely", case) if open_ else None
        if body.guarded and not open_:
            return None
        sure = (case.called or case.promise.value) and (open_ or not self._in_idle_class(case))
        return self._raised("certain" if sure else "likely", case)

    def _admitted(self, case: Case) -> Verdict | None:
        """What raises where a base has it, or may have it: it counts when it says itself that it is not written yet."""
        if case.remark is not None and case.remark.strength == "says" and case.called and not case.body.message:
            return self._raised("certain", case)
        return self._raised("likely", case) if case.marked or YET.search(case.body.message) else None

    def _raised(self, tier: Tier, case: Case) -> Verdict:
        body = case.body
        how = "returns NotImplemented" if body.how == "NotImplemented" else f"raises {body.how}"
        if body.how == "assert":
            how = "asserts False"
        said = f" ({body.message[:60]})" if body.message else ""
        called = ", is called" if case.called else ""
        return Verdict(
            tier, "not_implemented", f"{how}{called}, nothing overrides it", body.at,
            (fact(body.at, how + said), *self._spoken(case)),
        )  # fmt: skip

    # A result that depends on nothing

    def _given(self, case: Case, decorated: str) -> Verdict | None:
        body, said, row = case.body, case.promise, case.row
        promised = said.computes or bool(said.says) or (bool(said.returns) and not said.fixed)
        if case.marked and case.remark is not None and promised and body.form in ("constant", "random", "given"):
            free = not row.owner or not (self._overridden(case) or peculiar(row.owner))
            # What is handed in whole and given back may be the answer, whatever a remark wants beside it.
            sure = body.form != "given" and free and not (body.guarded or body.excuse or peculiar(case.last))
            why = "constant where a computation is promised" if sure else told(case.remark)
            return self._found("certain" if sure else "likely", "constant", case, why)
        if body.dead and (promised or body.unused):
            return self._found("likely", "constant", case, "constant, with its computation commented out", body.dead)
        hinted = case.remark is not None and case.remark.text.startswith("#") and body.form in ("constant", "random")
        if hinted and promised and not body.excuse and not self._passive(case):
            # A word with other meanings means one thing right beside the constant of what is to be computed.
            beside = case.remark is not None and -1 <= case.remark.line - body.at <= 0 and body.form == "constant"
            sure = beside and said.computes and not (row.owner and self._overridden(case)) and not body.guarded
            tier: Tier = "certain" if sure else "likely"
            return self._found(tier, "constant", case, "constant where a computation is promised")
        if DENIES.search(body.message) and body.form == "announced" and not self._passive(case):
            return self._found("likely", "announced", case, "logs that it does nothing")
        if STATUS.search(body.how) and body.form in ("constant", "given"):
            return self._found("likely", "not_implemented", case, "answers that it is not implemented")
        if body.excuse or body.explained or decorated in ("other", "override") or self._passive(case):
            return None
        if row.owner and (self._overridden(case) or self._families.outside(case.module, row.owner)):
            return None
        if row.owner and (self._above(case) != "none" or self._is_heir_waited_for(case)):
            return None
        found = self._unmarked(case)
        if found is not None and (self._passed_on(case.module, row.name) or self._is_convention(case)):
            return None
        return found

    def _unmarked(self, case: Case) -> Verdict | None:
        body, said = case.body, case.promise
        if body.sleeps:
            return self._simulated(case, "plain")
        whole = body.parameters > 0 and len(body.unused) == body.parameters
        words = set(words_of(case.last))
        if body.form == "random":
            if words.isdisjoint(CHANCE) and (said.computes or said.gives or said.value):
                return self._found("likely", "simulated", case, "made of random numbers")
            return None
        if body.form == "echo":
            if said.verb in CHANGING and not body.guarded and len(words) > 0 and not said.fixed:
                return self._found("likely", "contradiction", case, f"gives back what it is to {said.verb}")
            return None
        if body.form == "announced":
            if (said.acts or said.verifies or said.computes) and SUCCESS.search(body.how):
                return self._found("likely", "contradiction", case, "claims success, and does nothing")
            if (said.acts or said.computes) and words.isdisjoint(SPEAKING) and words.isdisjoint(words_of(body.how)):
                return self._found("likely", "announced", case, "only prints or logs")
            return None
        if body.form == "given":
            if re.fullmatch(r"\w+(?:\.\w+)+", body.how):
                spoken = [one for one in body.unused if re.search(rf"\b{re.escape(one)}\b", body.docstring)]
                if spoken and len(body.docstring.split()) >= 6 and not said.hooked:
                    why = f"never uses {spoken[0]}, of which its docstring speaks"
                    return self._found("likely", "unused_parameters", case, why)
                return None
            if (said.acts or said.verifies or said.computes) and SUCCESS.search(body.how):
                return self._found("likely", "contradiction", case, "claims success, and does nothing")
            if said.verb in SEALING and body.unused and re.match(r"[rf]*[\"']", body.how):
                return self._found("likely", "unused_parameters", case, f"a text that depends on no {body.unused[-1]}")
            if said.verb in OUTWARD and (said.value or body.docstring or said.verb in TELLING):
                return self._found("likely", "contradiction", case, "puts its result together, and does nothing")
            if (said.verb in MEASURED and re.search(r"\d", body.how)) or (said.gives and READING.search(body.how)):
                return self._found("likely", "contradiction", case, "gives a made-up record")
            return None
        documented = (said.says in COMPUTING or said.says in PERFORMING) and said.says != "determine"
        if whole and documented and len(body.docstring.split()) >= 5 and not body.guarded:
            return self._found("likely", "unused_parameters", case, "a constant that depends on no parameter")
        if said.fixed:
            return None
        if body.guarded and not (said.computes and not body.void) and not said.verifies:
            return None
        if said.verifies and body.how in YES and body.unused:
            return self._found("likely", "contradiction", case, "says yes whatever it is given")
        checks = said.verifies or said.says == "check"
        if checks and whole and body.how in ("True", "False") and len(body.docstring.split()) >= 6:
            return self._found("likely", "contradiction", case, "the same answer whatever it is given")
        if said.acts and not said.computes and body.how == "True" and whole:
            return self._found("likely", "contradiction", case, "claims success, and does nothing")
        if (said.acts or said.verifies) and SUCCESS.search(body.how):
            return self._found("likely", "contradiction", case, "claims success, and does nothing")
        if whole and (said.computes or documented):
            return self._found("likely", "unused_parameters", case, "a constant that depends on no parameter")
        if whole and said.value and said.gives and said.says and len(words) > 1:
            return self._found("likely", "contradiction", case, "a constant where a result is promised")
        long = len(body.unused) >= 2 and len(body.docstring.split()) >= 6
        if whole and long and said.says and not body.void and not body.guarded:
            return self._found("likely", "unused_parameters", case, "a constant that depends on no parameter")
        if not body.parameters and said.says in GATHERING and READINGS.search(body.how):
            return self._found("likely", "contradiction", case, "gives made-up figures")
        if not body.parameters and said.computes and (said.value or documented):
            return self._found("likely", "contradiction", case, "a constant where a result is promised")
        numeric = NUMBER.fullmatch(body.how) is not None and said.returns in NUMBERS
        if numeric and said.acts and not said.hooked and len(body.docstring.split()) >= 6 and not body.guarded:
            return self._found("likely", "contradiction", case, "a number where an act is promised")
        number = not body.void and body.how not in ("1", "-1") and NUMBER.fullmatch(body.how) is not None
        if whole and number and said.returns in NUMBERS and not self._namesakes(case.module, case.row.name):
            return self._found("likely", "unused_parameters", case, "a number that depends on no parameter")
        return None

    def _simulated(self, case: Case, decorated: str) -> Verdict | None:
        """Sleeps, and gives a constant or nothing."""
        body, said = case.body, case.promise
        words = set(words_of(case.last))
        if not words.isdisjoint(WAITING) or decorated == "other" or self._passive(case) or body.explained:
            return None
        if case.row.owner and (self._overridden(case) or self._families.outside(case.module, case.row.owner)):
            return None
        spoken = said.computes or said.acts or said.gives or said.verifies or said.value or bool(said.says)
        if spoken:
            return self._found("likely", "simulated", case, "sleeps instead of working", body.sleeps)
        return None

    # What stands around

    def _passive(self, case: Case) -> bool:
        """Whether the words of its name, class or module say that it is meant to do nothing."""
        if peculiar(case.last) or peculiar(case.module.replace(".", "_")):
            return True
        return bool(case.row.owner) and bool(self._families.passive(case.module, case.row.owner))

    def _overridden(self, case: Case) -> bool:
        return any(self._families.below(case.module, case.row.owner, case.last))

    def _is_heir_waited_for(self, case: Case) -> bool:
        """Whether others inherit from its class: then it may be there for them to override."""
        return bool(case.row.owner) and bool(self._families.heirs.get((case.module, case.row.owner)))

    def _is_convention(self, case: Case) -> bool:
        """Whether several modules define a function that nobody here calls: something else asks each module for it."""
        return not case.row.owner and not case.called and self._namesakes(case.module, case.row.name) >= 2

    def _in_idle_class(self, case: Case) -> bool:
        return bool(case.row.owner) and self._families.idle_class(case.module, case.row.owner)

    def _is_made(self, case: Case) -> bool:
        reach = self._reaches.get((case.module, case.row.owner))
        return reach is not None and (reach.callers > 0 or reach.tests > 0)

    def _above(self, case: Case) -> Literal["none", "abstract", "real"]:
        """What a base in the project has under the same name."""
        found: Literal["none", "abstract", "real"] = "none"
        for one in self._families.above(case.module, case.row.owner, case.last):
            row = self._families.function(one.module, f"{one.name}.{case.last}")
            body = self._families.body(one.module, f"{one.name}.{case.last}")
            declared = row is not None and self._families.decorated(one.module, row) == "declared"
            if not declared and (body is None or body.form != "raises"):
                return "real"
            found = "abstract"
        return found

    def _found(self, tier: Tier, pattern: Pattern, case: Case, why: str, marker: int | None = None) -> Verdict:
        body, remark = case.body, case.remark
        evidence = [fact(body.at or case.row.line, deed(body))]
        if remark is not None:
            evidence.append(fact(remark.line, quoted(remark)))
            marker = remark.line if marker is None else marker
        evidence += self._spoken(case)
        return Verdict(tier, pattern, why, marker, tuple(evidence))

    @staticmethod
    def _spoken(case: Case) -> Iterator[str]:
        if case.body.docstring:
            yield fact(case.row.line, f'its docstring says "{case.body.docstring[:80]}"')
        if case.promise.returns:
            yield fact(case.row.line, f"annotated to return {case.promise.returns[:60]}")
        if case.body.unused and case.body.form != "empty":
            yield fact(case.row.line, f"never uses {', '.join(case.body.unused[:5])}")
