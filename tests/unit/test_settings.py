from pathlib import Path

import pytest

from shared.errors import ConfigurationError
from shared.settings.model_settings import endpoint_forgotten, under_alias
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
        ("AZURE_INFERENCE_DEPLOYMENT", "a/../b?c", "must be the name of a deployment or model"),
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
        ("AZURE_INFERENCE_ENDPOINT", "https://:pw@place.example/models", "must have no user name or password"),
        ("AZURE_INFERENCE_ENDPOINT", "https://me@place.example/models", "must have no user name or password"),
        ("AZURE_INFERENCE_ENDPOINT_EARS", "https://:pw@place.example/models", "must have no user name or password"),
        ("MEDIA_PUBLIC_BASE_URL", "https://:pw@place.example/input", "must have no user name or password"),
        ("MEDIA_STORAGE__blobServiceUri", "https://:pw@place.example", "must have no user name or password"),
        ("MEDIA_STORAGE__queueServiceUri", "https://a b.example", "without blanks"),
        ("AZURE_INFERENCE_ENDPOINT", "https://place.exa\tmple/models", "without blanks"),
        ("AZURE_INFERENCE_ENDPOINT", "https://place.example/mod\nels", "without blanks"),
        ("AZURE_INFERENCE_ENDPOINT", "https://plåce.example/models", "without blanks"),
        ("AZURE_INFERENCE_ENDPOINT", "https://good.example\\@evil.example/models", "without blanks"),
        ("AZURE_INFERENCE_ENDPOINT", "https://place.example:0/models", "must have a port from 1 to 65535"),
        ("AZURE_INFERENCE_ENDPOINT", "https://place.example:99999999/models", "with a port from 1 to 65535"),
        ("AZURE_INFERENCE_ENDPOINT", "https://place.example:x/models", "with a port from 1 to 65535"),
        ("AZURE_INFERENCE_ENDPOINT", "https://[::1/models", "with a port from 1 to 65535"),
        ("AZURE_INFERENCE_ENDPOINT", "https://a..b/models", "must name a host"),
        ("AZURE_INFERENCE_ENDPOINT", "https://" + "a" * 64 + ".example/models", "must name a host"),
        ("MEDIA_PUBLIC_BASE_URL", "https://place.example/input#x", "without a query"),
        ("AZURE_INFERENCE_DEPLOYMENT", "größe", "must be the name of a deployment or model"),
        ("AZURE_INFERENCE_MODEL", "gpt\u200b", "must be a model's name"),
        ("MODEL_CAPABILITIES", "[" * 100_000, "MODEL_CAPABILITIES is not JSON that anybody can read"),
        ("MODEL_CAPABILITIES", "9" * 5_000, "MODEL_CAPABILITIES is not JSON"),
        ("MEDIA_STORAGE", "AccountName=a;AccountKey=half-a-key", "must have a whole AccountKey"),
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


@pytest.mark.parametrize(
    "name",
    ["gemma3:4b", "Qwen/Qwen2.5-VL-7B-Instruct", "azure/gpt-4o", "hf.co/unsloth/gemma-3-4b-it-GGUF:Q4_K_M", "model@1"],
)
@pytest.mark.parametrize("end", ["/v1", "/openai/v1", "/models"])
def test_a_model_has_the_name_that_its_server_gives_it(name: str, end: str) -> None:
    address = f"https://place.example{end}"
    settings = Settings.from_environ({**GOOD, "AZURE_INFERENCE_ENDPOINT": address, "AZURE_INFERENCE_DEPLOYMENT": name})
    assert settings.name == name


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


@pytest.mark.parametrize(
    ("address", "is_same"),
    [
        ("https://place.services.ai.azure.com/openai/v1", True),
        ("https://PLACE.services.ai.azure.com:443/models", True),
        ("https://place.services.ai.azure.com:8443/models", False),
        ("https://other.services.ai.azure.com/models", False),
        ("http://localhost/models", False),
        ("https://[::1/models", False),
    ],
)
def test_a_key_goes_to_another_model_only_at_the_same_scheme_host_and_port(address: str, is_same: bool) -> None:
    given = {**GOOD, "AZURE_INFERENCE_ENDPOINT_FAR": address, "AZURE_INFERENCE_DEPLOYMENT_FAR": "b"}
    assert under_alias(given, "FAR").get("AZURE_INFERENCE_CREDENTIAL") == (KEY if is_same else None)


