"""What rules, tables and the other leaves are about, from their own docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from overhaul.commands.explain_codemod import codemod_keys
from overhaul.commands.explain_rule import option_lines, rule_settings
from overhaul.commands.fields import field_docs, type_text
from overhaul.commands.query import Table, tables_of
from overhaul.commands.report_schema import PLACE, own_name
from overhaul.errors import UnknownName
from overhaul.leaves import Codemod, Criterion, Leaf, Leaves, Rule


def overview(leaves: Leaves) -> str:
    """Every rule, report, analyzer, collector, codemod, draft, criterion and table with its summary."""
    return "".join(_overview(leaves))


def _overview(leaves: Leaves) -> Iterator[str]:
    kinds: dict[str, Mapping[str, Leaf]] = {
        "Rules": {name: rule for name, rule in leaves.rules.items() if not rule.family},
        **{
            f"Rules of the family {family}, which run where it is selected": {rule.name: rule for rule in rules}
            for family, rules in leaves.families.items()
        },
        "Reports": leaves.reports,
        "Analyzers": leaves.analyzers,
        "Collectors": leaves.collectors,
        "Codemods": leaves.codemods,
        "Drafts": leaves.drafts,
        "Criteria of a campaign": leaves.criteria,
    }
    sections = {title: [(name, leaf.summary) for name, leaf in sorted(kin.items())] for title, kin in kinds.items()}
    sections["Tables"] = [(name, _summary(table.row)) for name, table in tables_of(leaves).items()]
    for title, entries in sections.items():
        width = max((len(name) for name, _ in entries), default=0)
        yield f"{title}\n" if entries else ""
        yield from (f"  {name.ljust(width)}  {summary}\n" for name, summary in entries)
        yield "\n" if entries else ""
    yield "`overhaul explain NAME` tells more of each.\n"


def explanation(name: str, leaves: Leaves) -> str:
    """All there is to say of one name; it may be a leaf, a table and a family of rules. Raises UnknownName."""
    kinds: tuple[Mapping[str, Leaf], ...] = (
        leaves.rules, leaves.reports, leaves.analyzers, leaves.collectors, leaves.codemods, leaves.drafts,
        leaves.criteria,
    )  # fmt: skip
    found: list[Leaf] = [kin[name] for kin in kinds if name in kin]
    tables, families = tables_of(leaves), leaves.families
    if not found and name not in tables and name not in families:
        raise UnknownName("name", name, {*tables, *families, *(known for kin in kinds for known in kin)})
    parts = ["".join(_told(leaf)) for leaf in found]
    if name in families:
        parts.insert(0, "".join(_members(name, families[name])))
    if name in tables:
        parts.append("".join(_columns(tables[name])))
    return "\n".join(parts)


def _told(leaf: Leaf) -> Iterator[str]:
    yield f"{leaf.name} ({leaf.kind})\n\n{leaf.doc}\n"
    if isinstance(leaf, Rule):
        yield "\n"
        yield from rule_settings(leaf)
    if isinstance(leaf, Codemod):
        yield from codemod_keys(leaf)
    if isinstance(leaf, Criterion):
        yield from _in_a_campaign(leaf)


def _in_a_campaign(criterion: Criterion) -> Iterator[str]:
    phases = "all phases" if "*" in criterion.phases else f"the phases {', '.join(criterion.phases)}"
    yield f"\nBelongs to the gate of {phases}, unless a campaign says otherwise.\n"
    options = list(option_lines(criterion.options)) if criterion.options is not None else []
    yield "\nOptions, with their defaults:\n" if options else ""
    yield from (f"  {name} = {default}\n      {said}\n" for name, default, said in options)
    phase = "caches" if "*" in criterion.phases else criterion.phases[0]
    yield f"\nIn a campaign file:\n\n    [phases.{phase}.criteria.{criterion.name}]\n"
    yield from (f"    options.{name} = {default}\n" for name, default, _ in options[:1])


def _members(family: str, rules: Sequence[Rule]) -> Iterator[str]:
    yield f"{family} (family of rules)\n\nRules that run only where they are selected:\n\n"
    width = max(len(rule.name) for rule in rules)
    yield from (f"  {rule.name.ljust(width)}  {rule.summary}\n" for rule in rules)
    yield f'\nTo run them beside the others:\n\n    [tool.overhaul]\n    extend-select = ["{family}"]\n'


def _columns(table: Table) -> Iterator[str]:
    yield f"{table.name} (table)\n\n{inspect.getdoc(table.row) or ''}\n\nColumns:\n"
    documented = field_docs(table.row)
    if table.facts:
        yield from (f"  {name}: str. Of the file it was found in.\n" for name in PLACE)
    for field in msgspec.structs.fields(table.row):
        name = own_name(field.encode_name) if table.facts else field.encode_name
        told = documented.get(field.name)
        yield f"  {name}: {type_text(field.type)}{f'. {told}' if told else ''}\n"


def _summary(row: type) -> str:
    return (inspect.getdoc(row) or "").partition("\n")[0]
