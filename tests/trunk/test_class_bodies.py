"""Whose variable a name is that a class body both reads and binds."""

from textwrap import dedent, indent

import pytest

from overhaul.occurrences.class_bodies import whose
from overhaul.occurrences.finding import occurrences_of
from overhaul.source import Source, digest


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = 1\ny = x", "own own"),
        ("y = x\nx = 1", "outside own"),
        ("x = x", "own outside"),  # the target comes after its value
        ("x += 1", "outside"),
        ("x = 1\nx += 1", "own own"),
        ("if a:\n    x = 1\ny = x", "own either"),
        ("if a:\n    x = 1\n    y = x\nelse:\n    z = x", "own own either"),
        ("x = 1\nif a:\n    y = x", "own own"),
        ("for a in b:\n    y = x\n    x = 1", "either own"),  # the second time it is the class's
        ("for x in x:\n    y = x", "own outside own"),
        ("for x in b:\n    pass\ny = x", "own either"),  # the loop may not run at all
        ("while x:\n    x = 1", "either own"),
        ("with x as x:\n    y = x", "outside own own"),
        ("try:\n    from a import x\nexcept E:\n    pass\ny = x", "own either"),
        ("x = 1\ndel x\ny = x", "own own either"),
        ("try:\n    pass\nexcept x as x:\n    x", "outside own either"),
        ("@x\ndef x(a=x): pass\ny = x", "outside own outside own"),
        ("@x.setter\ndef x(self): pass", "outside own"),
        ("x: x = x", "own outside outside"),
        ("x: int\ny = x", "own outside"),  # says something of it and binds nothing
        ("match a:\n    case x if x: pass\ny = x", "own either either"),
        ("y = (x := 1) + x", "own either"),
        ("def x(self):\n    return 1\ny = property(x)", "own own"),
    ],
)  # fmt: skip
def test_what_a_class_body_reads_is_its_own_when_that_was_bound_by_then(body: str, expected: str) -> None:
    data = ("class C:\n" + indent(dedent(body), "    ") + "\n").encode()
    found = occurrences_of(Source("m.py", data, digest(data)))
    assert " ".join(whose(found, one) for one in found.named("x")) == expected


def test_what_other_scopes_read_is_settled_without_regard_to_order() -> None:
    data = b"class C:\n    y = [x for _ in x]\n    def f(self): return x\n    x = 1\nx\n"
    found = occurrences_of(Source("m.py", data, digest(data)))
    # Only the iterable is read in the class itself.
    assert [whose(found, one) for one in found.named("x")] == ["own", "outside", "own", "own", "own"]
