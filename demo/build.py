"""Makes the demonstration's installation: creditors, users, the first files, authorisations, and a lived month.

Everything goes through the product's own actions, as a lender would do it, so the demonstration cannot show what the
product cannot do.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from acuerdo.base import clock
from acuerdo.base.models import Role, User
from acuerdo.ledger.public import NewPayment, record_payments
from acuerdo.messaging.public import load_templates
from acuerdo.policy.public import declare_consents
from acuerdo.portfolio.models import Agency, Creditor, Obligation, Placement
from acuerdo.portfolio.public import find_profile, import_portfolio, name_creditor
from acuerdo.strategy.public import ensure_published_strategy
from demo.files import write_instalments, write_portfolio
from demo.world import LENDERS, STARTS_ON, Lender, Loan, World

ACTOR = "demo"
PASSWORD = "acuerdo-demo"  # noqa: S105  # public on purpose: the people and debts of the demonstration are invented
ZONE = ZoneInfo("America/Bogota")
PROFILES = {"ceiba": "co_cartera", "sillar": "pe_caja"}
WAYS_TO_PAY = {
    "ceiba": [
        {"name": "PSE", "detail": "en www.ceibaluz.example, con su cédula"},
        {"name": "Corresponsal", "detail": "convenio 99901, con el número de su obligación"},
    ],
    "sillar": [
        {"name": "Aplicativo Sillar", "detail": "en www.sillarclaro.example, con su DNI"},
        {"name": "Agencia", "detail": "en cualquiera de nuestras agencias, de 9 a. m. a 6 p. m."},
    ],
}

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Login:
    """One log-in for each role, as printed."""

    username: str
    full_name: str
    role: str


LOGINS = (
    Login("gestora", "Laura Gestora", Role.AGENT),
    Login("supervisor", "Mario Supervisor", Role.SUPERVISOR),
    Login("directora", "Elvira Directora", Role.DIRECTOR),
    Login("cumplimiento", "Clara Cumplimiento", Role.COMPLIANCE),
    Login("admin", "Aldo Administrador", Role.ADMIN),
)
COLLEAGUES = tuple(
    Login(f"gestor{number}", name, Role.AGENT)
    for number, name in enumerate(
        ("Pedro Gestor", "Sofía Gestora", "Ramiro Gestor", "Nora Gestora", "Luis Gestor"), start=2
    )
)
AGENCY_LOGIN = Login("agencia", "Ana de la Agencia", Role.AGENT)


@dataclass(slots=True)
class Registered:
    """The invented world and where the product keeps it."""

    world: World
    creditors: dict[str, Creditor]
    loan_of: dict[int, Loan]
    agents: list[User]


def local(on: date, hour: int, minute: int = 0) -> datetime:
    """An aware instant of the installation's day."""
    return datetime.combine(on, time(hour, minute), tzinfo=ZONE)


def found(world: World, say: Say) -> Registered:
    """The installation on its first morning: everything loaded, nothing contacted yet."""
    now = local(STARTS_ON, 6)
    clock.set_now(now)
    load_templates()
    ensure_published_strategy(now)
    creditors = {lender.code: _creditor(lender, now) for lender in LENDERS}
    with TemporaryDirectory() as folder:
        for lender in LENDERS:
            say(f"Cargando la cartera de {lender.name}…")
            load_lender(Path(folder), world, lender, creditors[lender.code], STARTS_ON, now, with_schedule=True)
    loan_of = _loans_by_account(world)
    say("Registrando autorizaciones y pagos anteriores…")
    _declare(creditors, now)
    _record_history(loan_of, now)
    return Registered(world, creditors, loan_of, _users_and_placements(creditors))


