"""Regular expressions that are compiled when they are first used: most commands use few of them."""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    """What behaves like the compiled expression; its methods are looked up once each."""

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # `re` keeps what it has compiled only up to a number of expressions.
        compiled = self.__dict__.get("_compiled")
        if compiled is None:
            compiled = self.__dict__["_compiled"] = re.compile(self._text, self._flags)
        found = getattr(compiled, name)
        if not name.startswith("__"):
            self.__dict__[name] = found
        return found


def regex(text: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, for constants of modules.

    A mistake in the expression shows when it is used: what uses it has a test.
    """
    return cast("re.Pattern[str]", _Late(text, flags))
