"""What the user may set of one rule, beside its severity."""

import msgspec


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The keys of `[tool.overhaul.rules.NAME]`: a rule declares its own, each with a default.

        class DuplicateOptions(Options, frozen=True):
            least_lines: Annotated[int, msgspec.Meta(ge=1, description="Lines that one of them would save.")] = 10

        @Rule
        def unjustified_duplicate(duplicates: Sequence[Duplicate], options: DuplicateOptions) -> ...

    Values are truth values, numbers, texts, or tuples of texts.
    """
