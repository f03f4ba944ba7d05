"""What rules, tables and the other leaves are about, from their own docstrings."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise

import msgspec

from overhaul.commands.query import Table, tables_of
from overhaul.commands.report_schema import PLACE, own_name
from overhaul.errors import UnknownName
from overhaul.leaves import Leaf, Leaves


def overview(leaves: Leaves) -> str:
    """Every rule, report, analyzer, collector and table with its summary."""
    return "".join(_overview(leaves))


def _overview(leaves: Leaves) -> Iterator[str]:
    kinds: dict[str, Mapping[str, Leaf]] = {
        "Rules": leaves.rules,
        "Reports": leaves.reports,
        "Analyzers": leaves.analyzers,
        "Collectors": leaves.collectors,
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
    """All there is to say of one name; it may be both a leaf and a table. Raises UnknownName."""
    kinds: tuple[Mapping[str, Leaf], ...] = (leaves.rules, leaves.reports, leaves.analyzers, leaves.collectors)
    found: list[Leaf] = [kin[name] for kin in kinds if name in kin]
    tables = tables_of(leaves)
    if not found and name not in tables:
        raise UnknownName("name", name, {*tables, *(known for kin in kinds for known in kin)})
    parts = [f"{leaf.name} ({leaf.kind})\n\n{leaf.doc}\n" for leaf in found]
    if name in tables:
        parts.append("".join(_columns(tables[name])))
    return "\n".join(parts)


def _columns(table: Table) -> Iterator[str]:
    yield f"{table.name} (table)\n\n{inspect.getdoc(table.row) or ''}\n\nColumns:\n"
    documented = _field_docs(table.row)
    if table.facts:
        yield from (f"  {name}: str. Of the file it was found in.\n" for name in PLACE)
    for field in msgspec.structs.fields(table.row):
        name = own_name(field.encode_name) if table.facts else field.encode_name
        told = documented.get(field.name)
        yield f"  {name}: {_type(field.type)}{f'. {told}' if told else ''}\n"


def _type(hint: object) -> str:
    """A type as one would write it."""
    if isinstance(hint, type) and not hasattr(hint, "__args__"):
        return hint.__name__
    return str(hint).replace("typing.", "").replace("overhaul.facts.", "")


def _field_docs(row: type) -> dict[str, str]:
    """The strings that stand below the fields of a row type; empty when its source is not at hand."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(row)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    docs: dict[str, str] = {}
    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                docs[name] = " ".join(text.split())
    return docs


def _summary(row: type) -> str:
    return (inspect.getdoc(row) or "").partition("\n")[0]
