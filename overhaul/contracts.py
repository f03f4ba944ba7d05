"""What a project has agreed on about its own imports, and the code that nobody is to change: as settings say it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

Grade = Literal["error", "warning", "note"]


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True, tag_field="kind"):
    """What every contract can say.

    Modules are dotted names, in which `*` stands for one part and `**` for one or more: `shop.*.models`.
    """

    name: str
    """What is agreed, in a few words; part of the identity of its findings."""
    reason: str = ""
    """Why; it stands in every finding."""
    severity: Grade = "error"
    within: tuple[str, ...] = ()
    """Packages outside which modules and their imports do not count; all of the project when empty."""
    ignore_imports: tuple[str, ...] = ()
    """Imports that do not count, as `a.b -> c.d`; both sides may hold wildcards."""
    unmatched_ignore_imports: Literal["error", "warning", "note", "none"] = "warning"
    """What it is that one of these fits no import any more."""
    typing: bool = True
    """Imports under TYPE_CHECKING count."""
    deferred: bool = True
    """Imports inside functions count."""
    dynamic: bool = True
    """`import_module` and `__import__` with a constant count."""
    file: str = ""
    """Where it is written, relative to the audited root, above which it may lie; not a key of the file."""
    line: int = 1
    """Where it begins there; not a key of the file."""


class Layers(Terms, frozen=True, tag="layers"):
    """Higher layers may import lower ones, and none a higher one, be it by way of modules that are in no layer."""

    layers: tuple[str, ...]
    """The highest first. Modules joined by `|` share a layer and may not import each other, those joined by `:` may;
    one in brackets need not exist."""
    containers: tuple[str, ...] = ()
    """Packages in each of which the layers are found; the layers are named relative to them."""
    exhaustive: bool = False
    """Every module directly below a container must be in a layer."""
    exhaustive_ignores: tuple[str, ...] = ()
    """Modules that need not be."""
    closed_layers: tuple[str, ...] = ()
    """Layers past which higher ones may not reach: what is below them is imported by way of them alone."""


class Forbidden(Terms, frozen=True, tag="forbidden"):
    """Some modules may not import others, directly or by way of others still."""

    source_modules: tuple[str, ...]
    forbidden_modules: tuple[str, ...]
    """Modules of the project, or of others: `django`, `django.db`."""
    allow_indirect_imports: bool = False
    as_packages: bool = True
    """What is below a module counts as it does."""


class Protected(Terms, frozen=True, tag="protected"):
    """Only some modules may import others; they may import each other."""

    protected_modules: tuple[str, ...]
    allowed_importers: tuple[str, ...] = ()
    as_packages: bool = True
    """What is below a module counts as it does."""


class Independence(Terms, frozen=True, tag="independence"):
    """None of some packages may import another, be it by way of modules in none of them."""

    modules: tuple[str, ...]


class External(Terms, frozen=True, tag="external"):
    """What modules may import of other distributions; the standard library never counts."""

    modules: tuple[str, ...] = ("**",)
    """Whose imports, with those of all modules below them."""
    allowed: tuple[str, ...] | None = None
    """Import names: `requests`, `google.protobuf`; any when left out."""
    denied: tuple[str, ...] = ()
    """Import names that are not allowed all the same."""


class Acyclic(Terms, frozen=True, tag="acyclic"):
    """The modules and packages directly below a package import each other in no ring, and so on down."""

    ancestors: tuple[str, ...]
    depth: Annotated[int, msgspec.Meta(ge=0)] = 10
    """How many levels further down the same holds."""
    skip_descendants: tuple[str, ...] = ()
    """Packages in which it need not."""


class Boundary(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """A module with what is below it, as far as that is no boundary of its own."""

    path: str
    """Dotted; `<root>` for all that no other covers."""
    depends_on: tuple[str, ...] | None = None
    """Boundaries that it may import; any when left out."""
    deprecated: tuple[str, ...] = ()
    """Those of them that it is to do without some day."""
    cannot_depend_on: tuple[str, ...] = ()
    layer: str = ""
    visibility: tuple[str, ...] = ("*",)
    """Who may import it."""
    utility: bool = False
    """All may import it without saying so."""
    unchecked: bool = False
    """Its own imports do not count."""


class Interface(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """What may be imported from some boundaries; patterns are regular expressions that fit the whole name."""

    expose: tuple[str, ...]
    modules: tuple[str, ...] = (".*",)
    visibility: tuple[str, ...] = ("*",)
    """For whom it is."""


class Boundaries(Terms, frozen=True, tag="boundaries"):
    """Each module says itself which others it needs."""

    modules: tuple[Boundary, ...]
    interfaces: tuple[Interface, ...] = ()
    layers: tuple[str, ...] = ()
    """The highest first: what is in a layer may import lower ones without saying so, and no higher one."""
    closed_layers: tuple[str, ...] = ()
    explicit: bool = False
    """What is in a layer says all the same which lower ones it depends on."""
    exclude: tuple[str, ...] = ()
    """Files that do not count, as patterns of .gitignore in the folder of the settings."""
    roots: tuple[str, ...] = ()
    """Folders below which files count, relative to the folder of the settings; all when empty."""
    root_module: Literal["allow", "ignore"] = "allow"
    """ignore: code that no boundary covers does not count."""
    exact: bool = False
    """What a boundary may import, and does not, is reported."""
    acyclic: bool = False
    """What boundaries depend on closes no ring."""


Contract = Layers | Forbidden | Protected | Independence | External | Acyclic | Boundaries
Tool = Literal["import-linter", "tach"]
CONTRACTS: Final[dict[str, type[Contract]]] = {
    "layers": Layers, "forbidden": Forbidden, "protected": Protected, "independence": Independence,
    "external": External, "acyclic": Acyclic, "boundaries": Boundaries,
}  # fmt: skip
"""Kind -> what a contract of that kind can say."""


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """One `[[tool.overhaul.frozen]]`: a definition or a file that is not to be changed."""

    what: str
    """`package.module:Class.method`, `package.module` or a path relative to the folder of the settings."""
    fingerprint: str
    """What `overhaul freeze` printed for it."""
    reason: str
    """Why it is not to be changed."""
    owner: str = ""
    """Whom to ask."""
    code_only: bool = False
    """For a file of Python that is named by its path: only its code counts, not its layout and comments."""
    file: str = ""
    """Where it is written, relative to the audited root, above which it may lie; not a key of the file."""
    line: int = 1
    """Where it begins there; not a key of the file."""


class Misread(msgspec.Struct, frozen=True, order=True):
    """Something in the settings of another tool that could not be made use of."""

    path: str
    """Relative to the audited root."""
    reason: str
