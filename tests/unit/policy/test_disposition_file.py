"""The shipped tree of codes holds nothing but known keys: a stray comma in its YAML would cut a label in two."""

from pathlib import Path

import yaml

FILE = Path(__file__).parents[3] / "acuerdo" / "policy" / "data" / "dispositions.yaml"


def test_every_row_has_only_keys_with_values() -> None:
    rows = yaml.safe_load(FILE.read_text("utf-8"))["codes"]
    cut = {row["code"]: [key for key, value in row.items() if value is None or not key.isidentifier()] for row in rows}
    assert {code: keys for code, keys in cut.items() if keys} == {}
    assert len(rows) >= 80
