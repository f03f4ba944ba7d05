"""What is said to differ between a cache class and the one that takes its place."""

import pytest

from overhaul.changes import Target
from overhaul.project import Project
from overhaul.testing import surveyed
from overhaul.unifying.semantics import differences

OLD = '''"""Old."""

import time


class PriceCache:
    """Prices by name, for a while."""

    def __init__(self, ttl=60, size=100):
        self.ttl = ttl
        self.size = size
        self._prices = {}

    def get(self, name):
        entry = self._prices.get(name)
        if entry is None or time.monotonic() - entry[0] >= self.ttl:
            return None
        return entry[1]

    def put(self, name, price):
        while len(self._prices) >= self.size:
            del self._prices[next(iter(self._prices))]
        self._prices[name] = (time.monotonic(), price)
'''
COPY = "# overhaul scaffold: cache 0.1.0 blake2b:0\nclass UnifiedCache:\n    pass\n"


@pytest.mark.parametrize(
    ("construct", "said"),
    [
        ('UnifiedCache.of(ttl={ttl}, max_size={size}, policy="fifo")', set[str]()),
        ("UnifiedCache.of(ttl={ttl}, max_size={size})",
         {"which entry goes when there are too many may be another one"}),
        ('UnifiedCache.of(ttl=None, max_size={size}, policy="fifo")', {"entries do not expire"}),
        ('UnifiedCache.of(ttl={ttl}, max_size=None, policy="fifo")', {"nothing is dropped when there are too many"}),
        ('UnifiedCache.of(ttl={ttl}, max_size={size}, policy="fifo", boundary="after")',
         {"whether an entry of exactly its age is too old may be another matter"}),
        ('UnifiedCache.shared(ttl={ttl}, max_size={size}, policy="fifo")', {"its instances share their entries"}),
    ],
)  # fmt: skip
def test_a_difference_is_said_and_nothing_else(construct: str, said: set[str]) -> None:
    with surveyed({"old.py": OLD, "new.py": COPY}) as seen:
        project = Project(seen)
        symbol = project.symbol(Target("old", "PriceCache"))
        told = set(differences(project, symbol, construct, Target("new", "UnifiedCache")))
    always = {"it is safe for threads, which the old one was not", "None is a value that can be stored"}
    assert told - always == said and always <= told


def test_of_what_is_no_cache_nothing_is_known() -> None:
    with surveyed({"old.py": "class Shop:\n    pass\n", "new.py": COPY}) as seen:
        project = Project(seen)
        symbol = project.symbol(Target("old", "Shop"))
        told = [*differences(project, symbol, "UnifiedCache.of()", Target("new", "UnifiedCache"))]
    assert told == ["that UnifiedCache does what Shop did is for you to say"]
