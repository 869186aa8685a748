"""The fixed cast: one user of each role at the lender, and an agent of each of two agencies that compete."""

from dataclasses import dataclass

import pytest
from django.test import Client

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.portfolio.models import ContactPoint, Creditor, Debtor, Obligation
from tests import factories

ROLES = ("agent", "supervisor", "director", "compliance", "admin")
CAST = ("anonymous", *ROLES, "own_agency_agent", "rival_agency_agent")


@dataclass(frozen=True)
class World:
    """`debtor` owes `obligation`, placed with the agency of `own_agency_agent`; the rival's agency holds nothing of theirs."""

    users: dict[str, User]
    creditor: Creditor
    debtor: Debtor
    obligation: Obligation
    phone: ContactPoint

    def client(self, who: str) -> Client:
        client = Client()
        if who != "anonymous":
            client.force_login(self.users[who])
        return client

    def client_of(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client


@pytest.fixture
def at_ten(db: None) -> None:
    """The installation lives Wednesday 15 July 2026, 10:00 in Bogotá."""
    clock.set_now(factories.NOW)


@pytest.fixture
def world(at_ten: None) -> World:
    creditor = factories.make_creditor("Banco Ficticio del Valle")
    own, rival = factories.make_agency("Gestiones Propias"), factories.make_agency("Gestiones Rivales")
    users = {role: factories.make_user(role, username=role) for role in ROLES}
    users["own_agency_agent"] = factories.make_user("agent", username="propia", agency=own)
    users["rival_agency_agent"] = factories.make_user("agent", username="rival", agency=rival)
    debtor = factories.make_debtor("Carlos Andrés Prueba Ríos")
    obligation = factories.make_obligation(debtor, creditor)
    factories.place(obligation, agency=own)
    phone = factories.make_phone(debtor)
    factories.make_email(debtor)
    factories.make_instalments(obligation)
    factories.make_payment(obligation)
    return World(users, creditor, debtor, obligation, phone)
