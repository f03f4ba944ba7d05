"""What may cost time out of proportion where it runs often."""

from typing import Any

import pytest

from overhaul.testing import collect


def acts(body: str, head: str = "def f(rows, path, self):", imports: str = "import requests, time\n") -> list[str]:
    source = imports + head + "\n" + "".join(f"    {line}\n" for line in body.splitlines())
    found: list[Any] = collect("costly_acts", source)
    return [f"{row.act} {row.callee} {row.detail} {row.loops} {row.lock}".strip() for row in found]


@pytest.mark.parametrize(("body", "expected"), [
    ('log.debug(f"{rows}")', "eager_log log.debug debug f-string 0"),
    ('log.debug("x" f"{rows}")', "eager_log log.debug debug f-string 0"),
    ('self._logger.debug("%s" % rows)', "eager_log self._logger.debug debug % 0"),
    ('log.debug("{}".format(rows))', "eager_log log.debug debug str.format 0"),
    ('open("journal", "a")', 'appended open "journal" 0'),
    ('for one in rows:\n    open("journal", "a")', 'reopened open append "journal" 1'),
    ("for one in rows:\n    path.open(\"rb\")", "reopened path.open read path 1"),
    ("time.sleep(1)", "call time.sleep  0"),
    ("with self._lock:\n    requests.get(path)", "call requests.get  0 self._lock"),
    ("for one in rows:\n    self.file.flush()", "row self.file.flush flush 1"),
    ("for one in rows:\n    os.fsync(self.fd)", "row os.fsync fsync 1"),
    ("frame.apply(f, axis='columns')", "frame_rows frame.apply apply 0"),
    ("for one in rows:\n    self.a = pd.concat((self.a, one))", "frame_grown pd.concat self.a 1"),
    ("for one in rows:\n    if one in sorted(path):\n        pass", "repeated sorted sorted(path) 1"),
    ("while self.queue.qsize():\n    time.sleep(1)", "poll self.queue.qsize qsize 0"),
    ("while True:\n    tasks.get(block=False)\n    time.sleep(1)", "poll tasks.get get 0"),
])  # fmt: skip
def test_an_act_is_seen(body: str, expected: str) -> None:
    assert expected in acts(body)


@pytest.mark.parametrize("body", [
    'log.debug("text")', 'log.debug("%s", rows)', 'catalog.debug(f"{rows}")', 'log.error(f"{rows}")',
    'log.debug(f"plain")', 'if verbose:\n    log.debug(f"{rows}")',
    "open(path, 'a')",  # handed in: another file for each caller
    "for one in rows:\n    open(one)", "for one in rows:\n    open(name(), 'a')",
    "for one in rows:\n    open(path, 'w')",
    "for one in rows:\n    path = one.path\n    open(path, 'a')",
    "for one in rows:\n    self.path = one\n    open(self.path, 'a')",
    "for one in rows:\n    sys.stdout.flush()", "for one in rows:\n    one.flush()",
    "for one in rows:\n    cache.flush(one)",
    "frame.apply(f)", "frame.apply(f, axis=0)", "rows.itertuples()",
    "for one in rows:\n    other = pd.concat([one, path])",
    "for one in rows:\n    if one in sorted(one.parts):\n        pass",
    "mapping.get(path)", "handler = lambda: time.sleep(1)",
    "while queue.qsize():\n    queue.get()", "while True:\n    queue.get()\n    time.sleep(1)",
    "while True:\n    process.join()\n    time.sleep(1)\n    queue.get(False)",
])  # fmt: skip
def test_a_look_alike_is_none(body: str) -> None:
    assert [one for one in acts(body) if one != "call time.sleep  0"] == []


def test_methods_of_objects_are_noted_where_waiting_matters() -> None:
    body = "session = make()\nsession.get(path)"
    assert acts(body) == []
    assert acts(body, "async def f(path):") == ["call session.get  0"]


def test_an_address_is_waited_for_where_it_is_known_to_be_of_the_network() -> None:
    imports = "from urllib.request import urlopen\n"
    assert acts('urlopen(f"https://example.org/{path}")', imports=imports) == ["call urlopen  0"]
    assert acts("urlopen(path)", imports=imports) == []
    assert acts('urlopen("data:text/plain,x")', imports=imports) == []


def test_await_under_a_lock_of_threads_is_noted_and_under_one_of_asyncio_not() -> None:
    head = "async def f(self):"
    assert "awaits self.load  0 self._lock" in acts("with self._lock:\n    await self.load()", head)
    assert acts("async with self._lock:\n    await self.load()", head) == []


@pytest.mark.parametrize(("before", "noted"), [
    ("seen = []", True), ("seen = list(rows)", True), ("seen: list[str] = []", True),
    ("seen = make()", False), ("seen = []\nseen = make()", False), ("seen, other = [], []", False),
    ("global seen", False),
])  # fmt: skip
def test_membership_counts_where_a_list_is_known_to_be_one(before: str, noted: bool) -> None:
    loop = "\nfor row in rows:\n    if row not in seen:\n        seen.append(row)"
    assert ("scan seen in local 1" in acts(before + loop)) is noted
