"""What the platform allows and charges, and what is assumed where it says nothing: each figure with its source.

None of it was measured against live Azure. The pages were read in November 2026, some of them as stored copies.
"""

from dataclasses import dataclass

_LEARN = "https://learn.microsoft.com/azure"
_FLEX = f"[Flex Consumption plan]({_LEARN}/azure-functions/flex-consumption-plan)"
_COSTS = f"[consumption-based costs]({_LEARN}/azure-functions/functions-consumption-costs)"
_PRICES = "[what it costs](deploy.md#what-it-costs)"
_FOUNDRY = f"[Foundry quotas]({_LEARN}/foundry/foundry-models/quotas-limits)"
_OPENAI = f"[Azure OpenAI quota]({_LEARN}/ai-services/openai/how-to/quota)"
_ACCOUNT = f"[storage accounts]({_LEARN}/storage/common/scalability-targets-standard-account)"
_QUEUES = f"[queues]({_LEARN}/storage/queues/scalability-targets)"
_EVENTS = f"[Event Grid]({_LEARN}/event-grid/quotas-limits)"
_IMAGES = f"[image tokens]({_LEARN}/ai-services/openai/overview)"
_REPORT = "[Phi-4-Mini technical report](https://arxiv.org/abs/2503.01743)"
_BATCH = "[The Batch](https://www.deeplearning.ai/the-batch/microsofts-phi-4-multimodal-model-can-process-text-images-and-speech-simultaneously)"


@dataclass(frozen=True)
class Figure:
    """A figure, what it is, and who says so: empty where it is our assumption."""

    value: float
    what: str
    source: str = ""


PUBLISHED = {
    "instances": Figure(1000, "the highest `maximumInstanceCount` (default 100)", _FLEX),
    "buffer_mb": Figure(272, "MB beyond an instance's size, for the system and the host", _FLEX),
    "cores": Figure(250, "cores of all Flex Consumption apps of a subscription in a region, unless raised", _FLEX),
    "gb_second": Figure(0.000026, "dollars for a GB-second on demand, in that page's example", _COSTS),
    "executions": Figure(0.40, "dollars for a million executions, the same", _COSTS),
    "lists": Figure(0.0625, "dollars for 10,000 lists of blobs, second-hand", _PRICES),
    "least_billed": Figure(1, "seconds billed at least for a time in which an instance was active", _FLEX),
    "billed_step": Figure(0.1, "seconds to which that time is rounded up", _FLEX),
    "tokens_a_minute": Figure(
        400_000, "quota of Phi-4-multimodal-instruct (“rest of models”), unless raised", _FOUNDRY
    ),
    "requests_a_minute": Figure(1_000, "the same", _FOUNDRY),
    "calls_at_once": Figure(300, "the same", _FOUNDRY),
    "request_window": Figure(10, "seconds over which requests are counted (“1 or 10”)", _OPENAI),
    "token_window": Figure(60, "seconds over which tokens are counted", _OPENAI),
    "account_requests": Figure(20_000, "requests a second to a storage account", _ACCOUNT),
    "queue_messages": Figure(2_000, "messages a second in one queue", _QUEUES),
    "events": Figure(5_000, "events a second into a custom topic (none is published for a system topic)", _EVENTS),
    "image_tokens": Figure(765, "tokens of a picture of 1024 by 1024 (GPT-4o; models differ)", _IMAGES),
    "audio_tokens": Figure(750, "tokens of a minute of speech (Phi-4)", _REPORT),
    "first_token": Figure(0.34, "seconds to the first token (Phi-4-multimodal)", _BATCH),
    "tokens_a_second": Figure(26, "tokens a second after it", _BATCH),
}

ASSUMED = {
    "decide": Figure(10, "seconds between two decisions of the scale controller"),
    "step": Figure(4, "instances that a decision adds at most"),
    "start": Figure(5, "seconds until a new instance takes its first message"),
    "idle": Figure(60, "seconds without work after which an instance that is not wanted goes"),
    "storage": Figure(0.1, "seconds that a file spends on storage"),
    "refusal": Figure(0.1, "seconds until a 429 arrives; its Retry-After tells when the window ends, in whole seconds"),
    "spread": Figure(0.5, "how far a call may be shorter or longer than the mean, as a share of it"),
    "prompt_tokens": Figure(60, "tokens of a recipe's words; 200 more for a receipt's schema"),
    "picture_answer": Figure(130, "tokens of a description"),
    "receipt_answer": Figure(250, "tokens of a receipt's data"),
    "speech_answer": Figure(200, "tokens of a minute's transcript"),
}

CORES = {512: 0.25, 2048: 1.0, 4096: 2.0}
"""Cores of an instance, by its size in MB (Flex Consumption plan, “Instance sizes”)."""
