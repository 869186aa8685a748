"""An installation of a lender of a given size, made through the product: files, import, authorisations, users, placements.

It lives in a folder of its own with an embedded server, durable as in production. Three in ten obligations are past due,
the rest fall due over the coming month; what the file says of arrears agrees with its instalments. Everybody is invented.
"""

import csv
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

AS_OF = date(2026, 3, 2)
DAY = date(2026, 3, 3)
NOW = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)  # ten in the morning in Bogotá: what is permitted leaves at once
INSTALMENTS = 24
PAID = 12
AGENTS = 40
CONSENTS = {"email": 75, "sms": 70, "whatsapp": 40, "call": 65}  # of a hundred people
COLUMNS = (
    "numero_obligacion;tipo_identificacion;identificacion;nombre;telefono;telefono 2;email;direccion;ciudad;departamento;tipo_de_producto;"
    "sucursal;fecha_obligacion;valor_obligacion;plazo;tasa_interes;tasa_mora;valor_cuota;fecha_vencimiento;saldo_capital;"
    "intereses_corrientes;intereses_mora;saldo_total;valor_vencido;dias_de_mora;cuotas_vencidas;calificacion;ciclo"
).split(";")


@dataclass(frozen=True, slots=True)
class Files:
    portfolio: Path
    schedule: Path


@contextmanager
def installation(folder: Path) -> Iterator[None]:
    """The embedded server of `folder`, migrated, with Django ready."""
    folder.chmod(0o755)
    os.environ["ACUERDO_DATA"] = str(folder / "data")
    os.environ["ACUERDO_SECRET_KEY"] = "benchmark-" + "0" * 40
    os.environ["ACUERDO_ENV"] = "dev"
    os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from acuerdo.base.database import data_folder, ensure_server, release_server

    ensure_server(data_folder())
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        release_server(data_folder())


def make(folder: Path, obligations: int, people: int) -> None:
    """Loads `obligations` of `people` into an empty installation, with all that a day needs."""
    from acuerdo.messaging.public import load_templates
    from acuerdo.portfolio.public import find_profile, import_portfolio, name_creditor

    now = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC)
    load_templates()
    creditor = name_creditor("Banco de medida", country="CO", currency="COP", actor="bench", now=now)
    files = write_files(folder, obligations, people)
    report = import_portfolio(
        files.portfolio, instalments=files.schedule, profile=find_profile("co_cartera"), creditor=creditor, as_of=AS_OF, now=now,
        actor="bench",
    )  # fmt: skip
    if report.rejected:
        raise SystemExit(f"{report.rejected} rows of the benchmark's own file were rejected")
    _people_who_decide(creditor.pk, now)


