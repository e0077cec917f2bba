"""Serving the page: loopback unless asked, a link with a random token, clients too slow are let go."""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pipeline.errors import UsageError
from pipeline.review.app import Page
from pipeline.review.desk import Desk

LOOPBACK = ("127.0.0.1", "::1", "localhost")
EVERYWHERE = ("0.0.0.0", "::")
# How long a client may take to send the headers of a request, in seconds; and connections, or requests with what is
# prepared after them, at a time: 200 people need up to 400.
HEADER_SECONDS, CONNECTIONS = 10.0, 600


class PatientProtocol(H11Protocol):
    """HTTP of uvicorn, which lets go of a client that connects and does not ask in time."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        asyncio.get_running_loop().call_later(HEADER_SECONDS, self._let_go)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request; once an answer has begun, uvicorn would fail: there is only letting go."""
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            self.transport.close()

    def _let_go(self) -> None:
        transport: Any = self.transport
        if not self._asked() and not transport.is_closing():
            transport.close()

    def _asked(self) -> bool:
        return bool(self.cycle)


class StoppableServer(uvicorn.Server):
    """A server that also asks, ten times a second, whether it is to stop."""

    def __init__(self, config: uvicorn.Config, stopped: Callable[[], bool]) -> None:
        super().__init__(config)
        self._stopped = stopped

    async def on_tick(self, counter: int) -> bool:
        return self._stopped() or await super().on_tick(counter)


@dataclass(frozen=True)
class OpenDoor:
    """A server about to run: it listens already, so that its link works as soon as it is shown."""

    server: uvicorn.Server
    listener: socket.socket
    link: str

    def run(self) -> None:
        """Serve until told to stop; Ctrl-C is how this ends: what was decided is saved already."""
        with self.listener, suppress(KeyboardInterrupt):
            self.server.run(sockets=[self.listener])


def open_door(
    desk: Desk,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    lang: str = "fr",
    name: str = "",
    stopped: Callable[[], bool] = lambda: False,
) -> OpenDoor:
    """Take the port (0: a free one) and make the link; raise ``UsageError`` when the port cannot be had.

    The server ends when ``stopped`` says so, besides on Ctrl-C and SIGTERM.
    """
    listener = _listener(host, port)
    port = listener.getsockname()[1]
    token = secrets.token_urlsafe(24)
    page = Page(desk, token, port, lang, name)
    config = uvicorn.Config(
        page.application(_hosts(host, port)),
        http=PatientProtocol,
        lifespan="off",
        ws="none",
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
        limit_concurrency=CONNECTIONS,
    )
    reached = socket.gethostname() if host in EVERYWHERE else host
    return OpenDoor(StoppableServer(config, stopped), listener, f"http://{_shown(reached)}:{port}/?token={token}")


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named: asyncio sets TCP_NODELAY on such sockets alone, and an answer in two writes waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(CONNECTIONS)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"Le port {port} est pris : en donner un autre avec --port (0 : un libre).") from error
        raise UsageError(
            f"--host {host} --port {port} : impossible ici, choisir une autre adresse ou un autre port "
            f"({error.strerror or error})."
        ) from error
    except OverflowError as error:
        listener.close()
        raise UsageError(f"--port {port} : donner un nombre de 0 à 65535.") from error
    return listener


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _hosts(host: str, port: int) -> list[str]:
    """Give the values of the Host header that are ours: the host asked, and loopback's names."""
    names = [*LOOPBACK, socket.gethostname(), *_addresses()] if host in EVERYWHERE else [host, *LOOPBACK]
    return [f"{_shown(name)}:{port}" for name in names]


def _addresses() -> list[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return []
    return sorted({str(entry[4][0]) for entry in found})
