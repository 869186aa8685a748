"""What the HTTP door lets out and what it never does. The peer is a real server on this machine."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from acuerdo.base import http_door
from acuerdo.base.http_door import is_public, send_http
from acuerdo.kernel.errors import ExternalError

# Each says that it closes, as it does: a connection kept in vain would be tried again by the next request.
ANSWERS = {
    "/": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\nX-Kind: test\r\n\r\nok",
    "/away": b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
    "/big": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000,
    "/cut": b"",
}


@pytest.fixture
def port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                link, _address = listener.accept()
                with link, suppress(OSError):
                    path = link.recv(65_536).split(b" ")[1].decode()
                    link.sendall(ANSWERS[path])
                    link.shutdown(socket.SHUT_WR)
                    while link.recv(65_536):
                        pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.fixture(autouse=True)
def _allowed(settings: Any) -> None:
    settings.HTTP_PRIVATE = ["127.0.0.1"]


def trouble(url: str) -> tuple[str, bool]:
    with pytest.raises(ExternalError) as raised:
        send_http("POST", url, body=b"x")
    return raised.value.code, raised.value.permanent


def test_an_answer_comes_back_and_a_redirect_is_one(port: int) -> None:
    found = send_http("GET", f"http://127.0.0.1:{port}/")
    assert (found.status, found.body, found.headers["x-kind"]) == (200, b"ok", "test")
    assert send_http("GET", f"http://127.0.0.1:{port}/away").status == 302


def test_a_lost_answer_differs_from_a_closed_door(port: int) -> None:
    assert trouble(f"http://127.0.0.1:{port}/cut") == ("answer-lost", False)
    assert trouble("http://127.0.0.1:1/") == ("unreachable", False)


def test_an_endless_answer_is_cut(port: int) -> None:
    assert trouble(f"http://127.0.0.1:{port}/big") == ("answer-too-long", True)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "//x", "http:///", "file:///etc/passwd"])
def test_only_web_addresses_are_sent_to(url: str) -> None:
    assert trouble(url) == ("address-refused", True)


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0", "224.0.0.1"],
)
def test_a_name_that_leads_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", (address, 443))]
    monkeypatch.setattr(http_door.socket, "getaddrinfo", lambda *_args, **_named: entries)
    assert trouble("https://banco.example/") == ("address-refused", True)
    assert not is_public(address)


def test_outside_of_the_own_network_only_tls_is_spoken() -> None:
    assert trouble("http://banco.example/") == ("address-refused", True)
