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


def test_literals_that_differ_are_drafted_as_arguments_without_names() -> None:
    from overhaul.drafts import Drafted

    files = {**FILES, "shop/a.py": FILES["shop/a.py"].replace("'empty'", "'nothing'")}
    (step,) = drafted(files)
    assert isinstance(step, Drafted)
    assert not step.ready
    assert step.keys["parameters"] == {"value_1": "'empty'"}
    assert "by names that say what they are" in step.by_hand[0]
    assert not transform("merge_duplicates", files, step.keys).refusals


def test_methods_that_are_no_mixin_are_drafted_as_a_function() -> None:
    from overhaul.drafts import Drafted

    inside = BODY.replace("\n    ", "\n        ").replace("    cleaned = text", "        cleaned = text", 1)
    one = f"class {{}}:\n    def words(self, text):\n{inside}"
    more = (
        "\n    def count(self):\n        total = 0\n        for one in self:\n            total += one.size\n"
        "        while total > 3:\n            total -= len(self.rest)\n        with open(total) as file:\n"
        "            print(file.read(), total)\n        return {one: 1 for one in self if one.size}\n"
    )
    files = {"shop/__init__.py": "", "shop/a.py": f"{one.format('A')}{more}\n\n{one.format('B(A)')}"}
    (step,) = drafted(files)
    assert isinstance(step, Drafted)
    assert not step.ready
    assert step.keys["function"] == "shared_words"
    assert "not as a mixin" in step.by_hand[0]
    assert not transform("merge_duplicates", files, step.keys).refusals
    apart = {**files, "shop/a.py": files["shop/a.py"].replace("B(A)", "B")}
    (step,) = drafted(apart)
    assert isinstance(step, Drafted)
    assert step.keys["mixin"] == "WordsMixin"


def test_what_cannot_be_named_is_left_to_people() -> None:
    from overhaul.drafts import Drafted

    inside = BODY.replace("\n    ", "\n        ").replace("    cleaned = text", "        cleaned = text", 1)
    nested = f"def {{}}(given):\n    def words(text):\n{inside}\n    return words\n"
    files = {
        "shop/__init__.py": "", "shop/a.py": nested.format("one") + "\n\ny = 1\n",
        "shop/b.py": nested.format("two").replace("'empty'", "'nothing'").replace(
            "    return words\n",
            "    total = 0\n    for one in given:\n        total += one.size\n    while total > 3:\n"
            "        total -= len(given.rest)\n    with open(total) as file:\n        print(file.read(), total)\n"
            "    return {one: words for one in given if one.size}\n",
        ),
    }  # fmt: skip
    (step,) = drafted(files)
    assert isinstance(step, Drafted)
    assert not step.ready
    assert step.keys == {"members": ["shop.a:one.words", "shop.b:two.words"]}
    assert "has no one.words" in step.by_hand[0]
