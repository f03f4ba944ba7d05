"""Random renames and moves: what the compiler binds is bound as before, or the plan is refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from benchmarks.random_packages.meaning import Origin, Package
from benchmarks.random_packages.writing import NAMES
from overhaul.testing import transform

_WHERE: Final = rf"pkg[\w./:]*|\b(?:{'|'.join(NAMES)}|omega)\b|\d+"
NEW_NAMES: Final = st.sampled_from(("omega", "omega", "omega", *NAMES))
NEW_PLACES: Final = st.sampled_from(("pkg.a", "pkg.b", "pkg.c", "pkg.d", "pkg.d"))


def renamed_or_refused(files: dict[str, str], module: str, old: str, new: str) -> str:
    """Rename, and hold the result against the compiler; what became of it."""
    request = {"target": f"{module}:{old}", "to": new}
    return compared("rename_symbol", files, request, {("def", module, old): ("def", module, new)})


def moved_or_refused(files: dict[str, str], module: str, name: str, to: str) -> str:
    """Move, and hold the result against the compiler; what became of it."""
    request = {"target": f"{module}:{name}", "to": to}
    assume(to != module)
    return compared("move_symbol", files, request, {("def", module, name): ("def", to, name)})


def compared(codemod: str, files: dict[str, str], request: dict[str, str], mapping: dict[Origin, Origin]) -> str:
    """Carry out, and ask the compiler whether all names mean what they meant."""
    done = transform(codemod, files, request)
    if done.refusals:
        assert done.files == {path: text.encode() for path, text in files.items()}
        return f"refused: {re.sub(_WHERE, '', done.refusals[0].why)}"
    after = {path: done.text(path) for path in done.files}
    for one in done.moved:
        # Helpers may move along.
        before = "def", one.before.module, one.before.name
        mapping.setdefault(before, ("def", one.after.module, one.after.name))
    if not done.plan.files:
        return "nothing to do"
    here, there = Package(files), Package(after)
    expected = here.meanings(lambda origin: mapping.get(origin, origin))
    if any(repr(("member", module, name)) in one for _, module, name in mapping.values() for one in expected):
        return "asked of a module that lacked it"
    got = there.meanings(lambda origin: origin)
    assert expected == got, _difference(expected, got, after)
    assert sum(1 for _ in there.flaws()) <= sum(1 for _ in here.flaws()), list(there.flaws())
    assert not transform(codemod, after, request).plan.files
    return "done"


def _difference(expected: Counter[str], got: Counter[str], after: Mapping[str, str]) -> str:
    told = ""
    for lost, more in zip(sorted(expected - got), sorted(got - expected), strict=False):
        same = next((at for at, (one, two) in enumerate(zip(lost, more, strict=False)) if one != two), 0)
        told += f"{lost[max(same - 90, 0) : same]}\n    expected {lost[same : same + 120]}\n"
        told += f"    got {more[same : same + 120]}\n"
    files = "\n".join(f"--- {path}\n{text}" for path, text in after.items())
    return f"{expected.total()} statements, {got.total()} after\n{told}{files}"


UNHURRIED: Final = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
)
