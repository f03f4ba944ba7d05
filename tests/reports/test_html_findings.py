"""How the findings stand on the page."""

import re

from overhaul.config import Config
from overhaul.testing import render

SUMS = """\
def sums(rows, rate, floor):
    total = 0
    for row in rows:
        if row.kind == "credit":
            total += row.amount * rate
        elif row.kind == "debit":
            total -= row.amount
        else:
            total += floor
    if total < floor:
        total = floor
    average = total / max(1, len(rows))
    spread = max(row.amount for row in rows) - min(row.amount for row in rows)
    return total, average, spread
"""
LABELS = """\
def labels(parcels, printer):
    with printer.open() as page:
        while parcels:
            parcel = parcels.pop()
            page.write(parcel.street)
            page.write(parcel.city.upper())
            if parcel.fragile:
                page.stamp("fragile", times=2)
            try:
                page.weigh(parcel)
            except OverflowError:
                page.cancel(parcel.number)
            page.feed(parcel.height // 3)
    printer.rest()
"""


def test_copies_of_one_thing_stand_together_whatever_stands_in_the_files_between() -> None:
    files: dict[str, str | bytes] = {"a.py": f"{SUMS}\n\n{LABELS}", "b.py": SUMS, "c.py": LABELS, "d.py": SUMS}
    page = render("html", files, Config(select=("unjustified_duplicate",)))
    table = page[page.index('id="findings-') :]
    said = re.findall(r"a copy of a\.(\w+): ([23]) functions", table)
    assert said[:3] == [("sums", "3"), ("sums", "3"), ("labels", "2")]
