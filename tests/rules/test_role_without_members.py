"""Families of the configuration to which nothing belongs."""

from overhaul.config import Config, RolePattern
from overhaul.testing import check

FILES = {"shop.py": "class Check: ...\n"}


def test_a_role_that_fits_nothing_is_said() -> None:
    roles = {"rule": RolePattern(names=("*Rule",)), "check": RolePattern(bases=("Check",))}
    (finding,) = check("role_without_members", FILES, Config(roles=roles, source="/some/where/pyproject.toml"))
    assert (finding.name, finding.path) == ("rule", "pyproject.toml")


def test_without_roles_there_is_nothing_to_say() -> None:
    assert check("role_without_members", FILES) == []
