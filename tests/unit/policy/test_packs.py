"""The law as examples, and a pack's file: what it must say, and the line that is named when it does not."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.rules import Facts, Question, judge, load_pack, pack_codes
from acuerdo.policy.rules.library import PACKS, case_fault, prove_pack, read_cases, reload_pack
from acuerdo.policy.rules.pack import Pack
from acuerdo.policy.rules.pack_format import parse_pack

CASES = [(code, case) for code in pack_codes() for case in read_cases(code)]


@pytest.mark.parametrize(("code", "case"), CASES, ids=[f"{code}: {case['name']}" for code, case in CASES])
def test_the_law_as_examples(code: str, case: dict[str, Any]) -> None:
    assert case_fault(load_pack(code), case) == ""


def test_every_country_has_a_pack() -> None:
    assert pack_codes() == ("ar", "br", "cl", "co", "ec", "mx", "pe", "us")


@pytest.mark.parametrize("code", pack_codes())
def test_every_rule_can_be_told_and_cited(code: str) -> None:
    for rule in load_pack(code).rules:
        assert rule.id.startswith((f"{code}.", "common."))
        assert rule.reason.endswith(".")
        assert rule.reason_en.endswith(".")
        assert rule.is_quotation == ("«" in rule.text) == ("«" in rule.text_es)
        assert rule.text_es != rule.text or rule.is_quotation, rule.id


@pytest.mark.parametrize("code", pack_codes())
def test_every_rule_of_the_country_has_a_case_that_it_decides(code: str) -> None:
    decided = {rule for case in read_cases(code) for rule in case.get("rules", [])}
    own = {rule.id for rule in load_pack(code).rules if rule.id.startswith(f"{code}.")}
    untold = {"co.rne.collection", "pe.marketing.hours", "br.sp.lei15426.hours", "br.al.lei7782.hours"}
    assert own - decided - untold == set()


MINIMAL = """schema = 1
pack = "zz"
name = "Zeta"
version = "1"
basis = "Ley 1"
calendar = "CO"

[settings.mood]
options = ["kind", "kinder"]
default = "kind"
citation = "Ley 1"
text = "t"
text_es = "t"

[[rules]]
id = "zz.hours"
kind = "hours"
citation = "Ley 1, art. 1"
text = "t"
text_es = "t"
reason = "r."
reason_en = "r."
confidence = "A"
effective_from = 2020-01-01
effective_to = 2024-12-31
windows = { mon-fri = ["07:00-19:00"], sat-sun = [], holiday = [] }