def test_a_key_for_one_port_of_this_machine_stays_there() -> None:
    environ = {
        **GOOD,
        "AZURE_INFERENCE_ENDPOINT": "http://localhost:1/models",
        "AZURE_INFERENCE_ENDPOINT_FAR": "http://localhost:2/models",
        "AZURE_INFERENCE_DEPLOYMENT_FAR": "b",
    }
    assert Settings.from_environ(environ).models["far"].credential is None


@pytest.mark.parametrize(
    ("changed", "signs_in"),
    [
        ({}, True),
        ({"AZURE_INFERENCE_ENDPOINT": "https://a.openai.azure.com/openai/v1"}, True),
        ({"AZURE_INFERENCE_ENDPOINT": "https://a.openai.azure.us/openai/v1"}, True),
        ({"AZURE_INFERENCE_CREDENTIAL": KEY}, False),
        ({"AZURE_INFERENCE_ENDPOINT": "http://localhost:11434/models"}, False),
        ({"AZURE_INFERENCE_ENDPOINT": "https://vllm.example/models"}, False),
        ({"AZURE_INFERENCE_ENDPOINT": "https://evilazure.com/models"}, False),
        (
            {
                "AZURE_INFERENCE_ENDPOINT": "https://gateway.example/models",
                "AZURE_INFERENCE_SCOPE": "api://gateway/.default",
            },
            True,
        ),
    ],
)
def test_a_token_is_asked_for_where_there_is_no_key_and_azure_or_a_scope(
    changed: dict[str, str], signs_in: bool
) -> None:
    assert Settings.from_environ({**GOOD, "AZURE_INFERENCE_CREDENTIAL": "", **changed}).signs_in == signs_in


def test_wrong_and_missing_settings_are_named_together() -> None:
    assert len(problems(AZURE_INFERENCE_ENDPOINT="", INPUT_CONTAINER="X", BLOB_TRIGGER_SOURCE="no")) == 3


def test_no_secret_stands_in_a_message_or_in_the_settings_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environ({**GOOD, "INPUT_CONTAINER": "X"})
    assert KEY not in str(caught.value)
    assert KEY not in repr(Settings.from_environ(GOOD))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("AZURE_INFERENCE_ENDPIONT", "AZURE_INFERENCE_ENDPOINT"),
        ("AZURE_INFERENCE_ENDPONT", "AZURE_INFERENCE_ENDPOINT"),
        ("AZURE_INFERENCE_DEPLOYEMENT", "AZURE_INFERENCE_DEPLOYMENT"),
        ("AZURE_INFERENCE_DEPLOYMNET_AUDIO", "AZURE_INFERENCE_DEPLOYMENT_AUDIO"),
        ("AZURE_INFERENCE_CREDENTIALS_BIG_ONE", "AZURE_INFERENCE_CREDENTIAL_BIG_ONE"),
        ("AZURE_INFERENCE_DEPLOYMENT_DEFAULT", "AZURE_INFERENCE_DEPLOYMENT"),
        ("AZURE_INFERENCE_ENDPOINT_DEFAULT", "AZURE_INFERENCE_ENDPOINT"),
        ("AZURE_INFERENCE_DEPLOYMENT_NAME", "AZURE_INFERENCE_DEPLOYMENT"),
        ("AZURE_INFERENCE_MODELS", "AZURE_INFERENCE_MODEL"),
        ("AZUREINFERENCE_SCOPE", "AZURE_INFERENCE_SCOPE"),
        ("MEDIA_STORGE", "MEDIA_STORAGE"),
        ("MEDIA_STORAGE_blobServiceUri", "MEDIA_STORAGE__blobServiceUri"),
        ("MEDIA_STORAGE__queueServiceUrl", "MEDIA_STORAGE__queueServiceUri"),
        ("DAILY_TOKEN", "DAILY_TOKENS"),
        ("DALIY_TOKENS", "DAILY_TOKENS"),
        ("INPUT_CONTAINERS", "INPUT_CONTAINER"),
        ("COMPLETED_QUEUES", "COMPLETED_QUEUE"),
        ("MODEL_CAPABILITY", None),
    ],
)
def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(name: str, meant: str | None) -> None:
    if meant is None:
        assert name in Settings.from_environ({**GOOD, name: "x"}).notices[0]
    else:
        assert f"{name} is no setting: did you mean {meant}?" in " ".join(problems(**{name: "x"}))