def _people_who_decide(creditor_id: int, now: datetime) -> None:
    from django.db import connection

    from acuerdo.base.models import Role, User
    from acuerdo.policy.public import declare_consents
    from acuerdo.portfolio.models import Agency, Obligation, Placement

    for role in (Role.SUPERVISOR, Role.DIRECTOR):
        User.objects.create_user(f"medida-{role}", role=role, full_name=f"Medida {role}", sees_all_creditors=True)
    for number in range(AGENTS):
        User.objects.create_user(
            f"gestor{number}", role=Role.AGENT, full_name=f"Gestor {number}", sees_all_creditors=True
        )
    owed = Obligation.objects.filter(creditor_id=creditor_id)
    debtors = sorted(set(owed.values_list("debtor_id", flat=True)))
    random = Random(11)
    for channel, share in CONSENTS.items():
        declare_consents(
            [pk for pk in debtors if random.random() * 100 < share], [channel], source="medida",
            proof="Formato de autorización, 2024", actor="bench", now=now,
        )  # fmt: skip
    agency = Agency.objects.create(name="Agencia de medida")
    User.objects.create_user(
        "agencia", role=Role.AGENT, full_name="Gestora de agencia", agency=agency, sees_all_creditors=False
    )
    worst = owed.filter(account__days_past_due__gt=90).values_list("account_id", flat=True)[::4]
    Placement.objects.bulk_create(
        [Placement(obligation_id=pk, agency=agency, placed_on=AS_OF) for pk in worst], batch_size=1000
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def write_files(folder: Path, obligations: int, people: int) -> Files:
    """The lender's two files: the portfolio in cp1252 and the instalments in UTF-8, both with semicolons."""
    from demo.people import FAMILY, GIVEN

    random = Random(7)
    found = Files(folder / "cartera.csv", folder / "cuotas.csv")
    with (
        found.portfolio.open("w", encoding="cp1252", newline="") as one,
        found.schedule.open("w", encoding="utf-8", newline="") as two,
    ):
        rows, dues = csv.writer(one, delimiter=";"), csv.writer(two, delimiter=";")
        rows.writerow(COLUMNS)
        dues.writerow(("numero_obligacion", "numero_cuota", "fecha_cuota", "cuota_capital", "cuota_interes"))
        for index in range(obligations):
            days = 1 + random.randrange(120) if random.random() < 0.3 else 0
            size = 5_000_000 + random.randrange(100) * 700_000
            debtor = index % people
            given = Random(debtor)
            name = f"{given.choice(GIVEN)} {given.choice(GIVEN)} {given.choice(FAMILY)} {given.choice(FAMILY)}"
            # The first unpaid one; the file's arrears are counted from it.
            open_on = AS_OF - timedelta(days=days) if days else AS_OF + timedelta(days=1 + random.randrange(30))
            rows.writerow(_row(index, debtor, name, days=days, size=size, open_on=open_on))
            for number in range(1, INSTALMENTS + 1):
                due = open_on + timedelta(days=30 * (number - PAID - 1))
                interest = size // 6
                dues.writerow((f"CR-{index:07d}", number, f"{due:%d/%m/%Y}", _money(size - interest), _money(interest)))
    return found


def _row(index: int, debtor: int, name: str, *, days: int, size: int, open_on: date) -> list[str]:
    overdue = days // 30 + 1 if days else 0
    left = INSTALMENTS - PAID
    next_due = open_on + timedelta(days=30 * overdue)
    principal = (size - size // 6) * left
    return [
        f"CR-{index:07d}", "CC", str(9_900_000_000 + debtor), name, f"399{debtor:07d}", f"+57 399 {5_000_000 + debtor:07d}",
        f"cliente{debtor}@correo.example", f"Calle {debtor % 170} # 12-34", "Bogotá", "Cundinamarca", "Libre inversión",
        f"Sucursal {index % 40}", "05/01/2025", _money(size * INSTALMENTS), str(INSTALMENTS), "22,50", "25,00", _money(size),
        f"{next_due:%d/%m/%Y}", _money(principal), _money(size * left - principal), _money(0), _money(size * left),
        _money(size * overdue), str(days), str(overdue), "B" if days else "A", "3",
    ]  # fmt: skip


def _money(minor: int) -> str:
    return f"{minor // 100:,}".replace(",", ".") + f",{minor % 100:02d}"


def load_average() -> str:
    """How busy the machine is; figures of a shared machine mean little without it."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg()) + f" on {os.cpu_count()} cores"


def signed_in(users: Sequence[Any]) -> list[str]:
    """A session for each user, without the cost of a password."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    made = []
    for user in users:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        made.append(str(session.session_key))
    return made


def server_cpu() -> float:
    """CPU seconds of the embedded server, those of connections that ended included."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    master = stat(backend)[1]
    ticks = sum(stat(master)[11:15])
    for path in Path("/proc").glob("[0-9]*"):
        told = stat(int(path.name))
        if told and told[1] == master:
            ticks += sum(told[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def stat(pid: int) -> list[int]:
    """Numbers of /proc/<pid>/stat after the name: [1] is the parent, [11:15] user, system, children's user and system."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return []
    fields = text.rpartition(")")[2].split()
    return [0, *(int(one) for one in fields[1:])]
