"""Calls that wait for something outside, by what their name means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from overhaul.facts import Facts, LocalName, Variable
from overhaul.naming.meanings import External
from overhaul.symbols import Symbols
from overhaul.types import Types

Wait = Literal["sleep", "network", "process", "database", "input", ""]
"""What is waited for; "" for nothing that is known."""
_HTTP: Final = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_FUNCTIONS: Final[Mapping[str, Wait]] = {
    "time.sleep": "sleep",
    **{f"requests.{one}": "network" for one in _HTTP},
    **{f"requests.api.{one}": "network" for one in _HTTP},
    **{f"httpx.{one}": "network" for one in (*_HTTP, "stream")},
    "urllib.request.urlopen": "network", "urllib.request.urlretrieve": "network", "urllib2.urlopen": "network",
    "six.moves.urllib.request.urlopen": "network", "socket.create_connection": "network",
    "socket.getaddrinfo": "network", "socket.gethostbyname": "network", "socket.gethostbyaddr": "network",
    "socket.getfqdn": "network", "smtplib.SMTP": "network", "smtplib.SMTP_SSL": "network", "ftplib.FTP": "network",
    "subprocess.run": "process", "subprocess.call": "process", "subprocess.check_call": "process",
    "subprocess.check_output": "process", "subprocess.getoutput": "process", "subprocess.getstatusoutput": "process",
    "os.system": "process", "os.waitpid": "process",
    "psycopg2.connect": "database", "psycopg.connect": "database", "pymysql.connect": "database",
    "MySQLdb.connect": "database", "mysql.connector.connect": "database", "pyodbc.connect": "database",
    "builtins.input": "input",
}  # fmt: skip
_METHODS: Final[Mapping[str, tuple[Wait, frozenset[str]]]] = {
    "requests.Session": ("network", frozenset(_HTTP)),
    "requests.session": ("network", frozenset(_HTTP)),
    "requests.sessions.Session": ("network", frozenset(_HTTP)),
    "httpx.Client": ("network", frozenset({*_HTTP, "stream"})),
    "http.client.HTTPConnection": ("network", frozenset({"request", "getresponse", "connect"})),
    "http.client.HTTPSConnection": ("network", frozenset({"request", "getresponse", "connect"})),
    "smtplib.SMTP": ("network", frozenset({"connect", "sendmail", "send_message", "login"})),
    "subprocess.Popen": ("process", frozenset({"communicate", "wait"})),
    "psycopg2.extensions.connection": ("database", frozenset({"commit"})),
    "sqlite3.Connection": ("database", frozenset({"execute", "executemany", "commit"})),
    "sqlite3.connect": ("database", frozenset({"execute", "executemany", "commit"})),
    "psycopg2.connect": ("database", frozenset({"commit"})),
    "pymysql.connect": ("database", frozenset({"commit"})),
}
"""Class, or function that gives an instance of one -> methods that wait."""


class Waiting:
    """Tells what a call waits for."""

    def __init__(self, symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName]) -> None:
        """Stands on what names mean and on what receivers are."""
        self._symbols = symbols
        self._types = Types(symbols, variables, local_names)
        self._known: dict[tuple[str, str, str], Wait] = {}

    def of(self, module: str, scope: str, chain: str) -> Wait:
        """What the call of a chain in a scope waits for."""
        key = module, scope, chain
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._of(module, scope, chain)
        return found

    def _of(self, module: str, scope: str, chain: str) -> Wait:
        meaning = self._symbols.lookup(module, scope, chain)
        if isinstance(meaning, External):
            return _FUNCTIONS.get(meaning.name, "")
        receiver, _, method = chain.rpartition(".")
        if not receiver or not any(method in names for _, names in _METHODS.values()):
            return ""
        told: set[Wait] = set()
        for one in self._types.of_expression(module, scope, receiver):
            told.add(_wait(one.name, method) if isinstance(one, External) else "")
        return told.pop() if len(told) == 1 else ""


def _wait(owner: str, method: str) -> Wait:
    """What a method of a class outside the project waits for."""
    found = _METHODS.get(owner)
    return found[0] if found is not None and method in found[1] else ""
