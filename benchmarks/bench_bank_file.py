"""How long a bank's file takes: 200,000 collections (Asobancaria 2001) reconciled and posted to 100,000 obligations.

Half the accounts carry the lender's figures, half are computed; one record in fifty names nothing and waits for a person,
one in ten names its obligation by the debtor's document. Then the same file again, which must post nothing. Uses a database
of its own in a temporary folder, durable as in production. `--records 20000` for a quick look.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from _lender import load_average, server_cpu

SECONDS_MAX = 180
MEMORY_MIB_MAX = 1024
TODAY = date(2026, 3, 3)
NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)
DEBTORS = """
INSERT INTO portfolio_debtor (kind, id_country, id_type, id_number, full_name, search_name, preferred_name, form_of_address, language,
    timezone, city, region, extra, created_at, updated_at)
SELECT 'person', 'CO', 'CC', (700000000 + n)::text, 'Persona ' || n, 'PERSONA ' || n, '', 'usted', 'es', 'America/Bogota', '', '', '{}',
    now(), now() FROM generate_series(1, %(count)s) AS n
"""
ACCOUNTS = """
INSERT INTO ledger_account (id, currency, balance_source, status, terms, core_as_of, principal_balance_minor, contract_interest_minor,
    late_interest_minor, insurance_minor, collection_fee_minor, balance_minor, balance_due_minor, unallocated_minor, paid_minor,
    days_past_due, next_due_minor, last_payment_minor, bucket, stage, updated_at)
SELECT n, 'COP', CASE WHEN n %% 2 = 0 THEN 'core' ELSE 'ledger' END, 'active',
    '{"late_interest": {"rate": {"kind": "effective_annual", "value": "0.3"}, "cap": "co/consumo_y_ordinario"}}',
    CASE WHEN n %% 2 = 0 THEN %(day)s::date - 10 END, 300000000, 0, 0, 0, 0, 300000000, (n %% 5) * 1000000, 0, 0, 0, 0, 0, 'current',
    'none', now()
FROM generate_series(1, %(count)s) AS n
"""
INSTALMENTS = """
INSERT INTO ledger_instalment (account_id, number, due_on, principal_minor, contract_interest_minor, insurance_minor, fees_minor,
    total_minor, cum_due_minor)
SELECT n, k, %(day)s::date + 30 * k - (n %% 90)::int - 90, 10000000, 2000000, 100000, 0, 12100000, 12100000 * k
FROM generate_series(1, %(count)s) AS n, generate_series(1, 24) AS k
"""
OBLIGATIONS = """
INSERT INTO portfolio_obligation (id, creditor_id, debtor_id, number, kind, product, branch, rate_text, consequences, extra, first_seen_on,
    last_seen_on, created_at, updated_at)
SELECT d.n, %(creditor)s, d.id, 'CR-' || lpad(d.n::text, 8, '0'), 'loan', '', '', '', '', '{}', %(day)s, %(day)s, now(), now()
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM portfolio_debtor) AS d
"""
WORK = "import sys; sys.path.insert(0, sys.argv[1]); from bench_bank_file import load; load(sys.argv[2])"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--accounts", type=int, default=100_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acuerdo-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ["ACUERDO_DATA"] = str(folder / "data")
        os.environ["ACUERDO_SECRET_KEY"] = "benchmark-" + "0" * 40
        os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
        from acuerdo.base.database import data_folder, ensure_server, release_server

        ensure_server(data_folder())
        try:
            import django

            django.setup()
            make_world(args.accounts)
            file = folder / "recaudo.txt"
            write_file(file, args.records, args.accounts)
            return measure(file, args.records)
        finally:
            release_server(data_folder())


def make_world(count: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from acuerdo.ledger.tasks import refresh
    from acuerdo.portfolio.public import name_creditor

    call_command("migrate", verbosity=0)
    creditor = name_creditor("Banco de Medición", country="CO", currency="COP", actor="bench", now=NOW)
    with connection.cursor() as cursor:
        for query in (DEBTORS, ACCOUNTS, INSTALMENTS, OBLIGATIONS):
            cursor.execute(query, {"day": TODAY, "count": count, "creditor": creditor.pk})
        cursor.execute("ANALYZE")
    refresh(TODAY, NOW)


def write_file(path: Path, records: int, accounts: int) -> None:
    total = 0
    with path.open("w", encoding="latin-1", newline="") as file:
        file.write("0190100000162026030300700000012345678901202603031213A01".ljust(162) + "\r\n")
        file.write("0577099980000180001".ljust(162) + "\r\n")
        for number in range(1, records + 1):
            obligation = (number * 7919) % accounts + 1
            reference = f"CR{obligation:08}"
            if number % 50 == 0:
                reference = f"9{number:015}"
            elif number % 10 == 0:
                reference = str(700_000_000 + obligation)
            amount = 1_000_000 + number % 1000 * 100
            total += amount
            line = f"06{reference.zfill(48)}{amount:014}03150001010000000070409{number + 1:07}000"
            file.write(line.ljust(162) + "\r\n")
        control = f"{records:09}{total:018}"
        file.write(f"08{control}0001".ljust(162) + "\r\n" + f"09{control}".ljust(162) + "\r\n")


def load(path: str) -> None:
    """In a process of its own, so that its memory is what loading needs."""
    import django

    django.setup()
    from acuerdo.portfolio.models import Creditor
    from acuerdo.portfolio.public import bank_format_of, import_bank_file

    served, started, worked = server_cpu(), time.perf_counter(), time.process_time()
    report = import_bank_file(
        Path(path), format_name=bank_format_of(Path(path)), creditor=Creditor.objects.get(), now=NOW, today=TODAY, actor="bench",
    )  # fmt: skip
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    served = server_cpu() - served
    print(
        report.status,
        report.recorded,
        report.known,
        report.unmatched,
        f"{seconds:.1f}",
        peak,
        f"{cpu:.1f}",
        f"{served:.1f}",
    )


def measure(file: Path, records: int) -> int:
    first, again = run(file), run(file)
    for title, told in (("first load", first), ("the same again", again)):
        _status, recorded, known, unmatched, seconds, peak, cpu, served = told
        rate = records / float(seconds)
        print(
            f"{title}: {seconds} s ({rate:.0f} records/s; processor: {cpu} s ours, {served} s the server's), peak {peak} MiB"
        )
        print(f"  posted {recorded}, known {known}, waiting {unmatched}")
    is_fast = float(first[4]) <= SECONDS_MAX and int(first[5]) <= MEMORY_MIB_MAX
    print(f"limits for 200,000: {SECONDS_MAX} s and {MEMORY_MIB_MAX} MiB; load {load_average()}")
    return 0 if is_fast and int(again[1]) == 0 and int(first[1]) + int(first[3]) == records else 1


def run(file: Path) -> list[str]:
    command = [sys.executable, "-c", WORK, str(Path(__file__).parent), str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.split()


if __name__ == "__main__":
    sys.exit(main())
