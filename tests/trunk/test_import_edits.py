"""Imports are changed and taken away, merged once per file, in the style that the file has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from overhaul.refactoring.imports import Imports
from tests.trunk.imports_kit import after, edited, line


def moved(name: str, start: str = "from", to: str = "shop.new", bound: str = "") -> Callable[[Imports], object]:
    """Ask for a name to be taken from another module."""

    def ask(imports: Imports) -> None:
        imports.replace(line(imports, start), name, to, name, bound or name)

    return ask


CASES: Mapping[str, tuple[str, Callable[[Imports], object], str]] = {
    "the only name of a statement is taken from elsewhere in its very place": (
        """
        import os
        from shop.old import A  # noqa: F401
        from zlib import crc32
        """,
        moved("A", "from shop"),
        """
        import os
        from shop.new import A  # noqa: F401
        from zlib import crc32
        """,
    ),
    "one of several names goes into a statement of its own, in order": (
        """
        import os

        from shop.old import A, B, C
        from shop.sub import deep
        """,
        moved("B", "from shop.old"),
        """
        import os

        from shop.new import B
        from shop.old import A, C
        from shop.sub import deep
        """,
    ),
    "names join a statement that is there, in its order": (
        """
        from shop.new import A, C
        from shop.old import B
        """,
        moved("B", "from shop.old"),
        """
        from shop.new import A, B, C
        """,
    ),
    "a list with a name on each line keeps its lines, and the comments on them": (
        """
        from shop.old import (
            A,  # first
            B,  # second
            C,
        )
        """,
        moved("B"),
        """
        from shop.new import B
        from shop.old import (
            A,  # first
            C,
        )
        """,
    ),
    "a name joins a list with a name on each line, whose last has no comma": (
        """
        from shop.new import (
            B,
            C  # last
        )
        from shop.old import D
        """,
        moved("D", "from shop.old"),
        """
        from shop.new import (
            B,
            C,  # last
            D,
        )
        """,
    ),
    "a list with several names on a line keeps the others where they are": (
        """
        from shop.old import (A, B,
                              C, D)
        """,
        moved("C"),
        """
        from shop.new import C
        from shop.old import (A, B,
                              D)
        """,
    ),
    "the last name of a list over backslashes": (
        """
        from shop.old import A, \\
            B
        """,
        moved("B"),
        """
        from shop.new import B
        from shop.old import A
        """,
    ),
    "a name with as": (
        """
        from shop.old import A as first, B
        """,
        moved("A", bound="first"),
        """
        from shop.new import A as first
        from shop.old import B
        """,
    ),
    "relative stays relative": (
        """
        from .old import A
        from .sub import deep
        """,
        moved("A", "from .old"),
        """
        from .new import A
        from .sub import deep
        """,
    ),
    "in a function it stays in the function": (
        """
        def run():
            from shop.old import A
            return A
        """,
        moved("A", "from shop.old"),
        """
        def run():
            from shop.new import A
            return A
        """,
    ),
    "in a try it stays in the try": (
        """
        try:
            from shop.old import A, B
        except ImportError:
            A = B = None
        """,
        moved("A", "from shop.old"),
        """
        try:
            from shop.new import A
            from shop.old import B
        except ImportError:
            A = B = None
        """,
    ),
    "on the line of its if it stays there": (
        """
        import sys
        if sys: from shop.old import A, B
        """,
        moved("A", "from shop.old"),
        """
        import sys
        if sys: from shop.old import B; from shop.new import A
        """,
    ),
    "beside a semicolon": (
        """
        import os; from shop.old import A; import re
        """,
        moved("A", "from shop.old"),
        """
        import os; from shop.new import A; import re
        """,
    ),
    "a file without order gets it beside the old one": (
        """
        import sys
        from shop.old import A, B
        import os
        from shop.sub import deep
        import abc
        """,
        moved("A", "from shop.old"),
        """
        import sys
        from shop.old import B
        from shop.new import A
        import os
        from shop.sub import deep
        import abc
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_name_is_taken_from_elsewhere(name: str) -> None:
    before, ask, expected = CASES[name]
    assert edited(before, ask) == after(expected)


def drop(*names: str, start: str = "") -> Callable[[Imports], object]:
    def ask(imports: Imports) -> None:
        for name in names:
            imports.drop(line(imports, start), name)

    return ask


DROPPED: Mapping[str, tuple[str, Callable[[Imports], object], str]] = {
    "a line goes, and one of the blank ones around it": (
        """
        import os

        import re

        print(re)
        """,
        drop("re", start="import re"),
        """
        import os

        print(re)
        """,
    ),
    "the first lines of a file go with the blank ones below": (
        """
        import os


        x = 1
        """,
        drop("os"),
        """
        x = 1
        """,
    ),
    "what is alone in its suite becomes pass": (
        """
        def f():
            import os
        """,
        drop("os"),
        """
        def f():
            pass
        """,
    ),
    "what is alone on the line of its head becomes pass": (
        """
        try: import os
        except ImportError: x = 1
        """,
        drop("os"),
        """
        try: pass
        except ImportError: x = 1
        """,
    ),
    "a docstring is enough for a suite": (
        '''
        def f():
            """Doc."""
            import os
        ''',
        drop("os"),
        '''
        def f():
            """Doc."""
        ''',
    ),
    "what stands beside it on the line stays": (
        """
        import os; import re
        """,
        drop("re", start="import re"),
        """
        import os
        """,
    ),
    "several modules in one statement": (
        """
        import os, re, sys as system
        """,
        drop("re"),
        """
        import os, sys as system
        """,
    ),
    "all of a list": (
        """
        from shop.old import (
            A,
            B,
        )
        import os
        """,
        drop("A", "B", start="from shop"),
        """
        import os
        """,
    ),
    "the first of a list that begins behind its bracket": (
        """
        from shop.old import (A,  # one
                              B,
                              C)
        """,
        drop("A"),
        """
        from shop.old import (B,
                              C)
        """,
    ),
}


@pytest.mark.parametrize("name", DROPPED)
def test_a_name_goes(name: str) -> None:
    before, ask, expected = DROPPED[name]
    assert edited(before, ask) == after(expected)


def test_crlf_and_tabs_are_kept() -> None:
    text = "def f():\r\n\tfrom shop.old import (\r\n\t\tA,\r\n\t\tB,\r\n\t)\r\n\treturn A\r\n"
    expected = "def f():\r\n\tfrom shop.new import A\r\n\tfrom shop.old import (\r\n\t\tB,\r\n\t)\r\n\treturn A\r\n"
    assert edited(text, moved("A", "from shop.old")) == expected
