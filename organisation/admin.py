"""Administration of people and units, and the base classes of all admin pages of the project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, models
from django.db.models import Count, Q, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from simple_history.admin import SimpleHistoryAdmin

from organisation.appearance.forms import AppearanceForm
from organisation.appearance.printing import form_warnings
from organisation.constraint_errors import violation_in_words
from organisation.fields import LineFormField, ManyRowsField
from organisation.history import SwedishHistoryContextHelper, save_as
from organisation.models import AccessibilityStatement, AccountChange, Appearance, Membership, ProviderGroup, Unit, User
from organisation.personal_data import personal_data_json
from organisation.protection import uses_of
from organisation.roles import ROLES, roles_of
from organisation.sentences import counted

admin.site.site_header = "Program och uppföljning"
admin.site.site_title = "Administration"
admin.site.index_title = "Administration"
admin.site.empty_value_display = "–"
# Lists need the width; the way back is in the breadcrumbs.
admin.site.enable_nav_sidebar = False
# The site's own login page: Django's has neither a second factor nor a limit on attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Hide the tables of allauth: an administrator changes them by the actions of the user list. Django imports the admin
# modules in the order of INSTALLED_APPS, so allauth's have to be imported before they can be unregistered.
for module in ("allauth.account.admin", "allauth.mfa.admin", "allauth.socialaccount.admin"):
    import_module(module)
admin.site.unregister([Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken])


class ReasonForm(forms.ModelForm):
    """Form with an optional reason for the change, which is stored in the history."""

    history_reason = LineFormField(
        label="Varför du ändrar (visas i historiken)", max_length=100, required=False, help_text="Frivilligt."
    )


class KeepInUseAdmin(admin.ModelAdmin):
    """Admin page that refuses to delete rows in use, lists their uses and says how to proceed instead."""

    instead_of_deleting = "Ta först bort det som använder raden, eller låt den vara kvar."

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **{"form_class": ManyRowsField} | kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, list[str]]:
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        reasons = [*protected, *(reason for obj in objs for reason in self.reasons_to_keep(request, obj))]
        return to_delete, counts, set() if reasons else lacking, reasons

    def reasons_to_keep(self, request: HttpRequest, obj: Any) -> Iterator[str]:
        """Return the reasons, in Swedish, why this user may not delete `obj`, besides protected foreign keys."""
        for use in uses_of(obj):
            yield f"{capfirst(use._meta.verbose_name)}: {use}"

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return super().delete_view(request, object_id, {"instead": self.instead_of_deleting} | (extra_context or {}))

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().response_action(request, queryset, *args, **kwargs)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            response.context_data["instead"] = self.instead_of_deleting
        return response


def _require_numbers(*parts: str) -> None:
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise Http404


class _ValidIds:
    """Drop chosen values that are no ids before Django looks them up, which would raise an error."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        ids = [chosen for chosen in value if not chosen or (str(chosen).isdecimal() and int(chosen) < 2**63)]
        return super().optgroups(name, ids, attr)  # type: ignore[misc]


class IdAutocompleteSelect(_ValidIds, AutocompleteSelect):
    pass


class IdAutocompleteSelectMultiple(_ValidIds, AutocompleteSelectMultiple):
    pass


def picker_label(row: models.Model) -> str:
    """Return the text of `row` in pickers and filters, where rows of the same name must be told apart."""
    return str(getattr(row, "picker_label", row))


class LabelledAutocompleteView(AutocompleteJsonView):
    def serialize_result(self, obj: models.Model, to_field_name: str) -> dict[str, str]:
        return super().serialize_result(obj, to_field_name) | {"text": picker_label(obj)}


