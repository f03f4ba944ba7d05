"""Code that claims to do something and does not, and what looks like it."""

from __future__ import annotations

import pytest

from overhaul.redundancy import Placeholder
from overhaul.testing import table


def rows(files: dict[str, str]) -> dict[str, Placeholder]:
    return {row.name: row for row in table("placeholders", files) if isinstance(row, Placeholder)}


def tiers(source: str, **others: str) -> dict[str, str]:
    files = {"shop.py": source, **{f"{name}.py": text for name, text in others.items()}}
    return {name: row.tier for name, row in rows(files).items()}


@pytest.mark.parametrize(
    ("source", "tier"),
    [
        ("def calculate_tax(order):\n    return 0.19  # TODO\n", "certain"),
        ("def tax(order) -> float:\n    pass\n", "certain"),
        ("def tax(order) -> float:\n    raise NotImplementedError\n", "certain"),
        ("def ship(order):\n    pass\n\n\ndef main():\n    ship(1)\n", "certain"),
        ("def calculate_tax(order):\n    return 0.19\n", "likely"),
        ("def ship_order(order):\n    '''Ship an order to its customer.'''\n", "likely"),
        ("def fetch_orders(customer) -> list:\n    return []\n", "likely"),
        ("def validate_order(order):\n    return True\n", "likely"),
        ("def encrypt(text):\n    return text\n", "likely"),
        ("def send_invoice(order):\n    print('sending', order)\n", "likely"),
        ("import random\ndef predict(order):\n    return random.random()\n", "likely"),
        ("def f(x):\n    # for now only the first\n    return x[0]\n", "likely"),
        ("def f(x):\n    try:\n        x.run()\n    except Exception:\n        pass\n", "likely"),
        ("def submit_order(order):\n    return {'status': 'success', 'order': order}\n", "likely"),
        ("def tax(order):\n    raise Exception('not implemented yet')\n", "likely"),
        ("def export(order):\n    return 'not implemented'\n", "likely"),
        ("def predict_no_show(guest):\n    # placeholder value\n    return 0.15\n", "certain"),
        (
            "def check_order(order):\n    '''Check the order against the list of debtors.'''\n    return False\n",
            "likely",
        ),
        ("def sign(order, key):\n    return 'signed-' + order.number\n", "likely"),
        ("def volume(box, unit):\n    '''The volume of a box, brought to unit.'''\n    return box.volume\n", "likely"),
        (
            "def compact() -> int:\n    '''Rewrite the file; returns the bytes that were saved.'''\n    return 0\n",
            "likely",
        ),
        (
            "import logging\ndef refund(order):\n    logging.info('refund')\n"
            "    return {'status': 'success', 'refund': 'R-1'}\n",
            "likely",
        ),
        (
            "import logging\ndef restock(box):\n    try:\n        box.add(1)\n    except Exception as error:\n"
            "        logging.debug(error)\n    return True\n",
            "likely",
        ),
    ],
)
def test_a_pretence_has_a_tier(source: str, tier: str) -> None:
    assert [found for name, found in tiers(source).items() if name != "main"] == [tier]


