"""Every page for every role, from one table."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

import followup.urls
import huddinge_safety.urls
import organisation.signin.urls
import organisation.urls
from followup.models import Contribution, Decision, FollowUp, ProtocolNote, Withholding
from followup.writing.attachments import attach
from organisation.models import User
from tests.fixtures import PROGRAMME, client_of, make_draft, make_user
from tests.followup.writing.test_attachments import pdf
from tests.pages import html_of

pytestmark = pytest.mark.django_db

LOGIN = 302
ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2021/1.1/"
CLOSED_ENTRY = "/mina-uppfoljningar/huddinge-2018-2021/2020/1.1/"
ROLES = ("anonymous", "outsider", "reader", "official", "other_official", "reviewer", "secretary", "administrator")


def roles(others: int, anonymous: int = LOGIN, **status: int) -> dict[str, int]:
    """The status for each role: that of `others` but for those named."""
    return dict.fromkeys(ROLES, others) | {"anonymous": anonymous} | status


FOLLOWING = {"reviewer": 200, "secretary": 200}
NOT_BY_GET = roles(405)
NOT_BY_POST = roles(405)
YEAR = ("huddinge-2018-2021", 2021)
GOAL = (*YEAR, 1, 1)
CASE = (*YEAR, 1)

# Every address by its name and arguments (the names of rows stand for those of the test), with the status for GET
# and for POST of an empty form: what the form of those who may write lacks is said with 422.
NOTE, ATTACHMENT, MARK, CONTRIBUTION = "the note", "the attachment", "the mark", "the contribution"
PERSON, MEMBERSHIP = "the person", "the membership"
PAGES = {
    ("followup:home",): (roles(200), roles(200)),
    ("followup:api_reference",): (roles(200), roles(200)),
    ("followup:api_tokens",): (roles(200), roles(422)),
    ("followup:api_token_revoke", 99): (NOT_BY_GET, roles(404)),
    ("followup:search",): (roles(200), roles(200)),
    ("followup:search_file", "xlsx"): (roles(200), roles(200)),
    ("followup:search_file", "csv"): (roles(200), roles(200)),
    ("followup:search_file", "pdf"): (roles(404), roles(404)),
    ("followup:register",): (roles(200), roles(200)),
    ("followup:unit_list",): (roles(200), roles(200)),
    ("followup:unit_detail", "kommunstyrelsen"): (roles(200), roles(200)),
    ("followup:unit_detail", "finns-inte"): (roles(404), roles(404)),
    ("followup:unit_year", "kommunstyrelsen", *YEAR): (roles(200), roles(200)),
    ("followup:unit_year", "kommunstyrelsen", YEAR[0], 2030): (roles(404), roles(404)),
    ("followup:unit_pdf", "kommunstyrelsen", *YEAR): (roles(202), roles(302)),
    ("followup:unit_pdf", "finns-inte", *YEAR): (roles(404), roles(404)),
    ("followup:programme_detail", YEAR[0]): (roles(200), roles(200)),
    ("followup:programme_detail", "finns-inte"): (roles(404), roles(404)),
    ("followup:follow_up_detail", *YEAR): (roles(200), roles(200)),
    ("followup:follow_up_detail", YEAR[0], 2030): (roles(404), roles(404)),
    ("followup:compare_years", YEAR[0]): (roles(200), roles(200)),
    ("followup:compare_programmes", YEAR[0]): (roles(200), roles(200)),
    ("followup:perspective_list", *YEAR): (roles(200), roles(200)),
    ("followup:perspective_list", YEAR[0], 2030): (roles(404), roles(404)),
    ("followup:area_detail", *YEAR, 1): (roles(200), roles(200)),
    ("followup:area_detail", *YEAR, 9): (roles(404), roles(404)),
    ("followup:sub_goal_detail", YEAR[0], 1, 1): (roles(200), roles(200)),
    ("followup:sub_goal_detail", YEAR[0], 9, 9): (roles(404), roles(404)),
    ("followup:indicator_detail", YEAR[0], 1, 1, 1): (roles(200), roles(200)),
    ("followup:indicator_detail", YEAR[0], 1, 1, 9): (roles(404), roles(404)),
    ("followup:indicator_link", YEAR[0], 1, 1, 1): (NOT_BY_GET, roles(403, reviewer=422)),
    ("followup:indicator_fetch", YEAR[0], 1, 1, 1): (NOT_BY_GET, roles(403, reviewer=302)),
    ("followup:sub_goal_history", YEAR[0], 1, 1): (roles(200), roles(200)),
    ("followup:sub_goal_history", YEAR[0], 9, 9): (roles(404), roles(404)),
    ("followup:measure_history", YEAR[0], 1, 1, 1): (roles(200), roles(200)),
    ("followup:measure_history", YEAR[0], 1, 1, 9): (roles(404), roles(404)),
    ("followup:follow_up_history", *YEAR): (roles(200), roles(200)),
    ("followup:entry_history", *GOAL): (roles(200), roles(200)),
    ("followup:entry_history", *YEAR, 9, 9): (roles(404), roles(404)),
    ("followup:area_history", *YEAR, 1): (roles(200), roles(200)),
    ("followup:area_history", *YEAR, 9): (roles(404), roles(404)),
    ("followup:guideline_history", *YEAR, 1): (roles(200), roles(200)),
    ("followup:guideline_history", *YEAR, 9): (roles(404), roles(404)),
    ("followup:report", *YEAR): (roles(200), roles(200)),
    ("followup:report", YEAR[0], 2030): (roles(404), roles(404)),
    ("followup:report_file", *YEAR, "pdf"): (roles(202), roles(302)),
    ("followup:report_file", *YEAR, "docx"): (roles(200), roles(200)),
    ("followup:report_file", *YEAR, "xlsx"): (roles(200), roles(200)),
    ("followup:report_file", *YEAR, "csv"): (roles(200), roles(200)),
    ("followup:report_file", *YEAR, "json"): (roles(200), roles(200)),
    ("followup:report_file", *YEAR, "html"): (roles(200), roles(200)),
    ("followup:report_file", *YEAR, "xyz"): (roles(404), roles(404)),
    ("followup:report_file", YEAR[0], 2030, "pdf"): (roles(404), roles(404)),
    ("followup:report_schema",): (roles(200, anonymous=200), roles(200, anonymous=200)),
    ("followup:report_rendering", *YEAR, 0): (roles(302), roles(302)),
    ("followup:report_rendering", YEAR[0], 2030, 0): (roles(404), roles(404)),
    # The official's
    ("followup:work_list",): (roles(200), roles(200)),
    ("followup:mail_choice",): (roles(200), roles(200)),
    ("followup:work_submit", *YEAR, "kommunstyrelsen"): (NOT_BY_GET, roles(403, official=302)),
    ("followup:entry_edit", *GOAL): (roles(403, official=200), roles(403, official=422)),
    ("followup:entry_edit", YEAR[0], 2020, 1, 1): (roles(403), roles(403)),
    ("followup:entry_edit", *YEAR, 9, 9): (roles(404), roles(404)),
    ("followup:entry_edit", "finns-inte", 2021, 1, 1): (roles(404), roles(404)),
    ("followup:entry_autosave", *GOAL): (roles(405, anonymous=405), roles(403, anonymous=401, official=422)),
    ("followup:outcome_autosave", *GOAL, 1): (roles(405, anonymous=405), roles(403, anonymous=401, official=422)),
    ("followup:outcome_autosave", *GOAL, 9): (roles(405, anonymous=405), roles(403, anonymous=401, official=404)),
    ("followup:contribution_autosave", *YEAR, 1, 3, CONTRIBUTION): (
        roles(405, anonymous=405),
        roles(403, anonymous=401, official=422),
    ),
    ("followup:contribution_autosave", *YEAR, 1, 3, 0): (roles(405, anonymous=405), roles(404, anonymous=401)),
    ("followup:entry_withdraw", *GOAL): (NOT_BY_GET, roles(403, official=302)),
    ("followup:entry_submit", *GOAL): (roles(403, official=302), roles(403, official=302)),
    ("followup:entry_attach", *GOAL): (NOT_BY_GET, roles(403, official=422)),
    ("followup:attachment_download", ATTACHMENT): (roles(200), NOT_BY_POST),
    ("followup:attachment_remove", ATTACHMENT): (roles(403, official=200), roles(403, official=302)),
    ("followup:comment_list", *GOAL): (
        roles(403, official=200, **FOLLOWING),
        roles(403, official=422, reviewer=422),
    ),
    # The reviewer's
    ("followup:review_home",): (roles(403, **FOLLOWING), roles(403, **FOLLOWING)),
    ("followup:workbook_upload",): (roles(403, reviewer=200), roles(403, reviewer=422)),
    ("followup:workbook_template",): (roles(403, reviewer=200), roles(405, anonymous=LOGIN)),
    ("followup:workbook_preview", 1): (roles(403, reviewer=404),) * 2,
    ("followup:workbook_confirm", 1): (NOT_BY_GET, roles(403, reviewer=404)),
    ("followup:workbook_discard", 1): (NOT_BY_GET, roles(403, reviewer=404)),
    ("followup:framework_list",): (roles(403, reviewer=200),) * 2,
    ("followup:framework_edit", "klimat"): (roles(403, reviewer=200), roles(403, reviewer=422)),
    ("followup:framework_copy", "klimat"): (NOT_BY_GET, roles(403, reviewer=302)),
    ("followup:framework_remove", "klimat"): (roles(403, reviewer=200), roles(403, reviewer=302)),
    ("followup:next_period", YEAR[0]): (roles(403, reviewer=200), roles(403, reviewer=422)),
    ("followup:programme_file", YEAR[0], "xlsx"): (roles(403, reviewer=200), NOT_BY_POST),
    ("followup:programme_file", YEAR[0], "doc"): (roles(403, reviewer=404), NOT_BY_POST),
    ("followup:review_list", *YEAR): (roles(403, **FOLLOWING), roles(403, **FOLLOWING)),
    ("followup:review_entry", *GOAL): (roles(403, **FOLLOWING), roles(403)),
    ("followup:review_entry", *YEAR, 9, 9): (roles(403, reviewer=404, secretary=404),) * 2,
    ("followup:review_year", *YEAR): (NOT_BY_GET, roles(403)),
    ("followup:review_open", *YEAR): (roles(403, reviewer=302), roles(403, reviewer=302)),
    ("followup:review_propose", *YEAR): (roles(403, reviewer=302), roles(403, reviewer=302)),
    ("followup:review_approve", *YEAR): (NOT_BY_GET, roles(403, reviewer=302)),
    ("followup:review_texts", *YEAR): (roles(403, reviewer=200), roles(403, reviewer=422)),
    ("followup:review_area", *YEAR, 1): (roles(403, reviewer=200), roles(403, reviewer=422)),
    ("followup:review_area", *YEAR, 9): (roles(403, reviewer=404),) * 2,
    ("followup:review_guideline", *YEAR, 1): (roles(403, reviewer=200), roles(403, reviewer=422)),
    **{
        page: (roles(405, anonymous=405), roles(403, anonymous=401, reviewer=status))
        for page, status in (
            (("followup:review_texts_autosave", *YEAR), 422),
            (("followup:review_texts_autosave", YEAR[0], 2030), 404),
            (("followup:review_area_autosave", *YEAR, 1), 422),
            (("followup:review_area_autosave", *YEAR, 9), 404),
            (("followup:review_guideline_autosave", *YEAR, 1), 422),
            (("followup:review_guideline_autosave", *YEAR, 9), 404),
        )
    },
    ("followup:withholding_list", YEAR[0], 2020): (roles(403, **FOLLOWING), roles(403, reviewer=422, secretary=422)),
    ("followup:withholding_list", *YEAR): (roles(403, **FOLLOWING), roles(403)),
    ("followup:withholding_remove", YEAR[0], 2020, MARK): (
        roles(403, **FOLLOWING),
        roles(403, reviewer=422, secretary=422),
    ),
    ("followup:withholding_remove", *YEAR, 0): (roles(403, reviewer=404, secretary=404),) * 2,
    ("followup:statement", *YEAR): (roles(403, **FOLLOWING), roles(403, **FOLLOWING)),
    ("followup:statement", YEAR[0], 2030): (roles(404), roles(404)),
    ("followup:statement_docx", *YEAR): (roles(403, **FOLLOWING), roles(403, **FOLLOWING)),
    # What the board decided
    ("followup:decision_detail", YEAR[0], 2020, 1): (roles(200), roles(200)),
    ("followup:decision_detail", YEAR[0], 2020, 2): (roles(404), roles(404)),
    ("followup:decided_report", YEAR[0], 2020, 1): (roles(200), roles(200)),
    ("followup:decided_report_json", YEAR[0], 2020, 1): (roles(200), roles(200)),
    ("followup:decided_report_redrawn", YEAR[0], 2020, 1): (roles(302), roles(302)),
    ("followup:decided_report_pdf", *CASE): (roles(404), roles(404)),
    ("followup:minutes_extract", YEAR[0], 2020, 1): (roles(200), roles(200)),
    ("followup:note_list", YEAR[0], 2020, 1): (roles(403), roles(403)),
    ("followup:distribution", YEAR[0], 2020, 1): (roles(403, **FOLLOWING), roles(403, secretary=422)),
    ("followup:distribution_links", YEAR[0], 2020, 1): (NOT_BY_GET, roles(403, secretary=302)),
    # The secretary's: a case on its way to the board is theirs alone until the decision is recorded
    ("followup:case_list",): (roles(403, **FOLLOWING), roles(403, **FOLLOWING)),
    ("followup:case_edit", *YEAR): (roles(403, secretary=200), roles(403, secretary=422)),
    ("followup:case_record", *YEAR): (roles(403, secretary=302), roles(403, secretary=302)),
    ("followup:case_open", *YEAR): (NOT_BY_GET, roles(403, secretary=302)),
    ("followup:case_correct", YEAR[0], 2020): (roles(403, secretary=200), roles(403, secretary=422)),
    ("followup:case_cancel_correction", YEAR[0], 2020): (roles(403, secretary=200), roles(403, secretary=422)),
    ("followup:minutes_extract", *CASE): (roles(404, secretary=200),) * 2,
    ("followup:minutes_extract_pdf", *CASE): (roles(404, secretary=202), roles(404, secretary=302)),
    ("followup:minutes_extract_docx", *CASE): (roles(404, secretary=200),) * 2,
    ("followup:minutes_extract_text", *CASE): (roles(404, secretary=200),) * 2,
    ("followup:note_list", *CASE): (roles(404, secretary=200), roles(404, secretary=422)),
    ("followup:note_edit", *CASE, NOTE): (roles(404, secretary=200), roles(404, secretary=422)),
    ("followup:note_move", *CASE, NOTE): (NOT_BY_GET, roles(404, secretary=302)),
    ("followup:note_remove", *CASE, NOTE): (NOT_BY_GET, roles(404, secretary=302)),
    ("followup:note_attachment", *CASE, NOTE): (roles(404), NOT_BY_POST),
    ("followup:distribution", *CASE): (roles(404, secretary=403), roles(404, secretary=403)),
    ("followup:distribution_links", *CASE): (NOT_BY_GET, roles(404, secretary=302)),
    # Whoever has the link
    ("followup:received", "finns-inte"): (roles(404, anonymous=404), roles(405, anonymous=405)),
    ("followup:received_extract", "finns-inte"): (roles(404, anonymous=404),) * 2,
    # Open to everybody with PUBLIC_REPORTS: see tests/followup/publication/test_public.py
    **{
        page: (roles(404, anonymous=404), roles(405, anonymous=405))
        for page in (
            ("followup:public_list",),
            ("followup:public_year", YEAR[0], 2020),
            ("followup:public_report", YEAR[0], 2020),
            ("followup:public_report_file", YEAR[0], 2020, "csv"),
            ("followup:public_unit", YEAR[0], 2020, "socialnamnden"),
            ("followup:open_data",),
            ("followup:open_data_catalogue",),
            ("followup:sitemap",),
        )
    },
    ("followup:robots",): (roles(200, anonymous=200), roles(405, anonymous=405)),
    # Everybody's
    ("organisation:accessibility",): (roles(200, anonymous=200), roles(200, anonymous=200)),
    ("organisation:accessibility_edit",): (roles(403, administrator=200), roles(403, administrator=422)),
    ("organisation:appearance_edit",): (roles(403, administrator=200), roles(403, administrator=422)),
    ("organisation:about",): (roles(200), roles(200)),
    ("organisation:colour_scheme",): (roles(200, anonymous=200), roles(200, anonymous=200)),
    ("organisation:stylesheet",): (roles(200, anonymous=200), roles(405, anonymous=405)),
    ("organisation:logotype", "finns-inte.svg"): (roles(404, anonymous=404), roles(405, anonymous=405)),
    # The administrator's pages of people
    ("organisation:people_list",): (roles(403, administrator=200),) * 2,
    ("organisation:person_invite",): (roles(403, administrator=200), roles(403, administrator=422)),
    ("organisation:people_invite",): (roles(403, administrator=200), roles(403, administrator=422)),
    ("organisation:person_detail", PERSON): (roles(403, administrator=200),) * 2,
    ("organisation:person_detail", 0): (roles(403, administrator=404),) * 2,
    ("organisation:person_edit", PERSON): (roles(403, administrator=200), roles(403, administrator=302)),
    ("organisation:person_roles", PERSON): (roles(403, administrator=200), roles(403, administrator=302)),
    ("organisation:person_leave", PERSON): (roles(403, administrator=200), roles(403, administrator=422)),
    ("organisation:person_reopen", PERSON): (NOT_BY_GET, roles(403, administrator=302)),
    ("organisation:person_invite_again", PERSON): (NOT_BY_GET, roles(403, administrator=302)),
    ("organisation:membership_add", PERSON): (roles(403, administrator=200), roles(403, administrator=422)),
    ("organisation:membership_edit", PERSON, MEMBERSHIP): (
        roles(403, administrator=200),
        roles(403, administrator=302),
    ),
    ("organisation:membership_edit", PERSON, 0): (roles(403, administrator=404),) * 2,
    ("organisation:membership_remove", PERSON, MEMBERSHIP): (NOT_BY_GET, roles(403, administrator=302)),
    ("organisation:unit_contact", "kommunstyrelsen"): (
        roles(403, official=200, administrator=200),
        roles(403, official=302, administrator=302),
    ),
    ("organisation:unit_contact", "finns-inte"): (roles(404),) * 2,
    ("organisation:help_list",): (roles(200, anonymous=200),) * 2,
    ("organisation:help_detail", "handlaggare"): (roles(200, anonymous=200),) * 2,
    ("organisation:help_detail", "granskare"): (roles(200, anonymous=200),) * 2,
    ("organisation:help_detail", "sekreterare"): (roles(200, anonymous=200),) * 2,
    ("organisation:help_detail", "lasare"): (roles(200, anonymous=200),) * 2,
    ("organisation:help_detail", "administrator"): (roles(200, anonymous=200),) * 2,
    ("organisation:help_detail", "finns-inte"): (roles(404, anonymous=404),) * 2,
    ("organisation:introduction_seen",): (NOT_BY_GET, roles(302)),
    ("account_login",): (roles(302, anonymous=200),) * 2,
    ("account_logout",): (roles(405, anonymous=405), roles(302)),
    ("account_inactive",): (roles(200, anonymous=200), roles(405, anonymous=405)),
    ("openid_connect_login", "kommunen"): (roles(404, anonymous=404),) * 2,  # there is none in these settings
    ("openid_connect_callback", "kommunen"): (roles(404, anonymous=404),) * 2,
    ("socialaccount_login_cancelled",): (roles(302),) * 2,
    ("password_change",): (roles(200), roles(200)),
    ("forgotten_password",): (roles(200, anonymous=200), roles(422, anonymous=422)),
    ("password_link", "finns-inte"): (roles(404, anonymous=404),) * 2,
    ("provider_link", "finns-inte"): (roles(405, anonymous=405), roles(404, anonymous=404)),
    ("password_change_done",): (roles(200), NOT_BY_POST),
    # Second steps: each changes one's own account alone, and asks first who one is
    ("mfa_authenticate",): (roles(302),) * 2,
    ("mfa_login_webauthn",): (roles(302),) * 2,
    ("account_reauthenticate",): (roles(403), roles(403)),  # nobody here has a password to confirm with
    ("mfa_reauthenticate",): (roles(403), roles(403)),
    ("mfa_reauthenticate_webauthn",): (roles(403), roles(403)),
    ("mfa_index",): (roles(200), NOT_BY_POST),
    ("mfa_activate_totp",): (roles(200), roles(200)),
    ("mfa_deactivate_totp",): (roles(404), roles(404)),
    ("mfa_list_webauthn",): (roles(302), roles(302)),
    ("mfa_add_webauthn",): (roles(200), roles(200)),
    ("mfa_remove_webauthn", 1): (roles(404), roles(404)),
    ("mfa_view_recovery_codes",): (roles(404), NOT_BY_POST),
    ("mfa_generate_recovery_codes",): (roles(200), roles(200)),
    ("favicon",): (roles(302), roles(302)),
}


@pytest.fixture
def addresses(open_year, official, settings, tmp_path) -> dict[tuple[object, ...], str]:
    settings.MEDIA_ROOT = tmp_path
    return addresses_of_pages(open_year, official)


def addresses_of_pages(open_year: FollowUp, official: User) -> dict[tuple[object, ...], str]:
    """The address of each page, with a note and an attachment to point at."""
    entry = open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)
    attachment = attach(entry, SimpleUploadedFile("a.pdf", pdf()), by=official)
    case = Decision.objects.create(
        follow_up=open_year, registration_number="KS-2022/1", statement_date="2022-02-01", meeting_date="2022-03-01"
    )
    note = ProtocolNote.objects.create(decision=case, order=1, name="Anna Ask", party="S", text="Mer.")
    decided = FollowUp.objects.get(programme=open_year.programme, year=2020)
    mark = Withholding.objects.create(
        follow_up=decided, place="framat", about="Framåtblick", ground="18 kap. 13 §", reason="Röjer.", by=official
    )
    contribution = Contribution.objects.get(sub_goal__area__number=1, sub_goal__number=3, unit__slug="kommunstyrelsen")
    person = make_user("listed", unit="kommunstyrelsen")
    rows = {
        NOTE: note.pk,
        ATTACHMENT: attachment.pk,
        MARK: mark.pk,
        CONTRIBUTION: contribution.pk,
        PERSON: person.pk,
        MEMBERSHIP: person.memberships.get().pk,
    }
    return {page: reverse(page[0], args=[rows.get(arg, arg) for arg in page[1:]]) for page in PAGES}


def user_for(role: str, request) -> User | None:
    return None if role == "anonymous" else request.getfixturevalue(role)


@pytest.mark.parametrize("role", ROLES)
def test_get(role, request, addresses):
    client = client_of(user_for(role, request))
    assert {page: got(client, url) for page, url in addresses.items()} == {
        page: get[role] for page, (get, _) in PAGES.items()
    }


@pytest.mark.parametrize("role", ROLES)
def test_post(role, request, addresses):
    user = user_for(role, request)
    assert {page: posted(client_of(user), url) for page, url in addresses.items()} == {
        page: post[role] for page, (_, post) in PAGES.items()
    }


def got(client: Client, url: str) -> int:
    response = client.get(url)
    if response.streaming:
        b"".join(response)  # closes the file that is sent
    return response.status_code


def posted(client: Client, url: str) -> int:
    """The status for an empty form; whatever it did is undone, so that each page finds the same."""
    with transaction.atomic():
        status = client.post(url).status_code
        transaction.set_rollback(True)
    return status


def named(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """The names of a module's own addresses, those that it groups by how they begin among them."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name
        elif isinstance(pattern.urlconf_name, list) and pattern.namespace is None:
            yield from named(pattern.url_patterns)


