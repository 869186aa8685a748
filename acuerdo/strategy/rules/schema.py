"""The published JSON Schema of strategy documents (draft 2020-12), made from the very classes that read them."""

from typing import Any

from acuerdo.strategy.rules.document import StrategyDocument
from acuerdo.strategy.rules.field_words import FIELD_WORDS

SCHEMA_ID = "https://acuerdo.example/schemas/strategy.schema.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def strategy_schema(language: str = "es") -> dict[str, Any]:
    """What editors check a document against as it is written; conditions are texts here and are checked by `validate`."""
    schema = StrategyDocument.model_json_schema()
    place = 0 if language == "es" else 1
    for name, part in {"StrategyDocument": schema, **schema.get("$defs", {})}.items():
        part.pop("description", None)
        for field, told in part.get("properties", {}).items():
            told.pop("title", None)
            told["description"] = FIELD_WORDS[f"{name}.{field}"][place]
    title = {"es": "Estrategia de Acuerdo", "en": "Acuerdo strategy"}[language]
    return {"$schema": DRAFT, "$id": SCHEMA_ID, **schema, "title": title}
