"""Calls over the network that may wait for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from overhaul.facts import Facts, LocalName, Variable
from overhaul.findings import Finding
from overhaul.hardening import RemoteCall
from overhaul.inventory import testing
from overhaul.leaves import OptIn
from overhaul.naming.meanings import External
from overhaul.symbols import Symbols
from overhaul.types import Types


class _Call(NamedTuple):
    """How a library's function is told how long to wait."""

    keywords: tuple[str, ...]
    position: int = -1
    """Where it stands among the arguments without names; -1 where it must be named."""
    default: bool = False
    """It waits for some time when nothing is said, so that only None makes it wait for ever."""
    connects: tuple[str, ...] = ()
    """The call only connects where one of these is given, by name or position."""
    socket: bool = False
    """`socket.setdefaulttimeout` counts."""


_HTTP: Final = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_REQUESTS: Final = _Call(("timeout",))
_HTTPX: Final = _Call(("timeout",), default=True)
_MAIL: Final = _Call(("timeout",), 3, connects=("0", "host"), socket=True)
_POP: Final = _Call(("timeout",), 2, socket=True)
_PLACES: Final = _Call(("connect_timeout", "options", "service", "dsn", "conninfo", "0", "async_"))
_REDIS: Final = _Call((
    "socket_timeout", "socket_connect_timeout", "unix_socket_path", "connection_pool", "single_connection_client",
))  # fmt: skip
KNOWN: Final[Mapping[str, _Call]] = {
    **{f"requests.{name}": _REQUESTS for name in _HTTP},
    **{f"requests.api.{name}": _REQUESTS for name in _HTTP},
    **{f"httpx.{name}": _HTTPX for name in (*_HTTP, "stream", "Client", "AsyncClient")},
    "urllib.request.urlopen": _Call(("timeout",), 2, socket=True),
    "urllib2.urlopen": _Call(("timeout",), 2, socket=True),
    "http.client.HTTPConnection": _Call(("timeout",), 2, socket=True),
    "http.client.HTTPSConnection": _Call(("timeout",), 2, socket=True),
    "socket.create_connection": _Call(("timeout",), 1, socket=True),
    "smtplib.SMTP": _MAIL, "smtplib.SMTP_SSL": _MAIL._replace(position=5), "smtplib.LMTP": _MAIL,
    "ftplib.FTP": _Call(("timeout",), 4, connects=("0", "host"), socket=True),
    "ftplib.FTP_TLS": _Call(("timeout",), 7, connects=("0", "host"), socket=True),
    "telnetlib.Telnet": _Call(("timeout",), 2, connects=("0", "host"), socket=True),
    "poplib.POP3": _POP, "poplib.POP3_SSL": _POP, "imaplib.IMAP4": _POP, "imaplib.IMAP4_SSL": _POP,
    "xmlrpc.client.ServerProxy": _Call(("transport",), 1, socket=True),
    "psycopg2.connect": _PLACES, "psycopg.connect": _PLACES, "psycopg.AsyncConnection.connect": _PLACES,
    "redis.Redis": _REDIS, "redis.StrictRedis": _REDIS, "redis.asyncio.Redis": _REDIS, "redis.client.Redis": _REDIS,
    "websocket.create_connection": _Call(("timeout",), 1),
}  # fmt: skip
"""What connects, or asks and waits for the answer, and what the library says of how long that may take."""
SESSIONS: Final[Mapping[str, tuple[tuple[str, ...], _Call]]] = {
    "requests.Session": (_HTTP, _REQUESTS), "requests.session": (_HTTP, _REQUESTS),
    "requests.sessions.Session": (_HTTP, _REQUESTS), "httpx.Client": (_HTTP, _HTTPX),
    "httpx.AsyncClient": (_HTTP, _HTTPX),
    "paramiko.SSHClient": (("connect",), _Call(("timeout",), 5)),
    "paramiko.client.SSHClient": (("connect",), _Call(("timeout",), 5)),
}  # fmt: skip
"""Classes and functions that give something to ask through: by which methods, and how these are told."""
_LIMITING: Final = frozenset({"settimeout", "setblocking", "alarm", "setitimer", "mount", "setdefaulttimeout"})