@pytest.mark.parametrize(
    "source",
    [
        "class Base:\n    def run(self, x):\n        raise NotImplementedError\nclass A(Base):\n    def run(self, x):\n"
        "        return x.go()\ndef main(b: Base):\n    b.run(1)\n",
        "def calculate_tax(order):\n    '''Calculate the tax; always 0 here: the islands have none.'''\n    return 0\n",
        "def on_exit(code):\n    pass\nimport atexit\natexit.register(on_exit)\n",
        "def ignore(done, total):\n    pass\ndef copy(progress=ignore):\n    progress(1, 2)\n",
        "def render(x):\n    raise NotImplementedError('this backend does not support images')\nrender(1)\n",
        "import functools\n@functools.singledispatch\ndef render(x):\n    raise NotImplementedError\nrender(1)\n",
        "class A:\n    def is_open(self):\n        return True\n",
        "def version() -> str:\n    return '1.0'\n",
        "def wait_for_it():\n    import time\n    time.sleep(1)\n",
        "def send_nothing_yet():\n    return None\n",
        "class NullMailer:\n    def send(self, mail):\n        pass\ndef main():\n    NullMailer().send(1)\n",
        "try:\n    from fast import calculate\nexcept ImportError:\n    def calculate(x):\n        return 0\n"
        "calculate(1)\n",
        "import outside\nclass A(outside.Base):\n    def calculate(self, x):\n        return 0\n"
        "    def close(self):\n        pass\n",
        "def main(x):\n    print('Usage: main FILE')\n    return 2\n",
        # What asks a device by reading from it does something.
        "class A:\n    def request_state(self):\n        '''Request the state from the device.'''\n"
        "        _ = self.device.level\ndef main():\n    A().request_state()\n",
        # The second parameter is nothing that its docstring speaks of.
        "def volume(box, context):\n    '''The volume of a box, without its lid.'''\n    return box.volume\n",
        "def label(order, key):\n    return 'order-' + order.number\n",
        # A failure has another answer.
        "import logging\ndef restock(box):\n    try:\n        box.add(1)\n        return True\n"
        "    except Exception as error:\n        logging.debug(error)\n        return False\n",
        "import logging\ndef restock(box):\n    try:\n        box.add(1)\n    except KeyError as error:\n"
        "        logging.debug(error)\n    return True\n",
        "def restock(box):\n    try:\n        box.add(1)\n    except Exception as error:\n        if error.args:\n"
        "            box.mend()\n    return True\n",
        # Words of what the code is about.
        "def write(data):\n    '''Whether to stop writing for now.'''\n    return data.full()\n",
        "def load(x):\n    '''Earlier releases used a hard-coded list.'''\n    return x.read()\n",
    ],
)
def test_a_legitimate_stub_is_none(source: str) -> None:
    assert tiers(source) == {}


@pytest.mark.parametrize(
    "comment",
    ["# overhaul: ignore[stale_cache] this is quite all right", "# overhaul: ignore[*] a reason of some words",
     "#overhaul:ignore[stale_cache] a reason of some words", "# Overhaul ignore[stale_cache] a reason of some words"],
)  # fmt: skip
def test_a_comment_that_suppresses_explains_no_stub(comment: str) -> None:
    stub = f"def tax(order) -> float:  {comment}\n    raise NotImplementedError\n"
    swallowed = f"def f(x):\n    try:\n        x.run()\n    except Exception:  {comment}\n        pass\n"
    assert tiers(stub) == {"tax": "certain"}
    assert tiers(swallowed) == {"f": "likely"}
    # What is said before it explains, and so does prose that only speaks of the tool.
    said = "# some other service does this by itself"
    assert not tiers(stub.replace("# over", f"{said}  # over").replace("#over", f"{said}  #over").replace(
        "# Over", f"{said}  # Over"))  # fmt: skip
    assert not tiers(stub.replace(comment, "# overhaul of this service is done by others"))


def test_an_alias_of_abstractmethod_and_of_protocol_is_seen_through() -> None:
    source = (
        "from abc import abstractmethod as must\nimport typing as t\nclass A:\n    @must\n"
        "    def price(self) -> int: ...\n"
        "class P(t.Protocol):\n    def price(self) -> int: ...\n"
        "def main(p: P, a: A):\n    return p.price() + a.price()\n"
    )
    assert tiers(source) == {}


def test_a_hook_is_one_that_a_subclass_of_another_module_overrides() -> None:
    base = (
        "class Job:\n    def compute_cost(self, x) -> int:\n        pass\n"
        "    def run(self):\n        return self.compute_cost(1)\n"
    )
    heir = "from shop import Job\nclass Big(Job):\n    def compute_cost(self, x):\n        return x * 2\n"
    assert tiers(base, other=heir) == {}
    assert tiers(base, other=heir.replace("compute_cost", "weigh")) == {}
    assert tiers(base, other="from shop import Job\nJob().run()\n") == {"Job.compute_cost": "certain"}