def test_names_that_only_begin_like_a_setting_are_told_in_one_notice() -> None:
    environ = {
        **GOOD,
        "DROPSCRIBE_DAILY_TOKENS": "1000",
        "DROPSCRIBE_ALERT_EMAIL": "a@example.com",
        "AZURE_INFERENCE_KEY": "k",
        "MEDIA_STORAGE__serviceUri": "https://a.example",
    }
    assert Settings.from_environ(environ).notices == (
        "These are no settings of the app, and change nothing: AZURE_INFERENCE_KEY (did you mean"
        " AZURE_INFERENCE_CREDENTIAL?), DROPSCRIBE_ALERT_EMAIL, DROPSCRIBE_DAILY_TOKENS (did you mean DAILY_TOKENS?),"
        " MEDIA_STORAGE__serviceUri.",
    )


def test_names_of_others_pass_in_silence() -> None:
    others = {
        "PATH": "/bin",
        "MEDIA_ROOT": "/srv",
        "OUTPUT_FORMAT": "x",
        "AZURE_CLIENT_ID": "x",
        "AZURE_OPENAI_ENDPOINT": "https://a.example",
        "MEDIA_STORAGE__credential": "managedidentity",
        "MEDIA_STORAGE_ACCOUNT": "a",
        "DROPSCRIBE_HOME": "/tmp",
        "AZURE_INFERENCE_DEPLOYMENT_AUDIO2": "gpt-audio",
        "AZURE_INFERENCE_ENDPIONT": " ",
    }
    assert Settings.from_environ({**GOOD, **others}).notices == ()


def test_a_setting_is_read_whatever_its_case_and_the_exact_name_counts() -> None:
    """Windows knows the names of the environment in capitals only, and the host does not mind."""
    environ = {
        **{name: value for name, value in GOOD.items() if name != "MEDIA_STORAGE"},
        "MEDIA_STORAGE__BLOBSERVICEURI": "https://a.blob.core.windows.net",
        "MEDIA_STORAGE__QUEUESERVICEURI": "https://a.queue.core.windows.net",
        "azure_inference_deployment_big_one": "gpt-5.5",
        "azure_inference_deployment": "other",
        "Input_Container": "drop",
    }
    settings = Settings.from_environ(environ)
    assert (settings.blob_service, settings.input_container) == ("https://a.blob.core.windows.net", "drop")
    assert (settings.deployment, settings.models["big-one"].deployment) == ("phi", "gpt-5.5")


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({}, None),
        ({"PATH": "/bin"}, None),
        ({"AZURE_INFERENCE_ENDPOINT": "x", "AZURE_INFERENCE_DEPLOYMENT": "gpt"}, None),
        (
            {"AZURE_INFERENCE_DEPLOYMENT": "gpt", "AZURE_INFERENCE_ENDPOINT": " "},
            "AZURE_INFERENCE_DEPLOYMENT is set, but",
        ),
        ({"AZURE_INFERENCE_ENDPONT": "x"}, "AZURE_INFERENCE_ENDPONT is set, but AZURE_INFERENCE_ENDPOINT is not"),
        ({"AZURE_INFERENCE_CREDENTIAL_AUDIO": "k"}, "AZURE_INFERENCE_CREDENTIAL_AUDIO is set, but"),
    ],
)
def test_a_model_without_an_endpoint_is_noticed(environ: dict[str, str], told: str | None) -> None:
    found = endpoint_forgotten(environ)
    assert found == told or (found and told and found.startswith(told))


def test_each_setting_is_required_optional_has_a_default_or_depends_on_another() -> None:
    rows = [row.split(" | ") for row in table().splitlines()[2:]]
    depending = {name.strip("| `") for name, default, _ in rows if default == "depends"}
    assert depending == {
        "AZURE_INFERENCE_DEPLOYMENT",
        "MEDIA_STORAGE",
        "MEDIA_STORAGE__blobServiceUri",
        "MEDIA_STORAGE__queueServiceUri",
    }
    assert [name for name, default, text in rows if default == "optional" and "Required" in text] == []


def test_the_readme_shows_the_table_of_the_code() -> None:
    """Where they differ: `python scripts/dev.py docs`."""
    assert table() in (Path(__file__).parents[2] / "README.md").read_text()
