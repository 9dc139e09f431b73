"""Personal data of a user: export of everything stored, and anonymisation when the person has left.

Answers and decisions stay, as the law on archives requires. Anonymisation removes the name from them only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
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

# Secrets are of no use to the person, and would be dangerous in a file.
SECRET_FIELDS = {User: {"password"}, Authenticator: {"data"}}
REASON = "Avidentifierad"
USERNAME_PREFIX = "tidigare-"


def personal_data(user: User) -> dict[str, Any]:
    """Return everything that the database ties to `user`: the account, and the rows of all tables that refer to it.

    Fields are named as in the administration. Passwords and other secrets are left out.
    """
    return {
        "konto": _row_data(user),
        "roller": [group.name for group in user.groups.all()],
        "historik över kontot": [_row_data(record) for record in user.history.all()],
        "uppgifter": _data_of_other_tables(user),
    }


def personal_data_json(user: User) -> str:
    return json.dumps(personal_data(user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def _data_of_other_tables(user: User) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that refer to `user`, by table and referring field."""
    tables = {}
    for field in _fields_referring_to_users():
        rows = field.model._base_manager.filter(**{field.name: user}).order_by("pk")
        if rows:
            heading = f"{field.model._meta.verbose_name_plural} ({field.verbose_name})"
            tables[heading] = [_row_data(row) for row in rows]
    return tables


def _fields_referring_to_users() -> Iterator[models.Field[Any, Any]]:
    """Yield the foreign keys to users in all tables, except those between users and groups or permissions."""
    for relation in User._meta.get_fields(include_hidden=True):
        field = getattr(relation, "field", None)
        if relation.one_to_many and field is not None and not field.model._meta.auto_created:
            yield field


def _row_data(row: models.Model) -> dict[str, Any]:
    """Return the values of a row by the Swedish names of its fields, without secrets and file contents."""
    secret = SECRET_FIELDS.get(type(row), set())
    return {
        str(field.verbose_name): _field_value(row, field)
        for field in row._meta.concrete_fields
        if field.name not in secret and not isinstance(field, models.BinaryField)
    }


def _field_value(row: models.Model, field: models.Field[Any, Any]) -> Any:
    value = field.value_from_object(row)
    return str(value) if isinstance(field, models.FileField) else value


def is_anonymised(user: User) -> bool:
    return user.username == _anonymous_username(user)


def anonymised_users() -> models.QuerySet[User]:
    username = Concat(models.Value(USERNAME_PREFIX), Cast("pk", models.CharField()))
    return User.objects.filter(username=username)


def _anonymous_username(user: User) -> str:
    return f"{USERNAME_PREFIX}{user.pk}"


@transaction.atomic
def anonymise(user: User, day: date) -> None:
    """Close the account and replace the name by "Tidigare användare 17". This cannot be undone.

    Rows that others depend on, such as history and memberships, stay under the new name. Everything used for signing
    in is deleted. Decided reports are not changed.

    :param day: the first day without the person; memberships end the day before.
    """
    _close_and_rename(user)
    user.groups.clear()
    user.user_permissions.clear()
    _end_memberships(user, day)
    _delete_sign_in_data(user)
    _remove_names_from_admin_log(user)


def _close_and_rename(user: User) -> None:
    """Close the account, and replace the person's name and address in it and in its history."""
    anonymous_identity = {
        "username": _anonymous_username(user),
        "first_name": "",
        "last_name": f"Tidigare användare {user.pk}",
        "email": "",
    }
    for field, value in anonymous_identity.items():
        setattr(user, field, value)
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    save_as(user, reason=REASON)
    user.history.update(**anonymous_identity)


def _end_memberships(user: User, day: date) -> None:
    for membership in user.memberships.current(day):
        membership.valid_to = day - timedelta(days=1)
        save_as(membership, reason=REASON)


def _delete_sign_in_data(user: User) -> None:
    for model in (Authenticator, SocialAccount, EmailAddress):
        model.objects.filter(user=user).delete()
    user.password_links.all().delete()
    # The user of a session is inside its encoded data, so that no query can find it.
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def _remove_names_from_admin_log(user: User) -> None:
    """Replace names in the administration's log, which stores the name of each changed object as text."""
    memberships = Membership.objects.filter(user=user).values_list("pk", flat=True)
    _admin_log_of(User, [user.pk]).update(object_repr=str(user), change_message="")
    _admin_log_of(Membership, memberships).update(object_repr=str(user), change_message="")


def _admin_log_of(model: type[models.Model], keys: Iterable[int]) -> models.QuerySet[LogEntry]:
    content_type = ContentType.objects.get_for_model(model)
    return LogEntry.objects.filter(content_type=content_type, object_id__in=[str(key) for key in keys])