def test_a_class_of_a_family_that_leaves_out_what_its_docstring_promises_is_named_with_its_siblings() -> None:
    source = (
        "import abc\nclass Mailer(abc.ABC):\n    @abc.abstractmethod\n    def send(self, mail): ...\n"
        "    def all(self, mails):\n        for mail in mails:\n            self.send(mail)\n"
        "class Smtp(Mailer):\n    def send(self, mail):\n        mail.connection.put(mail)\n        mail.done = True\n"
        "class Sms(Mailer):\n    def send(self, mail):\n        '''Send the mail as a short message.'''\n"
    )
    found = rows({"shop.py": source})
    assert list(found) == ["Sms.send"]
    assert found["Sms.send"].fuller == ("shop.Smtp.send",)
    assert found["Sms.send"].called_by == ("shop.Mailer.all",)


def test_a_function_has_one_row_with_all_that_was_seen() -> None:
    source = (
        "def fetch_user(key):\n    # for now\n    try:\n        key.read()\n    except Exception:\n        pass\n"
        "    return {'name': 'John Doe', 'mail': 'john@example.com'}\n"
    )
    (row,) = rows({"shop.py": source}).values()
    assert row.tier == "likely"
    assert len(row.evidence) == 3


def test_a_remark_outside_of_functions_is_a_note() -> None:
    assert tiers("# TODO: a table\nRATE = 0.19\n\n\n# FIXME\nclass A:\n    size = 1\n") == {"RATE": "note", "A": "note"}


def test_tests_and_stubs_have_none() -> None:
    source = "def calculate_tax(order):\n    return 0.19  # TODO\n"
    assert rows({"tests/test_shop.py": source, "shop.pyi": source}) == {}


def test_a_fuller_implementation_elsewhere_is_named() -> None:
    source = "def calculate_tax(order):\n    return 0.19  # TODO\n"
    other = "def calculate_tax(order):\n    rate = order.rate\n    return order.total * rate\n"
    assert rows({"shop.py": source, "old.py": other})["calculate_tax"].fuller == ("old.calculate_tax",)


def test_a_remark_in_what_is_only_declared_is_a_note() -> None:
    source = (
        "from abc import ABC, abstractmethod\nclass A(ABC):\n    @abstractmethod\n    def rows(self) -> int:\n"
        "        # TODO: is None better?\n        '''How many.'''\n"
    )
    assert set(tiers(source).values()) == {"note"}


REFUSES = "    raise NotImplementedError\n"


@pytest.mark.parametrize(
    "source",
    [
        f"def total(xs) -> int:\n{REFUSES}try:\n    from _fast import total\nexcept ImportError:\n    pass\n",
        f"def total(xs) -> int:\n{REFUSES}try:\n    from _fast import *\nexcept ImportError:\n    pass\n",
        f"import functools\ndef total(xs) -> int:\n{REFUSES}total = functools.partial(sum)\n",
        "def debug(*a):\n    pass\ndef main():\n    debug(1)\nif __debug__:\n    debug = print\n",
        f"def total(xs) -> int:\n{REFUSES}def install(f):\n    global total\n    total = f\n",
        f"class A:\n    def show(self) -> str:\n    {REFUSES}A.show = str\nA().show()\n",
        f"class A:\n    def show(self) -> str:\n    {REFUSES}    show = str\nA().show()\n",
        f"class A:\n    def show(self) -> str:\n    {REFUSES}setattr(A, 'show', str)\nA().show()\n",
        f"class A:\n    def __init__(self, f):\n        self.show = f\n"
        f"    def show(self) -> str:\n    {REFUSES}A(1).show()\n",
        "class Frozen(list):\n    pass\nclass B:\n    def append(self, x) -> int:\n"
        "        raise NotImplementedError('B is immutable')\nB().append(1)\n",
        f"class FrozenRows:\n    def append(self, x) -> int:\n    {REFUSES}FrozenRows().append(1)\n",
        f'class Rows:\n    """A read-only list."""\n    def update(self, x) -> int:\n    {REFUSES}Rows().update(1)\n',
    ],
)
def test_what_is_replaced_or_may_not_be_changed_is_none(source: str) -> None:
    assert tiers(source) == {}


