"""Whose time it is: each second of a profile is put to one component at most, and to the place that asked for it.

The rule. A stack is a sequence of runs: frames of the project, frames of libraries, frames of the project again. Time
belongs to the component of the innermost run that has one. Within a run of libraries the outermost frame that belongs
to a component decides: what `logging` does, down to the write of the file, is logging. Within a run of the project the
innermost frame decides. The time of a function of the project that belongs to no component is that of whoever called
it. Importing a library belongs to no component. So every second counts once, and shares add up to 1 at most.

Where a profiler does not see functions written in C (py-spy, scalene), the calls on the line that ran decide.

cProfile keeps no stacks, only who calls whom. There the time below a function is shared out over its callers by the
time that each has spent in it, as gprof does (Graham, Kessler, McKusick: gprof, a call graph execution profiler, 1982):
an estimate where a function behaves differently for different callers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from overhaul.profiles.matching import Components
from overhaul.profiles.model import NOWHERE, Frame, Profile
from overhaul.profiles.where import Project, Spot

_ROUNDS: Final = 200
"""Times that contexts are handed on along calls, at most; as many as the longest chain of calls is long, usually."""
_STEPS: Final = 2_000_000
"""Contexts that are handed on in all, at most."""
_CONTEXTS: Final = 48
"""Contexts of a function that are kept apart; the least of them are put together."""


class Site(msgspec.Struct, frozen=True, order=True):
    """A place in the project's code that has a component do something."""

    path: str
    """"" where it is not a file of the project."""
    line: int
    function: str
    exact: bool
    """The line is that of the call; otherwise the function begins there."""


class Attribution(msgspec.Struct, frozen=True):
    """The shares of the components in one profile, 0 to 1, by index of the component."""

    shares: tuple[float, ...]
    inclusive: tuple[float, ...] | None
    """Time during which the component was anywhere on the stack; None where stacks are not known."""
    by_text: tuple[float, ...]
    """The part of `shares` that is known by the text of lines alone."""
    sites: tuple[Mapping[Site, float], ...]
    own: float
    """The share of the time that passed in, or below, files of the project."""
    settled: bool = True
    """False where functions call each other in so many ways that handing on was broken off: shares are rough."""


class _About(NamedTuple):
    """What is known of a frame."""

    component: int
    own: bool
    by_text: int
    importing: bool
    """A module of a library that is being imported."""


class _Context(NamedTuple):
    """Whose time it is at some depth of a stack."""

    component: int
    inside: bool
    """Within the run of libraries that the component was entered in."""
    site: int
    """Frame that entered it."""
    near: int
    """The innermost frame of the project."""


_OUTSIDE: Final = _Context(NOWHERE, False, NOWHERE, NOWHERE)


def attribute(profile: Profile, components: Components, project: Project) -> Attribution:
    """Put the time of a profile to components. It must hold frames, or measurements."""
    if profile.measured:
        return _of_measured(profile, components)
    spots = project.spots(profile.frames)
    about = [_about(frame, spot, components, project) for frame, spot in zip(profile.frames, spots, strict=True)]
    ledger = _Ledger(profile, spots, len(components.names))
    if profile.edges or not profile.nodes:
        _of_graph(profile, about, ledger)
    else:
        ledger.inclusive = _of_tree(profile, about, ledger, len(components.names))
    return ledger.told()


def _about(frame: Frame, spot: Spot, components: Components, project: Project) -> _About:
    text = frame.text or (project.text(spot.path, frame.line) if frame.exact else "")
    by_text = components.of_line(text) if spot.own and text else NOWHERE
    importing = not spot.own and frame.function == "<module>"
    return _About(components.of_function(spot.module, frame.function), spot.own, by_text, importing)


def _below(context: _Context, frame: int, about: _About) -> _Context:
    """Whose time it is one call further inwards."""
    if about.own:
        if about.component != NOWHERE:
            return _Context(about.component, False, frame, frame)
        return context._replace(inside=False, near=frame)
    if about.importing:
        return _Context(NOWHERE, True, NOWHERE, context.near)
    if context.inside or about.component == NOWHERE:
        return context
    return _Context(about.component, True, context.near, context.near)


class _Ledger:
    """Adds up."""

    def __init__(self, profile: Profile, spots: Sequence[Spot], count: int) -> None:
        self._profile, self._spots = profile, spots
        self._spent = [0.0] * count
        self._by_text = [0.0] * count
        self._sites: list[dict[int, float]] = [defaultdict(float) for _ in range(count)]
        self._own = 0.0
        self.inclusive: list[float] | None = None
        self.settled = True

    def book(self, context: _Context, frame: int, about: _About, spent: float) -> None:
        """Put time to whom it belongs, which was spent in a frame alone."""
        if about.own and about.component == NOWHERE and about.by_text != NOWHERE:
            component, site = about.by_text, frame
            self._by_text[component] += spent
        else:
            component, site = context.component, context.site
        if context.near != NOWHERE and self._spots[context.near].path:
            self._own += spent
        if component != NOWHERE:
            self._spent[component] += spent
            self._sites[component][site] += spent

    def told(self) -> Attribution:
        """The shares."""
        whole = self._profile.total
        return Attribution(
            shares=tuple(min(spent / whole, 1.0) for spent in self._spent),
            inclusive=None if self.inclusive is None else tuple(min(one / whole, 1.0) for one in self.inclusive),
            by_text=tuple(spent / whole for spent in self._by_text),
            sites=tuple(self._merged(sites, whole) for sites in self._sites),
            own=min(self._own / whole, 1.0),
            settled=self.settled,
        )

    def _merged(self, sites: Mapping[int, float], whole: float) -> dict[Site, float]:
        found: dict[Site, float] = defaultdict(float)
        for frame, spent in sites.items():
            if spent:
                found[self._site(frame)] += spent / whole
        return dict(found)

    def _site(self, frame: int) -> Site:
        if frame == NOWHERE:
            return Site("", 0, "", exact=False)
        spot, one = self._spots[frame], self._profile.frames[frame]
        if not spot.path:
            return Site("", 0, f"{spot.module}.{one.function}", exact=False)
        return Site(spot.path, one.line, one.function, exact=one.exact)


