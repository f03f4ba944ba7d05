"""What a codemod is asked to do: the keys of one step of a migration."""

import msgspec


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The keys of a step beside `codemod`; a codemod declares a subclass in its file, with a docstring for each field.

    Types are those that TOML has: texts, numbers, booleans, tuples of them, tables (`dict[str, str]`), and structs
    (`Request` again, with its fields documented) for tables whose keys are known. What is wrong with a value beyond its
    type is told by the codemod, as Refused or UsageError.
    """
