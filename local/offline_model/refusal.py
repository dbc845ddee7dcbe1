"""Refusals in the shape of the real service."""

import json

from aiohttp import web


class Refusal(Exception):
    """What the service answers instead of a completion."""

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message, "param": param, "type": "invalid_request_error"}

    def response(self) -> web.Response:
        """The refusal as an HTTP response."""
        text = json.dumps({"error": self.error})
        return web.Response(status=self.status, text=text, content_type="application/json")
