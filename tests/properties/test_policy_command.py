"""Whatever arrives at `policy check` gets a verdict or a named refusal, never a crash."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from acuerdo.config.cli.policy import answer_question

QUESTION: dict[str, Any] = {
    "pack": "co", "at": "2026-07-13T10:00:00-05:00", "channel": "sms", "purpose": "collection", "recipient": "debtor",
    "timezone": "America/Bogota", "timezones": [], "region": "", "direction": "out", "obligation": "",
    "consents": [{"channel": "sms", "purpose": "", "granted_at": "2026-01-05T08:00:00-05:00", "revoked_at": None}],
    "holds": ["dispute", {"kind": "fraud", "channel": "", "starts_at": None, "ends_at": "2026-08-01T00:00:00Z"}],
    "history": [{"at": "2026-07-12T10:00:00Z", "channel": "call", "direction": "out", "answered": True, "right_party": True}],
    "settings": {"week": "rolling7", "visits": {"value": "off", "approved_by": "", "approved_on": None}},
    "own_hours": {"windows": {"mon-fri": [["18:00", "20:00"]]}, "given_at": "2026-01-05T08:00:00-05:00"},
    "balance_minor": 1, "evidence": [], "excluded_number": None,
}  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
odd_texts = st.sampled_from(
    ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", "2026-07-13", "24:00-25:00", "mon-sun", "co", "\x00", "../x"]
)
values = st.recursive(
    scalars | odd_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in the document that may be spoilt."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inside for place in places(item, (*path, key)))]


def spoilt(path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    document = json.loads(json.dumps(QUESTION))
    at = document
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = by
    return document


@given(st.sampled_from(places(QUESTION)), values)
@example(("at",), "9999-12-31T23:59:59-14:00")
@example(("own_hours", "windows"), {"mon": ["08:00-09:00", "18:00-19:00"]})
@example(("settings", "week"), {"value": "iso_week", "approved_by": "Comité", "approved_on": 7})
def test_spoilt_question_is_answered_or_refused_by_name(path: tuple[Any, ...], by: Any) -> None:
    answer, status = answer_question(json.dumps(spoilt(path, by)))
    if status == 0:
        assert answer["verdict"] in ("allow", "deny")
        assert (answer["verdict"] == "deny") == any(rule["verdict"] == "deny" for rule in answer["rules"])
    else:
        assert answer["error"]["code"].replace("-", "").isalnum()
        assert answer["error"]["message"]


@given(st.text(max_size=40))
def test_any_text_is_answered_or_refused(text: str) -> None:
    answer, status = answer_question(text)
    assert (status, set(answer)) == (1, {"error"})
