"""What a model can take, where it is served, and what is asked and answered."""

from shared.models.capabilities import CapabilityTable
from shared.models.chat import (
    ChatAnswer,
    ChatModel,
    ChatRequest,
    MediaPart,
    Message,
    TextPart,
    Usage,
)
from shared.models.choosing import first_deployment, later_deployment
from shared.models.conversation import Conversation
from shared.models.deployments import DEFAULT, Deployment, Deployments
from shared.models.endpoint import Api, Endpoint
from shared.models.estimates import can_be_limited, dollars_of, estimated_usage
from shared.models.exchange import Exchange, Extent
from shared.models.kept import Kept
from shared.models.pieces import Piece
from shared.models.plan import NotPlanned, Plan
from shared.models.preparation import PicturePreparation, Preparation, SoundPreparation, preparation_for
from shared.models.prices import CURRENCY, Cost, Prices, PriceTable
from shared.models.speech import SpeechModel, SpeechOptions, SpeechRequest
from shared.models.tokens import CHARACTERS_A_TOKEN, tokens_of
from shared.models.turn import Model, Turn, is_speech
from shared.models.usage import answered_tokens, asked_detail, asked_tokens, total_tokens, total_usage