[[rules]]
id = "zz.hours"
kind = "hours"
citation = "Ley 2, art. 1"
text = "t"
text_es = "t"
reason = "r."
reason_en = "r."
confidence = "A"
effective_from = 2025-01-01
windows = { mon-fri = ["08:00-18:00"], sat-sun = [], holiday = [] }
"""


def parse(text: str) -> Pack:
    return parse_pack(text, file="zz/pack.toml")


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ('name = "Zeta"', 'nombre = "Zeta"', 3, "nombre"),
        ("basis =", "= basis", 5, ""),
        ('default = "kind"', 'default = "cruel"', 10, "default"),
        ('options = ["kind", "kinder"]', 'options = ["kind", "kinder"]\nlevel = 3', 10, "level"),
        ('id = "zz.hours"', 'id = "zz.hours"\nlimit = 3', 17, "limit"),
        ('kind = "hours"', 'kind = "mood"', 17, "kind"),
        ('confidence = "A"', 'confidence = "Z"', 23, "confidence"),
        ('reason = "r."', 'reason = ""', 15, ""),
        ("effective_to = 2024-12-31", "effective_to = 2019-12-31", 25, "effective_to"),
        ("effective_to = 2024-12-31", 'effective_to = "2024-12-31"', 25, "effective_to"),
        ("effective_from = 2025-01-01", "effective_from = 2024-12-31", 37, "effective_from"),
        ("effective_from = 2020-01-01", 'effective_from = 2020-01-01\nwhen = { mood = ["cruel"] }', 25, "when"),
        ("effective_from = 2020-01-01", 'effective_from = 2020-01-01\nchannels = ["fax"]', 25, "channels"),
        ("effective_from = 2020-01-01", "effective_from = 2020-01-01\nchannels = []", 25, "channels"),
        ('mon-fri = ["07:00-19:00"]', 'mon-thu = ["07:00-19:00"]', 26, "windows"),
        ('mon-fri = ["07:00-19:00"]', 'mon-sat = ["07:00-19:00"]', 26, "windows"),
        ('"07:00-19:00"', '"19:00-07:00"', 26, "windows"),
        ('"07:00-19:00"', '"07:00-12:00", "11:00-19:00"', 26, "windows"),
        ('"07:00-19:00"', '"7-19"', 26, "windows"),
    ],
)
def test_faulty_pack_is_refused_with_its_line(old: str, new: str, line: int, key: str) -> None:
    assert parse(MINIMAL).rules[1].effective_from > parse(MINIMAL).rules[0].effective_to
    with pytest.raises(Refusal) as refused:
        parse(MINIMAL.replace(old, new, 1))
    assert (refused.value.code, refused.value.where.file) == ("invalid-pack", "zz/pack.toml")
    assert (refused.value.where.row, refused.value.where.column) == (line, key)


def test_contact_is_judged_by_the_row_in_force_on_its_date() -> None:
    pack = parse(MINIMAL)
    at_half_past_seven = [datetime(year, 11, 18, 12, 30, tzinfo=UTC) for year in (2019, 2024, 2025)]
    questions = [Question(at, "sms", zones=("America/Bogota",)) for at in at_half_past_seven]
    assert [judge(pack, question, Facts()).verdict for question in questions] == ["allow", "allow", "deny"]


def test_next_moment_looks_across_a_change_of_law() -> None:
    last_evening = datetime(2025, 1, 1, 0, 30, tzinfo=UTC)
    verdict = judge(parse(MINIMAL), Question(last_evening, "sms", zones=("America/Bogota",)), Facts())
    # 31 December 19:30 in Bogotá: the first of January is a holiday, and from 2025 the day opens at 8.
    assert verdict.next_allowed_at is not None
    assert verdict.next_allowed_at.isoformat() == "2025-01-02T08:00:00-05:00"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    shutil.copytree(PACKS / "co", tmp_path / "co")
    return tmp_path


def test_pack_that_does_not_load_leaves_the_last_one_in_force(shelf: Path) -> None:
    before = load_pack("co")
    text = (shelf / "co" / "pack.toml").read_text("utf-8")
    (shelf / "co" / "pack.toml").write_text(text.replace("may_override", "may_overide", 1), "utf-8")
    with pytest.raises(Refusal, match="may_overide"):
        reload_pack("co", shelf)
    assert load_pack("co") is before


def test_pack_whose_cases_fail_leaves_the_last_one_in_force(shelf: Path) -> None:
    before = load_pack("co")
    text = (shelf / "co" / "pack.toml").read_text("utf-8")
    (shelf / "co" / "pack.toml").write_text(text.replace('["07:00-19:00"]', '["07:00-20:00"]'), "utf-8")
    with pytest.raises(Refusal, match="19:00 is already outside") as refused:
        reload_pack("co", shelf)
    assert refused.value.code == "pack-case-failed"
    assert load_pack("co") is before


def test_pack_that_proves_itself_takes_over(shelf: Path) -> None:
    before = load_pack("co")
    text = (shelf / "co" / "pack.toml").read_text("utf-8")
    (shelf / "co" / "pack.toml").write_text(text.replace('version = "2026.11"', 'version = "2026.12"'), "utf-8")
    try:
        assert reload_pack("co", shelf).version.startswith("2026.12+")
        assert load_pack("co").version != before.version
    finally:
        assert reload_pack("co").version == before.version


def test_shipped_packs_prove_themselves() -> None:
    for code in pack_codes():
        prove_pack(load_pack(code))
