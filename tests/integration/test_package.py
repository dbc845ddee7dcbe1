"""The package that is deployed, made by the documented command, and run with nothing else beside it."""

import ast
import json
import os
import platform
import shutil
import subprocess
import sys
import uuid
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient

from local.process import Child
from tests import samples
from tests.conftest import eventually
from tests.integration.loopback import service
from tests.integration.test_app import AZURITE
from tests.planted import KEY

ROOT = Path(__file__).parents[2]
HOSTS_OWN = ("local", "cronsim")
"""What our host needs beyond the package: itself, and the one library that the app does without."""

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the package runs on Azure's Linux only"
)


@pytest.fixture
def alone(package: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of a Python that knows the standard library, the package, our host, and nothing else."""
    for name in HOSTS_OWN:
        found = find_spec(name)
        assert found
        assert found.submodule_search_locations
        without = shutil.ignore_patterns("node_modules")  # the emulator's, which is large and runs elsewhere
        shutil.copytree(next(iter(found.submodule_search_locations)), tmp_path / "host" / name, ignore=without)
    folders = (tmp_path / "host", package, package / ".python_packages" / "lib" / "site-packages")
    return {"PYTHONPATH": os.pathsep.join(map(str, folders))}


def python(*arguments: str) -> list[str]:
    """Without its own site-packages, and without the folder that it is started in."""
    return [sys.executable, "-S", "-P", *arguments]


def imported_by(path: Path) -> set[str]:
    """All modules that a file names in an import, at its top or deep inside."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module
            found.add(node.module)
    return found


def test_the_package_holds_every_module_that_the_app_imports_now_or_later(
    package: Path, alone: dict[str, str], tmp_path: Path
) -> None:
    sources = [package / "function_app.py", *(package / "shared").rglob("*.py")]
    wanted = sorted(set().union(*map(imported_by, sources)))
    assert {"filetype", "jsonschema", "azure.storage.queue.aio", "shared.processing.processor"} <= set(wanted)
    settled = {**os.environ, **alone, **settings("", "http://127.0.0.1:9"), "MEDIA_STORAGE": AZURITE}
    command = python("-c", f"import importlib\nfor name in {wanted}: importlib.import_module(name)")
    done = subprocess.run(command, env=settled, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_package_is_tested_without_the_libraries_that_are_installed_here(
    alone: dict[str, str], tmp_path: Path
) -> None:
    command = python("-c", "import sys; print(*sys.path, sep='\\n')")
    done = subprocess.run(
        command, env={**os.environ, **alone}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    given = alone["PYTHONPATH"].split(os.pathsep)
    assert [folder for folder in done.stdout.splitlines() if "site-packages" in folder] == given[2:]


async def test_the_package_alone_answers_pictures_and_a_recording(
    package: Path, alone: dict[str, str], azurite: str, tmp_path: Path
) -> None:
    dropped = {
        "chart.png": samples.CHART,
        "hello.mp3": samples.HELLO,
        "receipts/one.jpg": samples.FOLDER / "receipt.jpg",
    }
    async with service() as model, BlobServiceClient.from_connection_string(azurite) as storage:
        own = settings(azurite, model.url)
        for container in (own["INPUT_CONTAINER"], own["OUTPUT_CONTAINER"]):
            await storage.create_container(container)
        host = await Child.start(
            "The host",
            python("-m", "local.host", str(package)),
            environ={**alone, **own},
            log=tmp_path / "host.log",
            ready=[r"The host is ready at (?P<address>\S+)"],
            folder=tmp_path,
        )
        for name, path in dropped.items():
            await storage.get_blob_client(own["INPUT_CONTAINER"], name).upload_blob(path.read_bytes())

        async def documents() -> dict[str, Any] | None:
            blobs = {name: storage.get_blob_client(own["OUTPUT_CONTAINER"], f"{name}.json") for name in dropped}
            try:
                return {name: json.loads(await (await blob.download_blob()).readall()) for name, blob in blobs.items()}
            except ResourceNotFoundError:
                return None

        answered = await eventually(documents)
        await host.stop()
    told = {name: (each["status"], each["recipe"]["name"], each["answer"]["text"]) for name, each in answered.items()}
    assert told == {
        "chart.png": ("ok", "describe", "Hola."),
        "hello.mp3": ("ok", "transcribe", "Hola."),
        "receipts/one.jpg": ("ok", "receipt", "Hola."),  # which no schema takes: it was held against one
    }


def settings(azurite: str, model: str) -> dict[str, str]:
    """The settings of an app with containers of its own."""
    own = uuid.uuid4().hex[:8]
    return {
        **dict.fromkeys(("AzureWebJobsStorage", "MEDIA_STORAGE"), azurite),
        "AZURE_INFERENCE_ENDPOINT": f"{model}/models",
        "AZURE_INFERENCE_CREDENTIAL": KEY,
        "AZURE_INFERENCE_DEPLOYMENT": "Phi-4-multimodal-instruct",
        "INPUT_CONTAINER": f"input-{own}",
        "OUTPUT_CONTAINER": f"output-{own}",
        "STATE_CONTAINER": f"state-{own}",
        "DEFERRED_QUEUE": f"later-{own}",
        "BLOB_TRIGGER_SOURCE": "EventGrid",
    }


def test_the_package_holds_nothing_but_the_app_and_its_libraries(package: Path) -> None:
    assert {path.name for path in package.iterdir()} == {
        *("host.json", "function_app.py", "requirements.txt", "shared", "recipes"),
        *(".python_packages", "__pycache__", ".funcignore"),
    }
    assert {path.suffix for path in (package / "recipes").rglob("*")} == {".prompty"}
    assert {path.suffix for path in (package / "shared").rglob("*") if path.is_file()} == {
        *(".json", ".py", ".pyc", ".toml")
    }
    libraries = package / ".python_packages" / "lib" / "site-packages"
    assert not [path for path in libraries.rglob("*") if path.name in ("tests", "samples", ".git", ".env")]


def test_every_module_is_compiled_for_azure_and_names_no_folder_of_this_machine(package: Path) -> None:
    for source in [package / "function_app.py", *(package / "shared").rglob("*.py")]:
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        content = compiled.read_bytes()
        assert content[4] == 1, "valid whatever the time stamps say"
        assert b"/home/site/wwwroot/" in content
        assert str(ROOT).encode() not in content
