"""Forms about people, memberships and contacts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from organisation.fields import LineFormField, ManyRowsField, ProseFormField
from organisation.models import Membership, Unit, User
from organisation.people.addresses import PastedAddress, pasted_addresses
from organisation.people.inviting import Terms, account_of_address
from organisation.people.lists import STATES, Selection
from organisation.people.rules import reason_to_keep_roles
from organisation.roles import ROLES

MOST_ADDRESSES = 200


def role_groups() -> QuerySet[Group]:
    return Group.objects.filter(name__in=[role.name for role in ROLES]).order_by("name")


def units_of_today() -> QuerySet[Unit]:
    return Unit.objects.valid_on(timezone.localdate())


class PlainForm(forms.Form):
    """Base form with labels without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class PeopleFilterForm(PlainForm):
    q = LineFormField(label="Namn eller e-post", required=False, max_length=200)
    unit = forms.ModelChoiceField(Unit.objects.all(), label="Enhet", required=False, empty_label="Alla")
    role = forms.ModelChoiceField(Group.objects.none(), label="Roll", required=False, empty_label="Alla")
    state = forms.ChoiceField(label="Visa", required=False, choices=list(STATES.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = role_groups()  # type: ignore[attr-defined]

    @property
    def selection(self) -> Selection:
        """The filters that could be read; a filter with an unknown value is left out."""
        self.is_valid()
        given = self.cleaned_data
        return Selection(given.get("q", ""), given.get("unit"), given.get("role"), given.get("state", ""))


class TermsForm(PlainForm):
    """What one or more invited people may do, and the message to them."""

    REPORTS, DEPUTY, READS = "reports", "deputy", "reads"

    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label="Enhet",
        required=False,
        empty_label="Ingen enhet",
        help_text="Den nämnd eller det bolag som personen hör till.",
    )
    part = forms.ChoiceField(
        label="I enheten",
        choices=[
            (REPORTS, "Rapporterar"),
            (DEPUTY, "Rapporterar som ersättare"),
            (READS, "Läser bara"),
        ],
        initial=REPORTS,
        widget=forms.RadioSelect,
        required=False,
    )
    role = forms.ModelChoiceField(
        Group.objects.none(),
        label="Roll utöver enheten",
        required=False,
        empty_label="Ingen roll",
        help_text="Den som bara rapporterar eller läser behöver ingen roll.",
    )
    sign_in = forms.ChoiceField(
        label="Inloggning",
        choices=[("provider", "Med kommunens inloggning"), ("password", "Med eget lösenord")],
        initial="provider",
        widget=forms.RadioSelect,
        required=False,
    )
    message = ProseFormField(
        label="Meddelande (frivilligt)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Står i mejlet före länken. Enhet, roll och det som ska fyllas i kommer med av sig självt.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_of_today()  # type: ignore[attr-defined]
        self.fields["role"].queryset = role_groups()  # type: ignore[attr-defined]
        if not settings.OIDC_SERVER_URL:
            del self.fields["sign_in"]

    @property
    def terms(self) -> Terms:
        """The terms of the invitation, from a valid form."""
        given = self.cleaned_data
        part = given["part"] or self.REPORTS
        return Terms(
            unit=given["unit"],
            may_report=part != self.READS,
            is_deputy=part == self.DEPUTY,
            role=given["role"],
            message=given["message"],
            with_provider=given.get("sign_in") == "provider",
        )


class InvitationForm(TermsForm):
    first_name = LineFormField(label="Förnamn", max_length=150)
    last_name = LineFormField(label="Efternamn", max_length=150)
    email = LineFormField(
        label="E-postadress",
        max_length=150,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
        help_text="Dit skickas inbjudan. Adressen blir också användarnamnet.",
    )
    field_order = ["first_name", "last_name", "email"]

    def clean_email(self) -> str:
        """Refuse a text that is no address, and one that somebody has; the page links to that person."""
        [address, *others] = pasted_addresses(self.cleaned_data["email"]) or [PastedAddress("")]
        if others:
            raise ValidationError("Skriv en adress. Flera personer bjuder du in med ”Bjud in flera”.")
        if address.problem:
            raise ValidationError(address.problem)
        existing = account_of_address(address.email)
        if existing:
            state = "" if existing.is_active else ", men kontot är stängt"
            raise ValidationError(
                f"Adressen finns redan: {existing}{state}. Öppna personen i listan för att ändra enhet eller roll."
            )
        return address.email


class BulkInvitationForm(TermsForm):
    addresses = ProseFormField(
        label="Adresser",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=(
            "En på varje rad, eller åtskilda av semikolon eller komma. "
            "Skriv ”Eva Ek &lt;eva.ek@kommun.se&gt;” eller bara adressen."
        ),
    )
    field_order = ["addresses"]

    def clean_addresses(self) -> list[PastedAddress]:
        addresses = pasted_addresses(self.cleaned_data["addresses"])
        if len(addresses) > MOST_ADDRESSES:
            raise ValidationError(
                f"Listan har {len(addresses)} adresser. Bjud in högst {MOST_ADDRESSES} personer i taget."
            )
        return addresses


class MembershipForm(forms.ModelForm):
    history_reason = LineFormField(
        label="Varför du ändrar (frivilligt, visas i historiken)", max_length=100, required=False
    )

    class Meta:
        model = Membership
        fields = ["unit", "may_report", "is_deputy", "valid_to"]
        widgets = {"valid_to": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        if self.instance.pk:
            del self.fields["unit"]
        else:
            self.fields["unit"].queryset = units_of_today()  # type: ignore[attr-defined]

    def _get_validation_exclusions(self) -> set[str]:
        """Validate the person too, whom the page and not the form has chosen: a person is in a unit once."""
        return super()._get_validation_exclusions() - {"user", "unit"}  # type: ignore[misc]


class PersonForm(forms.ModelForm):
    """Name and address of a person."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["email"].help_text = "Utan adress får personen inga påminnelser och kan inte få ett nytt lösenord."

    def clean_email(self) -> str:
        """Refuse the address of another account, which would get this person's links too."""
        email: str = self.cleaned_data["email"]
        if email and User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError("En annan person har redan adressen.")
        return email


class RolesForm(PlainForm):
    roles = ManyRowsField(Group.objects.none(), label="Roller", required=False, widget=forms.CheckboxSelectMultiple)
    history_reason = LineFormField(
        label="Varför du ändrar (frivilligt, visas i historiken)", max_length=100, required=False
    )

    def __init__(self, *args: Any, user: User, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.by = user, by
        self.fields["roles"].queryset = role_groups()  # type: ignore[attr-defined]
        self.fields["roles"].initial = [group.pk for group in user.groups.all()]

    def clean_roles(self) -> QuerySet[Group]:
        roles: QuerySet[Group] = self.cleaned_data["roles"]
        reason = reason_to_keep_roles(self.user, self.by, roles)
        if reason:
            raise ValidationError(reason)
        return roles


class LeaveForm(PlainForm):
    last_day = forms.DateField(
        label="Sista dag",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Är dagen i dag eller tidigare stängs kontot genast. Annars stängs det när dagen har gått.",
    )
    history_reason = LineFormField(label="Anledning (frivillig, visas i historiken)", max_length=100, required=False)


class ContactForm(forms.ModelForm):
    """A unit's contact: a person with an account, or a name."""

    class Meta:
        model = Unit
        fields = ["contact", "contact_name", "contact_email", "contact_phone"]

    def __init__(self, *args: Any, candidates: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        contact = self.fields["contact"]
        contact.queryset = candidates  # type: ignore[attr-defined]
        contact.empty_label = "Ingen, eller skriv ett namn nedan"  # type: ignore[attr-defined]
        self.fields["contact_email"].help_text = "Lämnas den tom visas adressen på personens konto."
