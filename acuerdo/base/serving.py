"""Django behind an ASGI server, each request in one of a few threads from its beginning to its end.

Django's own handler gives every request a thread of its own that ends with it: as many at once as arrive, each with a new
connection to the database, whose first statements cost the server more than the request itself. Here a process works on
`threads` requests at a time, the others wait their turn in order, and a thread keeps its connection for its next request; so a
process never holds more connections than threads. Views and middlewares of this product are plain functions.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from typing import Any, cast

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections, connections
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

CONNECTION_SECONDS_MAX = 600

type Send = Callable[[Mapping[str, Any]], Awaitable[None]]


def keep_connections() -> None:
    """Threads that go on keep their connection for ten minutes, asked before each request whether it still lives."""
    connections.settings["default"]["CONN_MAX_AGE"] = CONNECTION_SECONDS_MAX


class ThreadedHandler(ASGIHandler):
    """An ASGI application. `close()` waits for the requests that run."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    def close(self) -> None:
        self._threads.shutdown()

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"only HTTP is served, not {scope['type']}")
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body):
            # A context of its own: what a request sets (language, clock) ends with it though the thread goes on.
            response = await self._in_thread(copy_context().run, self._answer, scope, body)
            await self.send_response(response, send)
            if not response.closed:
                await self._in_thread(response.close)

    async def _in_thread(self, what: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, what, *args)

    def _answer(self, scope: dict[str, Any], body: Any) -> HttpResponseBase:
        """All of the request that is ours. What remains for the loop is sending bytes, or reading a static file."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, error = self.create_request(scope, body)
        response: HttpResponseBase = self.get_response(request) if request is not None else cast("HttpResponse", error)
        response._handler_class = self.__class__  # type: ignore[attr-defined]  # who says that the request has ended
        if isinstance(response, StreamingHttpResponse) and response.is_async:
            close_old_connections()
            return response
        if isinstance(response, StreamingHttpResponse):
            if isinstance(response, FileResponse):
                response.block_size = self.chunk_size
            # Its pieces may come from the database, and so belong to this thread.
            response.streaming_content = _again(list(cast("Iterable[bytes]", response.streaming_content)))
        # What it holds open ends here, its connection above all; the bytes stay to be sent.
        response.close()
        return response


async def _again(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
