"""What a file costs in requests: `make scaling` measures it, and docs/scaling.md adds it up to millions."""

import gc
from pathlib import Path

import pytest

from bench import storage_work
from local.storage import Azurite
from tests.integration.command import model_at
from tests.integration.loopback import service

FILES = 10
MAX_REQUESTS = 8
"""For a picture, one of them to the model; and one with which the first files, all at once, look for its cooldown."""


async def test_a_picture_costs_few_requests_and_a_scan_finds_each_overdue_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_work, "FILES", FILES)
    monkeypatch.setattr(storage_work, "LISTED", FILES)
    monkeypatch.setattr(storage_work, "OVERDUE", FILES // 2)
    monkeypatch.setattr(gc, "unfreeze", lambda: None)  # the suite has its own objects frozen (tests/conftest.py)
    storage = await Azurite.start(log=tmp_path / "azurite.log", location=None)
    async with service() as model:
        for name, value in {**model_at(model.url), "MEDIA_STORAGE": storage.connection_string}.items():
            monkeypatch.setenv(name, value)
        await storage_work.fill()
        files = await storage_work.files()
        scan = await storage_work.look()  # which asserts what it finds
    await storage.stop()
    assert 1 < files["file_requests"] <= MAX_REQUESTS
    assert scan["blob_cpu_ms"] > 0