class LabelledRelatedFilter(admin.RelatedFieldListFilter):
    """Filter by a related row. Models with a `picker_label` are listed by it."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        related = field.remote_field.model
        if not hasattr(related, "picker_label"):
            return super().field_choices(field, request, model_admin)
        page = model_admin.admin_site.get_model_admin(related)
        rows = page.get_queryset(request).order_by(*page.get_ordering(request))
        return [(row.pk, picker_label(row)) for row in rows]


admin.FieldListFilter.register(lambda field: bool(field.remote_field), LabelledRelatedFilter, take_priority=True)
admin.site.autocomplete_view = LabelledAutocompleteView.as_view(admin_site=admin.site)  # type: ignore[method-assign, assignment]


class AutocompleteAdmin(BaseModelAdmin):
    """Base of all admin pages and inlines with autocomplete fields."""

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = IdAutocompleteSelect(db_field, self.admin_site, using=kwargs.get("using"))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if isinstance(field, forms.ModelChoiceField):
            field.label_from_instance = picker_label  # type: ignore[method-assign, assignment]
        return field

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = IdAutocompleteSelectMultiple(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class TabularInline(AutocompleteAdmin, admin.TabularInline):
    pass


class StackedInline(AutocompleteAdmin, admin.StackedInline):
    pass


class HistoryAdmin(AutocompleteAdmin, KeepInUseAdmin, SimpleHistoryAdmin):
    """Admin page with history: user, time, reason and changed fields. Rows of inlines get the same reason."""

    form = ReasonForm
    object_history_list_template = "admin/_history_list.html"

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        obj._change_reason = form.cleaned_data.get("history_reason", "")  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.forms:
            row.instance._change_reason = form.cleaned_data.get("history_reason", "")
        super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for saved in (form, *_changed_rows(formsets)):
            for warning in form_warnings(saved, str(saved.instance)):
                self.message_user(request, warning, messages.WARNING)

    # simple_history passes parts of the address on to the database, where one that is not a number raises an error.

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        _require_numbers(object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        _require_numbers(object_id, version_id)
        return super().history_form_view(request, object_id, version_id, extra_context)

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> SwedishHistoryContextHelper:
        return SwedishHistoryContextHelper(self.model, historical_record)

    def history_view_title(self, request: HttpRequest, obj: models.Model) -> str:
        return f"Historik: {obj}"

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Report an error of the database, such as a violated rule, as a message: nothing has been saved."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as error:
            self.message_user(request, f"Inget sparades. {' '.join(error.messages)}", messages.ERROR)
        except IntegrityError as error:
            self.message_user(request, f"Inget sparades. {violation_in_words(error)}", messages.ERROR)
        except (DataError, OverflowError):  # an id or a number beyond what the database holds
            self.message_user(request, "Inget sparades. Ett tal i formuläret är för stort.", messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


def _changed_rows(formsets: Iterable[BaseInlineFormSet]) -> Iterator[forms.BaseForm]:
    """Yield the forms of the inline rows that were added or changed."""
    for formset in formsets:
        deleted = formset.deleted_forms if formset.can_delete else []
        for row in formset.forms:
            if row.has_changed() and row not in deleted:
                yield row


KEEP_MEMBERSHIP = "har loggat in. Ange en sista dag i stället för att ta bort, så syns det vem som har rapporterat."


class MembershipFormSet(BaseInlineFormSet):
    """Delete only memberships that cannot have been used, so that the officials of a unit stay known."""

    def clean(self) -> None:
        super().clean()
        for form in self.deleted_forms:
            if form.instance.pk and not form.instance.is_unused:
                raise ValidationError(f"{form.instance.user} {KEEP_MEMBERSHIP}")


class MembershipInline(TabularInline):
    model = Membership
    formset = MembershipFormSet
    extra = 0
    autocomplete_fields = ("user", "unit")


class MembershipPeriodFilter(admin.SimpleListFilter):
    title = "tid"
    parameter_name = "tid"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("nu", "Nuvarande"), ("tidigare", "Tidigare")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        current = Membership.objects.current(timezone.localdate())
        if self.value() == "nu":
            return queryset.filter(pk__in=current)
        return queryset.exclude(pk__in=current) if self.value() == "tidigare" else queryset


@admin.register(Membership)
class MembershipAdmin(HistoryAdmin):
    list_display = ("user", "unit", "may_report", "is_deputy", "valid_to")
    list_filter = (MembershipPeriodFilter, "may_report", "is_deputy", "unit")
    list_select_related = ("user", "unit")
    search_fields = ("user__username", "user__first_name", "user__last_name", "unit__name")
    autocomplete_fields = ("user", "unit")

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        """Allow deletion of one membership at a time, and only of one that cannot have been used."""
        return bool(obj and obj.is_unused) and super().has_delete_permission(request, obj)


class UserForm(ReasonForm, UserChangeForm):
    """Django's form with a reason for the change, and the duties of the roles."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "groups" in self.fields:  # not where the page is read-only
            self.fields["groups"].help_text = " ".join(role.duties for role in ROLES)


