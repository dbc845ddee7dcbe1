"""What a call that brought no answer at all was: never sent, too slow, or broken off."""

from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceResponseTimeoutError

from shared.adapters.http import transport
from shared.adapters.http.streaming import StreamedBody
from shared.errors import AnswerUnusable, ModelMisconfigured, ModelTimeout, ModelUnavailable, ModelUnreachable


def unanswered_error(error: AzureError, body: StreamedBody, host: str) -> Exception:
    """The exception for a call that azure-core gave up; where it was our source that failed, what that raised."""
    if body.error:
        return body.error
    if isinstance(error, ClientAuthenticationError):
        return ModelMisconfigured("No token could be had from Entra ID for the model.")
    if why := transport.why_unreachable(error.inner_exception):
        return ModelUnreachable(f"The model cannot be reached: {why} at {host}.")
    if isinstance(error, ServiceResponseTimeoutError):
        return ModelTimeout(f"The model said nothing for {transport.READ_SECONDS} seconds.")
    if body.is_sent:
        return AnswerUnusable("The connection to the model broke before its answer was whole.")
    return ModelUnavailable("The connection to the model broke before the request was sent.")
