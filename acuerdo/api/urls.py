"""The public HTTP API, version 1. Its document is `/api/v1/openapi.json`; no page of it loads anything from elsewhere."""

from django.urls import path
from ninja import NinjaAPI

from acuerdo.api import obligations, payments
from acuerdo.api.access import BearerKey
from acuerdo.api.problems import register

api = NinjaAPI(
    title="Acuerdo",
    version="1",
    description="What is owed, why, and the payments received. Amounts are decimal texts; errors are problem details (RFC 9457).",
    urls_namespace="api-v1",
    auth=BearerKey(),
    docs_url=None,
)
register(api)
api.add_router("", obligations.router)
api.add_router("", payments.router)

urlpatterns = [path("", api.urls)]
