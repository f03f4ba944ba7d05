"""What reaches an instance, or its class, by another way than a name that can be followed: refused, or told."""

import pytest

from overhaul.testing import Transformed, transform

OLD = (
    "class Old:\n    def __init__(self, n):\n        self.n = n\n\n    def get(self, k, d=None):\n        return k\n\n"
    "    def put(self, k, v):\n        pass\n"
)
NEW = (
    "class New:\n    def __init__(self, n):\n        self.n = n\n\n"
    "    def fetch(self, k, d=None):\n        return k\n\n"
    "    def store(self, v, k):\n        pass\n\n    def size(self):\n        return 1\n\n    def some(self, k):\n"
    "        yield k\n\n"
    "    def keyed(self, *, k):\n        return k\n"
)
USE = "from old import Old\n\no = Old(1)\n"
REQUEST: dict[str, object] = {
    "target": "old:Old", "to": "new:New", "construct": "New({n})", "attributes": {"n": "n"},
    "methods": {"get": "fetch({k}, {d})", "put": "store({v}, {k})"},
}  # fmt: skip
METHODS = {"get": "fetch({k}, {d})", "put": "store({v}, {k})"}


def done(app: str, old: str = OLD, new: str = NEW, **changes: object) -> Transformed:
    return transform("unify_class", {"old.py": old, "new.py": new, "app.py": app}, {**REQUEST, **changes})


def why(result: Transformed) -> str:
    return "; ".join(f"{one.path}:{one.line}: {one.why}: {one.remedy}" for one in result.refusals)


def told(result: Transformed) -> str:
    return "; ".join(f"{one.path}:{one.line}: {one.reason}" for one in result.leftovers)


HOLDER = (
    "from dataclasses import dataclass, fields\n\nfrom old import Old\n\n\n"
    "class H:\n    def __init__(self):\n        self.o = Old(1)\n"
)


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        (f"{HOLDER}\n    def all(self):\n        return [one.get(5) for one in vars(self).values()]\n", "`vars(self)`"),
        (f"{HOLDER}\n\ndef every(h: H):\n    return h.__dict__\n", "`h.__dict__`"),
        (f"{HOLDER}\n\ndef every(h):\n    return [getattr(h, one.name) for one in fields(h)]\n", "`fields(h)`"),
        (f"{HOLDER}\n\ndef put(h: H, it):\n    for name in ('o',):\n        setattr(h, name, it)\n", "`setattr(h, "),
        (f"{USE}print(globals()['o'].get(1))\n", "`globals()`"),
        (f"{USE}print(eval('o.get(1, 2)'))\n", "may be carried out"),
        (f'"""An example.\n\n>>> Old(1).get(2)\n2\n"""\n{USE}', "an example in a text"),
    ],
)
def test_what_asks_for_everything_or_for_a_name_that_is_worked_out_is_refused(app: str, reason: str) -> None:
    assert reason in why(done(app))


@pytest.mark.parametrize(
    "app",
    [
        f"{HOLDER}\n\nclass Other:\n    def all(self):\n        return vars(self)\n",
        f"{HOLDER}\n\ndef call(h: H, name):\n    return getattr(h, name)()\n",
        f"{HOLDER}\n\ndef ask(h: H):\n    return getattr(h, 'other', None)\n",
        "from old import Old\n\n\ndef run():\n    o = Old(1)\n    return o.get(1), globals()\n",
        f"{USE}print(eval('1 + 1'))\n",
        f'"""An example.\n\n>>> 1 + 1\n2\n"""\n{USE}',
    ],
)
def test_what_asks_for_something_else_is_not(app: str) -> None:
    assert why(done(app)) == ""


PROPERTY = (
    "\n\nclass A:\n    x = 0\n    plain = 1\n\n"
    "    @property\n    def nxt(self):\n        self.x += 1\n        return self.x\n\n\n"
)


@pytest.mark.parametrize("argument", ["o.put(a.nxt, a.nxt)", "o.put(A().nxt, f(1))", "o.put(a.nxt, 2 + a.x)"])
def test_a_property_is_not_evaluated_in_another_order(argument: str) -> None:
    assert "would be evaluated after" in why(done(f"{USE}{PROPERTY}a = A()\n{argument}\n"))


def test_a_property_is_neither_lost_nor_doubled_nor_late() -> None:
    app = f"{USE}{PROPERTY}a = A()\no.put(1, a.nxt)\n"
    assert "would not be evaluated any more" in why(done(app, methods={"put": "fetch({k})"}))
    assert "times" in why(done(app, methods={"put": "store({v}, {v})"}))
    assert "at another time" in why(done(app, methods={"put": "fetch(lambda: {v}, {k})"}))


def test_an_attribute_that_is_none_may_move() -> None:
    assert why(done(f"{USE}{PROPERTY}a = A()\no.put(a.plain, a.plain)\n")) == ""
    assert why(done(f"{USE}{PROPERTY}class B:\n    nxt = 1\n\n\nb = B()\no.put(b.nxt, b.nxt)\n")) == ""


