"""What a module does to others when it is imported keeps its importers as they are."""

import pytest

from overhaul.testing import transform

REGISTRY = "REG = []\n\n\ndef get():\n    return REG\n\n\ndef add(x):\n    REG.append(x)\n"
IMPORTER = "from b import Book\n\n\ndef new():\n    return Book()\n"
BOOK = "import a\nfrom reg import REG, add, get\n\n\nclass Book:\n    def new(self):\n        return a.new()\n\n\n"
EFFECTS = {
    "a list of another module grows": f"{BOOK}REG += [Book]\n",
    "what a call gave is another's": f"{BOOK}mine = get()\nmine.append(Book)\n",
    "a class body calls": f"{BOOK}class Other:\n    add(1)\n",
    "a comprehension calls": f"{BOOK}[REG.append(one) for one in 'ab']\n",
}
LOOK_ALIKES = {
    "a list of its own grows": f"{BOOK}OWN = []\nOWN += [1]\n",
    "what it has made itself changes": f"{BOOK}OWN = dict()\nOWN.update(a=1)\n",
}


def cut(book: str) -> list[str]:
    files = {"reg.py": REGISTRY, "a.py": IMPORTER, "b.py": book}
    return [one.why for one in transform("break_cycle", files, {"target": "a -> b", "ways": ["defer"]}).refusals]


@pytest.mark.parametrize("name", EFFECTS)
def test_an_import_of_what_changes_others_is_not_made_late(name: str) -> None:
    assert any("when b is imported" in why for why in cut(EFFECTS[name]))


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_an_import_of_what_changes_only_itself_is(name: str) -> None:
    assert not cut(LOOK_ALIKES[name])
