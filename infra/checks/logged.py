"""What the app logs, read from its code: each event with the names of its fields.

Only what can be told without running the code is understood. Anything else raises `NotUnderstoodError`, so that no
field is overlooked in silence.
"""

import ast
import itertools
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path


class NotUnderstoodError(Exception):
    """Code that logs in a way that cannot be read from its text."""


def logged_fields(package: Path) -> dict[str, set[str]]:
    """The events that a package logs by `log_event`, and their fields; `a.b` is the field b of the objects in a.

    Raises:
        NotUnderstoodError: naming the file and the line.
    """
    modules = {_dotted(path, package): _Module(path) for path in sorted(package.rglob("*.py"))}
    found: dict[str, set[str]] = defaultdict(set)
    for module in modules.values():
        for call in module.calls_of("log_event"):
            for event in _texts(call.args[0], module):
                found[event] |= {"event", *_fields_of_call(call, module, modules)}
    return dict(found)


class _Module:
    """The syntax tree of a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tree = ast.parse(path.read_text(encoding="utf-8"))

    def calls_of(self, name: str) -> Iterator[ast.Call]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        return {node.name: node for node in self._tree.body if isinstance(node, ast.FunctionDef)}

    @cached_property
    def imported_from(self) -> dict[str, str]:
        imports = [node for node in self._tree.body if isinstance(node, ast.ImportFrom)]
        return {alias.name: node.module or "" for node in imports for alias in node.names}

    def not_understood(self, node: ast.expr) -> NotUnderstoodError:
        return NotUnderstoodError(
            f"{self.path}, line {node.lineno}: cannot tell what is logged by `{ast.unparse(node)}`."
            " Write the names out, or teach infra/checks/logged.py to read this."
        )


def _dotted(path: Path, package: Path) -> str:
    return ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")


def _texts(node: ast.expr, module: _Module) -> list[str]:
    """Every text that an expression can be."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return _texts(one, module) + _texts(other, module)
        case ast.FormattedValue(value=value):
            return _texts(value, module)
        case ast.JoinedStr(values=parts):
            return ["".join(each) for each in itertools.product(*(_texts(part, module) for part in parts))]
    raise module.not_understood(node)


def _fields_of_call(call: ast.Call, module: _Module, modules: dict[str, _Module]) -> Iterator[str]:
    for keyword in call.keywords:
        if keyword.arg:
            yield keyword.arg
            continue
        fields = list(_fields_made_in(keyword.value, module, modules))
        if not fields:
            raise module.not_understood(keyword.value)
        yield from fields


def _fields_made_in(node: ast.expr, module: _Module, modules: dict[str, _Module]) -> Iterator[str]:
    """The fields of the objects that the functions called in an expression make."""
    for name in [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]:
        home = module
        while name not in home.functions and home.imported_from.get(name) in modules:  # perhaps through an __init__.py
            home = modules[home.imported_from[name]]
        if name in home.functions:
            yield from _fields_of_function(home.functions[name], home, modules)


def _fields_of_function(function: ast.FunctionDef, module: _Module, modules: dict[str, _Module]) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return | ast.Yield) and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if key is None:
                    raise module.not_understood(value)
                for name in _texts(key, module):
                    yield name
                    yield from (f"{name}.{inner}" for inner in _fields_made_in(value, module, modules))
