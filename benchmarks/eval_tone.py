"""How the tone checker does on public data sets that lie beside the project: figures only, nothing of them is copied.

    python -m benchmarks.eval_tone [FOLDER]

They are about other things than collection (comments on social media and news, requests on a wiki, telephone dialogues), so
they tell two bounds: how many insults to a person a list of words finds, and how seldom ordinary Spanish is blocked.
"""

import csv
import gzip
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from acuerdo.messaging.rules.tone import check_tone

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"


def main(folder: Path) -> None:
    """Prints one line for each set; a set that is not there is said to be missing."""
    for name, evaluate in EVALUATIONS.items():
        path = folder / name
        print(f"{name}: {evaluate(path / 'dev') if path.is_dir() else 'missing'}")


def _rows(path: Path) -> list[dict[str, str]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(content.decode("utf-8").splitlines(keepends=True)))


def _share(texts: Iterable[str]) -> str:
    """Texts that are blocked, as a share of all."""
    every = list(texts)
    blocked = sum(check_tone(text).verdict == "block" for text in every)
    return f"{blocked}/{len(every)} blocked ({blocked / max(1, len(every)):.1%})"


def _offendes(path: Path) -> str:
    rows = _rows(path / "offendes_dev.csv.gz")
    labels = sorted({row["label"] for row in rows})
    return "; ".join(f"{label} {_share(row['comment'] for row in rows if row['label'] == label)}" for label in labels)


def _detoxis(path: Path) -> str:
    rows = _rows(path / "detoxis_dev.csv.gz")
    levels = sorted({row["toxicity_level"] for row in rows})
    return "; ".join(
        f"level {level} {_share(row['comment'] for row in rows if row['toxicity_level'] == level)}" for level in levels
    )


def _tydip(path: Path) -> str:
    rows = sorted(_rows(path / "tydip_es_dev.csv"), key=lambda row: float(row["score"]))
    third = len(rows) // 3
    rude, kind = rows[:third], rows[-third:]
    return "; ".join(
        f"{name} third {_share(row['sentence'] for row in part)},"
        f" {sum(check_tone(row['sentence']).verdict == 'pass' for row in part)} pass"
        for name, part in (("least polite", rude), ("most polite", kind))
    )


def _lexicon(path: Path) -> str:
    rows = _rows(path / "spanlp_terms.csv")
    return f"«Usted es un TERM.» {_share('Usted es un ' + row['term'] + '.' for row in rows)}"


def _formality(path: Path) -> str:
    rows = [row for row in _rows(path / "cocoa_es_dev.csv") if "[F]" in row["formal_annotated"]]
    right = sum(check_tone(row["formal_usted"]).register == "usted" for row in rows)
    right += sum(check_tone(row["informal_tu"]).register == "tu" for row in rows)
    return (
        f"register right {right}/{2 * len(rows)} ({right / (2 * len(rows)):.4f});"
        f" formal side {_share(row['formal_usted'] for row in rows)}"
    )


def _templates(path: Path) -> str:
    bodies = [row["body"] for row in _rows(path / "templates_co.csv")]
    worse = [f"{body}\n\nSi no paga, le vamos a embargar el sueldo." for body in bodies]
    passed = sum(check_tone(body, channel="whatsapp").verdict == "pass" for body in bodies)
    return f"{passed}/{len(bodies)} pass; with a threat added {_share(worse)}"


EVALUATIONS: dict[str, Callable[[Path], str]] = {
    "spanish_offendes": _offendes,
    "spanish_detoxis": _detoxis,
    "spanish_politeness_tydip": _tydip,
    "spanish_insult_lexicon": _lexicon,
    "spanish_formality_cocoa": _formality,
    "colombia_whatsapp_collection_templates": _templates,
}

if __name__ == "__main__":
    begun = time.process_time()
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    print(f"{time.process_time() - begun:.1f} s of processor time")
