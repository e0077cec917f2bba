"""Whatever is asked of the review page: never a crash, never a file, never a row or a decision without the keys."""

import dataclasses
import random
import socket

import pytest
from hypothesis import HealthCheck, given, settings

from tests.review_routes import HOST, Asked, Opened, Target, raw_requests, requests, served

OPENED = Opened()


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    found = Target(tmp_path_factory.mktemp("routes"), OPENED)
    yield found
    found.close()


@given(asked=requests)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_gets_what_it_should_not(target, asked):
    target.check(asked)


RIGHT = Asked("POST", b"/api/decide", b"", HOST, None, True, True, [], b"", 1)
DECISION = b'{"key": "abcdefgh", "number": 1, "label": "autre", "queue": "doubtful"}'
# Found by ``make fuzz``; before they were mended, each was an error of the server.
FOUND = {
    "brackets without end": {"body": b"[" * 15_000},
    "half a character in a label": {"body": DECISION.replace(b"autre", b"\\ud800")},
    "half a character in a row's number": {"body": DECISION.replace(b"1", b'"\\ud800"')},
    "half a character in a queue": {"body": DECISION.replace(b"doubtful", b"\\ud800")},
    "an address that is no UTF-8": {"method": "GET", "path": b"/review.js", "query": b"\x80"},
    "an address sent elsewhere that is no UTF-8": {"method": "GET", "path": b"/name/", "query": b"\x80"},
    "a length that is a digit and no number": {"headers": [(b"content-length", b"\xb2")]},
    "a length of five thousand digits": {"headers": [(b"content-length", b"1" * 5_000)]},
}


@pytest.mark.parametrize("name", FOUND)
def test_requests_that_once_broke_the_page(target, name):
    target.check(dataclasses.replace(RIGHT, **FOUND[name]))


def test_the_check_sees_what_it_looks_for(target):
    """A right request does write and does show: the property is not true of everything."""
    before = target._journal.since(0)[0]
    target.check(dataclasses.replace(RIGHT, body=DECISION))
    assert target._journal.since(0)[0] == before + 1
    forged = dataclasses.replace(RIGHT, body=DECISION.replace(b"abcdefgh", b"ijklmnop"), csrf=b"faux")
    target.check(forged)
    assert target._journal.since(0)[0] == before + 1


def test_bytes_that_are_no_request_leave_the_server_serving(tmp_path):
    with served(tmp_path) as (port, link):
        raw_requests(random.Random(7), port, link, 60)


def test_chunks_that_are_none_after_an_answer_leave_no_trace(tmp_path):
    """Found by ``make fuzz``: the answer had begun, and refusing it failed with a trace on the terminal."""
    with served(tmp_path) as (port, _):
        asked = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nTransfer-Encoding: chunked\r\n\r\n" % port
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(asked)
            assert connection.recv(15).startswith(b"HTTP/1.1 403")
            connection.sendall(b"[[[[[\r\n")
            while connection.recv(65_536):
                pass
