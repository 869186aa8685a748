"""The law as examples, and a pack's file: what it must say, and the line that is named when it does not."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.adapters.shelf import install_pack
from acuerdo.policy.rules import Facts, Question, judge, library, load_pack, pack_codes
from acuerdo.policy.rules.library import PACKS, add_shelf, case_fault, prove_pack, read_cases, reload_pack
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
    assert own - decided == set()


# Every article that the research on contact law names, by country (docs/en/explanation says where it comes from).
ARTICLES = {
    "co": [
        *(f"Ley 2300 de 2023, art. {number}" for number in range(1, 11)),
        "Ley 2300 de 2023, art. 3 inc. 2",
        "Ley 2300 de 2023, art. 5 par. 2",
        "Ley 2300 de 2023, art. 6 pars. 1 y 2",
        *("C-278", "CRC Resolución 7356", "Ley 1328", "Ley 2445", "Circular Externa 001", "Ley 1266", "Ley 2157"),
        *("Ley 1581", "Ley 51 de 1983", "Ley 2578", "SFC Concepto 2023080946", "SFC Concepto 2023111476", "SFC Consejo Asesor"),
    ],
    "pe": ["art. 61", "art. 62 lit. b", "art. 62 lits. a, c, d y e", "art. 58.1", "Ley 32323", "Ley 31143", "11437", "Ley 31435"],
    "mx": ["DOF 7-oct-2014", "REDECO", "primer contacto", "pagos solo", "apariencia judicial", "menores", "REUS", "LTOSF", "PROFECO"],
    "cl": ["art. 37", "art. 59", "principios", "dos años", "gastos", "SUPERIR", "No me hostiguen", "Reglamento"],
    "ec": ["art. 49", "identificable", "multas", "contratadas", "Veto", "gastos"],
    "ar": ["art. 8 bis", "trato digno", "Ley 6171", "agencia", "trabajo", "reiterar", "libre deuda"],
    "br": ["arts. 42 y 71", "15.426", "7.868", "10.626", "7.782", "306", "752", "11.034"],
    "us": ["1006.6(b)", "1006.6(d)", "1006.14(b)(2)(i)(A)", "1006.14(b)(2)(i)(B)", "1006.14(b)(3)", "1006.34"],
}  # fmt: skip


@pytest.mark.parametrize("code", pack_codes())
def test_every_article_has_a_rule_or_a_stated_reason_for_none(code: str) -> None:
    pack = load_pack(code)
    named = [rule.citation for rule in pack.rules] + [one.citation for one in pack.settings.values()]
    named += [one.article for one in pack.elsewhere]
    # «art. 1» must not be found in «art. 10».
    missing = [article for article in ARTICLES[code] if not any(_names(one, article) for one in named)]
    assert missing == []
    for one in pack.elsewhere:
        assert one.text != one.text_es
        assert one.text.endswith(".")
        assert one.text_es.endswith(".")


def _names(citation: str, article: str) -> bool:
    """Whether the citation names the article, also in a list («arts. 2 y 8»)."""
    law, _, number = article.rpartition(", art. ")
    if number.isdigit() and law:
        cited = re.search(rf"{re.escape(law)}, arts?\. ([\d, y]+)", citation)
        return cited is not None and number in re.findall(r"\d+", cited[1])
    return article in citation


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
title = "T"
title_es = "T"
words = { kind = "kind", kinder = "kinder" }
words_es = { kind = "amable", kinder = "más amable" }

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
        (', kinder = "más amable" }', " }", 17, "words_es"),
        ('words = { kind = "kind", kinder = "kinder" }', "", 8, ""),
        ('id = "zz.hours"', 'id = "zz.hours"\nlimit = 3', 21, "limit"),
        ('kind = "hours"', 'kind = "mood"', 21, "kind"),
        ('confidence = "A"', 'confidence = "Z"', 27, "confidence"),
        ('reason = "r."', 'reason = ""', 19, ""),
        ("effective_to = 2024-12-31", "effective_to = 2019-12-31", 29, "effective_to"),
        ("effective_to = 2024-12-31", 'effective_to = "2024-12-31"', 29, "effective_to"),
        ("effective_from = 2025-01-01", "effective_from = 2024-12-31", 41, "effective_from"),
        ("effective_from = 2020-01-01", 'effective_from = 2020-01-01\nwhen = { mood = ["cruel"] }', 29, "when"),
        ("effective_from = 2020-01-01", 'effective_from = 2020-01-01\nchannels = ["fax"]', 29, "channels"),
        ("effective_from = 2020-01-01", "effective_from = 2020-01-01\nchannels = []", 29, "channels"),
        ('mon-fri = ["07:00-19:00"]', 'mon-thu = ["07:00-19:00"]', 30, "windows"),
        ('mon-fri = ["07:00-19:00"]', 'mon-sat = ["07:00-19:00"]', 30, "windows"),
        ('"07:00-19:00"', '"19:00-07:00"', 30, "windows"),
        ('"07:00-19:00"', '"07:00-12:00", "11:00-19:00"', 30, "windows"),
        ('"07:00-19:00"', '"7-19"', 30, "windows"),
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


@pytest.fixture
def own_shelf(tmp_path: Path) -> Iterator[Path]:
    """The installation's own shelf, empty; taken away afterwards."""
    before = list(library._shelf)
    add_shelf(tmp_path / "data" / "packs")
    yield tmp_path / "data"
    library._shelf[:] = before
    load_pack("co")


def newer(shelf: Path, old: str = 'version = "2026.11"', new: str = 'version = "2027.01"') -> Path:
    text = (PACKS / "co" / "pack.toml").read_text("utf-8")
    assert old in text
    (shelf / "co" / "pack.toml").write_text(text.replace(old, new, 1), "utf-8")
    return shelf / "co"


def test_an_installed_pack_binds_at_once_and_a_faulty_one_leaves_it(shelf: Path, own_shelf: Path) -> None:
    shipped = load_pack("co").version
    assert install_pack(newer(shelf), own_shelf).version.startswith("2027.01+")
    assert load_pack("co").version.startswith("2027.01+")
    assert library.is_own("co")
    for old, new, code in (
        ("may_override", "may_overide", "invalid-pack"),
        ('["07:00-19:00"]', '["07:00-20:00"]', "pack-case-failed"),
        ('pack = "co"', 'pack = "pe"', "invalid-pack"),
        ("schema = 1", "schema = = 1", "invalid-pack"),
    ):
        with pytest.raises(Refusal) as refused:
            install_pack(newer(shelf, old, new), own_shelf)
        assert refused.value.code == code
        assert load_pack("co").version.startswith("2027.01+")
    # Edited by hand, past the command: it does not load either, and the last good one goes on.
    (own_shelf / "packs" / "co" / "pack.toml").write_text("nada", "utf-8")
    assert load_pack("co").version.startswith("2027.01+")
    shutil.rmtree(own_shelf / "packs" / "co")
    assert load_pack("co").version == shipped
    assert not library.is_own("co")


def test_a_folder_that_is_no_pack_is_refused(tmp_path: Path, own_shelf: Path) -> None:
    with pytest.raises(Refusal) as refused:
        install_pack(tmp_path / "zz", own_shelf)
    assert refused.value.code == "pack-unreadable"
    with pytest.raises(Refusal, match=re.escape("No hay norma para «../co»")):
        load_pack("../co")


def test_shipped_packs_prove_themselves() -> None:
    for code in pack_codes():
        prove_pack(load_pack(code))
