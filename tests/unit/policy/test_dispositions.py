"""The tree of outcome codes: complete, unambiguous, searchable, and silent about causes."""

import re
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.models import AttemptStatus
from acuerdo.policy.rules.dispositions import (
    FIELD_NAMES,
    all_dispositions,
    check_fields,
    choose_primary,
    find_disposition,
    search_dispositions,
)

TREE = all_dispositions()


def test_every_code_has_one_class_one_identifier_and_one_label() -> None:
    codes = list(TREE.values())
    assert (
        len({one.id for one in codes}) == len({one.es for one in codes}) == len({one.en for one in codes}) == len(codes)
    )
    assert all(re.fullmatch(r"(CD|CI|NC|DG|VI|LG)-[A-Z]{3}", one.code) for one in codes)
    assert all(one.status == "" or one.status in AttemptStatus.values for one in codes)
    assert {name for one in codes for name in one.fields} <= set(FIELD_NAMES)


def test_nothing_asks_why_the_person_did_not_pay() -> None:
    for one in TREE.values():
        told = " ".join([one.es, one.en, *one.fields, *one.words]).lower()
        assert not re.search(r"motivo|causa|por qué|reason|why|desemple|salud|enferm", told)


def test_direct_contact_means_an_identified_person() -> None:
    assert all(one.is_right_party for one in TREE.values() if one.family == "CD")
    assert not any(one.is_right_party for one in TREE.values() if one.family in ("CI", "NC"))


@pytest.mark.parametrize(
    ("codes", "primary", "secondary"),
    [
        (["CD-PTP"], "CD-PTP", []),
        (["CD-PTP", "CD-ACT"], "CD-PTP", ["CD-ACT"]),
        (["CD-PTP", "CD-NOL", "CD-VUL"], "CD-VUL", ["CD-NOL", "CD-PTP"]),
        (["NC-NCO", "CI-EQU"], "CI-EQU", ["NC-NCO"]),
        (["CD-PTP", "CD-PTP"], "CD-PTP", []),
    ],
)
def test_what_protects_comes_before_money(codes: list[str], primary: str, secondary: list[str]) -> None:
    first, others = choose_primary(codes)
    assert (first.code, [one.code for one in others]) == (primary, secondary)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("ptp", "CD-PTP"),
        ("cd-yap", "CD-YAP"),
        ("prom parc", "CD-PPA"),
        ("no cont", "NC-NCO"),
        ("buzon", "NC-BUZ"),
        ("EQUIVOCADO", "CI-EQU"),
        ("abogado", "CD-REP"),
        ("promise part", "CD-PPA"),
        ("volver", "CD-VOL"),
    ],
)
def test_search_by_keyboard(typed: str, best: str) -> None:
    assert search_dispositions(typed)[0].code == best


def test_search_offers_only_what_a_person_may_choose() -> None:
    assert search_dispositions("entregado") == []
    assert {one.family for one in search_dispositions("", family="NC", limit=50)} == {"NC"}
    assert search_dispositions("xyz") == []


@pytest.mark.parametrize("fields", [{}, {"amount": 1}, {"amount": 1, "due_on": ""}])
def test_missing_fields_are_named(fields: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match=r"falta: (valor|fecha)"):
        check_fields(find_disposition("CD-PTP"), fields)


def test_stops_are_locked() -> None:
    sticky = {"deceased", "represented", "do_not_contact", "fraud", "dispute", "complaint", "vulnerable"}
    for one in TREE.values():
        if {hold.kind for hold in one.holds} & sticky:
            assert one.locked
