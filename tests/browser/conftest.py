"""The page in a real browser: Debian's chromium, driven by playwright; nothing reaches a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from overhaul.config import load_config
from overhaul.leaves import load_leaves
from overhaul.survey import survey

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Route

ROOT = Path(__file__).resolve().parent.parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOSTILE = "</script><script>alert('x')</script>\"'><img src=x onerror=alert(1)>\u202e\u2028\x1b"

SHIFTS = """
    window.__shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    document.addEventListener("securitypolicyviolation", (event) => console.error("CSP: " + event.violatedDirective));
"""


Open = Callable[..., "Page"]
"""`open_page(project, width=1280, colours="light", hash="", scripts=True)`."""


def missing(reason: str) -> NoReturn:
    """Skip what needs it; where a browser is required, fail, so that nobody takes skipped tests for passed ones."""
    if os.environ.get("OVERHAUL_BROWSER_REQUIRED"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window, for one module: its driver leaves a thread, and nothing forks beside one."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing("no chromium on the PATH: apt-get install chromium")
    try:
        from playwright import sync_api as api
    except ImportError:
        missing("playwright is not installed: make install")
    with api.sync_playwright() as playwright:
        # The page is our own and loads nothing; containers have no user namespaces for the sandbox.
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield started
        started.close()


def written(folder: Path, to: Path) -> Path:
    """The HTML report on a folder, in a file."""
    made = survey(folder, load_config(folder), load_leaves())
    to.write_text("".join(map(str, load_leaves().report("html").function(made))), encoding="utf-8")
    return to


@pytest.fixture(scope="session")
def tradeframe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the trading fixture."""
    return written(ROOT / "fixtures" / "projects" / "tradeframe", tmp_path_factory.mktemp("page") / "tradeframe.html")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on a project whose file names, names and source try to leave their place."""
    folder = tmp_path_factory.mktemp("hostile") / "</title><script>alert(2)<"
    try:
        folder.mkdir(parents=True)
    except OSError:
        folder = tmp_path_factory.mktemp("hostile2") / "a<b>&\u202e"
        folder.mkdir()
    lines = [f"# TODO: {HOSTILE!s}".replace("\x1b", "").replace("\u2028", ""), "import functools", ""]
    for number in range(60):
        lines += [
            f"def fetch_{number}(key: str) -> dict[str, str]:",
            f"    '''Return {HOSTILE!a} in full, as computed.'''",
            "    return {}  # TODO: placeholder </script><b>",
            "",
            "@functools.cache",
            f"def load_{number}(key: str) -> str:",
            f"    return key * {number}  # </pre><script>alert(3)</script>",
            "",
        ]
    (folder / "plain.py").write_text("\n".join(lines), encoding="utf-8")
    (folder / "a<img src=x onerror=alert(1)>.py").write_text("import b\nX = b.Y\n", encoding="utf-8")
    (folder / "b.py").write_text("import c\nY = c.X\n", encoding="utf-8")
    (folder / "c.py").write_text("import b\nX = b.Y\n", encoding="utf-8")
    # A name that is no UTF-8, as file systems allow it.
    strange = folder / os.fsdecode(b"bytes\xff.py")
    strange.write_text("def later(x: int) -> int:\n    pass  # TODO\n", encoding="utf-8")
    (folder / "broken\u202e<script>.py").write_text("def (:\n", encoding="utf-8")
    return written(folder, folder.parent / "hostile.html")


def serious(page: Page) -> list[str]:
    """What axe-core finds on the page that is serious or critical."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])} nodes)"
        for one in found if one["impact"] in ("serious", "critical")
    ]  # fmt: skip


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Gives what stands seriously in the way of assistive technology, each in one line."""
    return serious


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens the report on a project ("tradeframe", "hostile"); what a page may not do fails the test at its end.

    That is: asking anybody else for anything, an error or warning on the console, a violation of its policy, a dialog.
    """
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def open_page(
        project: str = "tradeframe", width: int = 1280, colours: str = "light", hash: str = "", scripts: bool = True
    ) -> Page:
        address = request.getfixturevalue(project).as_uri()
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if colours == "dark" else "light",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()

        def answer(route: Route) -> None:
            if route.request.url.partition("#")[0] == address:
                route.continue_()
            else:
                complaints.append(f"asked for {route.request.url}")
                route.abort()

        def dismiss(dialog: Dialog) -> None:
            complaints.append(f"a dialog: {dialog.message}")
            dialog.dismiss()

        def note(message: ConsoleMessage) -> None:
            complaints.append(f"{message.type}: {message.text}")

        page.route("**/*", answer)
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", dismiss)
        page.add_init_script(SHIFTS)
        page.goto(f"{address}#{hash}" if hash else address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
