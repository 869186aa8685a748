"""The API's document is the contract with other programs: a change to it is seen in review, or the build fails.

After an intended change: `python -m tests.contracts.test_openapi` writes the snapshot again.
"""

import json
import os
import re
from typing import Any

from tests.contracts.source import ROOT

SNAPSHOT = ROOT / "tests" / "contracts" / "openapi.json"


def document() -> Any:
    """The document as it is served."""
    from acuerdo.api.urls import api

    return json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))


def as_text(schema: Any) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_the_document_is_the_snapshot() -> None:
    assert as_text(document()) == SNAPSHOT.read_text(encoding="utf-8"), (
        "python -m tests.contracts.test_openapi, and commit it"
    )


def test_it_is_openapi_3_1_and_every_operation_has_a_name_a_key_and_problems() -> None:
    told = document()
    assert told["openapi"].startswith("3.1")
    operations = [one for path in told["paths"].values() for one in path.values()]
    assert len(operations) >= 7
    for one in operations:
        assert re.fullmatch(r"(get|list|create)_\w+", one["operationId"])
        assert one["description"]
        assert one["security"]
        for status in ("401", "403", "404", "422"):
            content = one["responses"][status]["content"]["application/problem+json"]
            assert content["schema"]["$ref"].endswith("/Problem")


def test_every_operation_is_in_the_reference() -> None:
    paths = document()["paths"]
    for language in ("es", "en"):
        page = (ROOT / "docs" / language / "reference" / "api.md").read_text(encoding="utf-8")
        described = set(re.findall(r"`(?:GET|POST) (/[^`?]*)", page))
        assert described == {path.removeprefix("/api/v1") for path in paths}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    SNAPSHOT.write_text(as_text(document()), encoding="utf-8")
