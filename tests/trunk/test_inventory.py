"""What the rows of the inventories have in common."""

import pytest

from overhaul import inventory


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py", "a/test/b.py", "test_a.py", "a/a_test.py", "conftest.py", "t/integration/common.py",
        "a/t/unit/app.py", "a/integration_tests/common.py", "testsuite/common.py", "a/unittests/b.py",
        "a/tests_integration/b.py", "e2e-tests/b.py",
    ],
)  # fmt: skip
def test_a_file_of_tests_is_told_by_where_it_stands(path: str) -> None:
    assert inventory.testing(path)


@pytest.mark.parametrize(
    "path",
    [
        "latest/a.py",  # ends like it
        "contests/a.py", "attests.py", "testimony.py", "a/protest/b.py",
        "t/a.py", "t/units/a.py",  # a short name, and no kind of test below it
        "unit/t.py", "integration/common.py",  # a kind of test, and it may be one of another thing
        "a/testsuites.pyx/b.py", "testsuite_runner.py",
        "routes/connection_tests.py", "tests_of_significance.py",  # files about tests that a program makes
    ],
)  # fmt: skip
def test_a_name_that_only_sounds_like_tests_is_none(path: str) -> None:
    assert not inventory.testing(path)