@OptIn("hardening")
def connection_without_timeout(
    symbols: Symbols, calls: Facts[RemoteCall], variables: Facts[Variable], local_names: Facts[LocalName]
) -> Iterator[Finding]:
    """A call over the network has no timeout: it may wait for ever.

    Why: a peer that accepts and then says nothing, or a firewall that drops packets, stops the thread that asked, then
    the pool it is of, and then the service, without a line in any log. No test shows it, for tests have quick peers.

    Instead: say how long an answer may take: `requests.get(url, timeout=10)`, `socket.create_connection(address, 5)`,
    `Redis(socket_timeout=5)`.

    What each library does when nothing is said is known (`requests` waits for ever, `httpx` five seconds, so that only
    `timeout=None` is found there). Sessions and clients are followed through variables and attributes. Passed over are
    calls whose arguments are handed on by `**`, those below `with timeout(...)`, sessions that are given an adapter
    with `mount`, and whatever goes by a socket where the project calls `socket.setdefaulttimeout`.
    """
    judge = _Judge(symbols, Types(symbols, variables, local_names))
    rows = {module: found for module, found in calls.items() if not testing(symbols.path(module))}
    default = any(row.callee.endswith("setdefaulttimeout") for found in rows.values() for row in found)
    for module, found in rows.items():
        limiting = [row for row in found if row.callee.rpartition(".")[2] in _LIMITING]
        for row in found:
            if row.limited or row.starred:
                continue
            known = judge.known(module, row)
            if known is None:
                continue
            name, call = known
            said = _said(row, call)
            if said is None or (call.socket and default) or _limited(row, limiting):
                continue
            yield Finding(
                rule="connection_without_timeout", severity="warning", module=module, path=symbols.path(module),
                line=row.line, name=f"{row.scope or 'module'}:{name}", message=f"{name} {said}",
            )  # fmt: skip


def _said(row: RemoteCall, call: _Call) -> str | None:
    """What is wrong with a call; None where it is told how long to wait."""
    given = dict(row.arguments)
    if call.connects and not any(one in given for one in call.connects):
        return None
    values = [given[one] for one in call.keywords if one in given]
    if not call.keywords[0].isdigit() and call.position >= 0 and str(call.position) in given:
        values.append(given[str(call.position)])
    if not values:
        return None if call.default else f"is given no {call.keywords[0]}, and waits for ever when none is given"
    return f"is told to wait for ever: {call.keywords[0]}=None" if values == ["None"] else None


def _limited(row: RemoteCall, limiting: Sequence[RemoteCall]) -> bool:
    """Whether the same function, or for an attribute the same class, limits what the call may take."""
    around = row.scope.rpartition(".")[0] if row.callee.startswith("self.") else row.scope
    return any(one.scope == row.scope or (around and one.scope.startswith(f"{around}.")) for one in limiting)


class _Judge:
    """Tells what a call is of which library."""

    def __init__(self, symbols: Symbols, types: Types) -> None:
        self._symbols, self._types = symbols, types

    def known(self, module: str, row: RemoteCall) -> tuple[str, _Call] | None:
        """The name of what is called, as the library has it, and how it is told; None for what is not known."""
        owner, _, method = row.callee.rpartition(".")
        if not row.receiver:
            meaning = self._symbols.lookup(module, row.scope, row.callee)
            if isinstance(meaning, External) and (found := KNOWN.get(meaning.name)) is not None:
                return meaning.name, found
            if not owner:
                return None
        for made in self._made(module, row.scope, row.receiver or owner):
            session = SESSIONS.get(made)
            if session is not None and method in session[0]:
                return f"{made}.{method}", session[1]
        return None

    def _made(self, module: str, scope: str, text: str) -> Iterator[str]:
        """The outside classes that an expression may be an instance of; what `with` gives is the manager itself."""
        if text.isidentifier():
            for row in self._types.local_rows(module, scope, text):
                if row.value.startswith("with "):
                    yield from self._made(module, scope, row.value[5:])
        for one in self._types.of_expression(module, scope, text):
            if isinstance(one, External):
                yield one.name
        if text.endswith(")") and (chain := text[: text.index("(")]) and "(" not in text[len(chain) + 1 : -1]:
            meaning = self._symbols.lookup(module, scope, chain)
            if isinstance(meaning, External):
                yield meaning.name
