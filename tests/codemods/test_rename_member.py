"""Renamed members: what is known, what is likely, and what is not."""

from collections.abc import Mapping

import pytest

from overhaul.testing import transform

SHOP = """
class Order:
    def __init__(self):
        self.state = 1

    def send(self):
        return self.state


class Express(Order):
    def send(self):
        return super().send()


class Mail:
    def send(self):
        return 2
"""


def changed(files: Mapping[str, str], target: str, to: str, path: str = "use.py", **more: object) -> list[str]:
    """The lines of a file that are others after a rename."""
    done = transform("rename_member", files, {"target": target, "to": to, **more})
    assert not done.refusals
    before, after = files[path].splitlines(), done.text(path).splitlines()
    return [two.strip() for one, two in zip(before, after, strict=True) if one != two]


def refused(files: Mapping[str, str], request: Mapping[str, object]) -> str:
    """Why a rename is refused."""
    return " ".join(
        f"{one.path}:{one.line}: {one.why}: {one.remedy}" for one in transform("rename_member", files, request).refusals
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(one: Order): one.send()", "def f(one: Order): one.post()"),
        ("def f(one: Express): one.send()", "def f(one: Express): one.post()"),
        ("def f(one: Order | Express): one.send()", "def f(one: Order | Express): one.post()"),
        ("def f(): one = Order(); one.send()", "def f(): one = Order(); one.post()"),
        ("def f(): Order().send()", "def f(): Order().post()"),
        ("def f(one): return Order.send(one)", "def f(one): return Order.post(one)"),
        ("class Late(Order):\n    go = Order.send", "go = Order.post"),
        ("def f(patch): patch.object(Order, 'send')", "def f(patch): patch.object(Order, 'post')"),
    ],
)
def test_what_is_known_to_have_the_member_is_renamed(code: str, expected: str) -> None:
    files = {"shop.py": SHOP, "use.py": f"from shop import Express, Mail, Order\n\n\n{code}\n"}
    assert changed(files, "shop:Order.send", "post") == [expected]


@pytest.mark.parametrize(
    "code",
    [
        "def f(one: Mail): one.send()",
        "def f(send): send()",
        "def f(): Mail().send()",
        "def f(): dict(send=1)",
        "def f(): return {'send': 'send'}",
        "def f():\n    import socket\n    socket.socket().send(b'')",
        "def f(patch): patch.object(Mail, 'send')",
    ],
)
def test_what_is_known_to_be_another_stays(code: str) -> None:
    files = {"shop.py": SHOP, "use.py": f"from shop import Express, Mail, Order\n\n\n{code}\n"}
    assert changed(files, "shop:Order.send", "post") == []


@pytest.mark.parametrize(
    "code",
    [
        "def f(one): one.send()",
        "def f(one): return getattr(one, 'send')",
        "def f(many): return [one.send() for one in many]",
    ],
)
def test_what_may_be_either_is_a_reason_to_refuse_if_the_user_does_not_say_otherwise(code: str) -> None:
    files = {"shop.py": SHOP, "use.py": f"from shop import Express, Mail, Order\n\n\n{code}\n"}
    assert "may be Order.send" in refused(files, {"target": "shop:Order.send", "to": "post"})
    assert changed(files, "shop:Order.send", "post", unsure="rename") == [code.splitlines()[-1].replace("send", "post")]


def test_what_is_either_of_two_classes_is_refused_whatever_the_user_says() -> None:
    files = {"shop.py": SHOP, "use.py": "from shop import Mail, Order\n\n\ndef f(one: Order | Mail): one.send()\n"}
    for unsure in ("refuse", "rename"):
        assert "use.py:4" in refused(files, {"target": "shop:Order.send", "to": "post", "unsure": unsure})


def test_what_only_one_class_has_is_renamed_everywhere() -> None:
    files = {"shop.py": SHOP, "use.py": "def f(one, many):\n    return one.state, [two.state for two in many]\n"}
    assert changed(files, "shop:Order.state", "phase") == ["return one.phase, [two.phase for two in many]"]


def test_a_class_that_passes_on_what_it_is_asked_for_may_have_it() -> None:
    passing = (
        "class Door:\n    def __getattr__(self, name):\n        return getattr(self.inner, name)\n\n\n"
        "def f(door: Door):\n    return door.state\n"
    )
    assert changed({"shop.py": SHOP, "use.py": passing}, "shop:Order.state", "phase") == ["return door.phase"]


def test_a_class_that_makes_up_what_it_is_asked_for_has_members_of_its_own() -> None:
    making = (
        "class Path:\n    def __getattr__(self, name):\n        return Path()\n\n\n"
        "def f(path: Path):\n    return path.state\n"
    )
    assert changed({"shop.py": SHOP, "use.py": making}, "shop:Order.state", "phase") == []


def test_what_a_protocol_asks_for_is_renamed_with_it() -> None:
    protocol = "from typing import Protocol\n\n\nclass Sender(Protocol):\n    def send(self): ...\n"
    done = changed({"shop.py": SHOP, "use.py": protocol}, "shop:Order.send", "post")
    assert done == ["def post(self): ..."]


def test_classes_that_may_stand_for_each_other_without_a_common_base_are_not_parted() -> None:
    files = {
        "stores.py": (
            "class Disk:\n    def read(self): ...\n    def write(self): ...\n    def close(self): ...\n\n\n"
            "class Memory:\n    def read(self): ...\n    def write(self): ...\n    def close(self): ...\n"
        )
    }
    assert "stores:Memory has close, read, write too" in refused(files, {"target": "stores:Disk.read", "to": "load"})


def test_a_method_that_a_base_outside_may_call_by_its_name_is_refused() -> None:
    files = {"jobs.py": "import framework\n\n\nclass Job(framework.Job):\n    def handle(self): ...\n"}
    assert "framework.Job, outside what is known" in refused(files, {"target": "jobs:Job.handle", "to": "work"})


def test_done_already_is_nothing_to_do() -> None:
    done = transform(
        "rename_member", {"shop.py": SHOP.replace("send", "post")}, {"target": "shop:Order.send", "to": "post"}
    )
    assert not done.plan.files
