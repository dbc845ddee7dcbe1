"""What must never come to light (I5): keys in no log, document or message, and answers in no log."""

from collections.abc import Iterable, Iterator

from local.storage import KEY as STORAGE_KEY

MODEL_KEY = "Planted0Model0Key0Of0A0Worker0" + "Planted0" * 6
ANSWER = "A planted answer"

KEYS = (MODEL_KEY, STORAGE_KEY)


def model_key(worker: int) -> str:
    """A key of its own for each worker, so that the model knows who asks."""
    return f"{MODEL_KEY}{worker:06}"


def owner_of(key: str) -> int:
    """The worker whose key it is."""
    return int(key.removeprefix(MODEL_KEY))


def leaks(texts: Iterable[tuple[str, str]], secrets: Iterable[str]) -> Iterator[str]:
    """A sentence for each text, given with the name of its place, that holds a secret."""
    secrets = tuple(secrets)
    for place, text in texts:
        for secret in secrets:
            if secret in text:
                yield f"{place} holds {secret[:16]}…"
