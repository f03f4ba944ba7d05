"""Read a campaign file: an unknown key is refused, and each refusal names the place and the remedy."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar, cast

import msgspec

from overhaul.campaign.model import Campaign, Completion, Entry, Phase, Waiver, WorkItem, named
from overhaul.errors import ConfigError, UnknownName, UsageError, did_you_mean
from overhaul.survey import Survey
from overhaul.toml import as_table, check_keys, mismatch, parsed

LARGEST: Final = 16 << 20
"""Bytes that a campaign file may have."""
_Struct = TypeVar("_Struct", bound=msgspec.Struct)
_IDENTITY: Final = re.compile(r"(?!none$)[a-z][a-z0-9_-]*", re.ASCII)
"""Not a number, which would hide that of another phase, and not what `--phase none` means."""


def read_campaign(file: Path) -> Campaign:
    """What a campaign file says.

    Raises UsageError when there is none, and ConfigError for one that cannot be read, an unknown key (the known ones
    are listed), a wrong value, and phases that do not fit together.
    """
    if not file.is_file():
        if file.exists():
            raise ConfigError(f"{file}: is no regular file: take it away, a campaign is written there")
        raise UsageError(f"{file}: there is no campaign: make one with `overhaul plan`")
    if file.stat().st_size > LARGEST:
        raise ConfigError(f"{file}: is larger than {LARGEST >> 20} MiB: take out what is no campaign")
    _, document = parsed(file)
    check_keys(f"{file}:", document, _keys(Campaign) - {"source"})
    phases = as_table(f"{file}: [phases]", document.pop("phases", {}), "write [phases.ID] for each phase")
    read = tuple(sorted((_phase(file, name, value) for name, value in phases.items()), key=lambda one: one.number))
    for number, times in Counter(one.number for one in read).items():
        if times > 1:
            both = " and ".join(one.id for one in read if one.number == number)
            raise ConfigError(f"{file}: phases {both} have the number {number}: give each its own")
    found = _converted(f"{file}:", {**document, "source": str(file)}, Campaign, phases=read)
    _refuse_no_numbers(f"{file}: [baseline]", found.baseline)
    return found


def check_whole(campaign: Campaign, survey: Survey) -> None:
    """Raises UsageError where only a part of what a campaign is about was looked at: what is not seen is not gone."""
    file = Path(campaign.source)
    about = (file.parent / campaign.root).resolve()
    if survey.root.resolve() != about:
        raise UsageError(f"{file}: the campaign is about {about}, and not {survey.root}: name that folder")
    if survey.config.also_exclude:
        raise UsageError("a gate is judged by all of the code: use `exclude` in the settings instead of --exclude")


def named_phase(campaign: Campaign, name: str) -> Phase:
    """The phase of a number or identity. Raises UnknownName."""
    found = campaign.phase(name)
    if found is None:
        raise UnknownName("phase", name, [f"{one.number} ({one.id})" for one in campaign.phases])
    return found


def _phase(file: Path, name: str, value: object) -> Phase:
    where = f"{file}: [phases.{name}]"
    if not _IDENTITY.fullmatch(name):
        raise ConfigError(f"{where}: no identity of a phase (a-z, then a-z, 0-9, - and _; not `none`): give it another")
    keys = as_table(where, value, "write its keys below it")
    check_keys(where, keys, _keys(Phase) - {"id"})
    verify = keys.get("verify")
    for command in cast("list[object]", verify) if isinstance(verify, list) else ():
        if isinstance(command, str) and not command.split("#")[0].strip():
            raise ConfigError(f"{where} verify: {command!r} runs nothing: take it out, or write a command")
    completed = keys.pop("completed", None)
    criteria = _inner(file, name, "criteria", keys.pop("criteria", {}), Entry)
    for inner, entry in criteria.items():
        for form in entry.forms:
            if not str(getattr(entry, form)).strip():
                raise ConfigError(f"{file}: [phases.{name}.criteria.{inner}] {form}: is blank: fill it in")
        if len(entry.forms) > 1:
            both = " and ".join(entry.forms)
            raise ConfigError(f"{file}: [phases.{name}.criteria.{inner}]: {both} stand together: write one of them")
        if entry.options and entry.forms:
            raise ConfigError(
                f"{file}: [phases.{name}.criteria.{inner}]: options are for built-in criteria, and this one is "
                f"{entry.forms[0]}: take them out"
            )
    items = _inner(file, name, "items", keys.pop("items", {}), WorkItem)
    waivers = _inner(file, name, "waivers", keys.pop("waivers", {}), Waiver)
    for inner in waivers:
        if inner not in criteria:
            near = did_you_mean(inner, criteria)
            raise ConfigError(f"{file}: [phases.{name}.waivers.{inner}]: the phase has no such criterion: {near}")
        if not (named(waivers[inner].by) and named(waivers[inner].reason)):
            raise ConfigError(f"{file}: [phases.{name}.waivers.{inner}]: says not who waives it and why: fill in both")
    done = None if completed is None else _struct(f"{where} completed", completed, Completion)
    if done is not None:
        _refuse_no_numbers(f"{file}: [phases.{name}.completed.metrics]", done.metrics)
        if not named(done.by):
            raise ConfigError(f"{where} completed: does not say by whom: fill in `by`")
    return _converted(
        where, {**keys, "id": name}, Phase, criteria=criteria, waivers=waivers, items=items, completed=done
    )


def _refuse_no_numbers(where: str, figures: Mapping[str, float]) -> None:
    """Raises ConfigError for nan and inf: what is compared with them holds, or does not, whatever there is."""
    for name, value in figures.items():
        if not math.isfinite(value):
            raise ConfigError(f"{where} {name}: {value} is no figure: write a number")


def _inner(file: Path, phase: str, key: str, value: object, kind: type[_Struct]) -> dict[str, _Struct]:
    table = as_table(f"{file}: [phases.{phase}] {key}", value, f"write [phases.{phase}.{key}.NAME]")
    return {name: _struct(f"{file}: [phases.{phase}.{key}.{name}]", one, kind) for name, one in table.items()}


def _struct(where: str, value: object, kind: type[_Struct]) -> _Struct:
    keys = as_table(where, value, "write its keys below it")
    check_keys(where, keys, _keys(kind))
    return _converted(where, keys, kind)


def _converted(where: str, keys: Mapping[str, object], kind: type[_Struct], **ready: object) -> _Struct:
    """The struct; `ready` has fields that are converted already. Raises ConfigError for the first wrong value."""
    found: dict[str, object] = dict(ready)
    for field in msgspec.structs.fields(kind):
        if field.name in ready:
            continue
        if field.encode_name in keys:
            value = keys[field.encode_name]
            try:
                found[field.name] = msgspec.convert(value, field.type)
            except msgspec.ValidationError as error:
                why = mismatch(error, value, field.type)
                raise ConfigError(f"{where} {field.encode_name}: {why}: mend the value") from error
        elif field.required:
            raise ConfigError(f"{where} lacks the key {field.encode_name}: add it")
    return kind(**found)


def _keys(kind: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(kind)}
