"""Signed tokens for addresses: itsdangerous over [id, expiry], one purpose each, and the row decides everything else.

`URLSafeSerializer` tokens are malleable in their last character (itsdangerous#368), so a token counts only in the one
spelling that signing again gives; expiry is compared with the row's, by one clock.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_encode

from webapp.extensions import settings


class _Uncompressed(URLSafeSerializer):
    """Another zlib packs the same text differently, and then no token would be in its one spelling any more."""

    def dump_payload(self, obj: object) -> bytes:
        return base64_encode(json.dumps(obj, separators=(",", ":")))


def _serializer(key: str, purpose: str) -> URLSafeSerializer:
    return _Uncompressed(key, salt=f"berth.{purpose}", signer_kwargs={"digest_method": hashlib.sha256})


def issue(purpose: str, id: str, expires_at: datetime) -> str:
    """The token for a row, for one purpose: `link`, `setup` or `invitation`."""
    return str(_serializer(settings().secret_keys[0], purpose).dumps([id, int(expires_at.timestamp())]))


def read(purpose: str, token: str) -> str | None:
    """The row's id, or `None` for anything that was not issued here for this purpose in exactly this spelling."""
    if len(token) > 200 or not token.isascii():
        return None
    for key in settings().secret_keys:
        serializer = _serializer(key, purpose)
        try:
            payload = serializer.loads(token)
        except BadData:
            continue
        match payload:
            case [str(id), int()] if hmac.compare_digest(str(serializer.dumps(payload)), token):
                return id
    return None
