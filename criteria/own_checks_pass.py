"""The project's own checks pass."""

from collections.abc import Iterator

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, untold
from overhaul.leaves import Criterion


@Criterion("*")
def own_checks_pass(ground: Ground) -> Iterator[Evidence]:
    """Every command that shows whether everything still works exits with 0.

    They are those of `verify` in the phase, else those of `[tool.overhaul.verify]`. They are run only with `--run`.

    Why: a phase that breaks what it did not mean to touch is not complete.

    To reach it: mend what fails, or `overhaul undo --phase N`.
    """
    commands = ground.phase.verify or ground.survey.config.verify.commands
    if not commands:
        yield untold("no commands are set", '[tool.overhaul.verify] commands = ["pytest -q"]')
    yield from map(ground.succeeds, commands)