def _of_tree(profile: Profile, about: Sequence[_About], ledger: _Ledger, count: int) -> list[float]:
    """Book each node; the time during which each of the components was anywhere on the stack."""
    contexts: list[_Context] = []
    # Components on the stack, as bits: whatever stands below one counts for it.
    above: list[int] = []
    inclusive: dict[int, float] = defaultdict(float)
    for node in profile.nodes:
        outer = _OUTSIDE if node.parent == NOWHERE else contexts[node.parent]
        one = about[node.frame]
        context = _below(outer, node.frame, one)
        contexts.append(context)
        seen = 0 if node.parent == NOWHERE else above[node.parent]
        if one.component != NOWHERE and not one.importing:
            seen |= 1 << one.component
        above.append(seen)
        if node.own:
            ledger.book(context, node.frame, one, node.own)
            at_text = one.own and one.component == NOWHERE and one.by_text != NOWHERE
            inclusive[seen | (1 << one.by_text if at_text else 0)] += node.own
    return [sum(spent for bits, spent in inclusive.items() if bits >> index & 1) for index in range(count)]


_Mix = dict[_Context, float]
"""How the time of a function is shared out over contexts; the parts add up to 1."""


def _of_graph(profile: Profile, about: Sequence[_About], ledger: _Ledger) -> None:
    into: list[list[tuple[int, float]]] = [[] for _ in profile.frames]
    alone: list[list[tuple[int, float]]] = [[] for _ in profile.frames]
    for edge in profile.edges:
        if edge.caller == edge.callee:
            continue
        if edge.total:
            into[edge.callee].append((edge.caller, edge.total))
        if edge.own:
            alone[edge.callee].append((edge.caller, edge.own))
    mixes, ledger.settled = _settled(about, into)
    for frame, spent in enumerate(profile.own):
        if not spent:
            continue
        mix = _mixed(frame, about, alone[frame], mixes) if alone[frame] else mixes[frame]
        for context, part in mix.items():
            ledger.book(context, frame, about[frame], spent * part)


def _settled(about: Sequence[_About], into: Sequence[list[tuple[int, float]]]) -> tuple[list[_Mix], bool]:
    """The contexts of each function, by what its callers hand on; whether that has come to an end."""
    mixes: list[_Mix] = [{_below(_OUTSIDE, frame, one): 1.0} for frame, one in enumerate(about)]
    callees: list[set[int]] = [set() for _ in about]
    for callee, callers in enumerate(into):
        for caller, _ in callers:
            callees[caller].add(callee)
    waiting = {callee for callee, callers in enumerate(into) if callers}
    steps = 0
    for _ in range(_ROUNDS):
        changed: set[int] = set()
        for frame in sorted(waiting):
            if (steps := steps + sum(len(mixes[caller]) for caller, _ in into[frame])) > _STEPS:
                return mixes, False
            mix = _mixed(frame, about, into[frame], mixes)
            if _differ(mix, mixes[frame]):
                mixes[frame] = mix
                changed.add(frame)
        waiting = {callee for frame in changed for callee in callees[frame]}
        if not waiting:
            return mixes, True
    return mixes, False


def _mixed(frame: int, about: Sequence[_About], callers: list[tuple[int, float]], mixes: Sequence[_Mix]) -> _Mix:
    whole = sum(share for _, share in callers)
    found: _Mix = defaultdict(float)
    for caller, share in callers:
        for context, part in mixes[caller].items():
            inner = _below(context, frame, about[frame])
            # Within a component it is no longer asked who is near: fewer contexts are to be kept apart.
            found[inner._replace(near=inner.site) if inner.inside else inner] += part * share / whole
    if len(found) <= _CONTEXTS:
        return dict(found)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    kept = dict(ranked[:_CONTEXTS])
    for context, part in ranked[_CONTEXTS:]:
        rest = context._replace(site=NOWHERE, near=NOWHERE)
        kept[rest] = kept.get(rest, 0.0) + part
    return kept


def _differ(one: _Mix, other: _Mix) -> bool:
    return one.keys() != other.keys() or any(abs(part - other[context]) > 1e-5 for context, part in one.items())


def _of_measured(profile: Profile, components: Components) -> Attribution:
    spent = [0.0] * len(components.names)
    for one in profile.measured:
        if (component := components.of_measured(one.name)) != NOWHERE:
            spent[component] += one.own
    shares = tuple(min(one / profile.total, 1.0) for one in spent)
    return Attribution(
        shares=shares, inclusive=None, by_text=(0.0,) * len(shares), sites=tuple({} for _ in shares), own=1.0
    )
