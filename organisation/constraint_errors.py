"""Swedish words for errors of the database's own rules."""

from __future__ import annotations

from django.apps import apps
from django.db import IntegrityError, models

UNKNOWN = "Uppgifterna krockar med något som redan är sparat. Ladda om sidan och försök igen."


def violation_in_words(error: IntegrityError) -> str:
    """Return the Swedish message of the constraint or trigger that was violated, never the database's English one."""
    if _is_raised_by_trigger(error):
        return str(error).splitlines()[0]
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if _is_violated(error, model, constraint):
                return str(constraint.violation_error_message)
    return UNKNOWN


def _is_raised_by_trigger(error: IntegrityError) -> bool:
    """Whether one of our own triggers raised the error; its message is Swedish already."""
    cause = error.__cause__
    if diagnostics := getattr(cause, "diag", None):
        return diagnostics.sqlstate == "23514" and not diagnostics.constraint_name
    return getattr(cause, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_TRIGGER"


def _is_violated(error: IntegrityError, model: type[models.Model], constraint: models.BaseConstraint) -> bool:
    if diagnostics := getattr(error.__cause__, "diag", None):
        return constraint.name == diagnostics.constraint_name
    message = str(error)
    if isinstance(constraint, models.UniqueConstraint):
        columns = [model._meta.get_field(name).column for name in constraint.fields]  # type: ignore[union-attr]
        return message == f"UNIQUE constraint failed: {', '.join(f'{model._meta.db_table}.{name}' for name in columns)}"
    return message == f"CHECK constraint failed: {constraint.name}"
