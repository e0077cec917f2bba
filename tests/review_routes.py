"""Random requests to the review page, as raw as a server hands them on, and what must hold whatever is asked.

The application is the real one over a real SQLite store. A request is drawn from right and wrong parts: a wrong part
beside right ones goes deeper than noise does.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import logging
import random
import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from pipeline.review import Desk, SqliteJournal
from pipeline.review.app import Page
from tests.review_support import ListRows, PageClient, ThreadedReview

TOKEN, PORT = "un-jeton-de-test", 8000
HOST, HOSTS = b"127.0.0.1:8000", (b"127.0.0.1:8000", b"localhost:8000")
# In every text of the rows, and nowhere else: who sees it has come in.
SECRET = "secret-des-lignes"
WRITING = (b"/api/decide", b"/api/undo")
# What the system says of a connection that the other side has left. Not a delay: that one fails.
HUNG_UP = (errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN)


@dataclass(frozen=True)
class Asked:
    """A request; ``session`` and ``csrf`` are ``True`` for the right ones, bytes for others, ``None`` for none."""

    method: str
    path: bytes
    query: bytes
    host: bytes | None
    origin: bytes | None
    session: bool | bytes | None
    csrf: bool | bytes | None
    headers: list[tuple[bytes, bytes]]
    body: bytes
    cuts: int

    @property
    def may_write(self) -> bool:
        """Whether the store may have grown by it."""
        from_us = self.origin is None or self.origin.lower().removeprefix(b"http://") == (self.host or b"").lower()
        return self.method == "POST" and self.path in WRITING and from_us and self.may_see and self.csrf is True

    @property
    def may_see(self) -> bool:
        """Whether rows may be in the answer."""
        return self.host is not None and self.host.lower() in HOSTS and self.session is True


# Latin-1 is all that a header can hold; "²" is a digit to Python and no number.
_noise = st.binary(max_size=60) | st.sampled_from([b"", b"\0", b"..", b"\xb2", b"-1", b"1e9", b"%00", b"\xff\xfe"])
_texts = st.text(max_size=40) | st.sampled_from(
    ["", "doubtful", "audit", "skipped", "disagreements", "autre", "acces_numerique", "\ud800", "\0", "1", "9" * 4_000]
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=5,
)
_decisions = st.fixed_dictionaries(
    {"key": st.text("abcdef0123456789", min_size=8, max_size=12) | _values},
    optional={
        "number": st.integers(-1, 6) | _values,
        "label": st.sampled_from(["autre", "acces_numerique", None]) | _values,
        "queue": st.sampled_from(["doubtful", "audit", "skipped", "disagreements"]) | _values,
    },
)
_bodies = (
    _decisions.map(lambda asked: json.dumps(asked).encode())
    | _values.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=200)
    | st.sampled_from([b"[" * 15_000, b'{"a":' * 3_000, b"x" * 20_000, b"1" * 15_000, b"csrf=%ff&name=%00&mine=1"])
    | st.builds(lambda name: b"csrf={csrf}&mine=1&name=" + name, st.binary(max_size=70))
)
_paths = st.sampled_from(
    [
        b"/",
        b"/name",
        b"/api/start",
        b"/api/next",
        b"/api/ahead",
        b"/api/row",
        b"/api/search",
        b"/review.js",
        b"/review.css",
    ]
) | st.sampled_from(WRITING)
_astray = st.sampled_from(
    [
        b"/../../etc/passwd",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"//etc/passwd",
        b"/review.js/../app.py",
        b"/pages/page.html",
        b"",
    ]
) | st.binary(max_size=40).map(lambda content: b"/" + content)
_queries = (
    st.sampled_from([b"", b"queue=doubtful", b"queue=audit", b"queue=skipped", b"queue=doubtful&number=1", b"q=wifi"])
    | st.builds(lambda name, value: name + b"=" + value, st.sampled_from([b"token", b"queue", b"number", b"q"]), _noise)
    | _noise
)
_headers = st.lists(
    st.tuples(
        st.sampled_from(
            [
                b"content-length",
                b"content-type",
                b"transfer-encoding",
                b"cookie",
                b"origin",
                b"host",
                b"accept",
                b"range",
                b"x-csrf-token",
                b"if-none-match",
                b"x-forwarded-host",
                b"upgrade",
            ]
        ),
        _noise
        | st.sampled_from([b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x", b"chunked"]),
    ),
    max_size=3,
)
requests = st.builds(
    Asked,
    method=st.sampled_from(["GET", "POST", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "X", ""]),
    path=_paths | _paths | _paths | _astray,
    query=_queries,
    host=st.just(HOST)
    | st.just(HOST)
    | st.sampled_from([None, b"evil.example", b"127.0.0.1", b"LOCALHOST:8000"])
    | _noise,
    origin=st.none()
    | st.none()
    | st.just(b"http://" + HOST)
    | st.sampled_from([b"null", b"http://evil.example"])
    | _noise,
    session=st.just(True) | st.just(True) | st.none() | _noise,
    csrf=st.just(True) | st.just(True) | st.none() | _noise,
    headers=st.just([]) | _headers,
    body=_bodies,
    cuts=st.integers(1, 4),
)


class Opened:
    """The files that Python opens while it watches, those of Python and of its libraries left out."""

    def __init__(self) -> None:
        self.watching, self.paths = False, set()
        self._ours = (sys.prefix, sys.base_prefix, "/dev/null")
        sys.addaudithook(self._see)

    def _see(self, event: str, arguments: tuple) -> None:
        if self.watching and event == "open" and isinstance(arguments[0], str | bytes):
            path = arguments[0] if isinstance(arguments[0], str) else arguments[0].decode("utf-8", "replace")
            if not path.startswith(self._ours):
                self.paths.add(path)


class Target:
    """The page over five rows and a store in a folder; ``check`` asks it one thing and says what does not hold."""

    def __init__(self, folder: Path, opened: Opened) -> None:
        rows = ListRows([f"wifi {SECRET} {n}" for n in range(5)], sampled=[4])
        self._journal = SqliteJournal(str(folder / "fuzz.db"))
        self._app = Page(Desk(rows, self._journal), TOKEN, PORT, annotator="Zoé").application(
            [HOST.decode(), "localhost:8000"]
        )
        self._opened = opened
        entered = Asked("GET", b"/", b"token=" + TOKEN.encode(), HOST, None, None, None, [], b"", 1)
        self._cookie = dict(self._ask(entered)[1])[b"set-cookie"].partition(b";")[0]
        started = Asked("GET", b"/api/start", b"", HOST, None, True, None, [], b"", 1)
        self._csrf = json.loads(self._ask(started)[2])["csrf"].encode()

    def close(self) -> None:
        self._journal.close()

    def check(self, asked: Asked) -> None:
        """Raise ``AssertionError`` when an answer fails, bares a row or writes where it must not."""
        before = self._journal.since(0)[0]
        self._opened.paths.clear()
        self._opened.watching = True
        try:
            status, headers, content = self._ask(asked)
        finally:
            self._opened.watching = False
        assert 200 <= status < 500, status
        # The store's own files are opened once, by SQLite, before.
        assert not self._opened.paths, self._opened.paths
        assert dict(headers)[b"content-security-policy"].startswith(b"default-src 'none'")
        assert asked.may_see or SECRET.encode() not in content
        assert b"root:" not in content
        assert b"Traceback" not in content
        grown = self._journal.since(0)[0] - before
        assert grown in (0, 1)
        assert not grown or (asked.may_write and status == 200), (grown, status)

    def _ask(self, asked: Asked) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        return asyncio.run(_answer(self._app, self._scope(asked), self._pieces(asked)))

    def _scope(self, asked: Asked) -> dict:
        right = {"host": asked.host, "origin": asked.origin, "cookie": asked.session, "x-csrf-token": asked.csrf}
        ours = {"cookie": getattr(self, "_cookie", b""), "x-csrf-token": getattr(self, "_csrf", b"")}
        headers = [
            (name.encode(), ours[name] if value is True else value)
            for name, value in right.items()
            if isinstance(value, bytes) or value is True
        ]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": asked.method,
            "scheme": "http",
            # As uvicorn does: the path decoded, lone bytes replaced.
            "path": re.sub(
                rb"%([0-9A-Fa-f]{2})", lambda hexadecimal: bytes([int(hexadecimal[1], 16)]), asked.path
            ).decode("utf-8", "replace"),
            "raw_path": asked.path,
            "query_string": asked.query,
            "root_path": "",
            "headers": headers + asked.headers,
            "client": ("127.0.0.1", 40_000),
            "server": ("127.0.0.1", PORT),
        }

    def _pieces(self, asked: Asked) -> list[bytes]:
        body = asked.body.replace(b"{csrf}", getattr(self, "_csrf", b"")) if asked.csrf is True else asked.body
        size = max(1, -(-len(body) // asked.cuts))
        return [body[place : place + size] for place in range(0, len(body), size)] or [b""]


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[int, str]]:
    """Serve the page on a socket of loopback; give its port and its link. What it fails at is said by asyncio's log."""
    journal = SqliteJournal(str(folder / "served.db"))
    failed: list[logging.LogRecord] = []
    watching = logging.Handler(logging.ERROR)
    watching.emit = failed.append
    logging.getLogger("asyncio").addHandler(watching)
    try:
        with ThreadedReview(Desk(ListRows([f"wifi {SECRET}"]), journal), name="Zoé") as running:
            yield running.port, running.link
        assert journal.since(0) == (0, []), "a decision without a cookie"
        assert not failed, [record.getMessage()[:200] for record in failed]
    finally:
        logging.getLogger("asyncio").removeHandler(watching)
        journal.close()