def test_no_address_is_left_out():
    """Of the project's own; the administration has tests of its own."""
    names = {
        f"{module.app_name}:{name}" if hasattr(module, "app_name") else name
        for module in (followup.urls, organisation.urls, organisation.signin.urls, huddinge_safety.urls)
        for name in named(module.urlpatterns)
    }
    assert {page[0] for page in PAGES} == names


@pytest.mark.parametrize("role", ROLES)
def test_post_writes_only_for_an_official_of_the_unit(role, request, open_year):
    user = None if role == "anonymous" else request.getfixturevalue(role)
    entry = open_year.subgoalentry_set.get(sub_goal__area__number=1, sub_goal__number=1)
    response = client_of(user).post(ENTRY, {"goal-comment": "Inkräktare", "goal-version": entry.version})
    entry.refresh_from_db()
    if role == "official":
        assert (response.status_code, entry.comment, entry.version) == (302, "Inkräktare", 2)
    else:
        assert response.status_code == (LOGIN if role == "anonymous" else 403)
        assert (entry.comment, entry.version) == ("", 1)


def test_an_anonymous_visitor_is_sent_to_the_login_page(huddinge):
    response = client_of(None).get(f"{PROGRAMME}2020/")
    assert response.url == f"/logga-in/?next={PROGRAMME}2020/"


