"""Make memos uses of the unified cache: decorators, and dictionaries that entries are kept in."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.changes import Proposal, Target
from overhaul.errors import Refused, UsageError
from overhaul.leaves import Codemod
from overhaul.memoising.memos import Memos
from overhaul.memoising.target import PLAIN_TYPE, Settings
from overhaul.project import Project
from overhaul.requests import Request


class UnifyMemo(Request, frozen=True, kw_only=True):
    """Which memo, and what of the unified cache it is to use."""

    target: str
    """A function that is decorated (`package.module:f`, `package.module:Class.f`), a dictionary
    (`package.module:_CACHE`, `package.module:Class._cache`), an attribute that is worked out once
    (`package.module:Class._value`), a memoiser of the project's own (`package.module:memoize`) for all its uses, or,
    with `all`, a module or package."""
    cache: str
    """The module with the unified cache: `app.core.cache`, or `overhaul.unified.cache` where that is installed."""
    all: bool = False
    """All uses of `functools.lru_cache`, `functools.cache` and cachetools' decorators in the module or package."""
    type: str = PLAIN_TYPE
    """The type of cache; MEMO never expires."""
    ttl: float | None = None
    """Seconds after which entries expire from now on; as before, where it is left out."""
    max_size: int | None = None
    """How many entries there are from now on at most; as before, where it is left out."""
    bounds: bool = False
    """Take expiry and bound of the type, in the place of what the memo has."""


@Codemod
def unify_memo(project: Project, request: UnifyMemo) -> Iterator[Proposal]:
    """Make a memo a use of the unified cache, with the key, bound and expiry that it has.

    Decorators become the unified one, word for word, with what is asked of them (`cache_clear()`, `clear()` of a
    memoiser of the project's own). Dictionaries become stores of their own: a look-up that goes on to compute and keep
    becomes `get_or_compute`, where the shape is provably the plain one and nobody else stores or replaces anything.
    Where None is taken for a miss, it stays one. Refused, with the place: what waits, yields or returns without
    keeping, what is passed on as a value or of a class that is not known, a cycle of imports, `@cached_property`.
    """
    if request.ttl is not None and request.ttl <= 0:
        raise UsageError(f"ttl = {request.ttl}: seconds are more than 0; leave it out for no expiry")
    if request.max_size is not None and request.max_size < 1:
        raise UsageError(f"max-size = {request.max_size}: there is at least one entry; leave it out for no bound")
    settings = Settings(request.type, request.ttl, request.max_size, bare=request.bounds)
    module, colon, name = request.target.partition(":")
    memos = Memos(project, request.cache, settings)
    if request.all:
        if colon:
            raise UsageError(f"{request.target}: with all = true, name a module or package")
        yield from memos.everything(module)
        return
    if not name:
        raise Refused(f"{request.target}: no memo: write package.module:name, or all = true for all of it")
    yield from memos.proposals(Target(module, name))
