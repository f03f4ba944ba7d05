"""What comes from outside and is taken by key unseen."""

from __future__ import annotations

import pytest

from overhaul.hardening import ForeignInput
from overhaul.testing import collect


def inputs(source: str) -> list[ForeignInput]:
    return [row for row in collect("foreign_inputs", source) if isinstance(row, ForeignInput)]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("request.get_json()", "request"),
        ("request.json", "request"),
        ("await request.json()", "request"),
        ("json.loads(request.body)", "request"),
        ("json.loads(message.value)", "message"),
        ("orjson.loads(body)", "message"),
    ],
)
def test_what_is_parsed_is_taken_at_once_or_from_a_variable(given: str, kind: str) -> None:
    (kept,) = inputs(f"async def f(request, message, body):\n    data = {given}\n    return data['ship']\n")
    assert (kept.kind, kept.key, kept.name, kept.line) == (kind, "ship", "data", 3)
    (once,) = inputs(f"async def f(request, message, body):\n    return ({given})['ship']\n")
    assert (once.kind, once.name) == (kind, "")


@pytest.mark.parametrize("given", ["json.loads(text)", "client.json()", "response.json", "table.get(1)", "load(body)"])
def test_what_is_not_from_outside_is_none(given: str) -> None:
    assert not inputs(f"def f(text, client, response, table, body):\n    data = {given}\n    return data['ship']\n")


@pytest.mark.parametrize(
    "look",
    ["if 'ship' in data: pass", "data.get('ship')", "check(data)", "isinstance(data, dict)", "data = clean(data)"],
)
def test_a_look_at_it_is_enough(look: str) -> None:
    assert not inputs(f"def f(request):\n    data = request.get_json()\n    {look}\n    return data['ship']\n")


@pytest.mark.parametrize("telling", ["print(data)", "logger.info(data)", "len(data)"])
def test_telling_of_it_is_no_look(telling: str) -> None:
    assert inputs(f"def f(request):\n    data = request.get_json()\n    {telling}\n    return data['ship']\n")


@pytest.mark.parametrize("kind", ["KeyError", "Exception", "(ValueError, LookupError)", ""])
def test_where_the_error_is_caught_it_may_be_missing(kind: str) -> None:
    source = "def f(request):\n    try:\n        return request.get_json()['ship']\n    except {}:\n        return 0\n"
    assert not inputs(source.format(kind))
    assert inputs(source.format("OSError"))


def test_what_is_put_in_or_taken_out_is_not_asked_for() -> None:
    assert not inputs("def f(request):\n    data = request.get_json()\n    data['ship'] = 1\n    del data['crew']\n")


def test_a_decorator_may_look() -> None:
    assert not inputs("@validate(Ship)\ndef f(request):\n    return request.get_json()['ship']\n")
    assert inputs("@route('/ship')\ndef f(request):\n    return request.get_json()['ship']\n")


def test_arguments_are_counted_or_not() -> None:
    (row,) = inputs("import sys\ndef main():\n    return sys.argv[1], sys.argv[2]\n")
    assert (row.kind, row.key) == ("argument", "1")
    assert not inputs("import sys\ndef main():\n    if len(sys.argv) > 1:\n        return sys.argv[1]\n")
    assert not inputs("import sys\nname = sys.argv[0]\n")


@pytest.mark.parametrize("bound", ["request = requests.get(url)", "with ask(url) as request: pass"])
def test_the_answer_to_a_request_of_our_own_is_none(bound: str) -> None:
    assert not inputs(f"def f(url):\n    {bound}\n    return request.json()['ship']\n")


def test_the_body_of_an_error_is_no_message() -> None:
    assert not inputs("def f(error):\n    return json.loads(error.body)['ship']\n")


def test_what_is_parsed_may_be_called_a_request() -> None:
    assert inputs("def f():\n    req = request.get_json(True)\n    return req['ship']\n")
