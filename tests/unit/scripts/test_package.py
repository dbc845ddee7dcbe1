"""What is staged for deployment, without pip: the app's own files, and how its libraries would be fetched."""

import re
from pathlib import Path

import package as subject
import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with everything that may lie around in one."""
    names = [
        *("host.json", "function_app.py", "local.settings.json", ".env", ".git/config", "cli/main.py", "tests/test.py"),
        *(
            "shared/processing/answering.py",
            "shared/models/models.toml",
            "shared/adapters/foundry/request.py",
            "shared/secret.pem",
            "shared/.env",
        ),
        *("shared/__pycache__/answering.cpython-313.pyc", "recipes/describe.prompty", "recipes/describe.prompty.bak"),
    ]
    for name in names:
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "tree"


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_file_that_is_named_nowhere_is_not_deployed(tree: Path, tmp_path: Path) -> None:
    subject.stage_app(tree, tmp_path / "package")
    assert names(tmp_path / "package") == {
        *(".funcignore", "host.json", "function_app.py", "recipes/describe.prompty"),
        *("shared/processing/answering.py", "shared/models/models.toml", "shared/adapters/foundry/request.py"),
    }


def test_all_that_was_in_the_package_before_goes_but_the_libraries(tree: Path, tmp_path: Path) -> None:
    subject.stage_app(tree, tmp_path / "package")
    before = names(tmp_path / "package")
    for name in ("local.settings.json", "shared/gone.py", ".azure/env", ".python_packages/lib/site-packages/yaml.py"):
        (tmp_path / "package" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "package" / name).touch()
    subject.stage_app(tree, tmp_path / "package")
    assert names(tmp_path / "package") == {*before, ".python_packages/lib/site-packages/yaml.py"}


def test_libraries_are_fetched_as_locked_for_the_platform_that_azure_runs() -> None:
    command = subject.pip_install("python3.13", ROOT / "requirements.txt")
    assert command[:4] == ["python3.13", "-m", "pip", "install"]
    assert {
        *("--require-hashes", "--no-deps", "--only-binary=:all:", "--python-version=3.13"),
        *("--platform=manylinux2014_x86_64", "--platform=manylinux_2_28_x86_64"),
    } <= set(command)
    assert command[-1] == f"--requirement={ROOT / 'requirements.txt'}"


@pytest.mark.parametrize(
    ("said", "locked"),
    [("true", "requirements-traces.txt"), ("false", "requirements.txt"), ("", "requirements.txt")],
)
def test_the_distribution_for_traces_is_packaged_only_where_it_is_asked_for(said: str, locked: str) -> None:
    assert subject.requirements({"DROPSCRIBE_TRACES": said}).name == locked
    assert subject.requirements({}).name == "requirements.txt"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-traces.txt"])
def test_the_package_is_the_same_whatever_machine_makes_it(name: str) -> None:
    """Pip asks the machine that it runs on what a marker of a platform means."""
    assert not re.search(r"sys_platform|os_name|platform_system|platform_machine", (ROOT / name).read_text())


def test_tests_samples_and_commands_of_libraries_are_left_out(tmp_path: Path) -> None:
    for name in ("bin/idna", "samples/one.py", "jsonschema/tests/test.py", "jsonschema/validators.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert set(subject.useless(tmp_path)) == {tmp_path / name for name in ("bin", "samples", "jsonschema/tests")}