def load_lender(
    folder: Path,
    world: World,
    lender: Lender,
    creditor: Creditor,
    as_of: date,
    now: datetime,
    *,
    with_schedule: bool = False,
) -> None:
    """Writes the lender's file as of a date and loads it: the first load, or the refresh of a `core` portfolio."""
    loans = [loan for loan in world.loans if loan.lender is lender]
    portfolio = folder / f"cartera-{lender.code}-{as_of:%Y%m%d}.csv"
    instalments = folder / f"cuotas-{lender.code}.csv" if with_schedule else None
    write_portfolio(portfolio, loans, as_of)
    if instalments:
        write_instalments(instalments, loans)
    profile = replace(
        find_profile(PROFILES[lender.code]), name=f"demo-{lender.code}", balance_source=lender.balance_source,
        country=lender.country, currency=lender.currency,
    )  # fmt: skip
    import_portfolio(
        portfolio, profile=profile, creditor=creditor, as_of=as_of, now=now, actor=ACTOR, instalments=instalments
    )


def _creditor(lender: Lender, now: datetime) -> Creditor:
    creditor = name_creditor(lender.name, country=lender.country, currency=lender.currency, actor=ACTOR, now=now)
    domain = "ceibaluz.example" if lender.code == "ceiba" else "sillarclaro.example"
    Creditor.objects.filter(pk=creditor.pk).update(
        legal_name=lender.legal_name, tax_id=lender.tax_id, timezone=lender.timezone, email=f"clientes@{domain}",
        phone="+573990000000" if lender.country == "CO" else "+51899000000", website=f"www.{domain}",
        ways_to_pay=WAYS_TO_PAY[lender.code],
    )  # fmt: skip
    creditor.refresh_from_db()
    return creditor


def _loans_by_account(world: World) -> dict[int, Loan]:
    by_number = {loan.number: loan for loan in world.loans}
    rows = Obligation.objects.values_list("account_id", "number")
    return {account_id: by_number[number] for account_id, number in rows}


def _declare(creditors: dict[str, Creditor], now: datetime) -> None:
    """Most people authorised every channel; one in twelve wants no calls, one in fifteen no SMS."""
    for code, creditor in creditors.items():
        ids = sorted(set(Obligation.objects.filter(creditor=creditor).values_list("debtor_id", flat=True)))
        wanted = {
            "email": ids,
            "sms": [pk for pk in ids if pk % 15],
            "call": [pk for pk in ids if pk % 12],
            "whatsapp": [pk for pk in ids if pk % 3 == 0],
        }
        for channel, people in wanted.items():
            declare_consents(
                people, [channel], source=f"cartera-{code}", proof="Formato de autorización de canales, 2024", actor=ACTOR,
                now=now, granted_at=local(date(2024, 2, 1), 9),
            )  # fmt: skip


def _record_history(loan_of: dict[int, Loan], now: datetime) -> None:
    """Payments of before: all of them where Acuerdo keeps the ledger; the last three where the lender's core does."""
    rows = [
        NewPayment(account_id, amount, on, "Recaudo bancario", payment_reference(loan, on, amount))
        for account_id, loan in loan_of.items()
        for on, amount in (loan.paid if loan.lender.balance_source == "ledger" else loan.paid[-3:])
    ]
    record_payments(rows, now=now, actor=ACTOR)


def payment_reference(loan: Loan, on: date, amount_minor: int) -> str:
    """The lender's own name of one payment."""
    return f"{loan.number}-{on:%Y%m%d}-{amount_minor}"


def _users_and_placements(creditors: dict[str, Creditor]) -> list[User]:
    users = {
        login.username: User.objects.create_user(
            login.username, role=login.role, full_name=login.full_name, password=PASSWORD, sees_all_creditors=True
        )
        for login in (*LOGINS, *COLLEAGUES)
    }
    agency = Agency.objects.create(name="Gestiones Puenteluz (agencia ficticia)")
    User.objects.create_user(
        AGENCY_LOGIN.username,
        role=AGENCY_LOGIN.role,
        full_name=AGENCY_LOGIN.full_name,
        password=PASSWORD,
        agency=agency,
    )
    oldest = Obligation.objects.filter(creditor=creditors["ceiba"], account__days_past_due__gt=90)
    Placement.objects.bulk_create(
        Placement(obligation_id=pk, agency=agency, placed_on=clock.business_date())
        for pk in oldest.order_by("pk").values_list("account_id", flat=True)[::2]
    )
    return [user for user in users.values() if user.role == Role.AGENT]
