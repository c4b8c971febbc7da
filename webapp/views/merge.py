"""Where merge.dev reports: an account was read there, or has a problem. Checked by signature on the raw body."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request

from webapp.extensions import csrf, limiter
from webapp.services import merging

blueprint = Blueprint("merge", __name__)
csrf.exempt(blueprint)


@blueprint.post("/merge/webhook")
@limiter.limit("300 per minute")
def webhook() -> Any:
    """One webhook; without a key of merge.dev this address does not exist."""
    if not merging.is_set_up():
        abort(404)
    request.max_content_length = 1024 * 1024
    if not merging.webhook(request.get_data(), request.headers.get("X-Merge-Webhook-Signature")):
        abort(403)
    return "", 204
