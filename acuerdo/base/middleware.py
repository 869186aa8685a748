"""What wraps every request."""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from acuerdo.base.clock import one_look

type Next = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class ClockMiddleware:
    """One request lives in one time: the clock's shift is looked up at most once."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._is_async:
            return self._answer_async(request)
        with one_look():
            return self._get_response(request)

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        with one_look():
            response = self._get_response(request)
            assert isinstance(response, Awaitable)
            return await response