def test_a_draft_programme_is_seen_by_reviewers_only(huddinge, reviewer, official):
    make_draft(huddinge)
    for url in (PROGRAMME, f"{PROGRAMME}2020/", f"{PROGRAMME}2020/rapport/", ENTRY):
        assert client_of(official).get(url).status_code == 404
    assert client_of(reviewer).get(f"{PROGRAMME}2020/").status_code == 200


def test_a_planned_year_is_seen_by_reviewers_only(open_year, reviewer, official):
    open_year.state = "planned"
    open_year.save()
    response = client_of(official).get(f"{PROGRAMME}2021/")
    assert response.status_code == 404
    assert "Uppföljningen för 2021 har inte öppnats." in html_of(response)
    assert client_of(reviewer).get(f"{PROGRAMME}2021/").status_code == 200


def test_nothing_on_a_page_is_inline_or_from_elsewhere(official):
    response = client_of(official).get(ENTRY)
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    html = html_of(response)
    assert "<style" not in html
    assert "style=" not in html
    assert "onclick" not in html
    assert "http://" not in html.replace("http://www.w3.org", "")


def test_the_refusal_says_why(other_official):
    assert "Du rapporterar inte för någon enhet som ansvarar för mål 1.1." in (
        html_of(client_of(other_official).get(ENTRY))
    )


def test_a_closed_year_says_why(official):
    html = html_of(client_of(official).get(CLOSED_ENTRY))
    assert "Uppföljningen för 2020 är inte öppen för ändringar. Läget är: Beslutad." in html


def test_an_unknown_year_says_the_period(official):
    html = html_of(client_of(official).get(f"{PROGRAMME}2030/"))
    assert "Programmet gäller 2018–2021, så det finns ingen uppföljning för 2030." in html
