"""Advisory locks: their rules; that they hold is in tests/concurrency/database."""

from typing import Any

import pytest
from django.db import transaction

from acuerdo.base.locks import lock_name, lock_person_many, only_one, try_lock_name
from acuerdo.kernel.errors import Refusal


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        lock_name("import")
    with pytest.raises(transaction.TransactionManagementError):
        lock_person_many([1])
    with pytest.raises(transaction.TransactionManagementError):
        try_lock_name("import")


@pytest.mark.django_db
def test_many_people_cost_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        lock_person_many([5, 3, 3, 9])


@pytest.mark.django_db
def test_more_people_than_the_server_can_hold_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="1000"):
        lock_person_many(range(1001))
    lock_person_many([])


@pytest.mark.django_db
def test_the_same_transaction_takes_its_lock_again() -> None:
    assert try_lock_name("import", 1)
    assert try_lock_name("import", 1)


@pytest.mark.django_db
def test_an_error_inside_frees_the_lock() -> None:
    for _ in range(2):
        with pytest.raises(Refusal, match="boom"), only_one("day", code="running", message="ya"):
            raise Refusal("boom", "boom")
