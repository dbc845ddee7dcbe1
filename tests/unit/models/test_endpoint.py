import pytest

from shared.models.endpoint import Api, Endpoint

MODELS, V1, DEPLOYMENTS = "models", "openai/v1", "openai/deployments"
PLACE = "https://place.services.ai.azure.com"


@pytest.mark.parametrize(
    ("address", "api", "deployment", "url"),
    [
        (f"{PLACE}/models", MODELS, None, f"{PLACE}/models/chat/completions?api-version=2024-05-01-preview"),
        (f"{PLACE}/models/", MODELS, None, f"{PLACE}/models/chat/completions?api-version=2024-05-01-preview"),
        (f"{PLACE}/api/models", MODELS, None, f"{PLACE}/api/models/chat/completions?api-version=2024-05-01-preview"),
        (PLACE, V1, None, f"{PLACE}/openai/v1/chat/completions"),
        (f"{PLACE}/openai/v1", V1, None, f"{PLACE}/openai/v1/chat/completions"),
        (f"{PLACE}/openai/v1/chat/completions", V1, None, f"{PLACE}/openai/v1/chat/completions"),
        ("https://a.openai.azure.com/", V1, None, "https://a.openai.azure.com/openai/v1/chat/completions"),
        (
            f"{PLACE}/openai/deployments/ears",
            DEPLOYMENTS,
            "ears",
            f"{PLACE}/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
        ),
        (f"{PLACE}/Models", MODELS, None, None),
        (f"{PLACE}/OpenAI/v1/", V1, None, None),
        (f"{PLACE}/openai/deployments/models", DEPLOYMENTS, "models", None),
        (f"{PLACE}/openai/deployments/ears/chat/completions", DEPLOYMENTS, "ears", None),
        (f"{PLACE}/api/projects/mine", V1, None, f"{PLACE}/openai/v1/chat/completions"),
        ("http://127.0.0.1:1/api/models", MODELS, None, None),
        ("http://[::1]:1/models", MODELS, None, None),
        ("http://localhost:1", V1, None, None),
        ("http://localhost:11434/v1", "v1", None, "http://localhost:11434/v1/chat/completions"),
        ("https://gateway.example/api/v1/", "v1", None, "https://gateway.example/api/v1/chat/completions"),
        ("https://gateway.example/v1/chat/completions", "v1", None, "https://gateway.example/v1/chat/completions"),
    ],
)
def test_the_address_tells_the_form(address: str, api: Api, deployment: str | None, url: str | None) -> None:
    endpoint, named = Endpoint.parse(address)
    assert (endpoint.api, named) == (api, deployment)
    assert url is None or endpoint.url("gpt") == url


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("place/models", "https://"),
        ("http://place.example/models", "https://"),
        ("https://place.example/other", "must be a resource's address, or one that ends in /openai/v1"),
        ("https://place.example/models?code=x", "no query"),
        ("https://me:secret@place.example/models", "user name"),
        ("https://:secret@place.example/models", "user name or password"),
        ("https://@place.example/models", "user name"),
        ("https://place.example/v1/models", "must be a resource's address"),
        ("http://192.168.0.9:11434/v1", "only on this machine"),
        ("https://place.example /models", "without blanks"),
        ("https://place.example/mo\x00dels", "without blanks"),
        ("https://[::1/models", "must be an address"),
        ("https://place.example/models#x", "no query, fragment"),
        ("https://place.example/openai/deployments/", "must be a resource's address"),
        ("https://place.example/openai/deployments/..", "must be a resource's address"),
        ("https://place.example/openai/deployments/a%2Fb", "must be a resource's address"),
        ("https://place.example/openai/v1/models", "must be a resource's address"),
        ("https://", "must name a host"),
        ("https:///models", "must name a host"),
        ("https://place.example:99999999/models", "must be an address"),
    ],
)
def test_an_address_of_no_form_is_refused_with_what_one_looks_like(address: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Endpoint.parse(address)


@pytest.mark.parametrize(
    ("address", "is_azure", "scope", "names_model"),
    [
        (f"{PLACE}/models", True, "cognitiveservices", True),
        (f"{PLACE}/openai/v1", True, "ai", True),
        (f"{PLACE}/openai/deployments/d", True, "cognitiveservices", False),
        ("https://a.openai.azure.com:443/openai/v1", True, "ai", True),
        ("https://a.inference.ml.azure.com/models", True, "cognitiveservices", True),
        ("https://evil-azure.com/v1", False, "cognitiveservices", True),
        ("https://azure.com.evil.example/v1", False, "cognitiveservices", True),
        ("http://localhost:11434/v1", False, "cognitiveservices", True),
    ],
)
def test_only_azures_own_hosts_are_taken_for_azures_and_each_form_has_its_scope_and_place_for_the_model(
    address: str, is_azure: bool, scope: str, names_model: bool
) -> None:
    endpoint, _ = Endpoint.parse(address)
    assert (endpoint.is_azure, endpoint.names_model) == (is_azure, names_model)
    assert endpoint.scope == f"https://{scope}.azure.com/.default"
