"""A loan in arrears whose debtor authorised SMS, calls and e-mail."""

from typing import Any

import pytest

from tests.factories import make_obligation
from tests.module.policy.worlds import consent


@pytest.fixture
def obligation() -> Any:
    made = make_obligation()
    consent(made.debtor, "sms", "call", "email")
    return made
