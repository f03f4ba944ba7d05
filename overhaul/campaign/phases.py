"""The ten phases of a campaign: what each is for, and what in an audit says that it is needed."""

from __future__ import annotations

from typing import Final

import msgspec


class Blueprint(msgspec.Struct, frozen=True, kw_only=True):
    """One phase, before an audit has said anything about it."""

    id: str
    title: str
    purpose: str
    """What is reached when it is complete, in one sentence."""
    needed: str
    """The expression over the tables that says whether there is anything to do; "" for a phase that always is."""
    figures: tuple[str, ...] = ()
    """The figures of `baseline_metrics` that tell what there is."""
    propose: str = ""
    """The kind that `overhaul propose` drafts for it; "" for none."""


PHASES: Final = (
    Blueprint(
        id="audit", title="Audit and mapping", needed="",
        purpose="All is inventoried, dependencies are mapped, a baseline is recorded, what surely fails is mended.",
        figures=("files", "files_not_analysed", "managers", "caches", "state_machines", "import_edges"),
    ),
    Blueprint(
        id="caches", title="Caches", propose="cache",
        needed='count(caches, subkind=["class", "adhoc_dict"], confidence=["high", "medium"]) > 1',
        purpose="One cache with named types stands where there were several, and nothing imports the old ones.",
        figures=("caches", "unbounded_caches"),
    ),
    Blueprint(
        id="state", title="State", propose="state", needed="metric(state_machines) + metric(state_persistences) > 0",
        purpose="A coordinator knows every machine, the machines stay separate, and state is saved atomically.",
        figures=("state_machines", "state_persistences"),
    ),
    Blueprint(
        id="managers", title="Manager initialisation", propose="managers", needed="metric(managers) > 1",
        purpose="A factory builds the managers in tiers, with what each of them needs.",
        figures=("managers",),
    ),
    Blueprint(
        id="performance", title="Performance bottlenecks", needed="",
        purpose="What is slow is measured, and a decision for or against each remedy is on record.",
    ),
    Blueprint(
        id="cycles", title="Circular dependencies", propose="cycles",
        needed="metric(import_cycles_fatal) + metric(import_cycles_order_dependent) > 0",
        purpose="No order of imports fails.",
        figures=("import_cycles", "import_cycles_fatal", "import_cycles_order_dependent", "modules_in_cycles"),
    ),
    Blueprint(
        id="family", title="One family behind one interface", needed="count(custom_roles) > 1",
        purpose="The members of a family that the project names stand behind one interface.",
    ),
    Blueprint(
        id="redundancy", title="Redundancy", propose="duplicates",
        needed="count(duplicates) + metric(parallels) > 0",
        purpose="What is said twice is said once, or is justified on record.",
        figures=("duplicated_lines", "duplicated_share", "parallels"),
    ),
    Blueprint(
        id="tests", title="Integration tests", needed="metric(managers) + metric(caches) + metric(state_machines) > 0",
        purpose="Every component has the kinds of test that its role asks for.",
        figures=("test_code_lines",),
    ),
    Blueprint(
        id="verification", title="Final verification", needed="",
        purpose="Nothing only pretends, every import resolves, every earlier gate holds, and the targets are met.",
        figures=("placeholders_certain", "placeholders_likely", "unresolved_imports"),
    ),
)
"""In the order of the methodology that they come from."""
