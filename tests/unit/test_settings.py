from pathlib import Path

import pytest

from shared.errors import ConfigurationError
from shared.settings.settings import Settings, table
from tests.planted import KEY

GOOD = {
    "AZURE_INFERENCE_ENDPOINT": "https://place.services.ai.azure.com/models",
    "AZURE_INFERENCE_CREDENTIAL": KEY,
    "AZURE_INFERENCE_DEPLOYMENT": "phi",
    "MEDIA_STORAGE": f"AccountName=a;AccountKey={KEY}",
}


def problems(**changed: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environ({**GOOD, **changed})
    return caught.value.problems


def test_from_environ_reads_the_required_settings_and_has_defaults_for_the_rest() -> None:
    settings = Settings.from_environ({**GOOD, "PATH": "/bin"})
    assert (settings.endpoint, settings.name) == ("https://place.services.ai.azure.com/models", "phi")
    assert settings.credential
    assert settings.credential.get_secret_value() == KEY
    assert (settings.input_container, settings.output_container, settings.blob_trigger_source) == (
        "input",
        "output",
        "EventGrid",
    )


def test_every_missing_setting_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environ({"MEDIA_STORAGE": "  "})
    assert sorted(problem.split(" is missing.")[0] for problem in caught.value.problems) == [
        "AZURE_INFERENCE_DEPLOYMENT",
        "AZURE_INFERENCE_ENDPOINT",
        "MEDIA_STORAGE",
    ]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("AZURE_INFERENCE_ENDPOINT", "place/models", "must be an https:// address"),
        ("AZURE_INFERENCE_ENDPOINT", "http://place.example/models", "must be an https:// address"),
        ("AZURE_INFERENCE_ENDPOINT", "https://place.example/other", "one that ends in /openai/v1"),
        ("AZURE_INFERENCE_ENDPOINT", "https://place.example/models?sig=x", "must have no query"),
        ("AZURE_INFERENCE_ENDPOINT_EARS", "https://place.example/other", "one that ends in /openai/v1"),
        ("MEDIA_STORAGE__blobServiceUri", "http://place.example", "must be an https:// address"),
        ("MEDIA_PUBLIC_BASE_URL", "https://place.example/input?sig=x", "without a query"),
        ("AZURE_INFERENCE_ENDPOINT", "https://", "must name a host"),
        ("AZURE_INFERENCE_CREDENTIAL", "two\nlines", "must be one word"),
        ("AZURE_INFERENCE_CREDENTIAL", "schlüssel", "must be one word"),
        ("AZURE_INFERENCE_SCOPE", "banana", "must be like https://"),
        ("AZURE_INFERENCE_DEPLOYMENT", "a/../b?c", "must be a deployment's name"),
        ("AZURE_INFERENCE_MODEL_EARS", "gpt-audio", "AZURE_INFERENCE_DEPLOYMENT_EARS is missing"),
        ("AZURE_INFERENCE_CREDENTIAL_EARS", "k", "AZURE_INFERENCE_DEPLOYMENT_EARS is missing"),
        ("AZURE_INFERENCE_ENDPOINT_EARS", "https://a.example/models", "AZURE_INFERENCE_DEPLOYMENT_EARS is missing"),
        (
            "AZURE_INFERENCE_ENDPOINT",
            "https://a.example/openai/deployments/ears",
            "AZURE_INFERENCE_DEPLOYMENT says phi, but the address says ears",
        ),
        ("MODEL_CAPABILITIES", '{"phi": {"colour": "red"}}', "`colour`: Extra inputs"),
        ("MODEL_CAPABILITIES", "{", "is not JSON"),
        ("MEDIA_STORAGE", "garbage", "must be a connection string of a storage account"),
        ("MEDIA_STORAGE", "UseDevelopmentStorage=true", "must be a connection string of a storage account"),
        ("MODEL_CAPABILITIES", "[]", "valid dictionary"),
        ("INPUT_CONTAINER", "In_put", "must be a container's name"),
        ("OUTPUT_CONTAINER", "a--b", "must be a container's name"),
        ("OUTPUT_CONTAINER", "input", "INPUT_CONTAINER and OUTPUT_CONTAINER must differ"),
        ("STATE_CONTAINER", "input", "INPUT_CONTAINER and STATE_CONTAINER must differ"),
        ("INPUT_CONTAINER", "state", "INPUT_CONTAINER and STATE_CONTAINER must differ"),
        ("COMPLETED_QUEUE", "dropscribe-deferred", "DEFERRED_QUEUE and COMPLETED_QUEUE must differ"),
        ("COMPLETED_QUEUE", "Done!", "must be a container's name"),
        ("COMPLETED_QUEUE", "webjobs-blobtrigger-poison", "COMPLETED_QUEUE must not end in -poison"),
        ("DEFERRED_QUEUE", "a" * 57, "at most 56"),
        ("ARRIVAL_SECONDS", "inf", "ARRIVAL_SECONDS"),
        ("MEDIA_STORAGE__blobServiceUri", "https://a.example", "MEDIA_STORAGE__queueServiceUri is missing"),
        ("BLOB_TRIGGER_SOURCE", "Polling", "input should be 'EventGrid' or 'LogsAndContainerScan'"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_must_be(name: str, value: str, problem: str) -> None:
    found = " ".join(problems(**{name: value}))
    assert problem in found


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8080/models", "http://localhost/api/models/"])
def test_plain_http_is_for_this_machine_only(endpoint: str) -> None:
    assert Settings.from_environ({**GOOD, "AZURE_INFERENCE_ENDPOINT": endpoint}).endpoint == endpoint


def test_the_address_of_a_deployment_names_it() -> None:
    address = "https://place.example/openai/deployments/ears"
    environ = {**GOOD, "AZURE_INFERENCE_ENDPOINT": address, "AZURE_INFERENCE_DEPLOYMENT": ""}
    assert Settings.from_environ(environ).name == "ears"


@pytest.mark.parametrize("end", ["/models", "/models/chat/completions"])
def test_an_endpoint_that_serves_one_model_alone_needs_no_deployment(end: str) -> None:
    environ = {
        **GOOD,
        "AZURE_INFERENCE_ENDPOINT": f"https://place.example{end}",
        "AZURE_INFERENCE_DEPLOYMENT": "",
        "AZURE_INFERENCE_MODEL": "Phi-4-multimodal-instruct",
    }
    settings = Settings.from_environ(environ)
    assert (settings.name, settings.model_name) == ("", "Phi-4-multimodal-instruct")


def test_without_keys_everything_is_reached_by_identity() -> None:
    environ = {
        **GOOD,
        "AZURE_INFERENCE_CREDENTIAL": "",
        "MEDIA_STORAGE": "",
        "MEDIA_STORAGE__blobServiceUri": "https://a.blob.core.windows.net/",
        "MEDIA_STORAGE__queueServiceUri": "https://a.queue.core.windows.net/",
        "MEDIA_STORAGE__clientId": "id",
    }
    settings = Settings.from_environ(environ)
    assert (settings.credential, settings.media_storage) == (None, None)
    assert (settings.blob_service, settings.storage_client_id) == ("https://a.blob.core.windows.net", "id")


def test_other_models_have_an_alias_and_share_what_they_do_not_set() -> None:
    environ = {**GOOD, "AZURE_INFERENCE_DEPLOYMENT_AUDIO": "gpt-audio", "AZURE_INFERENCE_MODEL_AUDIO": "gpt-audio-1.5"}
    models = Settings.from_environ(environ).models
    assert list(models) == ["default", "audio"]
    audio = models["audio"]
    assert (audio.name, audio.model_name, audio.endpoint) == (
        "gpt-audio",
        "gpt-audio-1.5",
        GOOD["AZURE_INFERENCE_ENDPOINT"],
    )
    assert audio.credential
    assert audio.credential.get_secret_value() == KEY


def test_an_alias_at_another_endpoint_asks_for_tokens_as_that_endpoint_does() -> None:
    environ = {
        **GOOD,
        "AZURE_INFERENCE_SCOPE": "https://own.example/.default",
        "AZURE_INFERENCE_DEPLOYMENT_NEAR": "a",
        "AZURE_INFERENCE_DEPLOYMENT_FAR": "b",
        "AZURE_INFERENCE_ENDPOINT_FAR": "https://far.example/openai/v1",
    }
    models = Settings.from_environ(environ).models
    assert (models["near"].scope, models["far"].scope) == ("https://own.example/.default", None)


def test_a_key_is_never_sent_to_another_host() -> None:
    environ = {
        **GOOD,
        "AZURE_INFERENCE_ENDPOINT_BIG_ONE": "https://elsewhere.example/models",
        "AZURE_INFERENCE_DEPLOYMENT_BIG_ONE": "gpt-5.5",
    }
    assert Settings.from_environ(environ).models["big-one"].credential is None


def test_wrong_and_missing_settings_are_named_together() -> None:
    assert len(problems(AZURE_INFERENCE_ENDPOINT="", INPUT_CONTAINER="X", BLOB_TRIGGER_SOURCE="no")) == 3


def test_no_secret_stands_in_a_message_or_in_the_settings_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environ({**GOOD, "INPUT_CONTAINER": "X"})
    assert KEY not in str(caught.value)
    assert KEY not in repr(Settings.from_environ(GOOD))


def test_the_readme_shows_the_table_of_the_code() -> None:
    """Where they differ: `python scripts/dev.py docs`."""
    assert table() in (Path(__file__).parents[2] / "README.md").read_text()
