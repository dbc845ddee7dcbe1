"""Who we are to a storage emulator that takes the tokens of Entra ID."""

import base64
import json
import time
from typing import Any

from azure.core.credentials import AccessToken, AccessTokenInfo


class Identity:
    """Tokens of Entra ID, as the emulator checks them: it looks at no signature."""

    async def get_token_info(self, *scopes: str, options: Any = None) -> AccessTokenInfo:
        now = int(time.time())
        claims = {
            "aud": "https://storage.azure.com",
            "iss": "https://sts.windows.net/00000000-0000-0000-0000-000000000001/",
            "iat": now - 10,
            "nbf": now - 10,
            "exp": now + 3600,
            "oid": "00000000-0000-0000-0000-000000000002",
            "tid": "00000000-0000-0000-0000-000000000001",
            "ver": "1.0",
        }
        parts = [_part({"alg": "RS256", "typ": "JWT"}), _part(claims), _part({"no": "signature"})]
        return AccessTokenInfo(".".join(parts), now + 3600)

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        info = await self.get_token_info(*scopes)
        return AccessToken(info.token, info.expires_on)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "Identity":
        return self

    async def __aexit__(self, *_: object) -> None: ...


def _part(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")
