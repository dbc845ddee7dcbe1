"""Which variables of the environment the project's files read, by their names, however a file says it."""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

OF_OTHERS = {
    *("PATH", "HOME", "TERM", "SYSTEMROOT", "PYENV", "PYENV_ROOT", "NODE_PATH", "GITHUB_OUTPUT"),
    *("PYTHONUTF8", "PYTHONIOENCODING", "PYTHONDONTWRITEBYTECODE", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER"),
    *("PILLOW_BLOCKS_MAX", "AZURE_ENV_NAME", "AZURE_PRINCIPAL_ID", "AzureWebJobsStorage"),
    "AzureFunctionsWebHost__hostid",
}
"""Those of the system, of Python and its libraries, of azd and of the Functions host: their own docs tell of them."""

BETWEEN_PROCESSES = {
    *("BENCH_FILES", "BENCH_SINK", "BENCH_STORAGE", "LOAD_POLICY", "INBOX_TESTS", "INBOX_TESTS_NAMED"),
    *("INBOX", "INBOX_STORAGE", "MANY", "RESULTS", "PICTURES", "UPLOAD_MEGABYTES", "CHROMIUM"),
    *("STOP_WHEN_STANDARD_INPUT_CLOSES", "STORAGE_CERTIFICATE", "HOST_STORAGE", "RECIPES"),
}
"""What a process of ours sets for its child, and nobody else should."""

_OTHER_WAYS = r"process\.env\.(\w+)|readEnvironmentVariable\('(\w+)'"
_NAME = re.compile(r"[A-Z]{2,}(_[A-Z0-9]+)+")


def names_read(root: Path, files: Collection[str]) -> dict[str, list[str]]:
    """Each name that people may set, with the files that read it."""
    found: dict[str, list[str]] = {}
    for file in sorted(files):
        if file.endswith((".py", ".ts", ".bicepparam")):
            text = (root / file).read_text(encoding="utf-8")
            names = set(_in_python(text, file)) if file.endswith(".py") else _in_others(text)
            for name in names - OF_OTHERS - BETWEEN_PROCESSES:
                found.setdefault(name, []).append(file)
    return found


def _in_others(text: str) -> set[str]:
    return {name for names in re.findall(_OTHER_WAYS, text) for name in names if name}


def _in_python(text: str, file: str) -> Iterator[str]:
    """Literals, and constants of the same file: those of another one are settings, or that file reads them too."""
    if "environ" not in text:
        return
    tree = ast.parse(text)
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    only_keys = file.startswith(("tests/", "shared/"))  # other tuples there are test data, and words of settings
    for node in ast.walk(tree):
        for key in [*_keys(node), *(() if only_keys else _gone_through(node))]:
            value = constants.get(key.id) if isinstance(key, ast.Name) else key
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def _keys(node: ast.AST) -> Iterator[ast.expr]:
    """What an environment is asked for here."""
    match node:
        case (
            ast.Subscript(value, key)
            | ast.Call(ast.Attribute(value, "get" | "pop" | "setdefault"), [key, *_])
            | ast.Compare(key, [ast.In() | ast.NotIn()], [value])
        ) if ast.unparse(value) in ("os.environ", "environ"):
            yield key
        case _:
            return


def _gone_through(node: ast.AST) -> Iterator[ast.expr]:
    """What has the form of a name, in a tuple that is gone through, or handed to what reads it."""
    match node:
        case ast.Call(ast.Name(), keys) | ast.Tuple(keys):
            yield from (each for each in keys if isinstance(each, ast.Constant) and _NAME.fullmatch(str(each.value)))
        case _:
            return
