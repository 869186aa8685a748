"""How long and how much memory a whole portfolio takes: 100,000 obligations with 24 instalments each, as files of a lender.

Prints one line a phase and fails above 60 s or 1 GiB (on two cores). Uses a database of its own in a temporary folder,
durable as in production. `--obligations 10000` for a quick look.
"""

import argparse
import csv
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

AS_OF = date(2026, 3, 2)
COLUMNS = (
    "numero_obligacion;tipo_identificacion;identificacion;nombre;telefono;telefono 2;email;direccion;ciudad;departamento;tipo_de_producto;"
    "sucursal;fecha_obligacion;valor_obligacion;plazo;tasa_interes;tasa_mora;valor_cuota;fecha_vencimiento;saldo_capital;"
    "intereses_corrientes;intereses_mora;saldo_total;valor_vencido;dias_de_mora;cuotas_vencidas;calificacion;ciclo"
).split(";")
NAMES = (
    "Ana María",
    "Luis",
    "Sofía",
    "Camilo",
    "Yolanda",
    "Óscar",
    "Peña",
    "Rojas",
    "Núñez",
    "Ibáñez",
    "Quispe",
    "Mamani",
    "Gómez",
)


def money(minor: int) -> str:
    return f"{minor // 100:,}".replace(",", ".") + f",{minor % 100:02d}"


def write_files(folder: Path, count: int, instalments: int) -> tuple[Path, Path]:
    random = Random(7)
    portfolio, schedule = folder / "cartera.csv", folder / "cuotas.csv"
    with (
        portfolio.open("w", encoding="cp1252", newline="") as one,
        schedule.open("w", encoding="utf-8", newline="") as two,
    ):
        people, dues = csv.writer(one, delimiter=";"), csv.writer(two, delimiter=";")
        people.writerow(COLUMNS)
        dues.writerow(("numero_obligacion", "numero_cuota", "fecha_cuota", "cuota_capital", "cuota_interes"))
        for index in range(count):
            people.writerow(_row(random, index, instalments))
            for number in range(1, instalments + 1):
                due = AS_OF - timedelta(days=30 * (instalments // 2 - number))
                dues.writerow(
                    (f"CR-{index:07d}", number, f"{due:%d/%m/%Y}", money(20_000_000 + index), money(3_500_000 - number))
                )
    return portfolio, schedule


def _row(random: Random, index: int, instalments: int) -> list[str]:
    debtor = index if random.random() < 0.8 else random.randrange(count_of_people(index))
    days = random.choice((0, 0, 0, 5, 20, 45, 100))
    due = days * 1_000_000
    name = " ".join(NAMES[(debtor * step) % len(NAMES)] for step in (1, 3, 5))
    phones = (f"399{debtor % 10_000_000:07d}", f"+57 399 {(debtor * 7) % 10_000_000:07d}")
    return [
        f"CR-{index:07d}", "CC", str(10_000_000 + debtor), name, *phones, f"cliente{debtor}@ejemplo.com", f"Calle {debtor % 170} # 12-34",
        "Bogotá", "Cundinamarca", "Libre inversión", f"Sucursal {index % 40}", "05/01/2025", money(500_000_000), str(instalments), "22,50",
        "25,00", money(23_500_000), "15/03/2026", money(300_000_000 + index), money(2_000_000), money(due // 10),
        money(302_000_000 + index + due // 10), money(due), str(days), str(days // 30), "B", "3",
    ]  # fmt: skip


def count_of_people(index: int) -> int:
    return max(index, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--obligations", type=int, default=100_000)
    parser.add_argument("--instalments", type=int, default=24)
    parser.add_argument("--again", action="store_true", help="load the next day's file too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        start = time.perf_counter()
        portfolio, schedule = write_files(folder, args.obligations, args.instalments)
        sizes = [path.stat().st_size / 1e6 for path in (portfolio, schedule)]
        print(f"files: {sizes[0]:.0f} MB and {sizes[1]:.0f} MB, written in {time.perf_counter() - start:.1f} s")
        return measure(folder, portfolio, schedule, again=args.again)


def measure(folder: Path, portfolio: Path, schedule: Path, *, again: bool) -> int:
    os.environ["ACUERDO_DATA"] = str(folder / "data")
    os.environ["ACUERDO_SECRET_KEY"] = "benchmark-" + "0" * 40
    os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
    from acuerdo.base.database import data_folder, ensure_server, release_server

    if not os.environ.get("DATABASE_URL"):
        ensure_server(data_folder())
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        total = run(portfolio, schedule, AS_OF, "first load")
        if again:
            run(portfolio, schedule, AS_OF + timedelta(days=1), "next day, nothing new")
    finally:
        if not os.environ.get("DATABASE_URL"):
            release_server(data_folder())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MiB")
    if "--obligations" in sys.argv:
        return 0
    return 0 if total < 60 and peak < 1024 else 1


def run(portfolio: Path, schedule: Path, as_of: date, title: str) -> float:
    from acuerdo.portfolio.actions import find_profile, import_portfolio, name_creditor

    now = datetime(as_of.year, as_of.month, as_of.day, 12, tzinfo=UTC)
    creditor = name_creditor("Banco de medida", country="CO", currency="COP", actor="bench", now=now)
    phases: dict[str, float] = {}
    start = last = time.perf_counter()
    client, server = time.process_time(), backend_seconds()

    def progress(phase: str, done: int, _total: int) -> None:
        nonlocal last
        at = time.perf_counter()
        phases[f"{phase} {done}" if phase == "merging" else phase] = phases.get(phase, 0.0) + at - last
        last = at

    report = import_portfolio(
        portfolio, instalments=schedule, profile=find_profile("co_cartera"), creditor=creditor, as_of=as_of, now=now, actor="bench",
        progress=progress,
    )  # fmt: skip
    total = time.perf_counter() - start
    client, server = time.process_time() - client, backend_seconds() - server
    counts = {kind: tally.count for kind, tally in report.obligations.items()}
    print(f"{title}: {total:.1f} s, {counts}, rejected {report.rejected}, instalments {report.instalments_written}")
    print(
        "  " + ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in phases.items()),
        f", end {time.perf_counter() - last:.1f} s",
    )
    # On a machine that does other work too, wall time says little and processor time says it all.
    print(f"  processor: {client:.1f} s here, {server:.1f} s in the database; load {os.getloadavg()[0]:.1f}")
    return total


def backend_seconds() -> float:
    """Processor seconds of our connection's server process, when it runs on this machine; else 0."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
