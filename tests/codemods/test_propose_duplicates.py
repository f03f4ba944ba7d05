"""Drafts of merges: what is ready can be carried out, what is not says why."""

from overhaul.leaves import load_leaves
from overhaul.project import Project
from overhaul.testing import surveyed, transform

BODY = (
    "    cleaned = text.strip()\n    if not cleaned:\n        raise ValueError('empty')\n"
    "    parts = cleaned.split(',')\n    found = []\n    for part in parts:\n        if part:\n"
    "            found.append(part.lower())\n    return found\n"
)
FILES = {
    "shop/__init__.py": "", "shop/a.py": f"def words(text):\n{BODY}", "shop/b.py": f"def words(text):\n{BODY}",
    "shop/c.py": "from shop.b import words\n\nprint(words('a'))\n",
    "tests/test_b.py": "from shop.b import words\n\n\ndef test_words():\n    assert words('A,b') == ['a', 'b']\n",
}  # fmt: skip


def drafted(files: dict[str, str]) -> list[object]:
    """All steps that are drafted."""
    with surveyed(files) as seen:
        draft = load_leaves().drafts["duplicates"]
        return list(draft.function(Project(seen)))


def test_what_is_equal_is_ready_with_its_home_and_its_tests() -> None:
    from overhaul.drafts import Drafted

    (step,) = drafted(FILES)
    assert isinstance(step, Drafted) and step.ready
    assert step.keys == {"members": ["shop.a:words", "shop.b:words"], "home": "shop.b"}
    assert step.tests == ("tests/test_b.py: 1 site",)
    assert not transform("merge_duplicates", FILES, step.keys).refusals


def test_what_means_other_things_is_left_to_people_with_the_reason() -> None:
    from overhaul.drafts import Drafted

    files = {
        **FILES, "shop/a.py": f"LOW = 1\n\n\n{FILES['shop/a.py']}    print(LOW)\n",
        "shop/b.py": f"LOW = 2\n\n\n{FILES['shop/b.py']}    print(LOW)\n",
    }  # fmt: skip
    (step,) = drafted(files)
    assert isinstance(step, Drafted) and not step.ready
    assert "`LOW` is shop.b.LOW" in step.by_hand[0] or "`LOW` is shop.a.LOW" in step.by_hand[0]
