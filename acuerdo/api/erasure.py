"""What the API keeps of a person: the answers to requests that may come twice, which show them as they were."""

from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.db import connection, models

from acuerdo.api.models import Answered

# A body that holds any of these uids is about the person.
_FORGET = "UPDATE api_answered SET body = '{}' WHERE body::text ~ %s"


def forget_person(debtor_id: int, *, now: datetime) -> int:
    """Empties every stored answer that names the person, or a row of theirs, by its uid. A repeat of that request is told so.

    It reads the whole table once: answers are found by what they hold, for they were stored before anybody asked.
    """
    del now
    uids = sorted(_uids(debtor_id))
    touched = 0
    with connection.cursor() as cursor:
        for start in range(0, len(uids), 1000):
            cursor.execute(_FORGET, ["|".join(uids[start : start + 1000])])
            touched += cursor.rowcount
    return touched


def _uids(debtor_id: int) -> Iterator[str]:
    """The uids of the person and of every row that belongs to them or to a debt of theirs."""
    debtors = Answered._meta.apps.get_model("portfolio.Debtor")
    obligations = apps.get_model("portfolio.Obligation")
    owed = list(obligations._default_manager.filter(debtor_id=debtor_id).values_list("pk", "uid"))
    yield str(debtors._default_manager.values_list("uid", flat=True).get(pk=debtor_id))
    yield from (str(uid) for _pk, uid in owed)
    keys = {"debtor": [debtor_id], "obligation": [pk for pk, _uid in owed], "account": [pk for pk, _uid in owed]}
    for model in apps.get_models():
        names = {field.name for field in model._meta.get_fields() if isinstance(field, models.ForeignKey)}
        if model is obligations or not any(field.name == "uid" for field in model._meta.get_fields()):
            continue
        for name in names & keys.keys():
            found = model._default_manager.filter(**{f"{name}__in": keys[name]})
            yield from (str(uid) for uid in found.values_list("uid", flat=True))
