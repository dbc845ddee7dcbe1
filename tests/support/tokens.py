"""A credential of Entra ID that needs no Entra ID."""

import time
from dataclasses import dataclass, field
from typing import Any

from azure.core.credentials import AccessToken, AccessTokenInfo

from tests.planted import TOKEN


@dataclass
class Tokens:
    """A credential that counts its tokens and remembers for what they were."""

    asked: list[Any] = field(default_factory=list)

    async def get_token(self, *scopes: str, **more: Any) -> AccessToken:
        self.asked.append((scopes, more.get("claims")))
        return AccessToken(f"{TOKEN}-{len(self.asked)}", int(time.time()) + 3600)

    async def get_token_info(self, *scopes: str, options: Any = None) -> AccessTokenInfo:
        token = await self.get_token(*scopes, claims=(options or {}).get("claims"))
        return AccessTokenInfo(token.token, token.expires_on)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "Tokens":
        return self

    async def __aexit__(self, *_: object) -> None: ...