def test_a_builtin_of_a_template_is_the_builtin() -> None:
    methods = {"get": "list({self}.some({k}))", "put": "store({v}, {k})"}
    assert why(done(f"{USE}print(o.get(1))\n", methods=methods)) == ""
    for app in (f"{USE}o.get(1)\n\n\ndef list(x):\n    return x\n", f"{USE}\n\ndef f(list):\n    o.get(list)\n"):
        assert "`list` of a template" in why(done(app, methods=methods))
    star = {"own.py": "def list(x):\n    return x\n", "old.py": OLD, "new.py": NEW}
    app = f"from own import *\n{USE}print(o.get(1))\n"
    request = {"target": "old:Old", "to": "new:New", "construct": "New({n})", "methods": methods}
    assert "`list` of a template" in why(transform("unify_class", {**star, "app.py": app}, request))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"methods": {"get": "keyed({k})"}}, "takes 0 arguments by position, and is given 1"),
        ({"methods": {"get": "fetch({k}, {d}, 3)"}}, "takes 2 arguments by position, and is given 3"),
        ({"methods": {"get": "fetch()"}}, "fetch wants k"),
        ({"methods": {"get": "fetch({k}, k={d})"}}, "is given k twice"),
        ({"methods": {"get": "fetch({k}, e={d})"}}, "has no parameter e"),
        ({"construct": "New()"}, "__init__ wants n"),
        ({"construct": "New({n}, {n})"}, "takes 1 arguments by position"),
        ({"attributes": {"n": "size"}}, "size is a method of New"),
    ],
)
def test_a_template_fits_what_it_calls(changes: dict[str, object], reason: str) -> None:
    files = {"old.py": OLD, "new.py": NEW, "app.py": f"{USE}print(o.get(1))\n"}
    assert reason in why(transform("unify_class", files, {**REQUEST, **changes}))


def test_what_is_assigned_by_brackets_is_no_call() -> None:
    old = f"{OLD}\n    def __setitem__(self, k, v):\n        pass\n"
    assert "what asks for __setitem__ is no call" in why(done(USE, old=old, methods={"__setitem__": "store({v}, {k})"}))


def test_a_generator_does_not_serve_a_call() -> None:
    assert why(done(f"{USE}o.put(1, 2)\n")) == ""
    assert "some is a generator" in why(done(f"{USE}o.get(1)\n", methods={"get": "some({k})"}))


def test_the_default_of_a_decorated_function_is_not_known() -> None:
    new = f"import functools\n\n\ndef twice(f):\n    return functools.partial(f, d=7)\n\n\n{NEW}".replace(
        "    def fetch", "    @twice\n    def fetch"
    )
    assert "o.fetch(1, None)" in done(f"{USE}o.get(1)\n", new=new).text("app.py")
    assert "o.fetch(1)" in done(f"{USE}o.get(1)\n").text("app.py")


def test_operators_ask_for_what_the_other_class_must_have() -> None:
    old = f"{OLD}\n    def __lt__(self, other):\n        return True\n"
    assert "nothing says what becomes of __lt__" in why(done(f"{USE}print(o < Old(2))\n", old=old))
    new = f"{NEW}\n    def __lt__(self, other):\n        return True\n"
    assert why(done(f"{USE}print(o < 2)\n", old=old, new=new)) == ""


def test_a_text_of_its_own_is_not_lost() -> None:
    old = f"{OLD}\n    def __repr__(self):\n        return 'old'\n"
    for used in ("f'{o}'", "str(o)", "print(o)"):
        assert "its text is worked out by __repr__" in why(done(f"{USE}x = {used}\n", old=old))
        assert why(done(f"{USE}x = {used}\n")) == ""
    new = f"{NEW}\n    def __repr__(self):\n        return 'new'\n"
    assert "its text is that of New" in told(done(f"{USE}x = str(o)\n", old=old, new=new))


def test_what_the_old_module_does_when_it_is_imported_is_not_lost() -> None:
    old = f"import registry\n\nregistry.ALL.append('old')\n\n\n{OLD}"
    files = {"registry.py": "ALL = []\n", "old.py": old, "new.py": NEW, "app.py": f"{USE}print(o.get(1))\n"}
    request = {"target": "old:Old", "to": "new:New", "construct": "New({n})", "methods": METHODS}
    assert "others would not import it any more" in why(transform("unify_class", files, request))
    assert why(transform("unify_class", {**files, "old.py": OLD}, request)) == ""


def test_a_check_that_others_pass_too_afterwards_is_told() -> None:
    app = f"{USE}print(isinstance(o, Old))\n"
    assert "told to be one, too" in told(done(f"from new import New\n\nm = New(1)\n{app}"))
    assert "told to be one, too" not in told(done(app))


def test_quotes_do_not_come_into_an_f_string() -> None:
    methods = {"get": "fetch('a', {k})"}
    assert "it stands in an f-string" in why(done(f"{USE}print(f'{{o.get(1)}}')\n", methods=methods))
    assert why(done(f"{USE}print(f'{{o.get(1)}}')\n")) == ""
