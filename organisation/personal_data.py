"""Personal data of somebody who uses the system: all of it as data, and what goes when they have left.

What was decided, written and done stays, as the archive law has it; only whose name stands beside it goes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models.functions import Cast, Concat

from organisation.history import save_as
from organisation.models import Membership, User

# What opens a door, and would be of no use to the person.
SECRETS = {User: {"password"}, Authenticator: {"data"}}
REASON = "Avidentifierad"
PREFIX = "tidigare-"


def personal_data(user: User) -> dict[str, Any]:
    """All that the database ties to `user`: the account, and the rows of every table that refers to it.

    Fields are named as in the administration. Passwords and other secrets are left out.
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    for field in _references():
        rows = field.model._base_manager.filter(**{field.name: user}).order_by("pk")
        if found := [_row(row) for row in rows]:
            tables[f"{field.model._meta.verbose_name_plural} ({field.verbose_name})"] = found
    return {
        "konto": _row(user),
        "roller": [group.name for group in user.groups.all()],
        "historik över kontot": [_row(record) for record in user.history.all()],
        "uppgifter": tables,
    }


def as_json(user: User) -> str:
    return json.dumps(personal_data(user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def _references() -> Iterator[models.Field[Any, Any]]:
    """Every field of every table that refers to a user, but for the tables between users and their roles."""
    for relation in User._meta.get_fields(include_hidden=True):
        field = getattr(relation, "field", None)
        if relation.one_to_many and field is not None and not field.model._meta.auto_created:
            yield field


def _row(row: models.Model) -> dict[str, Any]:
    hidden = SECRETS.get(type(row), set())
    return {
        str(field.verbose_name): _value(row, field)
        for field in row._meta.concrete_fields
        if field.name not in hidden and not isinstance(field, models.BinaryField)
    }


def _value(row: models.Model, field: models.Field[Any, Any]) -> Any:
    value = field.value_from_object(row)
    return str(value) if isinstance(field, models.FileField) else value


def is_anonymised(user: User) -> bool:
    return user.username == _number(user)


def anonymised() -> models.QuerySet[User]:
    number = Concat(models.Value(PREFIX), Cast("pk", models.CharField()))
    return User.objects.filter(username=number)


@transaction.atomic
def anonymise(user: User, day: date) -> None:
    """Close the account, and take the name and the addresses away: from then on it is "Tidigare användare 17".

    Rows that others rest on stay and say so; what was the person's alone goes. Nothing decided is touched. There is
    no way back.
    """
    names = {"username": _number(user), "first_name": "", "last_name": f"Tidigare användare {user.pk}", "email": ""}
    for name, value in names.items():
        setattr(user, name, value)
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    save_as(user, reason=REASON)
    user.groups.clear()
    user.user_permissions.clear()
    user.history.update(**names)
    for membership in user.memberships.current(day):
        membership.valid_to = day - timedelta(days=1)
        save_as(membership, reason=REASON)
    for model in (Authenticator, SocialAccount, EmailAddress):
        model.objects.filter(user=user).delete()
    _end_sessions(user)
    _forget_in_admin_log(user)


def _number(user: User) -> str:
    return f"{PREFIX}{user.pk}"


def _end_sessions(user: User) -> None:
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def _forget_in_admin_log(user: User) -> None:
    """The administration's log writes the names of what was changed as text."""
    memberships = Membership.objects.filter(user=user).values_list("pk", flat=True)
    for model, keys in ((User, [user.pk]), (Membership, memberships)):
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=[str(key) for key in keys]
        )
        entries.update(object_repr=str(user), change_message="")