@admin.register(User)
class UserAdmin(HistoryAdmin, DjangoUserAdmin):
    form = UserForm
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), ("Övrigt", {"fields": ("mail_choice", "history_reason")}))
    # `Membership.is_unused`, and so the right to delete, depends on these.
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    list_display = ("username", "last_name", "first_name", "email", "is_active", "last_login")
    list_filter = ("is_active", "groups", "memberships__unit")
    search_fields = ("username", "first_name", "last_name", "email")
    actions = ("forget_second_step", "export_person")
    instead_of_deleting = (
        "Ta bort krysset Aktiv på personens sida. Då kan personen inte logga in, men det syns fortfarande vem som har "
        "gjort vad. Ett stängt konto avidentifieras efter en tid."
    )

    def reasons_to_keep(self, request: HttpRequest, obj: User) -> Iterator[str]:
        if obj.pk == request.user.pk:
            yield f"{obj} är ditt eget konto."
        if obj.is_superuser and not request.user.is_superuser:
            yield f"{obj} har alla rättigheter. Kontot tas bara bort av någon annan som har det."
        if obj.is_used:
            yield f"{obj} har loggat in eller står i historiken."
        yield from super().reasons_to_keep(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        user = form.instance
        roles, permissions = list(user.groups.values_list("name", flat=True)), set(user.user_permissions.all())
        super().save_related(request, form, formsets, change)
        AccountChange.objects.record_roles(user, roles)
        if set(user.user_permissions.all()) != permissions:
            AccountChange.objects.record(user, "Kontots enskilda rättigheter ändrades")

    @admin.action(description="Hämta allt som finns om personen (JSON)", permissions=["change"])
    def export_person(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Download the personal data of one user, at that person's request."""
        users = list(queryset[:2])
        if len(users) != 1:
            self.message_user(request, "Välj en person i taget.", messages.WARNING)
            return None
        response = HttpResponse(personal_data_json(users[0]), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="personuppgifter-{users[0].pk}.json"'
        response["Cache-Control"] = "private, no-store"
        return response

    @admin.action(description="Ta bort tvåstegsinloggning (tappad telefon eller nyckel)", permissions=["change"])
    def forget_second_step(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Delete the second factors. The user signs in by password, and adds a new one if the role needs it."""
        for user in queryset:
            if not self.has_change_permission(request, user):
                self.message_user(request, f"{user} ändrades inte: kontot får du inte ändra.", messages.WARNING)
                continue
            number, _ = Authenticator.objects.filter(user=user).delete()
            save_as(user, reason="Tvåstegsinloggningen togs bort")
            AccountChange.objects.record(user, "Tvåstegsinloggningen togs bort")
            removed = counted(number, "app, nyckel eller lista med koder", "appar, nycklar och listor med koder")
            self.message_user(request, f"{user}: {removed} togs bort.")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show superuser rights and single permissions to superusers only; administrators give roles."""
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        hidden = {"is_superuser", "user_permissions"}
        return [
            (name, options | {"fields": tuple(field for field in options["fields"] if field not in hidden)})
            for name, options in fieldsets
        ]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Protect the account of a superuser: an administrator could otherwise take it over."""
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        if not self.has_change_permission(request, self.get_object(request, id)):
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(KeepInUseAdmin, GroupAdmin):  # type: ignore[misc]
    """Groups of permissions. The roles of `organisation.roles` are shown only: `migrate` would undo a change."""

    list_display = ("name", "duties")
    instead_of_deleting = "Ta först ifrån personerna rollen, och ta bort grupperna vid inloggning som ger den."

    def get_fields(self, request: HttpRequest, obj: Group | None = None) -> Any:
        return ["name", "duties", "permissions"] if _is_role(obj) else ["name", "permissions"]

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return not _is_role(obj) and super().has_change_permission(request, obj)

    def reasons_to_keep(self, request: HttpRequest, obj: Group) -> Iterator[str]:
        if _is_role(obj):
            yield f"{obj} är en roll som hör till programmet."
        yield from super().reasons_to_keep(request, obj)

    @admin.display(description="vad rollen får göra")
    def duties(self, group: Group) -> str:
        return " ".join(role.duties for role in roles_of([group.name]))


def _is_role(group: Group | None) -> bool:
    return group is not None and bool(roles_of([group.name]))


@admin.register(Unit)
class UnitAdmin(HistoryAdmin):
    instead_of_deleting = (
        "En enhet som har upphört tas inte bort. Ange till och med vilken dag den gäller, och vilka enheter som är "
        "efterträdare. Målen och åtgärderna får du ge en annan enhet. Det som enheten har rapporterat står kvar."
    )
    inlines = (MembershipInline,)
    list_display = ("name", "kind", "parent", "valid_from", "valid_to", "reporter_count")
    list_filter = ("kind",)
    search_fields = ("name", "slug")
    list_select_related = ("parent",)
    autocomplete_fields = ("parent", "successors", "contact")
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        reporting = Membership.objects.current(timezone.localdate()).reporting()
        reporters = Count("memberships", filter=Q(memberships__in=reporting))
        return super().get_queryset(request).annotate(reporter_count=reporters)

    @admin.display(description="personer som rapporterar", ordering="reporter_count")
    def reporter_count(self, unit: Any) -> int:
        return int(unit.reporter_count)


@admin.register(ProviderGroup)
class ProviderGroupAdmin(HistoryAdmin):
    list_display = ("name", "description", "role", "unit", "may_report")
    list_filter = ("role", "unit")
    list_select_related = ("role", "unit")
    search_fields = ("name", "description")
    autocomplete_fields = ("unit",)


@admin.register(AccessibilityStatement)
class AccessibilityStatementAdmin(HistoryAdmin):
    list_display = ("site_name", "compliance", "assessed_on", "updated_on")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow one row at most."""
        return super().has_add_permission(request) and not AccessibilityStatement.objects.exists()


class AppearanceAdminForm(ReasonForm, AppearanceForm):
    class Meta(AppearanceForm.Meta):
        pass


@admin.register(Appearance)
class AppearanceAdmin(HistoryAdmin):
    form = AppearanceAdminForm
    list_display = ("__str__", "logotype")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow one row at most."""
        return super().has_add_permission(request) and not Appearance.objects.exists()
