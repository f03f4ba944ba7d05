"""Words by which files, functions, marks and names from outside tell tests and their kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from overhaul.covering.rows import TestKind
from overhaul.facts import Function
from overhaul.inventory import testing
from overhaul.naming.meanings import Interior
from overhaul.patterns import regex

_WORDS: Final[Mapping[TestKind, str]] = {
    "unit": "unit units unittest unittests unit_test unit_tests",
    "integration": "integration integrations integration_test integration_tests integrationtest integrationtests"
                   " inttest inttests",
    "system": "system system_test system_tests systemtest systemtests e2e end_to_end endtoend functional"
              " functional_test functional_tests acceptance acceptance_tests smoke smoke_tests browser",
    "performance": "performance performance_tests perf perf_tests perftest benchmark benchmarks bench load_test"
                   " load_tests loadtest stress stress_test stress_tests",
}  # fmt: skip
KIND_OF: Final[Mapping[str, TestKind]] = {word: kind for kind, words in _WORDS.items() for word in words.split()}
"""A mark, or the name of a folder -> the kind of test that it says."""
NAMING: Final[Mapping[str, TestKind]] = {
    "unit": "unit", "integration": "integration", "e2e": "system", "functional": "system", "acceptance": "system",
    "smoke": "system", "benchmark": "performance", "perf": "performance",
}
"""A word of the name of a file, class or function -> the kind."""
SPEED: Final = frozenset({
    "benchmark", "bench", "throughput", "latency", "perf", "performance", "speed", "fast", "slow", "overhead", "timing",
})
"""Words of a name that make measured time a claim on speed."""
PLUGIN_FIXTURES: Final[Mapping[str, TestKind]] = {
    "benchmark": "performance", "benchmark_weave": "performance", "codspeed_benchmark": "performance",
    "live_server": "system", "selenium": "system", "aiohttp_client": "system", "testdir": "system",
    "pytester": "system", "client": "system", "admin_client": "system", "async_client": "system", "page": "system",
}
"""Fixtures of plug-ins that tell the kind of what asks for them."""
TELLING: Final = regex(
    r"timeit\.(?:timeit|repeat|Timer)(?:\.\w+)*|pyperf\.\w+(?:\.\w+)*"
    r"|time\.(?:perf_counter|perf_counter_ns|monotonic|time|process_time)"
    r"|(?:click|typer)\.testing\.CliRunner(?:\.\w+)*"
    r"|(?:fastapi|starlette)\.testclient\.TestClient(?:\.\w+)*|django\.test(?:\.client)?\.Client(?:\.\w+)*"
    r"|webtest\.TestApp|aiohttp\.test_utils\.(?:TestClient|TestServer)|selenium(?:\.\w+)+|playwright(?:\.\w+)+"
    r"|testcontainers(?:\.\w+)+|subprocess\.(?:run|Popen|call|check_call|check_output)|sys\.executable"
    r"|asyncio\.create_subprocess_(?:exec|shell)"
    r"|unittest\.mock\.\w+(?:\.\w+)*|mock\.\w+(?:\.\w+)*"
)
"""Names from outside that tell something of a test."""
_BENCHMARKS: Final = regex(r"(^|/)(benchmarks?|benches|asv_bench)/")
_MARK: Final = regex(r"\bmark\.(\w{1,60})")
_TAG: Final = regex(r"\btag\(([^()]{0,200})\)")
_QUOTED: Final = regex(r"""["']([\w.]{1,200})["']""")
_PATCH: Final = regex(r"""\bpatch(?:\.object)?\(\s*(?:["']([\w.]{1,200})["']|([\w.]{1,200}))""")
_TEST: Final = regex(r"test(?=[_A-Z0-9]|$)")
_BENCH: Final = regex(r"(?:bench|time|timeraw|track|mem|peakmem)_")
_WORD: Final = regex(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


def is_suite(path: str) -> bool:
    """Whether a file belongs to tests or to benchmarks."""
    return testing(path) or _BENCHMARKS.search(path) is not None


def is_test(path: str, interior: Interior, row: Function) -> bool:
    """Whether a function is run as a test, or as a benchmark in a folder of those."""
    if row.kind not in ("function", "method") or (row.owner and row.owner not in interior.classes):
        return False
    last = row.name.rpartition(".")[2]
    return bool(_TEST.match(last) or (_BENCH.match(last) and _BENCHMARKS.search(path)))


def decorated_markers(texts: Sequence[str]) -> Iterator[str]:
    """The marks that decorators, or the value of `pytestmark`, set; Django's tags as well."""
    for text in texts:
        yield from _MARK.findall(text)
        for inner in _TAG.findall(text):
            yield from _QUOTED.findall(inner)


def replaced(decorators: Sequence[str]) -> tuple[str, ...]:
    """What decorators replace by doubles, as it is written."""
    return tuple(dotted or chain for text in decorators for dotted, chain in _PATCH.findall(text))


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case: of `TestOrderFlow` and `test_order_flow` test, order, flow."""
    return [word.lower() for word in _WORD.findall(name)]
