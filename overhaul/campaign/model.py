"""What a campaign file says: phases, their criteria and work items, and what was completed or waived.

All of it is plain data, as it stands in `overhaul-campaign.toml`; what is reached is never read from there, but judged
anew by `overhaul.campaign.gates` from the tables.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Final, Literal

import msgspec

from overhaul.config import Setting

FILE: Final = "overhaul-campaign.toml"
RISK_LIMIT: Final = 0.3
"""Below it a phase goes, by default: the figure of the methodology that the campaign follows."""


def named(text: str) -> bool:
    """Whether a text can be somebody's name or a reason: blanks and signs alone are none."""
    return any(map(str.isalnum, text))


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """One criterion of a phase, `[phases.PHASE.criteria.NAME]`.

    With none of `expression`, `silent`, `command` and `statement` it is the built-in one, or one of the user's leaves,
    that NAME names.
    """

    expression: str = ""
    """What must hold of the tables: `count(caches, subkind="class") <= 1`."""
    silent: str = ""
    """A rule, a pattern or a family of rules that must have nothing to say."""
    command: str = ""
    """A command of the shell that must exit with 0; it is run only when that is asked for."""
    statement: str = ""
    """What somebody has to say, and sign."""
    signed_by: str = ""
    """Who has said it; "" for nobody yet."""
    signed_on: datetime.date | None = None
    options: dict[str, Setting] = {}
    """Options of a built-in criterion: `overhaul explain NAME` lists them."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The keys that say what kind of criterion it is; at most one, and none for a leaf."""
        return tuple(key for key in ("expression", "silent", "command", "statement") if getattr(self, key))


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """A criterion that a phase may be completed without: `[phases.PHASE.waivers.CRITERION]`."""

    by: str
    reason: str
    until: datetime.date | None = None
    """The last day on which it counts; None for no end."""

    def counts(self, day: datetime.date) -> bool:
        """Whether it counts on a day."""
        return self.until is None or day <= self.until


Effort = Literal["small", "medium", "large"]
"""small: one place or a ready codemod; medium: a handful of files; large: more, or by hand in several modules."""


class WorkItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """One thing to do, `[phases.PHASE.items.IDENTITY]`; it is done when an audit does not draft it any more."""

    title: str
    where: tuple[str, ...] = ()
    """`path:name` of what it touches, most important first; without lines, which move."""
    effort: Effort = "medium"
    risk: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    functionality: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    performance: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    integration: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    complexity: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    order: Annotated[int, msgspec.Meta(ge=1)] = 1
    """1 for what is to be done first in the phase."""
    command: str = ""
    """What does it, or shows what is to be done."""
    verify: tuple[str, ...] = ()
    """Commands that show whether what it touches still works: the tests that get there."""
    after: tuple[str, ...] = ()
    """Identities of items that have to be done before."""
    own: bool = False
    """Written by somebody: it is kept when the plan is made anew, and done when `done` says so."""
    done: bool = False
    """Of an own one."""


class Completion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """That a phase was completed: `[phases.PHASE.completed]`."""

    by: str
    on: datetime.date
    metrics: dict[str, float] = {}
    """The figures of that day, by the names of `baseline_metrics`."""
    waived: tuple[str, ...] = ()
    """The criteria that it was completed without."""
    criteria: tuple[str, ...] = ()
    """All that its gate asked for then, sorted."""


class Phase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """`[phases.ID]`."""

    id: str = ""
    """Its key in the file, not a key of its own."""
    number: Annotated[int, msgspec.Meta(ge=1)]
    """Phases are worked at in this order."""
    title: str
    needed: bool = True
    """Otherwise it is skipped, and its gate is open."""
    why: tuple[str, ...] = ()
    """The evidence for `needed`, one line each."""
    objectives: tuple[str, ...] = ()
    family: str = ""
    """The custom role that it unifies; "" for none."""
    verify: tuple[str, ...] = ()
    """Commands that show whether everything still works; they are run only when that is asked for."""
    risk: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    """As it was when the plan was made; `overhaul phase` tells it as it is."""
    rollback: str = ""
    """How to come back to where the phase began."""
    criteria: dict[str, Entry] = {}
    items: dict[str, WorkItem] = {}
    waivers: dict[str, Waiver] = {}
    completed: Completion | None = None


class Campaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """What `overhaul-campaign.toml` says."""

    title: str = "Overhaul"
    risk_limit: Annotated[float, msgspec.Meta(ge=0, le=1)] = RISK_LIMIT
    """A phase or item goes when its risk is below."""
    root: str = "."
    """The folder that it is about, relative to the file."""
    decisions: str = "docs/decisions"
    """The folder of the architectural decisions, relative to the file."""
    verdicts: str = "overhaul-verdicts.toml"
    """The file with the answers of the decision matrix (`overhaul perf report --record`), relative to the file."""
    baseline: dict[str, float] = {}
    """The figures when the plan was made, by the names of `baseline_metrics`."""
    inventory: dict[str, tuple[str, ...]] = {}
    """The components that there were when the plan was made: kind -> dotted names, sorted."""
    phases: tuple[Phase, ...] = ()
    """By number."""
    source: str = ""
    """The path of the file; not a key of it."""

    def phase(self, named: str) -> Phase | None:
        """The phase of that number or identity."""
        return next((one for one in self.phases if named in (one.id, str(one.number))), None)

    @property
    def current(self) -> Phase | None:
        """The first phase that is needed and not completed; None when there is none left."""
        return next((one for one in self.phases if one.needed and one.completed is None), None)

    def before(self, phase: Phase) -> tuple[Phase, ...]:
        """The needed phases before another."""
        return tuple(one for one in self.phases if one.needed and one.number < phase.number)
