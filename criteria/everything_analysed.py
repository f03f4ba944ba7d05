"""Every file has been read and understood."""

from collections.abc import Iterator

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met, unmet
from overhaul.leaves import Criterion


@Criterion("audit")
def everything_analysed(ground: Ground) -> Iterator[Evidence]:
    """No file was left out because it could not be read or parsed.

    Why: an inventory that misses a file cannot say that anything is gone.

    To reach it: mend the file, or leave it out on purpose with `exclude` in the settings.
    """
    survey = ground.survey
    for failure in survey.failures:
        yield unmet(f"{failure.stage}: {failure.reason}", failure.path, remedy="mend it, or `exclude` it")
    if not survey.failures:
        yield met(f"all {survey.files:,} files were analysed")
