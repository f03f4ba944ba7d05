"""The command that records decisions and patterns, and tells which of them rest on what is not so any more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from overhaul.commands.options import flags, path_argument, run_options
from overhaul.commands.running import look, open_project, say, tell

if TYPE_CHECKING:
    from pathlib import Path

    from overhaul.campaign.model import Campaign
    from overhaul.commands.workspace import Workspace
    from overhaul.deciding.model import Record
    from overhaul.deciding.writing import Said
    from overhaul.survey import Survey


@click.command()
@click.argument("title", required=False)
@path_argument
@click.option("--context", default="", metavar="TEXT", help="The problem; of a pattern too (--problem).")
@click.option("--why", default="", metavar="TEXT", help="Why this and nothing else.")
@click.option(
    "--because", multiple=True, metavar="LINK",
    help="What it rests on: rows, 'managers:shop.app.TradingApp' ('caches:shop.*#subkind,ttl' for some fields only), "
    "or an expression, 'count(managers) > 10'. Repeatable.",
)
@click.option("--alternative", multiple=True, metavar="TEXT", help="What else was considered. Repeatable.")
@click.option("--consequence", multiple=True, metavar="TEXT", help="'Good, because ...', 'Bad, because ...'.")
@click.option(
    "--status", type=click.Choice(["proposed", "accepted", "superseded"]), default="accepted", show_default=True,
    help="`superseded` needs --supersedes: the new one is accepted, the old one superseded.",
)
@click.option("--supersedes", metavar="ID", help="The decision whose place it takes.")
@click.option("--by", multiple=True, metavar="NAME", help="Who decides, or reviews. Repeatable.")
@click.option("--phase", default="", metavar="PHASE", help="The phase of the campaign that it belongs to.")
@click.option("--protect", default="", metavar="TEXT", help="A rule that holds from now on, in words.")
@click.option("--must-not", multiple=True, metavar="ACT", help="What it forbids: unify (the default), move, rename ...")
@click.option(
    "--what", multiple=True, metavar="WHAT", help="What it protects: rows, 'state_machines:*', or 'shop.orders.*'."
)
@click.option("--pattern", is_flag=True, help="Record a pattern instead; TITLE is its name.")
@click.option("--problem", default="", metavar="TEXT", help="Of a pattern.")
@click.option("--solution", default="", metavar="TEXT", help="Of a pattern.")
@click.option("--benefit", multiple=True, metavar="TEXT", help="Of a pattern. Repeatable.")
@click.option("--trade-off", multiple=True, metavar="TEXT", help="Of a pattern. Repeatable.")
@click.option("--example", multiple=True, metavar="LINK", help="Of a pattern: rows where it stands. Repeatable.")
@click.option("--edit", is_flag=True, help="Open it in your editor.")
@click.option("--check", is_flag=True, help="Tell what has changed of what decisions rest on; exits with 1 if any has.")
@click.option("--list", "listing", is_flag=True, help="List decisions and patterns.")
@click.option("--review", metavar="ID", help="Record that what has changed was looked at; needs --by and --reason.")
@click.option("--reason", default="", metavar="TEXT", help="Why the decision stands all the same.")
@run_options
def decide(
    title: str | None, path: str, check: bool, listing: bool, review: str | None, reason: str, **options: Any
) -> int:
    """Record an architectural decision, with the evidence that it rests on.

    It is written as Markdown in the form of MADR, into the folder that the campaign names (docs/decisions). What it
    protects is left out by `propose` and refused by `migrate`.

    With --check, --list and --review only PATH is given.
    """
    modes = [name for name, on in (("--check", check), ("--list", listing), ("--review", review is not None)) if on]
    if len(modes) > 1:
        raise click.UsageError(f"{' and '.join(modes)}: give one of them")
    if modes:
        path = title if title is not None and path == "." else path
    elif not title or not title.strip():
        raise click.UsageError('no title: overhaul decide "TITLE" [PATH], or overhaul decide --check [PATH]')
    workspace = open_project(path, flags(options), quiet=options["quiet"], verbose=options["verbose"])
    desk = _Desk(workspace, options)
    if listing:
        return desk.list()
    if check:
        return desk.check()
    if review is not None:
        return desk.review(review, reason)
    return desk.record(title or "")


class _Desk:
    """Where decisions of one project are written and looked at."""

    def __init__(self, workspace: Workspace, options: dict[str, Any]) -> None:
        from overhaul.campaign.deciding import folder
        from overhaul.campaign.model import Campaign
        from overhaul.campaign.reading import read_campaign
        from overhaul.deciding.reading import read_records
        from overhaul.standing import home

        self.workspace = workspace
        self.options = options
        place = home(workspace.config.source, workspace.root)
        file = place / workspace.config.campaign
        self.campaign: Campaign = read_campaign(file) if file.is_file() else Campaign()
        self.folder: Path = folder(self.campaign, place)
        self.records: tuple[Record, ...] = read_records(self.folder, workspace.root)
        self._survey: Survey | None = None

    @property
    def survey(self) -> Survey:
        """Made when it is asked for: not every decision speaks of the code."""
        if self._survey is None:
            self._survey = look(self.workspace, quiet=self.options["quiet"], no_color=self.options["no_color"])
            self._survey.make()
        return self._survey

    def list(self) -> int:
        """Each record on a line."""
        from overhaul.printable import printable

        if not self.records and not self.options["quiet"]:
            say(f"overhaul: no decision is on record in {self.folder}")
        for one in self.records:
            beside = [f"{len(one.block.evidence)} links"] if one.block.evidence else []
            beside += [f"must not {', '.join(rule.must_not)}: {rule.rule}" for rule in one.block.protected]
            more = f" ({'; '.join(beside)})" if beside else ""
            tell(printable(f"{one.id:5}  {one.status or 'no status':10}  {one.title}{more}"))
        return 0

    def check(self) -> int:
        """What has changed, a line each with its place."""
        from overhaul.campaign.deciding import changes
        from overhaul.printable import printable

        looked = [one for one in self.records if one.standing and one.block.evidence]
        changed: dict[str, int] = {}
        for one in looked:
            for change in changes(one, self.survey, self.campaign):
                changed[one.id] = changed.get(one.id, 0) + 1
                tell(printable(f"{one.file}:{change.line}: {change.link}: {change.what}"))
        if not self.options["quiet"]:
            say(f"overhaul: {len(changed)} of {len(looked)} decisions and patterns rest on what has changed")
            if changed:
                say(f"overhaul: still right? overhaul decide --review {min(changed)} --by NAME --reason TEXT")
        return 1 if changed else 0

    def review(self, identity: str, reason: str) -> int:
        """Record the evidence as it is now."""
        import datetime

        import msgspec

        from overhaul.campaign.deciding import again, changes
        from overhaul.commands.output import write_file
        from overhaul.deciding.model import Review
        from overhaul.deciding.reading import named_record
        from overhaul.deciding.writing import reviewed_text
        from overhaul.errors import UsageError

        by = ", ".join(self.options["by"]).strip()
        if not by or not reason.strip():
            raise UsageError("--review needs a name and a reason: add --by NAME --reason TEXT")
        one = named_record(self.records, identity)
        if not one.standing or not one.block.evidence:
            raise UsageError(f"{one.file}: rests on nothing that could change, or is out of force: nothing to review")
        changed = tuple(f"{change.link}: {change.what}" for change in changes(one, self.survey, self.campaign))
        if not changed:
            say(f"overhaul: {one.file}: nothing has changed: nothing to review")
            return 0
        made = Review(by=by, on=datetime.date.today(), reason=reason, changes=changed)
        block = msgspec.structs.replace(
            one.block, evidence=again(one, self.survey, self.campaign), reviewed=(*one.block.reviewed, made)
        )
        file = self._place(one)
        with file.open(encoding="utf-8", newline="") as opened:
            text = opened.read()
        write_file(file, [reviewed_text(text, one.file, block).encode()])
        if not self.options["quiet"]:
            say(f"overhaul: {one.file}: {len(changed)} changes are recorded as seen by {by}")
        return 0

    def record(self, title: str) -> int:
        """Write a new one."""
        from overhaul.commands.output import short, write_file
        from overhaul.deciding.model import PATTERNS
        from overhaul.deciding.reading import record_of
        from overhaul.deciding.writing import file_name, record_text, superseded_text
        from overhaul.errors import UsageError

        said = self._said(title)
        folder = self.folder / PATTERNS if said.kind == "pattern" else self.folder
        numbers = [int(one.id.lstrip("P")) for one in self.records if one.kind == said.kind]
        number = max(numbers, default=0) + 1
        file = folder / file_name(number, title)
        text = record_text(said)
        if self.options["edit"]:
            edited = click.edit(text, extension=".md")
            if edited is None:
                raise UsageError("the editor was left without saving: nothing is recorded")
            text = edited
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder}: cannot be made ({error}): name another folder in the campaign") from error
        if file.exists():
            raise UsageError(f"{file}: is there already: try again")
        write_file(file, [text.encode("utf-8", "backslashreplace")])
        # What was edited is kept even where it cannot be read: the message says where it stands.
        record_of(text, short(file), "", said.kind)
        if said.supersedes is not None:
            old = self._place(said.supersedes)
            with old.open(encoding="utf-8", newline="") as opened:
                before = opened.read()
            write_file(old, [superseded_text(before, f"{number:04}").encode()])
        if not self.options["quiet"]:
            say(f"overhaul: {short(file)}: {said.kind} {number:04} is on record")
        return 0

    def _place(self, record: Record) -> Path:
        """The file of a record."""
        from overhaul.deciding.model import PATTERNS

        folder = self.folder / PATTERNS if record.kind == "pattern" else self.folder
        return folder / record.file.rpartition("/")[2]

    def _said(self, title: str) -> Said:
        import datetime

        from overhaul.deciding.model import Block
        from overhaul.deciding.reading import named_record
        from overhaul.deciding.writing import Said
        from overhaul.errors import UsageError

        given = self.options
        pattern: bool = given["pattern"]
        if given["status"] == "superseded" and not given["supersedes"]:
            raise UsageError("--status superseded needs --supersedes ID: the decision whose place this one takes")
        others = ("alternative", "consequence", "supersedes", "protect", "must_not", "what") if pattern else (
            "problem", "solution", "benefit", "trade_off", "example"
        )  # fmt: skip
        for key in others:
            if given[key]:
                of = "a decision, and this is a pattern" if pattern else "a pattern: add --pattern"
                raise UsageError(f"--{key.replace('_', '-')} is for {of}")
        if given["phase"] and self.campaign.source:
            from overhaul.campaign.reading import named_phase

            named_phase(self.campaign, given["phase"])
        context = given["problem"] or given["context"]
        why = given["solution"] or given["why"]
        alternatives, consequences = tuple(given["alternative"]), given["benefit"] or given["consequence"]
        asking = sys.stdin.isatty() and sys.stderr.isatty() and not given["quiet"] and not given["edit"]
        if asking and not context:
            context = click.prompt("Problem" if pattern else "Context", err=True)
            why = why or click.prompt("Solution" if pattern else "Why this", default="", show_default=False, err=True)
            if not pattern:
                alternatives = alternatives or tuple(_several("Alternative"))
            consequences = consequences or tuple(_several("Benefit" if pattern else "Consequence"))
        if not context.strip() and not given["edit"]:
            raise UsageError(f"say what it is about: add {'--problem' if pattern else '--context'} TEXT, or --edit")
        if pattern and not why.strip() and not given["edit"]:
            raise UsageError("say what the pattern is: add --solution TEXT, or --edit")
        from overhaul.campaign.deciding import seen

        option = "--example" if pattern else "--because"
        links = dict.fromkeys((*given["because"], *given["example"]))
        block = Block(
            phase=given["phase"], protected=tuple(self._protected()),
            evidence=tuple(seen(one, self.survey, self.campaign, option) for one in links),
        )  # fmt: skip
        supersedes = named_record(self.records, given["supersedes"]) if given["supersedes"] else None
        return Said(
            kind="pattern" if pattern else "decision", title=title, context=context, why=why,
            status="accepted" if given["status"] == "superseded" else given["status"],
            on=datetime.date.today(), by=tuple(given["by"]), alternatives=alternatives,
            consequences=tuple(consequences), trade_offs=tuple(given["trade_off"]), supersedes=supersedes, block=block,
        )  # fmt: skip

    def _protected(self) -> Any:
        from overhaul.deciding.keeping import UNIFY, known_verbs, protected_names
        from overhaul.deciding.model import Protection
        from overhaul.errors import UnknownName, UsageError

        rule, acts, what = self.options["protect"], self.options["must_not"] or (UNIFY,), self.options["what"]
        if not rule and not what and not self.options["must_not"]:
            return
        if not rule.strip() or not what:
            raise UsageError("a protected rule says what it protects: --protect TEXT --must-not unify --what WHAT")
        known = known_verbs(self.survey)
        for one in acts:
            if one not in known:
                raise UnknownName("act", one, known)
        for one in what:
            names = list(protected_names(one, self.survey))
            if not any(_there(name, self.survey) for name in names):
                raise UsageError(f"--what {one}: nothing in the project is called so, and nothing would be protected")
        yield Protection(rule=rule, must_not=tuple(acts), what=tuple(what))


def _there(dotted: str, survey: Survey) -> bool:
    """Whether a dotted name begins with a module of the project."""
    parts = dotted.split(".")
    return any(".".join(parts[:end]) in survey.layout.modules for end in range(1, len(parts) + 1))


def _several(what: str) -> Any:
    """Answers until one is empty."""
    while answer := click.prompt(f"{what} (empty for none)", default="", show_default=False, err=True).strip():
        yield answer
