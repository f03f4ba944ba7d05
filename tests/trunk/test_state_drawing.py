"""State machines as Mermaid's state diagrams: text that its parser takes, whatever the states are called."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.cli import run
from overhaul.commands.state_drawing import draw_states
from overhaul.errors import UnknownName, UsageError
from overhaul.inventory import StateMachine, Transition
from overhaul.states.picture import picture
from overhaul.testing import surveyed

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "mermaid"

KEYWORDS = (
    "state", "note", "end", "as", "class", "classDef", "style", "direction", "default", "hide", "scale", "fork", "join",
    "choice", "left", "right", "of", "TB", "LR", "accTitle", "click", "root", "STATE", "stateless", "ending", "classy",
    "noted", "s0", "s1", "any_state", "__proto__", "constructor", "history",
)  # fmt: skip
ODD = (
    "a b", "a.b", 'a"b', "a'b", "a:b", "a-->b", "[*]", "a;b", "a{b}", "<<fork>>", "a#b", "%% c", "%%{init: {}}%%",
    "a\nb", "é", "-1", "0", "", "--", "---", "a`b", "\u2028x", "x" * 200, ":::x", "state foo", "note left of a", "\\n",
    "&amp;",
)  # fmt: skip


def machine(*states: str, function: str = "go") -> StateMachine:
    """A machine that goes through states one after the other."""
    return StateMachine(
        kind="state_machine", subkind="string", name="Job.state", module="jobs", path="jobs.py", line=3,
        confidence="high", evidence=(), states=states, initial=states[0], final=states[-1:],
        transitions=tuple(
            Transition(source, target, 7, None, "jobs.py", function)
            for source, target in zip((None, *states), states, strict=False)
        ),
        enum="", table="", tests=(), unknown_writes=(),
    )  # fmt: skip


# Our own grammar: narrower than Mermaid's

_ID = r"(?!(?:state|note|end|class|style|direction|default|as|hide|scale|click|acc)\b)[A-Za-z][A-Za-z0-9_]*"
_TEXT = r"(?:[\w ._,\-/()]|#\d+;)+"
_LINES = (
    re.compile(r"stateDiagram-v2"),
    re.compile(r"    %% [^{}%\n]*"),
    re.compile(rf"    {_ID}"),
    re.compile(rf'    state "{_TEXT}" as {_ID}'),
    re.compile(rf"    (?:\[\*\]|{_ID}) --> (?:\[\*\]|{_ID})(?: : {_TEXT})?"),
)


def assert_valid(text: str) -> None:
    lines = text.splitlines()
    assert lines[0] == "stateDiagram-v2"
    for line in lines:
        assert any(form.fullmatch(line) for form in _LINES), line


def test_a_diagram_has_the_states_the_beginning_the_transitions_and_the_end() -> None:
    assert picture(machine("NEW", "half done", "end")) == (
        "stateDiagram-v2\n"
        "    %% Job.state at jobs.py, line 3\n"
        "    NEW\n"
        '    state "half done" as s1\n'
        '    state "end" as s2\n'
        '    state "any" as any_state\n'
        "    [*] --> NEW\n"
        "    any_state --> NEW : go\n"
        "    NEW --> s1 : go\n"
        "    s1 --> s2 : go\n"
        "    s2 --> [*]\n"
    )


@pytest.mark.parametrize("name", [*KEYWORDS, *ODD])
def test_states_and_functions_of_any_name_are_drawn(name: str) -> None:
    assert_valid(picture(machine(name, "other")))
    assert_valid(picture(machine("A", "B", function=name)))


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5, unique=True), st.text(max_size=30))
def test_any_text_is_drawn_as_it_is(states: list[str], function: str) -> None:
    text = picture(machine(*states, function=function))
    assert_valid(text)
    ids = re.findall(r"^    (?:state .* as )?(\w+)$", text, re.MULTILINE)
    assert len(ids) == len(set(ids))


def test_the_path_in_the_comment_cannot_begin_a_directive() -> None:
    row = machine("A", "B")
    hostile = msgspec.structs.replace(row, path="%%{init: {}}%%\nx")
    assert_valid(picture(hostile))


def test_two_ways_from_one_state_to_another_are_one_arrow() -> None:
    row = machine("A", "B")
    moves = tuple(Transition("A", "B", line, None, "jobs.py", f"f{line}") for line in range(6))
    both = msgspec.structs.replace(row, transitions=moves)
    assert "    A --> B : f0, f1, f2, f3, ...\n" in picture(both)


# The command

JOBS = {
    "jobs.py": (
        "class Job:\n    state = 'new'\n    def go(self):\n        if self.state == 'new':\n"
        "            self.state = 'busy'\n    def stop(self):\n        self.state = 'new'\n"
    ),
    "lamps.py": (
        "class Lamp:\n    state = 'off'\n    def go(self):\n        if self.state == 'off':\n"
        "            self.state = 'lit'\n    def stop(self):\n        self.state = 'off'\n"
    ),
}


def test_one_machine_is_drawn_by_its_name_with_or_without_its_module() -> None:
    with surveyed(JOBS) as survey:
        drawn = draw_states(survey, "Job.state")
        assert drawn == draw_states(survey, "jobs.Job.state")
        assert drawn.startswith("stateDiagram-v2\n    %% Job.state at jobs.py, line 2\n")
        assert "busy" in drawn
        assert "lit" not in drawn


def test_all_machines_are_a_document_with_a_diagram_each() -> None:
    with surveyed(JOBS) as survey:
        drawn = draw_states(survey)
    blocks = re.findall(r"```mermaid\n(.*?)```", drawn, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert_valid(block)
    assert drawn.startswith("## Job.state\n\njobs.py:2 (string, high)\n")


def test_an_unknown_machine_is_refused_with_the_known_ones() -> None:
    with surveyed(JOBS) as survey, pytest.raises(UnknownName, match=r"Job\.state"):
        draw_states(survey, "Job.stat")


def test_nothing_to_draw_is_said() -> None:
    with surveyed({"a.py": ""}) as survey, pytest.raises(UsageError, match="no state machine"):
        draw_states(survey)


def test_the_command_writes_a_file(tmp_path: Path) -> None:
    (tmp_path / "jobs.py").write_text(JOBS["jobs.py"], encoding="utf-8")
    out = tmp_path / "out.mmd"
    assert run(["graph", "--states", str(tmp_path), "-o", str(out), "--no-store", "-q"]) == 0
    assert_valid(out.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "options", [["--states", "--cycles-only"], ["--states", "--format", "svg"], ["--machine", "Job.state"]]
)
def test_options_that_do_not_go_together_are_refused(options: list[str], tmp_path: Path) -> None:
    assert run(["graph", str(tmp_path), *options, "--no-store", "-q"]) == 2


# The real parser

_CHECK = """
import { JSDOM } from "jsdom";
const dom = new JSDOM("<!DOCTYPE html><body></body>");
globalThis.window = dom.window; globalThis.document = dom.window.document;
const mermaid = (await import("mermaid")).default;
import { readFileSync } from "fs";
const wrong = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  try { await mermaid.parse(text); } catch (error) { wrong.push([text, error.message]); }
}
console.log(JSON.stringify(wrong));
"""


@pytest.mark.network
@pytest.mark.skipif(not (shutil.which("npm") and shutil.which("node")), reason="node and npm are not installed")
def test_mermaid_s_own_parser_takes_every_diagram() -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    if not (CACHE / "node_modules" / "mermaid").is_dir():
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "mermaid@11", "jsdom@26"]
        subprocess.run(install, cwd=CACHE, check=True, capture_output=True, timeout=600)
    script = CACHE / "check.mjs"
    script.write_text(_CHECK, encoding="utf-8")
    names = (*KEYWORDS, *ODD)
    texts = [picture(machine(name, "other")) for name in names]
    texts += [picture(machine("A", "B", function=name)) for name in names]
    texts += [picture(machine(*KEYWORDS)), picture(machine(*ODD))]
    ran = subprocess.run(
        ["node", str(script)], cwd=CACHE, input=json.dumps(texts), capture_output=True, text=True, check=True,
        timeout=300,
    )  # fmt: skip
    assert json.loads(ran.stdout) == []
