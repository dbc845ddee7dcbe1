"""What the hook before a deployment reads out of infra/ with the real compiler."""

import shlex
from pathlib import Path

import pytest

from infra.checks.tools import compiler
from tests.support import preflight as stand
from tests.support.programs import plant, plant_script


@pytest.mark.parametrize("environ", [{}, {"DROPSCRIBE_ENDPOINT": "https://place.example/openai/v1"}])
def test_the_hook_reads_what_is_to_be_deployed(tmp_path: Path, environ: dict[str, str]) -> None:
    plant(tmp_path, "azd", stand.AZD)
    plant(tmp_path, "other-az", stand.AZ)
    bicep = f'exec {shlex.quote(compiler())} build-params "$4" --stdout'
    plant_script(tmp_path, "az", f'case "$*" in *build-params*) {bicep};; esac; exec {tmp_path}/other-az "$@"')
    scene = stand.Scene(az=None, azd=None, environ=environ)
    _, said = stand.run(scene, tmp_path)
    assert "Instances: 40 at most, which take 40 cores" in said
    assert ("none is deployed" in said) == bool(environ)
    assert ("gpt-6-luna" in said) == ("gpt-audio-1.5" in said) == (not environ)
