"""Of several managers that do the same each beyond the first is a finding, less those pairs that are on record."""

import pytest

from overhaul.config import Config, Justification
from overhaul.findings import Finding
from overhaul.testing import check, table

BARN = '''
class BarnManager:
    """Knows what lies where in the barn."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def start(self) -> None:
        self._known.clear()

    def stop(self) -> None:
        self._known.clear()

    def reserve_place(self, place: str) -> None:
        self._known[place] = len(place)

    def count_parcels(self) -> int:
        return sum(self._known.values())

    def find_place(self, parcel: str) -> int:
        return self._known[parcel.strip()]


BARN = BarnManager()
'''
CELLAR = '''
class CellarService:
    """Has a list of racks."""

    def __init__(self, racks: int) -> None:
        self._racks: list[list[str]] = [[] for _ in range(racks)]
        self._closed: set[int] = set()

    def start(self) -> None:
        for rack in self._racks:
            rack.clear()

    def stop(self) -> None:
        self._closed.update(range(len(self._racks)))

    def reserve_place(self, rack: int, parcel: str) -> bool:
        if rack in self._closed or parcel in self._racks[rack]:
            return False
        self._racks[rack].append(parcel)
        return True

    def count_parcels(self, rack: int) -> int:
        return 0 if rack in self._closed else len(self._racks[rack])

    def find_place(self, parcel: str) -> tuple[int, int]:
        for number, rack in enumerate(self._racks):
            if parcel in rack:
                return number, rack.index(parcel)
        raise KeyError(parcel)


CELLAR = CellarService(3)
'''
LOFT = '''
import heapq


class LoftTracker:
    """Keeps the heaviest at the front."""

    def __init__(self, beams) -> None:
        self._heap = []
        self._beams = beams

    def start(self) -> None:
        self._heap = [(0, beam) for beam in self._beams]
        heapq.heapify(self._heap)

    def stop(self) -> None:
        while self._heap:
            heapq.heappop(self._heap)

    def reserve_place(self, weight, beam) -> None:
        heapq.heappush(self._heap, (-weight, beam))

    def count_parcels(self, least=1) -> int:
        return sum(1 for weight, _ in self._heap if -weight >= least)

    def find_place(self, weight):
        return next(beam for heavy, beam in self._heap if heavy == -weight)


LOFT = LoftTracker(["north", "south"])
'''
FILES: dict[str, str | bytes] = {"barn.py": BARN, "below/cellar.py": CELLAR, "loft.py": LOFT}


def found(*groups: str) -> list[Finding]:
    entries = tuple(Justification(group=group, reason="two buildings") for group in groups)
    return check("overlapping_managers", FILES, Config(justified=entries))


def pairs() -> set[str]:
    return {text.rpartition(" ")[2] for one in found() for text in one.because}


def test_of_several_that_do_the_same_each_beyond_the_first_is_a_finding() -> None:
    cellar, loft = found()
    assert (cellar.path, cellar.name) == ("below/cellar.py", "CellarService")
    assert cellar.message.startswith("CellarService does the same as BarnManager, LoftTracker: ")
    assert [place.path for place in loft.places] == ["barn.py", "below/cellar.py"]
    assert len(loft.because) == 2


@pytest.mark.parametrize("third", sorted(FILES))
def test_one_that_comes_is_one_more_and_one_that_goes_makes_no_other_one(third: str) -> None:
    two = check("overlapping_managers", {path: text for path, text in FILES.items() if path != third})
    assert len(two) == 1
    assert {(one.module, one.name) for one in two} < {(one.module, one.name) for one in found()}


def test_managers_of_which_one_pair_is_justified_still_hang_together_by_the_third() -> None:
    for kept in pairs():
        assert len(found(kept)) == 2
        (one,) = found(*pairs() - {kept})
        assert len(one.places) == 1 and [text.rpartition(" ")[2] for text in one.because] == [kept]


def test_nothing_is_left_when_all_pairs_are_justified() -> None:
    assert len(pairs()) == 3 and not found(*pairs())


def test_the_entry_that_is_named_is_that_of_the_candidate() -> None:
    candidates = {getattr(row, "identity", "") for row in table("consolidations", FILES)}
    assert pairs() & candidates
