"""A core or a bureau that answers JSON for one person over HTTP, as its block of the panels' document describes."""

import json
from typing import Any
from urllib.parse import quote

from acuerdo.base.http_door import send_http
from acuerdo.kernel.errors import ExternalError
from acuerdo.portfolio.ports import PANEL_FAILED, PersonAsked
from acuerdo.portfolio.rules.panels import PanelSpec

NOT_FOUND = (404, 410)


class HttpPanel:
    def __init__(self, spec: PanelSpec) -> None:
        self._spec = spec

    def look_up(self, asked: PersonAsked) -> Any:
        spec = self._spec
        places = {"id_country": asked.id_country, "id_type": asked.id_type, "id_number": asked.id_number}
        url = spec.url
        for name, value in places.items():
            url = url.replace(f"{{{name}}}", quote(value, safe=""))
        headers = {name: value.replace("{token}", spec.token) for name, value in spec.headers.items()}
        answer = send_http("GET", url, headers={"Accept": "application/json", **headers}, seconds_max=spec.seconds_max)
        if answer.status in NOT_FOUND:
            return None
        if not 200 <= answer.status < 300:
            raise ExternalError(PANEL_FAILED, f"El sistema respondió {answer.status}.")
        try:
            return json.loads(answer.body)
        except ValueError:
            raise ExternalError(PANEL_FAILED, "La respuesta no es JSON.") from None
