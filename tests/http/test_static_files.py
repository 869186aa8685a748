"""Styles and scripts come whole, compressed and without a warning, under ASGI as `acuerdo up` serves them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.asgi import get_asgi_application
from django.test import Client
from django.test.client import AsyncRequestFactory

BODY = b"body { color: black }\n" * 9000


@pytest.fixture
def style(settings: LazySettings, tmp_path: Path) -> str:
    (tmp_path / "probe.css").write_bytes(BODY)
    settings.STATICFILES_DIRS = [tmp_path]
    settings.WHITENOISE_AUTOREFRESH = False
    return "/static/probe.css"


def test_under_asgi_a_file_is_streamed_whole(style: str) -> None:
    async def fetch() -> bytes:
        application = get_asgi_application()
        sent: list[dict[str, Any]] = []
        asked: list[bool] = []
        scope = AsyncRequestFactory()._base_scope(path=style, method="GET", headers=[(b"host", b"127.0.0.1")])

        async def receive() -> dict[str, object]:
            if asked:
                await asyncio.Event().wait()
            asked.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await application(scope, receive, send)
        assert sent[0]["status"] == 200
        return b"".join(message.get("body", b"") for message in sent[1:] if message["type"] == "http.response.body")

    assert asyncio.run(fetch()) == BODY


def test_under_wsgi_too(style: str, client: Client) -> None:
    answer = client.get(style)
    assert b"".join(answer.streaming_content) == BODY
    assert answer["Content-Type"].startswith("text/css")
