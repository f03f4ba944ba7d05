"""What `unify_class` says of what it does, and what it refuses to be asked."""

import pytest

from overhaul.testing import Transformed, transform

OLD = '''"""Old."""


class Old:
    def __init__(self, size=3):
        self._entries = {}
        self.size = size

    def find(self, key):
        return self._entries.get(key)

    def keep(self, key, value):
        self._entries[key] = value
'''
NEW = '''"""New."""


class New:
    def __init__(self, size):
        self._entries = {}
        self.size = size

    def get(self, key):
        return self._entries.get(key)

    def set(self, key, value):
        self._entries[key] = value

    async def later(self, key):
        return self._entries.get(key)
'''
REQUEST: dict[str, object] = {
    "target": "old:Old", "to": "new:New", "construct": "New({size})", "methods": {"find": "get", "keep": "set"},
    "attributes": {"size": "size"},
}  # fmt: skip


def done(app: str, **changes: object) -> Transformed:
    """What becomes of a file that uses the class."""
    return transform("unify_class", {"old.py": OLD, "new.py": NEW, "app.py": app}, {**REQUEST, **changes})


def why(result: Transformed) -> str:
    """The reasons why it is refused."""
    return "; ".join(f"{one.path}:{one.line}: {one.why}: {one.remedy}" for one in result.refusals)


def test_what_differs_is_said_at_each_change() -> None:
    made = done("from old import Old\n\nKNOWN = Old()\nKNOWN.keep('a', 1)\n")
    assert not made.refusals
    said = {one.because for file in made.plan.files if file.path == "app.py" for one in file.replacements}
    assert any("Old becomes New" in one for one in said)
    # It is a cache without a bound that becomes one of which nothing is known.
    assert {file.guidance for file in made.plan.files if file.path == "app.py"} == {"review"}


def test_every_place_that_stands_against_it_is_told() -> None:
    app = "from old import Old\n\nKNOWN = Old()\nKNOWN._entries\nKNOWN.size.real\nprint(KNOWN._entries)\n"
    text = why(done(app))
    assert text.startswith("app.py:4: ") and "app.py:6" in text and "app.py:5" not in text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"methods": {"fnd": "get"}}, "it has no method fnd: did you mean find?"),
        ({"methods": {"find": "get({kee})"}}, "there is no parameter kee: did you mean key?"),
        ({"methods": {"find(kee)": "get"}}, "find has no parameter kee: did you mean key?"),
        ({"attributes": {"sice": "size"}}, "it has no sice: did you mean size?"),
        ({"construct": "New({size}"}, "is no template"),
        ({"construct": "New({self})"}, "there is no instance yet"),
        ({"construct": "New(LIMIT)"}, "the templates name LIMIT"),
        ({"to": "old:Old"}, "it is to become itself"),
        ({"to": "new:Nwe"}, "New"),
    ],
)
def test_a_request_that_is_wrong_in_itself_is_refused_with_the_nearest_name(
    changes: dict[str, object], reason: str
) -> None:
    assert reason in why(done("from old import Old\n\nKNOWN = Old()\n", **changes))


@pytest.mark.parametrize(
    "app",
    [
        "from old import Old\n\nKNOWN = dict(a=Old())\n",
        "from old import Old\n\nKNOWN = [one.find('a') for one, _ in zip([Old()], [1])]\n",
        "from old import Old\n\n\ndef make():\n    return lambda: Old()\n",
        "from old import Old\n\n\ndef run(tell):\n    tell(Old())\n",
        "from old import Old\n\nSIZES = vars(Old())\n",
        "from old import Old\n\n\nclass Desk:\n    pass\n\n\ndef run(desk):\n    desk.known = Old()\n",
        "from old import Old\n\n\ndef run(known=None):\n    known = known or Old()\n    return known.find(1)\n\n\n"
        "run({})\n",
        "from old import Old\n\n\ndef run(**more):\n    return more['a'].find(1), more['b'].find(1)\n\n\n"
        "run(a=Old(), b={})\n",
        "from old import Old\n\n\ndef run(*some):\n    return [one.find(1) for one in some]\n\n\nrun(Old(), {})\n",
        "from old import Old\n\nFOUND = [one.find(1) for one in [Old(), {}]]\n",
        "from old import Old\n\n\ndef run(other):\n    for one in {'a': Old(), 'b': other}.values():\n"
        "        one.find(1)\n",
        "from old import Old\n\n\nclass Desk:\n    @property\n    def known(self):\n        return self._known\n\n"
        "    @known.setter\n    def known(self, value):\n        self._known = value\n\n\n"
        "def run(desk: Desk):\n    desk.known = Old()\n",
        "import copy\n\nfrom old import Old\n\nKNOWN = copy.copy(Old())\n",
        "from old import Old\n\n\ndef run(which):\n    known = Old()\n    if which:\n        known = {}\n"
        "    return known.get(1)\n",
    ],
)
def test_what_goes_out_of_sight_or_may_be_another_thing_is_refused(app: str) -> None:
    assert done(app).refusals


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        ("def run():\n    return (Old() if True else None).find(1)\n", "(New(3) if True else None).get(1)"),
        ("def run():\n    if (known := Old(5)):\n        return known.find(1)\n", "known.get(1)"),
        ("def run(known=Old()):\n    return known.find(1)\n", "known.get(1)"),
        ("def run():\n    return (lambda known=Old(): known.find(1))()\n", "known.get(1)"),
        ("class Desk:\n    known = Old()\n\n    def run(self):\n        return self.known.find(Desk.known.size)\n",
         "self.known.get(Desk.known.size)"),
        ("def pair():\n    return Old(), 3\n\n\ndef run():\n    known, number = pair()\n"
         "    return known.find(number)\n", "known.get(number)"),
        ("def every():\n    for size in (1, 2):\n        yield Old(size)\n\n\ndef run():\n"
         "    return [one.find(1) for one in every()]\n", "one.get(1)"),
        ("class Desk:\n    def __init__(self):\n        self._known = Old()\n\n    @property\n    def known(self):\n"
         "        return self._known\n\n\ndef run(desk: Desk):\n    return desk.known.find(1)\n",
         "desk.known.get(1)"),
        ("class Base:\n    def __init__(self):\n        self.known = Old()\n\n\nclass Desk(Base):\n    def run(self):\n"
         "        return self.known.find(1)\n", "self.known.get(1)"),
        ("async def make():\n    return Old()\n\n\nasync def run():\n    return (await make()).find(1)\n",
         "(await make()).get(1)"),
        ("def run():\n    known = {}\n    known['a'] = Old()\n    return {k: v.find(1) for k, v in known.items()}\n",
         "v.get(1)"),
    ],
)  # fmt: skip
def test_instances_are_followed(app: str, expected: str) -> None:
    made = done(f"from old import Old\n\n\n{app}")
    assert not made.refusals, why(made)
    assert expected in made.text("app.py") and "find" not in made.text("app.py").replace("def find", "")


