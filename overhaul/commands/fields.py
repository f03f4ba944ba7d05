"""What is said of the fields of a struct: by the strings below them, and by their types."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise

import msgspec
from msgspec import inspect as kinds

from overhaul.toml import written


def field_docs(struct: type) -> dict[str, str]:
    """The strings that stand below the fields of a struct and of those it inherits from, each on one line.

    Those of a class whose source is not at hand are missing.
    """
    docs: dict[str, str] = {}
    for one in reversed(struct.__mro__):
        if issubclass(one, msgspec.Struct):
            docs |= _own_docs(one)
    return docs


def _own_docs(struct: type) -> dict[str, str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(struct)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    docs: dict[str, str] = {}
    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                docs[name] = " ".join(text.split())
    return docs


def type_text(hint: object) -> str:
    """A type as one would write it."""
    if isinstance(hint, type) and not hasattr(hint, "__args__"):
        return hint.__name__
    return str(hint).replace("typing.", "").replace("overhaul.facts.", "")


def values(kind: kinds.Type) -> str:
    """What an option can be, in a few words: `a whole number >= 1`."""
    match kind:
        case kinds.Metadata(type=inner):
            return values(inner)
        case kinds.BoolType():
            return "true or false"
        case kinds.IntType() | kinds.FloatType():
            limits = ((">=", kind.ge), (">", kind.gt), ("<=", kind.le), ("<", kind.lt))
            told = " and ".join(f"{sign} {limit:g}" for sign, limit in limits if limit is not None)
            noun = "a whole number" if isinstance(kind, kinds.IntType) else "a number"
            return f"{noun} {told}" if told else noun
        case kinds.LiteralType(values=several):
            return " or ".join(map(written, several))
        case kinds.VarTupleType(item_type=kinds.LiteralType(values=several)):
            return f"a list of any of {', '.join(map(written, several))}"
        case kinds.VarTupleType(item_type=kinds.StructType() as inner):
            return f"a list of tables with {_keys(inner)}"
        case kinds.VarTupleType():
            return "a list of texts"
        case kinds.StructType():
            return f"a table with {_keys(kind)}"
        case kinds.DictType():
            return "a table of texts"
        case kinds.StrType():
            return "a text"
        case kinds.UnionType(types=several):
            return " or ".join(map(values, several))
        case _:
            return type(kind).__name__.removesuffix("Type").lower()


def _keys(kind: kinds.StructType) -> str:
    return ", ".join(field.encode_name for field in kind.fields)
