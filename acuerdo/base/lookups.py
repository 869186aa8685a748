"""`filter(pk__any_of=ids)`: as `__in`, with the keys as one parameter.

The mapper writes a place for each element of `__in`, and the driver parses and quotes each: for batches of hundreds that
took longer than the server's answer.
"""

from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Field, ForeignObject, Lookup, TextField, UUIDField

if TYPE_CHECKING:
    _Lookup = Lookup[Any]
else:
    _Lookup = Lookup


@ForeignObject.register_lookup
@Field.register_lookup
class AnyOf(_Lookup):
    """Of a column of whole numbers (keys), texts or uids. Nothing is found by an empty list."""

    lookup_name = "any_of"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        """One array; TypeError or ValueError for what is no whole number where the column holds them."""
        if self._kind() == "bigint":
            return "%s", ["{" + ",".join([str(int(one)) for one in value]) + "}"]
        return "%s", [[str(one) for one in value]]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        _place, params = self.process_rhs(compiler, connection)
        return f"{left} = ANY(%s::{self._kind()}[])", (*left_params, *params)

    def _kind(self) -> str:
        if isinstance(self.lhs.output_field, UUIDField):
            return "uuid"
        return "text" if isinstance(self.lhs.output_field, CharField | TextField) else "bigint"
