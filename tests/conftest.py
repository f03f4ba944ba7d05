"""What all tests share: expected outputs are files, rewritten on demand and reviewed as a diff."""

from collections.abc import Callable
from pathlib import Path

import pytest

Expect = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-expected", action="store_true", help="rewrite the files of expected output; review them as a diff"
    )


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Expect:
    """Compare a text with a file of expected output, or rewrite the file when asked to."""

    def compare(file: Path, text: str) -> None:
        if request.config.getoption("--update-expected"):
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8")
            return
        assert file.exists(), f"{file} is missing: make fixtures-update writes it"
        assert text == file.read_text(encoding="utf-8")

    return compare
