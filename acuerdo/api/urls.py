"""The public HTTP API, version 1. Its document is `/api/v1/openapi.json`; no page of it loads anything from elsewhere."""

from typing import Any

from django.urls import path
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from acuerdo.api import (
    appointments,
    bureau,
    campaigns,
    cases,
    contact_checks,
    decisions,
    hooks,
    messages,
    obligations,
    payments,
    permissions,
    petitions,
    plans,
    readings,
    strategies,
)
from acuerdo.api.access import BearerKey
from acuerdo.api.problems import CONTENT_TYPE, register


class Api(NinjaAPI):
    """Tells in its document that whatever is not a success is a problem document."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        for path_item in schema["paths"].values():
            for operation in path_item.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in answer.get("content", {}):
                        answer["content"] = {CONTENT_TYPE: answer["content"]["application/json"]}
        return schema


api = Api(
    title="Acuerdo",
    version="1",
    description=(
        "What is owed, why, the payments received and what was agreed; whom the law and the customer let you contact."
        " Amounts are decimal texts; errors are problem details (RFC 9457)."
    ),
    urls_namespace="api-v1",
    auth=BearerKey(),
    docs_url=None,
)
register(api)
api.add_router("", decisions.router)
api.add_router("", obligations.router)
api.add_router("", payments.router)
api.add_router("", plans.router)
api.add_router("", appointments.router)
api.add_router("", contact_checks.router)
api.add_router("", permissions.router)
api.add_router("", petitions.router)
api.add_router("", cases.router)
api.add_router("", bureau.router)
api.add_router("", readings.router)
api.add_router("", messages.router)
api.add_router("", campaigns.router)
api.add_router("", strategies.router)

urlpatterns = [path("hooks/<slug:name>", hooks.hook, name="provider-hook"), path("", api.urls)]
