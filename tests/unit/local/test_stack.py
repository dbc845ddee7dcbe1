from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from local.process import NotStartedError
from local.stack import _start_model


@pytest.mark.parametrize(
    "name", ["AZURE_INFERENCE_DEPLOYMENT", "AZURE_INFERENCE_ENDPONT", "AZURE_INFERENCE_CREDENTIAL"]
)
async def test_a_model_that_is_only_half_described_is_not_answered_for_by_the_offline_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.delenv("AZURE_INFERENCE_ENDPOINT", raising=False)
    monkeypatch.setenv(name, "x")
    with pytest.raises(NotStartedError, match=f"{name} is set, but AZURE_INFERENCE_ENDPOINT is not"):
        await _start_model(AsyncExitStack(), tmp_path)
