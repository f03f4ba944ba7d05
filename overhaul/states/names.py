"""What the names of states say: which are an end, and which two are one misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

from overhaul.patterns import regex

_FINAL: Final = regex(
    r"(?i)(?:^|_|-|\b|[a-z])(?:done|finish|complete|close|cancel|fail|error|stop|terminat|dead|kill|reject|expire|"
    r"success|succeed|ended|end\b|exit|final|abort|remov|delet|destroy|lost|shut|filled|settled|resolved|invalid|"
    r"dispos|archiv|publish|deliver|timeout|timed|abandon|crash|disconnect|ack|requeue|skip|ignor|broken|denied|"
    r"declin|refund|paid|won\b|lost|committed|rolled|merged|released|unload|quit|gone|revoked|banned|off\b)"
)
_CLOSE: Final = 0.82
_SHORT: Final = 4


def final_by_name(state: str) -> bool:
    """Whether a state's name says that nothing need follow."""
    return _FINAL.search(state) is not None


def misspelt(value: str, states: Iterable[str]) -> str | None:
    """The state that a value most likely was meant to be; None where it is like none."""
    best: tuple[float, str] | None = None
    for state in states:
        if min(len(value), len(state)) < _SHORT or value == state:
            continue
        folded = value.lower().replace("-", "_"), state.lower().replace("-", "_")
        ratio = 1.0 if folded[0] == folded[1] else SequenceMatcher(None, *folded).ratio()
        # `connect` and `connected`, `read` and `ready` are two words; one in the other is no slip.
        within = folded[0] != folded[1] and (folded[0] in folded[1] or folded[1] in folded[0])
        prefixed = _opposed(*folded)
        if _transposed(*folded):
            return state
        if ratio >= _CLOSE and not within and not prefixed and (best is None or ratio > best[0]):
            best = ratio, state
    return best[1] if best is not None else None


def _transposed(first: str, second: str) -> bool:
    """Whether two words differ in that two neighbouring letters have changed places: `open`, `opne`."""
    differing = [index for index, (one, two) in enumerate(zip(first, second, strict=False)) if one != two]
    if len(first) != len(second) or len(differing) != 2:
        return False
    left, right = differing
    pair = first[left] + first[right]
    return right == left + 1 and pair.isalpha() and pair == second[right] + second[left]


def _opposed(first: str, second: str) -> bool:
    """Whether two words differ at their beginning or by a number: `active`, `reactive`; `stage1`, `stage2`."""
    if first[:1] != second[:1]:
        return True
    return re.sub(r"\d+", "", first) == re.sub(r"\d+", "", second) and first != second
