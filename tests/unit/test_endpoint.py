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
        (PLACE, MODELS, None, f"{PLACE}/models/chat/completions?api-version=2024-05-01-preview"),
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
        (f"{PLACE}/api/projects/mine", MODELS, None, f"{PLACE}/models/chat/completions?api-version=2024-05-01-preview"),
        ("http://127.0.0.1:1/api/models", MODELS, None, None),
        ("http://[::1]:1/models", MODELS, None, None),
        ("http://localhost:1", MODELS, None, None),
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
        ("https://place.example/other", "must be a resource's address, or one that ends in /models"),
        ("https://place.example/models?code=x", "no query"),
        ("https://me:secret@place.example/models", "user name"),
        ("https://place.example/models#x", "no query, fragment"),
        ("https://place.example/openai/deployments/", "must be a resource's address"),
        ("https://place.example/openai/deployments/a%2Fb", "must be a resource's address"),
        ("https://place.example/openai/v1/models", "must be a resource's address"),
        ("https://", "must name a host"),
        ("https:///models", "must name a host"),
        ("https://place.example:99999999/models", "must name a host"),
    ],
)
def test_an_address_of_no_form_is_refused_with_what_one_looks_like(address: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Endpoint.parse(address)


def test_only_azures_own_domain_is_taken_for_azures() -> None:
    assert Endpoint.parse("https://evil-openai.azure.com")[0].api == "models"


@pytest.mark.parametrize(
    ("address", "scope", "names_model"),
    [
        (f"{PLACE}/models", "https://cognitiveservices.azure.com/.default", True),
        (f"{PLACE}/openai/v1", "https://ai.azure.com/.default", True),
        (f"{PLACE}/openai/deployments/d", "https://cognitiveservices.azure.com/.default", False),
    ],
)
def test_each_form_has_its_scope_and_its_place_for_the_model(address: str, scope: str, names_model: bool) -> None:
    endpoint, _ = Endpoint.parse(address)
    assert (endpoint.scope, endpoint.names_model) == (scope, names_model)