@pytest.mark.parametrize(
    "test",
    [
        "import app\n\n\ndef test_it():\n    app.KNOWN = {}\n",
        "import app\n\n\ndef test_it(monkeypatch):\n    monkeypatch.setattr(app, 'KNOWN', {})\n",
        "from unittest import mock\n\n\ndef test_it():\n    with mock.patch('app.KNOWN', {}):\n        pass\n",
        "from unittest import mock\n\n\ndef test_it():\n    with mock.patch('app.Desk.known', {}):\n        pass\n",
    ],
)
def test_what_a_test_replaces_is_refused(test: str) -> None:
    app = "from old import Old\n\nKNOWN = Old()\n\n\nclass Desk:\n    known = KNOWN\n"
    files = {"old.py": OLD, "new.py": NEW, "app.py": app, "test_app.py": test}
    assert transform("unify_class", files, REQUEST).refusals


def test_a_coroutine_in_the_place_of_a_plain_method_is_refused() -> None:
    methods = {"find": "later", "keep": "set"}
    assert "awaited" in why(done("from old import Old\n\nFOUND = Old().find(1)\n", methods=methods))


@pytest.mark.parametrize("delete", [True, False])
def test_asked_again_it_has_nothing_to_do(delete: bool) -> None:
    request = {**REQUEST, "delete": delete}
    made = done("from old import Old\n\nKNOWN = Old()\n", delete=delete)
    assert not made.refusals and ("old.py" in made.files) is not delete
    again = transform("unify_class", made.files, request)
    assert not again.refusals and not again.plan.files


def test_both_statements_of_a_template_are_written_where_the_second_does_something() -> None:
    methods = {"find": "get", "keep": "get({key}); {self}.set({key}, {value})"}
    made = done("from old import Old\n\nKNOWN = Old()\nKNOWN.keep('a', 1)\n", methods=methods)
    assert not made.refusals, why(made)
    assert made.text("app.py").endswith("KNOWN.get('a')\nKNOWN.set('a', 1)\n")


def test_a_second_statement_that_does_nothing_is_left_out() -> None:
    methods = {"find": "get", "keep": "set({key}, {value}); {self}"}
    made = done("from old import Old\n\nKNOWN = Old()\nKNOWN.keep('a', 1)\n", methods=methods)
    assert not made.refusals, why(made)
    assert made.text("app.py").endswith("KNOWN.set('a', 1)\n")


def test_a_new_class_that_stands_on_the_old_one_is_not_made_to_stand_on_itself() -> None:
    new = NEW.replace("class New:", "from old import Old\n\n\nclass New:").replace("{}\n", "Old()\n", 1)
    made = transform("unify_class", {"old.py": OLD, "new.py": new, "app.py": "from old import Old\nOld()\n"}, REQUEST)
    assert "New itself stands on Old" in why(made)


@pytest.mark.parametrize("either", ["(x or KNOWN)", "(KNOWN if x else {})"])
def test_what_may_be_something_else_is_not_asked_for_another_member(either: str) -> None:
    app = f"from old import Old\n\nKNOWN = Old()\n\n\ndef f(x):\n    return {either}.find(1)\n"
    assert "something else may stand in the place of an instance" in why(done(app))


def test_what_may_be_none_is_still_an_instance() -> None:
    app = "from old import Old\n\nKNOWN = Old()\n\n\ndef f(x):\n    y = KNOWN if x else None\n    return y.find(1)\n"
    made = done(app)
    assert not made.refusals, why(made)
    assert "y.get(1)" in made.text("app.py")


@pytest.mark.parametrize("asked", ["KNOWN.size.real", "KNOWN.size.real + 1", "str(KNOWN.size.imag.real)"])
def test_what_an_attribute_is_asked_for_may_stand_behind_any_expression(asked: str) -> None:
    app = f"from old import Old\n\nKNOWN = Old()\nprint({asked})\n"
    made = done(app, attributes={"size": "{self}.sizes[-1]"}, to="collections:deque", construct="deque()",
                methods={"find": "index", "keep": "append"})  # fmt: skip
    assert not made.refusals, why(made)
    assert f"print({asked.replace('KNOWN.size', 'KNOWN.sizes[-1]')})" in made.text("app.py")
