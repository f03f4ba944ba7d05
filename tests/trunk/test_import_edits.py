"""Imports are planned, and merged once per file, in the style that the file has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import dedent

import pytest

from overhaul.changes import replaced
from overhaul.occurrences.finding import Statement
from overhaul.project import Project
from overhaul.refactoring.imports import Imports
from overhaul.testing import surveyed

PACKAGE: Mapping[str, str] = {
    "shop/__init__.py": "", "shop/old.py": "A = B = C = D = E = 1\n", "shop/new.py": "N = 1\n",
    "shop/sub/__init__.py": "", "shop/sub/deep.py": "X = 1\n",
}  # fmt: skip


def edited(
    text: str, ask: Callable[[Imports], object], path: str = "shop/user.py", more: Mapping[str, str] = {}
) -> str:  # fmt: skip
    """What becomes of a file (dedented), and that it stays as it is when nothing is asked for."""
    before = dedent(text).removeprefix("\n")
    with surveyed({**PACKAGE, **more, path: before}) as survey:
        project = Project(survey)
        assert not list(Imports(project, path).replacements())
        imports = Imports(project, path)
        ask(imports)
        after = replaced(project.source(path), list(imports.replacements())).decode()
    compile(after, path, "exec")
    return after


def after(text: str) -> str:
    return dedent(text).removeprefix("\n")


def line(imports: Imports, start: str) -> Statement:
    """The first import statement whose text begins so."""
    return next(one.statement for one in imports.blocks.lines.values() if one.written.startswith(start))


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


def take(*names: str, module: str = "shop.new", typing: bool = False) -> Callable[[Imports], object]:
    return lambda imports: [imports.take(module, name, typing=typing) for name in names]


TAKEN: Mapping[str, tuple[str, Callable[[Imports], object], str]] = {
    "behind the docstring of a file without imports": (
        '''
        """Doc."""

        x = 1
        ''',
        take("N"),
        '''
        """Doc."""

        from shop.new import N

        x = 1
        ''',
    ),
    "before the first line of a file without anything": (
        """
        x = 1
        """,
        take("N"),
        """
        from shop.new import N

        x = 1
        """,
    ),
    "below the comment that speaks of the file": (
        """
        #!/usr/bin/env python
        # coding: utf-8
        x = 1
        """,
        take("N"),
        """
        #!/usr/bin/env python
        # coding: utf-8

        from shop.new import N

        x = 1
        """,
    ),
    "into an empty file": ("", take("N"), "from shop.new import N\n"),
    "behind what comes from the future, and apart from it": (
        """
        from __future__ import annotations

        x = 1
        """,
        take("N"),
        """
        from __future__ import annotations

        from shop.new import N

        x = 1
        """,
    ),
    "into its section": (
        """
        import os
        import re

        import attrs

        from shop.old import A
        """,
        take("path", module="os"),
        """
        import os
        import re
        from os import path

        import attrs

        from shop.old import A
        """,
    ),
    "into a section that is new": (
        """
        import os

        from shop.old import A
        """,
        take("field", module="attrs"),
        """
        import os

        from attrs import field

        from shop.old import A
        """,
    ),
    "relative where the others are": (
        """
        from . import sub
        from .old import A
        """,
        take("N"),
        """
        from . import sub
        from .new import N
        from .old import A
        """,
    ),
    "what is there already is not asked for twice": (
        """
        from shop.new import N, M
        """,
        take("N", "M"),
        """
        from shop.new import N, M
        """,
    ),
    "what is there under another name is asked for": (
        """
        from shop.new import N as other
        """,
        take("N"),
        """
        from shop.new import N as other, N
        """,
    ),
    "what is there in a function only is asked for": (
        """
        import os


        def f():
            from shop.new import N
        """,
        take("N"),
        """
        import os

        from shop.new import N


        def f():
            from shop.new import N
        """,
    ),
    "a list that is too long for its line gets one for each name": (
        """
        from shop.new import Alphabetically, Beautifully, Carefully, Deliberately, Extremely
        """,
        take("Forever"),
        """
        from shop.new import (
            Alphabetically,
            Beautifully,
            Carefully,
            Deliberately,
            Extremely,
            Forever,
        )
        """,
    ),
    "under TYPE_CHECKING, which is made": (
        """
        import os

        x = 1
        """,
        take("N", typing=True),
        """
        import os
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from shop.new import N

        x = 1
        """,
    ),
    "under TYPE_CHECKING, which is there": (
        """
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from shop.old import A

        x = 1
        """,
        take("N", typing=True),
        """
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from shop.new import N
            from shop.old import A

        x = 1
        """,
    ),
    "constants, classes and functions in the order of the list": (
        """
        from shop.new import MAX, Box, pack
        """,
        take("Alpha", "MIN", "add"),
        """
        from shop.new import MAX, MIN, Alpha, Box, add, pack
        """,
    ),
    "a last line without end": ("import os", take("path", module="os"), "import os\nfrom os import path"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_name_is_taken(name: str) -> None:
    before, ask, expected = TAKEN[name]
    assert edited(before, ask) == after(expected)


def test_an_import_at_the_head_of_a_function_stands_behind_its_docstring() -> None:
    def ask(imports: Imports) -> None:
        for one in imports.occurrences.statements:
            if type(one.node).__name__ == "FunctionDef":
                imports.take("shop.new", "N", within=one)

    before = '''
        def f():
            """Doc."""
            return N

        def g(): return N
        '''
    expected = '''
        def f():
            """Doc."""
            from shop.new import N
            return N

        def g():
            from shop.new import N
            return N
        '''
    assert edited(before, ask) == after(expected)


def test_crlf_and_tabs_are_kept() -> None:
    text = "def f():\r\n\tfrom shop.old import (\r\n\t\tA,\r\n\t\tB,\r\n\t)\r\n\treturn A\r\n"
    expected = "def f():\r\n\tfrom shop.new import A\r\n\tfrom shop.old import (\r\n\t\tB,\r\n\t)\r\n\treturn A\r\n"
    assert edited(text, moved("A", "from shop.old")) == expected


def test_the_length_of_line_of_the_settings_counts() -> None:
    settings = {"pyproject.toml": "[tool.black]\nline-length = 30\n"}
    found = edited("from shop.new import Beta\n", take("Alpha", "Gamma"), more=settings)
    assert found == "from shop.new import (\n    Alpha,\n    Beta,\n    Gamma,\n)\n"


def test_a_package_counts_its_dots_from_itself() -> None:
    found = edited("from .deep import X\n", take("N"), path="shop/sub/__init__.py")
    assert found == "from ..new import N\nfrom .deep import X\n"