@pytest.mark.parametrize(
    "source",
    [
        f"try:\n    import _fast\nexcept ImportError:\n    _fast = None\ndef total(xs) -> int:\n{REFUSES}",
        f"def total(xs) -> int:\n{REFUSES}def other():\n    total = sum\n    return total\n",
        f"class A:\n    def total(self) -> int:\n    {REFUSES}class B:\n    total = 1\nB.total = 2\nA().total()\n",
        f"class A:\n    def __init__(self, **kw):\n        for key in kw:\n            setattr(self, key, kw[key])\n"
        f"    def total(self) -> int:\n    {REFUSES}A().total()\n",
        f"class A:\n    def total(self) -> int:\n    {REFUSES}setattr(A, 'other', 1)\nA().total()\n",
        f"class FrozenRows:\n    def total(self) -> int:\n    {REFUSES}FrozenRows().total()\n",
    ],
)
def test_what_only_shares_its_name_with_something_replaced_stays_certain(source: str) -> None:
    found = tiers(source)
    assert list(found.values()) == ["certain"]


@pytest.mark.parametrize(
    "source",
    [
        "def total(xs) -> int:\n    raise NotImplementedError('not written yet')\ntotal = {}(total)\n",
        "class A:\n    def total(self) -> int:\n        raise NotImplementedError('not written yet')\n"
        "A.total = {}(A.total)\nA().total()\n",
    ],
)
def test_what_is_wrapped_is_not_replaced(source: str) -> None:
    assert list(tiers("import functools\n" + source.format("functools.lru_cache")).values()) == ["likely"]
    assert tiers(source.format("functools.lru_cache").replace("(total)", "()").replace("(A.total)", "()")) == {}


def test_a_module_that_replaces_a_function_of_another_counts_and_a_test_that_does_so_does_not() -> None:
    source = f"def total(xs) -> int:\n{REFUSES}"
    patch = "import shop\nshop.total = sum\n"
    assert tiers(source) == {"total": "certain"}
    assert tiers(source, setting=patch) == {}
    assert tiers(source, test_setting=patch) == {"total": "certain"}
    assert tiers(source, setting=patch.replace("shop.total", "shop.grand.total")) == {"total": "certain"}


@pytest.mark.parametrize("call", ["x.close()", "os.unlink(x)", "x.cancel()\n        await x", "await x.cleanup()"])
def test_a_failure_suppressed_while_something_is_put_away_is_none(call: str) -> None:
    head = "import contextlib, os\nasync def run(x):\n    x.go()\n    with contextlib.suppress(Exception):\n        "
    assert tiers(f"{head}{call}\n") == {}


@pytest.mark.parametrize("call", ["x.charge()", "x.ledger.post(x)", "await x.send()"])
def test_a_failure_suppressed_while_something_is_done_is_one(call: str) -> None:
    head = "import contextlib, os\nasync def run(x):\n    x.go()\n    with contextlib.suppress(Exception):\n        "
    assert tiers(f"{head}{call}\n") == {"run": "likely"}


def test_a_default_is_a_constant_whatever_its_verb() -> None:
    assert tiers("def compute_default_timeout() -> int:\n    return 30\n") == {}
    assert tiers("def calculate_defaults() -> int:\n    return 30\n") == {}
    assert tiers("def compute_timeout() -> int:\n    return 30\n") == {"compute_timeout": "likely"}
    assert tiers("def compute_default_rate(customer) -> int:\n    return 30\n") == {"compute_default_rate": "likely"}
