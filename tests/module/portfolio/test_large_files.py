"""A file ten times as large takes no more of this process's memory: it is read, spooled and judged a batch at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
# Reads, plans and judges every row as a load does, in a process of its own; tells its highest memory in MiB and the rows.
READ = """
import sys, resource
from datetime import date
from pathlib import Path
import django
django.setup()
from acuerdo.portfolio.actions import find_profile
from acuerdo.portfolio.engine.facts import facts_of
from acuerdo.portfolio.engine.plan import plan_portfolio
from acuerdo.portfolio.imports.reading import header_dictionary, read_table, shipped_profiles
profile = shipped_profiles()["co_cartera"]
rows = 0
with read_table(Path(sys.argv[1]), profile) as spool:
    plan = plan_portfolio(spool, profile, header_dictionary(), date(2026, 3, 2))
    for frame in spool.frames():
        facts = facts_of(frame, plan)
        rows += facts.obligations.height
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, rows)
"""
HEADER = "numero_obligacion;tipo_identificacion;identificacion;nombre;telefono;saldo_total;valor_vencido;dias_de_mora;observacion\n"
GROWTH_MAX_MIB = 96


def write(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number in range(rows):
            file.write(
                f"CR-{number:08};CC;{10_000_000 + number};NOMBRE{number % 997} EJEMPLO{number % 4999};399{number % 10**7:07};"
                f"{number % 900 + 100}.000,50;50.000,25;{number % 90};{'x' * 200}\n"
            )
    return path


def measured(path: Path) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True, timeout=280
    )
    mib, rows = done.stdout.split()
    return int(mib), int(rows)


def test_memory_does_not_follow_the_size_of_the_file(tmp_path: Path) -> None:
    small, large = write(tmp_path / "chica.csv", 15_000), write(tmp_path / "grande.csv", 150_000)
    assert large.stat().st_size > 40_000_000
    (few_mib, few), (many_mib, many) = measured(small), measured(large)
    assert (few, many) == (15_000, 150_000)
    assert many_mib - few_mib <= GROWTH_MAX_MIB, f"{few_mib} MiB for {few} rows, {many_mib} MiB for {many}"
