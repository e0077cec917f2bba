"""What the review's tests share: rows in a list, a running page, a browser, a PostgreSQL server."""

import asyncio
import contextlib
import http.client
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import httpx
import numpy as np
import pytest

from pipeline.domains import LABELS
from pipeline.review import Piece, ReviewRow
from pipeline.review.server import open_door
from tests.conftest import ROOT

CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


class ListRows:
    """Rows in a list: the suggestion is always the first label; ``sampled`` rows are the audit's, blind."""

    def __init__(self, texts, sampled=(), source="enquete.csv", labels=LABELS, doubted=()):
        self.texts, self.sampled, self.source, self.labels = list(texts), set(sampled), source, labels
        self.doubted = tuple(doubted)
        self.model = "petit 1 abc"
        self.queues = ("doubtful", *(("doubted",) if doubted else ()), *(("audit",) if sampled else ()))

    def __len__(self):
        return len(self.texts)

    def identity(self, position):
        return f"R{position + 1}", self.texts[position]

    def row(self, position):
        identifier, text = self.identity(position)
        blind = position in self.sampled
        chances = (0.6, 0.2, 0.1, 0.06, 0.04)
        pieces = (Piece(text, chances),)
        return ReviewRow(
            position + 1,
            identifier,
            text,
            self.labels[0],
            chances,
            pieces,
            "un doute",
            (),
            0.25 if blind else None,
            blind,
            doubt="une étiquette douteuse" if position in self.doubted else "",
        )

    def order(self, queue):
        if queue == "doubted":
            return np.array(self.doubted, dtype=np.int64)
        inside = [p for p in range(len(self)) if (p in self.sampled) == (queue == "audit")]
        return np.array(inside, dtype=np.int64)

    def positions(self, identifiers):
        numbers = {each: int(each[1:]) - 1 for each in identifiers if re.fullmatch(r"R\d+", each)}
        return {each: number for each, number in numbers.items() if number < len(self)}

    def find(self, words, limit):
        return [p for p, text in enumerate(self.texts) if words.lower() in text.lower()][:limit]


class AppClient:
    """Asks an ASGI application without a socket, keeping its cookies; redirects are followed."""

    def __init__(self, app, base_url):
        self.app, self.headers = app, {}
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=base_url, follow_redirects=True, timeout=30
        )

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def post(self, path, **options):
        return self.ask("POST", path, **options)

    def ask(self, method, path, headers=None, **options):
        return asyncio.run(self._client.request(method, path, headers={**self.headers, **(headers or {})}, **options))


class _Entered:
    """Keeps the clients that entered a page, to close them with it."""

    def __init__(self, link):
        self.link = link
        self.port = int(re.search(r":(\d+)/", link)[1])
        self._clients = []

    def client(self, name=None):
        self._clients.append(PageClient(self.link, name))
        return self._clients[-1]

    def leave(self):
        while self._clients:
            self._clients.pop().connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class RunningReview(_Entered):
    """``domaines review`` in a process of its own."""

    def __init__(self, *arguments, models=None):
        environment = {**os.environ, **({"DOMAINES_MODELS": str(models)} if models else {})}
        command = [sys.executable, "-m", "pipeline.cli", "review", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)
        link = self.process.stdout.readline().strip()
        assert link, self.process.communicate()[1]
        super().__init__(link)

    def kill(self):
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate(timeout=30)
        self.leave()

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=30)
        self.leave()
        return self.process.returncode, out, err


class ThreadedReview(_Entered):
    """The same page served from a thread: quicker to start than the program."""

    def __init__(self, desk, **options):
        self._door = open_door(desk, **options)
        self._thread = threading.Thread(target=self._door.run)
        self._thread.start()
        super().__init__(self._door.link)

    def kill(self):
        self._door.server.should_exit = self._door.server.force_exit = True
        self._thread.join(timeout=30)
        self.leave()


class PageClient:
    """A browser without a screen: follows the link, keeps the cookie, knows its CSRF token."""

    def __init__(self, link, name=None):
        self.port = int(re.search(r":(\d+)/", link)[1])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.connection.request("GET", "/" + link.rpartition("/")[2])
        answer = self.connection.getresponse()
        answer.read()
        self.cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        self.csrf = ""
        if name:
            csrf = re.search(r'name="csrf" value="([^"]+)"', self.get("/")[1])[1]
            self.post_form(f"csrf={csrf}&name={name}&mine=1")
        status, text = self.get("/api/start")
        if status == 200:
            self.csrf = json.loads(text)["csrf"]

    def get(self, path, **headers):
        self.connection.request("GET", path, headers={"Cookie": self.cookie, **headers})
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()

    def post_form(self, body):
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", "/name", body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()

    def post(self, path, body, **headers):
        headers = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf, "Content-Type": "application/json", **headers}
        self.connection.request("POST", path, json.dumps(body), headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read() or "{}")

    def decide(self, number, label, key=None):
        key = key or uuid.uuid4().hex
        return self.post("/api/decide", {"key": key, "number": number, "label": label, "queue": "doubtful"})


def missing(sentence):
    """Skip with a sentence where a developer lacks a program; fail in CI, where nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def chromium_path():
    """Give the browser's path; ``make test`` installs it on Debian."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    return found or missing("no Chromium: install it (Debian, as root: apt-get install chromium)")


def postgres_folder():
    """Give the folder of PostgreSQL's programs; ``make test`` installs them on Debian."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        missing("no PostgreSQL server: install it (Debian, as root: apt-get install postgresql)")
    return (found[-1] if found else Path(on_path)).parent


@contextlib.contextmanager
def postgres_server(folder):
    """Run a PostgreSQL server of our own on a free loopback port; root lends it to the user ``postgres``."""
    programs, port = postgres_folder(), free_port()
    user = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    data = folder / "data"
    options = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
    initdb = [programs / "initdb", "-D", data, "-U", "ours", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
    subprocess.run(initdb, check=True, **options)
    # Thrown away at the end: neither waits for the disk nor an orderly end.
    settings = ["-F", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
    asking = ["-h", "127.0.0.1", "-p", str(port), "-U", "ours", "-c", "select 1", "postgres"]
    server = subprocess.Popen([programs / "postgres", "-D", data, "-p", str(port), *settings], **options)
    try:
        wait_for(port, ready=lambda: subprocess.run([programs / "psql", *asking], **options).returncode == 0)
        yield f"postgresql://ours@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(timeout=20)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port, ready=lambda: True):
    """Wait until something listens, and is ``ready``: PostgreSQL listens while it still starts up."""
    for _ in range(1_200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            if ready():
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")
