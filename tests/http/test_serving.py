"""How `acuerdo up` runs requests: a few at a time, each whole in one thread, whose connection waits for the next."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test.client import AsyncRequestFactory
from django.urls import path
from django.utils import translation

from acuerdo.base.serving import ThreadedHandler

THREADS = 2
together = threading.Barrier(THREADS)
active: list[int] = []
most: list[int] = []
seen: list[tuple[str, int]] = []


def busy(_request: HttpRequest) -> HttpResponse:
    active.append(1)
    most.append(len(active))
    together.wait(timeout=30)
    active.pop()
    return HttpResponse("listo")


def backend(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return HttpResponse(f"{threading.get_ident()} {cursor.fetchone()[0]} {translation.get_language()}")


def english(_request: HttpRequest) -> HttpResponse:
    translation.activate("en")
    return HttpResponse("en")


def rows(_request: HttpRequest) -> StreamingHttpResponse:
    def pieces() -> Iterator[bytes]:
        for number in range(3):
            with connection.cursor() as cursor:
                cursor.execute("SELECT %s::text", [number])
                seen.append(("piece", threading.get_ident()))
                yield cursor.fetchone()[0].encode()

    return StreamingHttpResponse(pieces())


def file(_request: HttpRequest) -> FileResponse:
    return FileResponse(Path(__file__).open("rb"))


def broken(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [path(one.__name__, one) for one in (busy, backend, english, rows, file, broken)]


@pytest.fixture
def handler(settings: LazySettings) -> Iterator[ThreadedHandler]:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    made = ThreadedHandler(THREADS)
    yield made
    made.close()


async def ask(handler: ThreadedHandler, name: str, method: str = "GET") -> tuple[int, bytes]:
    sent: list[Any] = []
    scope = AsyncRequestFactory()._base_scope(path=f"/{name}", method=method, headers=[(b"host", b"localhost")])

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await handler(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_no_more_at_once_than_threads(handler: ThreadedHandler) -> None:
    most.clear()

    async def many() -> list[tuple[int, bytes]]:
        return await asyncio.gather(*(ask(handler, "busy") for _ in range(THREADS * 4)))

    assert asyncio.run(many()) == [(200, b"listo")] * (THREADS * 4)
    assert max(most) == THREADS


@pytest.mark.django_db(transaction=True)
def test_the_connection_goes_back_with_the_request(handler: ThreadedHandler) -> None:
    async def twice() -> list[bytes]:
        return [(await ask(handler, "backend"))[1] for _ in range(2)]

    first, second = asyncio.run(twice())
    with connection.cursor() as cursor:
        mine = [int(answer.split()[1]) for answer in (first, second)]
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s) AND state = 'active'", [mine])
        assert cursor.fetchone()[0] == 0


@pytest.mark.django_db(transaction=True)
def test_a_language_does_not_stay_in_the_thread(handler: ThreadedHandler) -> None:
    async def both() -> set[bytes]:
        for _ in range(THREADS * 2):
            await ask(handler, "english")
        return {(await ask(handler, "backend"))[1].split()[-1] for _ in range(THREADS * 2)}

    assert asyncio.run(both()) == {b"es"}


@pytest.mark.django_db(transaction=True)
def test_pieces_from_the_database_are_read_in_one_thread(handler: ThreadedHandler) -> None:
    seen.clear()
    assert asyncio.run(ask(handler, "rows")) == (200, b"012")
    assert len({thread for _what, thread in seen}) == 1


def test_a_file_comes_whole(handler: ThreadedHandler) -> None:
    assert asyncio.run(ask(handler, "file")) == (200, Path(__file__).read_bytes())


def test_a_bug_is_answered_and_the_next_request_served(handler: ThreadedHandler) -> None:
    async def after() -> tuple[int, int]:
        handler.load_middleware()
        return (await ask(handler, "broken"))[0], (await ask(handler, "english"))[0]

    assert asyncio.run(after()) == (500, 200)


def test_only_http_is_served(handler: ThreadedHandler) -> None:
    async def websocket() -> None:
        await handler({"type": "websocket"}, None, None)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="websocket"):
        asyncio.run(websocket())
