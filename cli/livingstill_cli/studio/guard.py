"""What a request must show before anything answers it: the right host, origin, token and body type."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_HEADER = "x-livingstill-token"
SHORTEST_TOKEN = 16
_RAW_TYPE = re.compile(r"(image/[\w.+-]+|application/octet-stream)(;.*)?")
_JSON_TYPE = re.compile(r"application/json(;\s*charset=utf-8)?", re.IGNORECASE)
_UPLOADS = ("/api/photo", "/api/mask", "/api/file")
"""Paths that take a file as the raw body; every other body is JSON."""


@dataclass(frozen=True, slots=True)
class Guard:
    """An ASGI application that lets only requests of the studio's own page through to another.

    A loopback address alone protects nothing: any web page can send requests to it, by its own name
    (DNS rebinding) or across sites. So the Host must be one of ``hosts`` (name:port), an Origin must
    be one of them too, and whatever lies below /api/ must know the ``token``.
    """

    app: ASGIApp
    hosts: frozenset[str]
    token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with a refusal, or pass it on and add the headers of a strict page."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "").lower()
        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, _with_headers(send, host))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403})  # before accept: HTTP 403
        else:
            await refusal(scope, receive, _with_headers(send, host))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        method = scope.get("method", "GET")
        if headers.get("host", "").lower() not in self.hosts:
            return PlainTextResponse("this host name is not served here", 403)
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{host}" for host in self.hosts}:
            return PlainTextResponse("requests of other pages are refused", 403)
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return PlainTextResponse("requests of other pages are refused", 403)
        if scope["type"] == "websocket":  # browsers always say where a socket is opened from
            return None if origin is not None else PlainTextResponse("", 403)
        if method not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("this method is not allowed", 405)
        path = scope["path"]
        if path.startswith("/api/") and not same_secret(headers.get(TOKEN_HEADER), self.token):
            return PlainTextResponse("the token of this session is missing or wrong", 401)
        kind = headers.get("content-type", "")
        if method == "POST" and not (_RAW_TYPE if path in _UPLOADS else _JSON_TYPE).fullmatch(kind):
            return PlainTextResponse("a body of this type is not taken here", 415)
        return None


def same_secret(given: object, token: str) -> bool:
    """Return whether a page knows the secret of this session, in a time that tells nothing of it."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), token.encode())


def _with_headers(send: Send, host: str) -> Send:
    """Return a ``send`` that adds to every response what keeps a page to itself."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            refused = message["status"] >= 400  # and what is left of its body is not read
            extra = {
                **({"connection": "close"} if refused else {}),
                "content-security-policy": _policy(host),
                "x-content-type-options": "nosniff",
                "referrer-policy": "no-referrer",
                "cross-origin-opener-policy": "same-origin",
                "cross-origin-resource-policy": "same-origin",
                "cache-control": "no-store",
            }
            pairs = [(name.encode(), value.encode()) for name, value in extra.items()]
            message = {**message, "headers": [*message.get("headers", ()), *pairs]}
        await send(message)

    return sending


def _policy(host: str) -> str:
    """Return the Content-Security-Policy of a page at ``host``.

    Its sockets are named for browsers whose 'self' leaves them out; an address of IPv6 cannot be.
    """
    named = re.fullmatch(r"[\w.-]+:\d+", host)
    sockets = f" ws://{host}" if named else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        f"img-src 'self' blob:; media-src blob:; connect-src 'self'{sockets}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