def raw_requests(chance: random.Random, port: int, link: str, times: int) -> None:
    """Send damaged requests without a cookie; none may get rows or an error of the server, which then still serves."""
    for _ in range(times):
        asked = bytearray(_raw(chance, port))
        for _ in range(chance.choice((0, 1, 3))):
            place = chance.randrange(len(asked))
            asked[place : place + chance.choice((0, 1, 4))] = chance.choice(
                (b"\r\n", b"\0", b" ", b":", b"\xb2", b"9" * 99)
            )
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            answer = _heard(connection, asked)
        assert not re.search(rb"^HTTP/1.1 5", answer, re.MULTILINE), (bytes(asked), answer[:200])
        assert SECRET.encode() not in answer, bytes(asked)
    client = PageClient(link)
    status, text = client.get("/api/next?queue=doubtful")
    client.connection.close()
    assert status == 200, status
    assert SECRET in text


def _heard(connection: socket.socket, asked: bytes) -> bytes:
    """Give all the server says; it may hang up on what is no request before all of it is sent, or read."""
    answer = bytearray()
    try:
        connection.sendall(asked)
        connection.shutdown(socket.SHUT_WR)
    except OSError as error:
        if error.errno not in HUNG_UP:
            raise
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            answer += part
    return bytes(answer)


