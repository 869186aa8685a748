"""Column defaults that the database itself fills, so that rows loaded in bulk carry them too."""

from django.db import models


class NewUid(models.Func):
    """A UUIDv7 made by the server with `acuerdo_uid()` (base migration 0001); works on PostgreSQL 17, which lacks uuidv7()."""

    function = "acuerdo_uid"
    arity = 0
    output_field = models.UUIDField()


def uid_field() -> "models.UUIDField[str, object]":
    """The opaque identifier under which a row is known outside the system."""
    return models.UUIDField(db_default=NewUid(), unique=True, editable=False)
