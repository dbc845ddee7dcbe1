from pathlib import Path

import pytest

import docs
from shared.errors import ConfigurationError
from shared.settings.model_settings import endpoint_forgotten
from shared.settings.settings import Settings
from tests.planted import KEY

ENDPOINT = "AZURE_INFERENCE_ENDPOINT"
GOOD = {
    ENDPOINT: "https://place.services.ai.azure.com/models",
    "AZURE_INFERENCE_CREDENTIAL": KEY,
    "AZURE_INFERENCE_DEPLOYMENT": "phi",
    "MEDIA_STORAGE": f"AccountName=a;AccountKey={KEY}",
}


def settings(**changed: str) -> Settings:
    return Settings.from_environ({**GOOD, **changed})


def problems(**changed: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environ({**GOOD, **changed})
    return caught.value.problems


def test_from_environ_reads_the_required_settings_and_has_defaults_for_the_rest() -> None:
    read = settings(PATH="/bin", others="x", notices="y", MODEL_CAPABILITIES='{"phi": {"max_bytes": 5}}')
    assert read.credential
    assert (read.endpoint, read.name, read.credential.get_secret_value()) == (GOOD[ENDPOINT], "phi", KEY)
    assert read.capabilities == {"phi": {"max_bytes": 5}}
    assert (read.input_container, read.completed_queue, read.blob_trigger_source) == ("input", None, "EventGrid")


def test_every_missing_setting_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environ({"MEDIA_STORAGE": "  "})
    assert sorted(problem.split(" is missing.")[0] for problem in caught.value.problems) == [
        "AZURE_INFERENCE_DEPLOYMENT",
        "AZURE_INFERENCE_ENDPOINT",
        "MEDIA_STORAGE",
    ]


ADDRESS = "must be an https:// address with the name of a host"


@pytest.mark.parametrize(
    ("problem", "name", "values"),
    [
        (ADDRESS, ENDPOINT, ["place/models", "https://", "https://a..b/models", f"https://{'a' * 64}.example/models"]),
        (ADDRESS, ENDPOINT, ["https://:pw@place.example/models", "https://me@place.example/models"]),
        (ADDRESS, ENDPOINT, ["https://place.exa\tmple/models", "https://plåce.example/models"]),
        (ADDRESS, ENDPOINT, ["https://place.example/mod\nels", "https://good.example\\@evil.example/models"]),
        (ADDRESS, ENDPOINT, [f"https://place.example:{port}/models" for port in ("0", "99999", "999999999", "x")]),
        (ADDRESS, ENDPOINT, ["https://[::1/models", "https://[:::]/models"]),
        (ADDRESS, f"{ENDPOINT}_EARS", ["https://[::1/models"]),
        (ADDRESS, "MEDIA_PUBLIC_BASE_URL", ["https://:pw@place.example/input"]),
        (ADDRESS, "MEDIA_STORAGE__queueServiceUri", ["https://a b.example"]),
        ("must be an https:// address", ENDPOINT, ["http://place.example/models"]),
        ("one that ends in /openai/v1", ENDPOINT, ["https://place.example/other"]),
        ("must have no query", ENDPOINT, ["https://place.example/models?sig=x"]),
        ("without a query", "MEDIA_STORAGE__blobServiceUri", ["http://place.example"]),
        ("without a query", "MEDIA_PUBLIC_BASE_URL", ["https://place.example/a?sig=x", "https://place.example/a#x"]),
        ("must be one word", "AZURE_INFERENCE_CREDENTIAL", ["two\nlines", "schlüssel"]),
        ("must be like https://", "AZURE_INFERENCE_SCOPE", ["banana"]),
        ("must be the name of a deployment or model", "AZURE_INFERENCE_DEPLOYMENT", ["a/../b?c", "größe"]),
        ("must be a model's name", "AZURE_INFERENCE_MODEL", ["gpt\u200b", "x" * 129]),
        ("AZURE_INFERENCE_DEPLOYMENT_EARS is missing", "AZURE_INFERENCE_MODEL_EARS", ["gpt-audio"]),
        ("AZURE_INFERENCE_DEPLOYMENT_EARS is missing", f"{ENDPOINT}_EARS", ["https://a.example/models"]),
        ("says phi, but the address says ears", ENDPOINT, ["https://a.example/openai/deployments/ears"]),
        ("MODEL_CAPABILITIES is not JSON: ", "MODEL_CAPABILITIES", ["{", "[" * 100_000, "9" * 5_000]),
        ("MODEL_CAPABILITIES: Input should be a valid dict", "MODEL_CAPABILITIES", ["[]"]),
        (
            "MODEL_CAPABILITIES `phi.colour` is no field: there are `kinds`, ",
            "MODEL_CAPABILITIES",
            ['{"phi": {"colour": "red"}}'],
        ),
        ("`phi.max_byte` is no field: did you mean `max_bytes`?", "MODEL_CAPABILITIES", ['{"phi": {"max_byte": 1}}']),
        ("`default.max_bytes`: Input should be greater", "MODEL_CAPABILITIES", ['{"default": {"max_bytes": 0}}']),
        ("MODEL_PRICES is not JSON: ", "MODEL_PRICES", ["{"]),
        (
            "MODEL_PRICES: `a.input` is wrong: ",
            "MODEL_PRICES",
            [
                '{"a": {"input": -1, "output": 1}}',
                '{"a": {"input": "NaN", "output": 1}}',
                '{"a": {"input": [], "output": 1}}',
            ],
        ),
        ("MODEL_PRICES: `a` is wrong: ", "MODEL_PRICES", ['{"a": 1}', '{"a": null}']),
        ("MODEL_PRICES: `a.inptu` is no field: did you mean `input`?", "MODEL_PRICES", ['{"a": {"inptu": 1}}']),
        (
            "`a.long.in` is no field: there are `input`, `cached`, `audio`, `output`, `hour`, `long`, `flex`.",
            "MODEL_PRICES",
            ['{"a": {"input": 1, "output": 1, "long": {"in": 1}}}'],
        ),
        (
            "MODEL_PRICES: `a` must have `input` and `output`, or `hour`: an entry is the whole price.",
            "MODEL_PRICES",
            ['{"a": {"output": 1}}', '{"a": {"cached": 0}}', '{"a": {}}', '{"a": {"input": 1, "output": null}}'],
        ),
        (
            "MODEL_PRICES: `a` must have `input` and `output`, or `hour` in `flex`: ",
            "MODEL_PRICES",
            ['{"a": {"input": 1, "output": 2, "flex": {"output": 1}}}'],
        ),
        ("once", "MODEL_PRICES", ['{"a": {"hour": 1}, "A": {"hour": 1}}']),
        ("must name a deployment or a model", "MODEL_PRICES", ['{"": {"hour": 1}}']),
        ("DAILY_COST", "DAILY_COST", ["0", "-1", "nan", "Infinity", "much"]),
        ("must be a connection string of a storage", "MEDIA_STORAGE", ["garbage", "UseDevelopmentStorage=true"]),
        ("must have a whole AccountKey", "MEDIA_STORAGE", ["AccountName=a;AccountKey=half-a-key"]),
        ("MEDIA_STORAGE__queueServiceUri is missing", "MEDIA_STORAGE__blobServiceUri", ["https://a.example"]),
        ("must be a container's name", "INPUT_CONTAINER", ["In_put", "a--b", "ab", "a" * 64]),
        ("INPUT_CONTAINER and OUTPUT_CONTAINER must differ", "OUTPUT_CONTAINER", ["input"]),
        ("INPUT_CONTAINER and STATE_CONTAINER must differ", "INPUT_CONTAINER", ["state"]),
        ("OUTPUT_CONTAINER and STATE_CONTAINER must differ", "STATE_CONTAINER", ["output"]),
        ("DEFERRED_QUEUE and DROPSCRIBE_EVENTS_QUEUE must differ", "DROPSCRIBE_EVENTS_QUEUE", ["dropscribe-deferred"]),
        ("at most 56", "DROPSCRIBE_EVENTS_QUEUE", ["x" * 57]),
        ("DROPSCRIBE_EVENTS_WAIT", "DROPSCRIBE_EVENTS_WAIT", ["-1", "nan", "inf", "3601", "soon"]),
        ("DEFERRED_QUEUE and COMPLETED_QUEUE must differ", "COMPLETED_QUEUE", ["dropscribe-deferred"]),
        ("must be a queue's name", "COMPLETED_QUEUE", ["Done!", "webjobs-blobtrigger-poison"]),
        ("at most 56", "DEFERRED_QUEUE", ["a" * 57]),
        ("ARRIVAL_SECONDS: Input should be", "ARRIVAL_SECONDS", ["inf", "soon"]),
        ("BLOB_TRIGGER_SOURCE: Input should be 'EventGrid' or 'Logs", "BLOB_TRIGGER_SOURCE", ["Polling"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_must_be(problem: str, name: str, values: list[str]) -> None:
    for value in values:
        found = problems(**{name: value})
        assert any(problem in each for each in found), (value, found)


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:8080/models", "http://localhost/api/models/", "http://[::1]:8080/v1"]
)
def test_plain_http_is_for_this_machine_only(endpoint: str) -> None:
    assert settings(AZURE_INFERENCE_ENDPOINT=endpoint).endpoint == endpoint


@pytest.mark.parametrize(
    ("end", "name", "known_as"),
    [
        ("openai/deployments/ears", "", "ears"),
        ("v1", "gemma3:4b", "gemma3:4b"),
        ("openai/v1", "Qwen/Qwen2.5-VL-7B-Instruct", "Qwen/Qwen2.5-VL-7B-Instruct"),
        ("models", "hf.co/unsloth/gemma-3-4b-it-GGUF:Q4_K_M", "hf.co/unsloth/gemma-3-4b-it-GGUF:Q4_K_M"),
        ("models", "", ""),
        ("models/chat/completions", "", ""),
    ],
)
def test_a_model_has_the_name_that_its_server_gives_it(end: str, name: str, known_as: str) -> None:
    """Or that of its address; at an endpoint that serves one model alone it needs none."""
    given = {ENDPOINT: f"https://place.example/{end}", "AZURE_INFERENCE_DEPLOYMENT": name}
    read = settings(AZURE_INFERENCE_MODEL="Phi-4-multimodal-instruct", **given)
    assert (read.name, read.model_name) == (known_as, "Phi-4-multimodal-instruct")


def test_without_keys_everything_is_reached_by_identity() -> None:
    read = settings(
        AZURE_INFERENCE_CREDENTIAL="",
        MEDIA_STORAGE="",
        MEDIA_STORAGE__blobServiceUri="https://a.blob.core.windows.net/",
        MEDIA_STORAGE__queueServiceUri="https://a.queue.core.windows.net/",
        MEDIA_STORAGE__clientId="id",
    )
    assert (read.credential, read.media_storage) == (None, None)
    assert (read.blob_service, read.storage_client_id) == ("https://a.blob.core.windows.net", "id")


def test_other_models_have_an_alias_and_share_what_they_do_not_set() -> None:
    models = settings(AZURE_INFERENCE_DEPLOYMENT_BIG_ONE="gpt", AZURE_INFERENCE_MODEL_BIG_ONE="gpt-audio-1.5").models
    assert list(models) == ["default", "big-one"]
    other = models["big-one"]
    assert (other.name, other.model_name, other.endpoint) == ("gpt", "gpt-audio-1.5", GOOD[ENDPOINT])
    assert other.credential == models["default"].credential


def test_an_alias_at_another_endpoint_asks_for_tokens_as_that_endpoint_does() -> None:
    models = settings(
        AZURE_INFERENCE_SCOPE="https://own.example/.default",
        AZURE_INFERENCE_DEPLOYMENT_NEAR="a",
        AZURE_INFERENCE_DEPLOYMENT_FAR="b",
        AZURE_INFERENCE_ENDPOINT_FAR="https://far.example/openai/v1",
    ).models
    assert (models["near"].scope, models["far"].scope) == ("https://own.example/.default", None)


@pytest.mark.parametrize(
    ("address", "other", "is_same"),
    [
        (GOOD[ENDPOINT], "https://place.services.ai.azure.com/openai/v1", True),
        (GOOD[ENDPOINT], "https://PLACE.services.ai.azure.com:443/models", True),
        (GOOD[ENDPOINT], "https://place.services.ai.azure.com:8443/models", False),
        (GOOD[ENDPOINT], "https://other.services.ai.azure.com/models", False),
        ("http://localhost:1/models", "http://localhost:2/models", False),
    ],
)
def test_a_key_goes_to_another_model_only_at_the_same_scheme_host_and_port(
    address: str, other: str, is_same: bool
) -> None:
    given = {ENDPOINT: address, f"{ENDPOINT}_FAR": other, "AZURE_INFERENCE_DEPLOYMENT_FAR": "b"}
    far = settings(**given).models["far"]
    assert (far.credential.get_secret_value() if far.credential else None) == (KEY if is_same else None)


@pytest.mark.parametrize(
    ("changed", "signs_in"),
    [
        ({}, True),
        ({ENDPOINT: "https://a.openai.azure.us/openai/v1"}, True),
        ({"AZURE_INFERENCE_CREDENTIAL": KEY}, False),
        ({ENDPOINT: "http://localhost:11434/models"}, False),
        ({ENDPOINT: "https://evilazure.com/models"}, False),
        ({ENDPOINT: "https://gateway.example/models", "AZURE_INFERENCE_SCOPE": "api://gateway/.default"}, True),
    ],
)
def test_a_token_is_asked_for_where_there_is_no_key_and_azure_or_a_scope(
    changed: dict[str, str], signs_in: bool
) -> None:
    assert settings(**{"AZURE_INFERENCE_CREDENTIAL": "", **changed}).signs_in == signs_in


def test_wrong_and_missing_settings_are_named_together() -> None:
    assert len(problems(AZURE_INFERENCE_ENDPOINT="", INPUT_CONTAINER="X", BLOB_TRIGGER_SOURCE="no")) == 3


def test_no_secret_stands_in_a_message_or_in_the_settings_shown() -> None:
    found = problems(INPUT_CONTAINER="X", AZURE_INFERENCE_ENDPOINT=f"https://:{KEY}@a.example/models")
    assert KEY not in f"{found} {settings()!r}"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("AZURE_INFERENCE_ENDPIONT", "AZURE_INFERENCE_ENDPOINT"),
        ("AZURE_INFERENCE_DEPLOYMNET_AUDIO", "AZURE_INFERENCE_DEPLOYMENT_AUDIO"),
        ("AZURE_INFERENCE_CREDENTIALS_BIG_ONE", "AZURE_INFERENCE_CREDENTIAL_BIG_ONE"),
        ("AZURE_INFERENCE_DEPLOYMENT_DEFAULT", "AZURE_INFERENCE_DEPLOYMENT"),
        ("AZURE_INFERENCE_DEPLOYMENT_NAME", "AZURE_INFERENCE_DEPLOYMENT"),
        ("MEDIA_STORGE", "MEDIA_STORAGE"),
        ("MEDIA_STORAGE_blobServiceUri", "MEDIA_STORAGE__blobServiceUri"),
        ("DALIY_TOKENS", "DAILY_TOKENS"),
        ("MODEL_CAPABILITY", None),
    ],
)
def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(name: str, meant: str | None) -> None:
    if meant is None:
        assert name in settings(**{name: "x"}).notices[0]
    else:
        assert f"{name} is no setting: did you mean {meant}?" in " ".join(problems(**{name: "x"}))


def test_names_that_only_begin_like_a_setting_are_told_in_one_notice() -> None:
    others = ("DROPSCRIBE_DAILY_TOKENS", "DROPSCRIBE_ALERT_EMAIL", "AZURE_INFERENCE_KEY", "MEDIA_STORAGE__serviceUri")
    assert settings(**dict.fromkeys(others, "x")).notices == (
        "These are no settings of the app, and change nothing: AZURE_INFERENCE_KEY (did you mean"
        " AZURE_INFERENCE_CREDENTIAL?), DROPSCRIBE_ALERT_EMAIL, DROPSCRIBE_DAILY_TOKENS (did you mean DAILY_TOKENS?),"
        " MEDIA_STORAGE__serviceUri.",
    )


def test_names_of_others_pass_in_silence() -> None:
    others = (
        *("PATH", "MEDIA_ROOT", "OUTPUT_FORMAT", "AZURE_CLIENT_ID", "AZURE_OPENAI_ENDPOINT", "MEDIA_STORAGE_ACCOUNT"),
        *("MEDIA_STORAGE__credential", "DROPSCRIBE_HOME", "AZURE_INFERENCE_DEPLOYMENT_AUDIO2"),
    )
    assert settings(**dict.fromkeys(others, "x"), AZURE_INFERENCE_ENDPIONT=" ").notices == ()


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
        ({"PATH": "/bin"}, None),
        ({ENDPOINT: "x", "AZURE_INFERENCE_DEPLOYMENT": "gpt"}, None),
        ({"AZURE_INFERENCE_DEPLOYMENT": "gpt", ENDPOINT: " "}, "AZURE_INFERENCE_DEPLOYMENT is set, but"),
        ({"AZURE_INFERENCE_ENDPONT": "x"}, "AZURE_INFERENCE_ENDPONT is set, but AZURE_INFERENCE_ENDPOINT is not"),
        ({"AZURE_INFERENCE_CREDENTIAL_AUDIO": "k"}, "AZURE_INFERENCE_CREDENTIAL_AUDIO is set, but"),
        (
            {"AZURE_INFERENCE_MODEL": "a", "AZURE_INFERENCE_SCOPE": "b"},
            "AZURE_INFERENCE_MODEL, AZURE_INFERENCE_SCOPE are",
        ),
    ],
)
def test_a_model_without_an_endpoint_is_noticed(environ: dict[str, str], told: str | None) -> None:
    found = endpoint_forgotten(environ)
    assert found == told or (found and told and found.startswith(told))


def test_each_setting_is_required_optional_has_a_default_or_depends_on_another() -> None:
    rows = [row.split(" | ") for row in docs.table().splitlines()[2:]]
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
    shown = docs.TABLE.findall((Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8"))
    assert shown == [f"{docs.table()}\n"]