def _raw(chance: random.Random, port: int) -> bytes:
    body = chance.choice((b"", b"{}", b"csrf=x&name=y", b"[" * 9_000, chance.randbytes(50)))
    length = chance.choice((b"%d" % len(body), b"0", b"-1", b"99999999", b"\xb2"))
    path = chance.choice(
        (b"/", b"/name", b"/api/decide", b"/api/next?queue=audit", b"/../../etc/passwd", b"/%00", b"*")
    )
    lines = [
        chance.choice((b"GET", b"POST", b"HEAD", b"PUT", b"BREW"))
        + b" "
        + path
        + b" "
        + chance.choice((b"HTTP/1.1", b"HTTP/1.0", b"HTTP/9", b"")),
        b"Host: 127.0.0.1:%d" % port,
        *chance.sample(
            [
                b"Content-Length: " + length,
                b"Transfer-Encoding: chunked",
                b"Connection: upgrade",
                b"Upgrade: websocket",
                b"Expect: 100-continue",
                b"Cookie: domaines_review_%d=x" % port,
                b"X: " + b"y" * chance.choice((1, 70_000)),
            ],
            chance.randrange(4),
        ),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def _answer(app, scope: dict, pieces: list[bytes]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    sent: list[dict] = []
    waiting = list(pieces)

    async def receive() -> dict:
        if not waiting:
            return {"type": "http.disconnect"}
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    async def send(message: dict) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    content = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return start["status"], list(start["headers"]), content
