"""Calls that may wait for another machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from overhaul.hardening import RemoteCall
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import Block
from overhaul.syntax.suites import function_of
from overhaul.text import dotted, text_of

_CALLED: Final = frozenset({
    # what asks over HTTP
    "get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream", "urlopen", "Client",
    "AsyncClient", "HTTPConnection", "HTTPSConnection", "PoolManager", "ServerProxy", "create_connection",
    # what speaks another protocol
    "SMTP", "SMTP_SSL", "LMTP", "FTP", "FTP_TLS", "Telnet", "POP3", "POP3_SSL", "IMAP4", "IMAP4_SSL", "NNTP",
    "connect", "Redis", "StrictRedis", "from_url", "socket", "Session", "session",
    # what says how long to wait
    "settimeout", "setblocking", "setdefaulttimeout", "setsockopt", "mount", "set_option", "alarm", "setitimer",
})  # fmt: skip
_LIBRARIES: Final = regex(
    r"\b(requests|httpx|urllib|urllib2|urllib3|http|httplib|socket|smtplib|ftplib|telnetlib|poplib|imaplib|nntplib|psycopg"
    r"|psycopg2|redis|paramiko|xmlrpc|websocket)\b"
)


@Collector("Call", "With", "FunctionDef")
def remote_calls(module: Module) -> Iterator[RemoteCall]:
    """Calls with a name as libraries have them that speak with other machines, in files that name such a library."""
    if _LIBRARIES.search(module.text) is None:
        return
    limiting = {id(node) for node, _, _ in module.nodes(cst.With) if any(_ends(item.item) for item in node.items)}
    for call, line, block in module.nodes(cst.Call):
        func: Any = call.func
        kind = func.__class__
        last = func.attr.value if kind is cst.Attribute else func.value if kind is cst.Name else ""
        if last not in _CALLED:
            continue
        chain = dotted(func)
        behind = "" if chain else text_of(func.value)
        yield RemoteCall(
            scope=function_of(block.scope).name, line=line, callee=chain or f"?.{last}", receiver=behind,
            arguments=tuple(_arguments(call)), starred=any(one.star for one in call.args),
            limited=_limited(block, limiting),
        )  # fmt: skip


def _arguments(call: Any) -> Iterator[tuple[str, str]]:
    for number, argument in enumerate(call.args):
        if not argument.star:
            name = argument.keyword.value if argument.keyword is not None else str(number)
            yield name, text_of(argument.value, 80)


def _limited(block: Block | None, limiting: set[int]) -> bool:
    """Whether a suite stands below a `with` that ends it, or in a function whose decorator does."""
    while block is not None:
        if id(block.node) in limiting:
            return True
        node: Any = block.node
        if node.__class__ is cst.FunctionDef and any(_ends(one.decorator) for one in node.decorators):
            return True
        block = block.parent if block.parent is not None else block.scope.defined_in
    return False


def _ends(node: Any) -> bool:
    """Whether an expression speaks of a time after which something is ended: `asyncio.timeout(5)`."""
    call = node.func if node.__class__ is cst.Call else node
    name = dotted(call).rpartition(".")[2].lower()
    return "timeout" in name or "deadline" in name or name in ("fail_after", "move_on_after", "time_limit")
