"""The doors of the page: what every request must pass before the application sees it. Plain ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A decision is some hundred bytes; a name, less. Nothing we accept comes near.
LARGEST_BODY = 16 * 1024
# How long a client may take to send a body, in seconds.
BODY_SECONDS = 10.0

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers would then send « Origin: null » with our own form.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Doors:
    """Check the Host header, bound the body in size and time, and add the security headers to every answer.

    ``hosts`` are the values of ``Host`` that are ours, port included: a page of another site that makes its own
    name lead to this machine (DNS rebinding) still sends that name.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope), scope["method"])
        if not scope.get("query_string", b"").isascii():
            # Browsers escape what is not; Starlette's addresses decode it as UTF-8, and fail.
            refusal = PlainTextResponse("Adresse illisible.", 400)
        body = b""
        if refusal is None and scope["method"] not in ("GET", "HEAD"):
            found = await _body(receive)
            refusal, body = (found, b"") if isinstance(found, PlainTextResponse) else (None, found)
        protected = _with_headers(send)
        if refusal is not None:
            await refusal(scope, receive, protected)
        else:
            await self._app(scope, _once(body, receive), protected)

    def _refusal(self, headers: Headers, method: str) -> PlainTextResponse | None:
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            return PlainTextResponse("Host inconnu.", 421)
        origin = headers.get("origin")
        if method not in ("GET", "HEAD") and origin is not None and origin.lower() != f"http://{host}":
            return PlainTextResponse("Origine refusée.", 403)
        length = headers.get("content-length", "0")
        # Few digits, and ASCII's: « ² » is a digit to Python, and int() refuses five thousand.
        if not (length.isascii() and length.isdigit() and len(length) < 10) or int(length) > LARGEST_BODY:
            return PlainTextResponse("Requête trop grande.", 413)
        return None


async def _body(receive: Receive) -> bytes | PlainTextResponse:
    """Read a whole body, or say why not: too large (also when sent in chunks), too slow."""
    body: bytes = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                body += bytes(message.get("body", b""))
                if len(body) > LARGEST_BODY:
                    return PlainTextResponse("Requête trop grande.", 413)
                if message["type"] == "http.disconnect":
                    return PlainTextResponse("Requête coupée.", 400)
                if not message.get("more_body"):
                    return body
    except TimeoutError:
        return PlainTextResponse("Requête trop lente.", 408, {"Connection": "close"})


def _once(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(send: Send) -> Send:
    async def protected(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return protected
