"""What the user may set of one rule, beside its severity."""

from typing import Final

import msgspec

SEVERITY: Final = "severity"
"""The key that every rule has; none of its options is called so."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul.rules.NAME]`: a rule declares its own, each with a default.

        class DuplicateOptions(Options, frozen=True):
            least_lines: Annotated[int, msgspec.Meta(ge=1, description="Lines that one of them would save.")] = 10

        @Rule
        def unjustified_duplicate(duplicates: Sequence[Duplicate], options: DuplicateOptions) -> ...

    Values are truth values, numbers, texts, or tuples of texts.
    """


def flaw(options: type[Options]) -> str:
    """Why options cannot be set, as the end of a sentence; "" for those that can."""
    for field in msgspec.structs.fields(options):
        if field.required:
            return f"lack a default: give {field.name} one"
        if field.encode_name == SEVERITY:
            return f"take the name {SEVERITY}, which every rule has: choose another"
    return ""
