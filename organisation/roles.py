"""The roles: fixed sets of permissions, written in code and given to people as Django groups.

`migrate` makes the groups equal to this list. Views ask for permissions, never for the name of a role. Reporting for a
unit is not a role but a `Membership`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_migrate

logger = logging.getLogger(__name__)

ALL_ACTIONS = ("add", "change", "delete", "view")


def _permissions(app: str, actions: Iterable[str], *models: str) -> frozenset[str]:
    """Return the names of permissions, as `has_perm` takes them: "programmes.change_measure"."""
    return frozenset(f"{app}.{action}_{model}" for action in actions for model in models)


@dataclass(frozen=True)
class Role:
    """A role that an administrator gives to people.

    :param slug: the address of its help page.
    :param name: the Swedish name, which is also the name of the group.
    :param audience: the heading of its help page.
    :param duties: a Swedish sentence that lists the rights.
    """

    slug: str
    name: str
    audience: str
    duties: str
    permissions: frozenset[str]


REVIEWER = Role(
    slug="granskare",
    name="Granskare",
    audience="Du som granskar",
    duties=(
        "En granskare läser in och ändrar program, öppnar årets uppföljning, godkänner eller återlämnar enheternas "
        "svar, skriver rapportens gemensamma texter och föreslår uppföljningen till det organ som beslutar."
    ),
    permissions=(
        _permissions("organisation", ["view"], "unit")
        | _permissions(
            "programmes",
            ALL_ACTIONS,
            "programme",
            "responsibilityarea",
            "subgoal",
            "measure",
            "guideline",
            "perspective",
            "indicator",
            "indicatortarget",
            "indicatorvalue",
            "responsibleperson",
        )
        | _permissions("followup", ["add", "change", "view", "review"], "followup")
        | _permissions("followup", ["view"], "subgoalentry", "measureentry")
    ),
)

SECRETARY = Role(
    slug="sekreterare",
    name="Nämndsekreterare",
    audience="Du som bereder beslutet",
    duties=(
        "En nämndsekreterare följer granskningen, lägger upp ärendet, skriver in protokollsanteckningar, för in "
        "beslutet och skickar ut det."
    ),
    permissions=(
        _permissions("organisation", ["view"], "unit")
        | _permissions(
            "programmes",
            ["view"],
            "programme",
            "responsibilityarea",
            "subgoal",
            "measure",
            "guideline",
            "indicator",
            "indicatorvalue",
        )
        | _permissions("followup", ["view", "decide"], "followup")
        | _permissions("followup", ["view"], "subgoalentry", "measureentry")
    ),
)

ADMINISTRATOR = Role(
    slug="administrator",
    name="Administratör",
    audience="Du som administrerar",
    duties=(
        "En administratör lägger upp personer och enheter, ger roller, väljer kommunens utseende, skriver "
        "tillgänglighetsredogörelsen och skickar om e-post som inte kom fram."
    ),
    permissions=(
        _permissions("organisation", ALL_ACTIONS, "user", "unit", "membership", "providergroup")
        | _permissions("organisation", ["add", "change", "view"], "accessibilitystatement", "appearance")
        | _permissions("auth", ["view"], "group")
        | _permissions("followup", ["view", "retry"], "outgoingmail")
    ),
)

ROLES = (REVIEWER, SECRETARY, ADMINISTRATOR)


def roles_of(group_names: Iterable[str]) -> list[Role]:
    """Return the roles whose groups are among `group_names`, in the order of `ROLES`."""
    names = set(group_names)
    return [role for role in ROLES if role.name in names]


def synchronise_after_migrate() -> None:
    """Let `migrate` synchronise the groups when it has created the permissions of all apps, thus after the last one."""
    last_app = [config for config in installed_apps.get_app_configs() if config.models_module][-1]
    post_migrate.connect(_synchronise, sender=last_app, dispatch_uid="organisation.roles")


def _synchronise(sender: AppConfig, using: str, apps: Any = installed_apps, **kwargs: Any) -> None:
    """Create the group of each role and give it the role's permissions; a handler of the signal `post_migrate`.

    :param using: the alias of the migrated database.
    :param apps: the models as migrated, which may be an earlier version of them.
    """
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:  # migrated back to before the tables exist
        return
    permission_by_name = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in permission_model.objects.using(using).select_related("content_type")
    }
    with transaction.atomic(using=using):
        for role in ROLES:
            group, _ = group_model.objects.using(using).get_or_create(name=role.name)
            # After `migrate APP EARLIER_MIGRATION`, the permissions of later models do not exist.
            existing = [permission_by_name[name] for name in role.permissions if name in permission_by_name]
            _set_permissions(group, existing)


def _set_permissions(group: Any, permissions: list[Model]) -> None:
    """Make the permissions of `group` these and no others; log a change."""
    before = set(group.permissions.all())
    if before == set(permissions):
        return
    group.permissions.set(permissions)
    added, removed = set(permissions) - before, before - set(permissions)
    logger.info("Role %s: %d permissions added, %d removed", group.name, len(added), len(removed))
