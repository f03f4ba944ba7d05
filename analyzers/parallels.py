"""Modules and packages that implement the same thing twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Attribute, Class, Facts, Function, Import, ReceiverUse, UsedName, Variable
from overhaul.leaves import Analyzer
from overhaul.past import Past
from overhaul.redundancy import Parallel
from overhaul.repeating.packages import Finder
from overhaul.repeating.remembering import Known
from overhaul.symbols import Symbols


@Analyzer
def parallels(
    symbols: Symbols, classes: Facts[Class], functions: Facts[Function], attributes: Facts[Attribute],
    variables: Facts[Variable], used: Facts[UsedName], receivers: Facts[ReceiverUse], imports: Sequence[Import],
    past: Past[Known],
) -> Iterator[Parallel]:  # fmt: skip
    """Pairs of modules or packages whose public interfaces correspond by their names and by what they are made of.

    What corresponds is the best matching of classes, methods and functions, by the words of their names, by parameters,
    annotations, fields, and by what their bodies use. Names alone are no proof, and neither is what a base, a declared
    interface or a convention asks for. Two modules are left out, or listed with low confidence, when one imports from
    the other what corresponds, when a third one chooses between them, or when one is the other made asynchronous.
    """
    finder = Finder(symbols, classes, functions, attributes, variables, used, receivers, imports, past)
    yield from finder.parallels()
