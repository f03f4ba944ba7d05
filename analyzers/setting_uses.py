"""Settings that are read with a default beside them, or set while the program runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from overhaul.hardening import SettingUse
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Scope
from overhaul.syntax.suites import called, calls, directly, function_of, statements
from overhaul.text import dotted, text_of

_WORTH: Final = ("environ", "getenv", "conf", "settings", "options", "opts", "cfg")
_GETTERS: Final = frozenset({"os.environ.get", "environ.get", "os.getenv", "getenv", "os.environ.setdefault"})
_HOLDERS: Final = frozenset({"config", "settings", "conf", "options", "opts", "cfg", "configuration", "__opts__"})
_LITERALS: Final = frozenset({"SimpleString", "Integer", "Float", "ConcatenatedString"})
_STARTING: Final = frozenset({
    "Popen", "run", "call", "check_call", "check_output", "execv", "execve", "execvp", "execvpe", "fork", "Process",
    "spawn", "system", "create_subprocess_exec", "create_subprocess_shell", "start", "exec_module", "execl", "execlp",
})  # fmt: skip


@Collector("Call", "Assign", "BooleanOperation", "FunctionDef")
def setting_uses(module: Module) -> Iterator[SettingUse]:
    """Reads of the environment, and of what is called a configuration, with a literal default; assignments to them."""
    small = module.text.lower()
    if not any(word in small for word in _WORTH):
        return
    of_os = frozenset({"environ", "getenv"}) & module.scopes[0].imported
    alternatives: set[int] = set()
    for either, line, block in module.nodes(cst.BooleanOperation):
        # os.environ.get("X") or "literal"
        if either.operator.__class__ is cst.Or and either.left.__class__ is cst.Call:
            read = _asked(either.left, block.scope, of_os)
            if read is not None and read[2] is None and either.right.__class__.__name__ in _LITERALS:
                alternatives.add(id(either.left))
                yield _row(block.scope, line, read[0], read[1], either.right)
    for call, line, block in module.nodes(cst.Call):
        func: Any = call.func
        last = func.attr.value if func.__class__ is cst.Attribute else getattr(func, "value", "")
        if last not in _ASKED:
            continue
        if last in _SECTIONED:
            holder = called(call).rpartition(".")[0].rpartition(".")[2]
            yield SettingUse(
                act="sections", scope="", line=line, holder=holder, key="", default="", restored=False, literal=False
            )
            continue
        read = _asked(call, block.scope, of_os) if id(call) not in alternatives else None
        if read is not None and read[2] is not None and read[2].__class__.__name__ in _LITERALS:
            yield _row(block.scope, line, read[0], read[1], read[2])
    for assign, line, block in module.nodes(cst.Assign):
        for one in assign.targets:
            set_: tuple[str, Any] | None = _set(one.target, block.scope, of_os)
            if set_ is not None:
                scope = function_of(block.scope)
                yield SettingUse(
                    act="sets", scope=scope.name, line=line, holder=set_[0], key=_key(set_[1]), literal=True,
                    default=text_of(assign.value, 60), restored=_restored(scope, set_[0]),
                )  # fmt: skip


def _row(scope: Scope, line: int, holder: str, key: Any, default: Any) -> SettingUse:
    return SettingUse(
        act="reads", scope=function_of(scope).name, line=line, holder=holder, key=_key(key),
        default=text_of(default, 80),
        restored=False, literal=key.__class__ is cst.SimpleString,
    )  # fmt: skip


_SECTIONED: Final = frozenset({"getint", "getfloat", "getboolean", "has_option", "has_section", "add_section"})
"""What is asked of a configuration with sections, whose `get` takes a section and a name."""
_ASKED: Final = _SECTIONED | {"get", "getenv", "setdefault"}


def _of_os(chain: str, scope: Scope, of_os: frozenset[str]) -> bool:
    """Whether a chain that names the environment is that of the process, and no parameter of the same name."""
    root = chain.partition(".")[0]
    return root == "os" or (root in of_os and (scope.top or root not in scope.bound))


def _asked(call: Any, scope: Scope, of_os: frozenset[str]) -> tuple[str, Any, Any] | None:
    """Holder, key and default of a call that reads a setting; None for any other, and where the key is worked out."""
    chain = called(call)
    last = chain.rpartition(".")[2]
    if last not in ("get", "getenv", "setdefault") or not call.args or any(one.star for one in call.args):
        return None
    key = call.args[0].value
    if call.args[0].keyword is not None or (key.__class__ is not cst.SimpleString and not dotted(key).isupper()):
        return None
    default = call.args[1].value if len(call.args) > 1 else None
    if chain in _GETTERS:
        return ("environ", key, default) if _of_os(chain, scope, of_os) else None
    holder = chain.rpartition(".")[0]
    if last == "get" and len(call.args) < 3 and holder.rpartition(".")[2].strip("_").lower() in _HOLDERS:
        return holder, key, default
    return None


def _set(target: Any, scope: Scope, of_os: frozenset[str]) -> tuple[str, Any] | None:
    """`os.environ["X"]`, `settings.X`: holder and key of what is assigned to."""
    if target.__class__ is cst.Subscript and dotted(target.value) in ("os.environ", "environ"):
        if not _of_os(dotted(target.value), scope, of_os):
            return None
        index: Any = target.slice[0].slice if len(target.slice) == 1 else None
        return ("environ", index.value) if index.__class__ is cst.Index else None
    if target.__class__ is cst.Attribute:
        chain = dotted(target.value)
        if chain and chain.rpartition(".")[2] in ("settings", "config", "conf", "configuration"):
            return chain, target.attr
    return None


def _key(node: Any) -> str:
    if node.__class__ is cst.SimpleString:
        return str(node.value).strip("rRbBuU").strip("\"'")
    return text_of(node, 60)


def _restored(scope: Scope, holder: str) -> bool:
    """Whether a function puts back what it sets, or sets it for a process that it starts."""
    node: Any = scope.node
    if node.__class__ is not cst.FunctionDef:
        return False
    for statement in statements(node.body):
        if statement.__class__ in (cst.Try, cst.TryStar) and statement.finalbody is not None:
            ending = statement.finalbody.body
            if any(_touches(one, holder) for one in statements(ending)):
                return True
    if any(one.__class__ is cst.Yield for one in _yields(node)):
        return True
    return any(called(one).rpartition(".")[2] in _STARTING for one in calls(node.body)) and holder == "environ"


def _yields(function: Any) -> Iterator[Any]:
    for statement in directly(function.body):
        value = getattr(statement, "value", None)
        if value is not None and value.__class__ is cst.Yield:
            yield value


def _touches(statement: Any, holder: str) -> bool:
    name = "environ" if holder == "environ" else holder
    return name in text_of(statement, 400) if not hasattr(statement, "body") else False
