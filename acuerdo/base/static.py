"""WhiteNoise under ASGI: it hands Django a file that only a thread can read; here the file is read asynchronously."""

from collections.abc import AsyncIterator
from typing import Any, BinaryIO

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

_CHUNK_BYTES = 64 * 1024


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    """Serves the package's styles and scripts."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponseBase:
        response: StreamingHttpResponse = WhiteNoiseMiddleware.serve(static_file, request)
        file: BinaryIO | None = getattr(response, "file_to_stream", None)
        if file is not None and isinstance(request, ASGIRequest):
            response.streaming_content = _read(file)
        return response


async def _read(file: BinaryIO) -> AsyncIterator[bytes]:
    # Django closes the file with the response.
    while chunk := await sync_to_async(file.read, thread_sensitive=False)(_CHUNK_BYTES):
        yield chunk
