"""Imports are added where they belong, in the style that the file has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from overhaul.refactoring.imports import Imports
from tests.trunk.imports_kit import after, edited


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


def test_the_length_of_line_of_the_settings_counts() -> None:
    settings = {"pyproject.toml": "[tool.black]\nline-length = 30\n"}
    found = edited("from shop.new import Beta\n", take("Alpha", "Gamma"), more=settings)
    assert found == "from shop.new import (\n    Alpha,\n    Beta,\n    Gamma,\n)\n"


def test_a_package_counts_its_dots_from_itself() -> None:
    found = edited("from .deep import X\n", take("N"), path="shop/sub/__init__.py")
    assert found == "from ..new import N\nfrom .deep import X\n"
