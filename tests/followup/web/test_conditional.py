"""Pages are rendered again only when something has changed."""

import time
from datetime import date

import pytest
from django.contrib.auth.models import Permission

from followup.models import FollowUp, SubGoalEntry
from followup.reading import dashboard_views as dashboards
from followup.web import conditional
from organisation.models import Membership
from organisation.roles import REVIEWER
from organisation.sessions import SEEN_AT, SIGNED_IN_AT
from tests.fixtures import PROGRAMME, client_of, group_of, make_user, put_in_state, reopened
from tests.pages import html_of

PAGES = [
    "/",
    PROGRAMME,
    f"{PROGRAMME}2020/",
    f"{PROGRAMME}2021/",
    f"{PROGRAMME}jamfor/",
    f"{PROGRAMME}2020/perspektiv/",
]


def etag_of(client, url):
    client.get(url)
    return client.get(url)["ETag"]


def asked_again(client, url, etag):
    return client.get(url, headers={"If-None-Match": etag})


@pytest.mark.parametrize("url", PAGES)
def test_the_same_page_again_costs_three_queries_and_is_not_sent(url, reviewer, django_assert_num_queries):
    client = client_of(reviewer)
    client.get(url)  # sets the cookie that the forms' tokens go with
    first = client.get(url)
    assert first.status_code == 200
    assert first["Cache-Control"] == "private, no-cache"
    with django_assert_num_queries(3):
        again = asked_again(client, url, first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == "private, no-cache"


def test_whether_a_second_step_is_needed_costs_no_question_of_its_own(official, settings, django_assert_num_queries):
    settings.REQUIRE_MFA = True
    client = client_of(official)
    etag = etag_of(client, "/")
    with django_assert_num_queries(3):
        assert asked_again(client, "/", etag).status_code == 304
    official.groups.add(group_of(REVIEWER))
    with django_assert_num_queries(3):  # and whether they have one already
        assert asked_again(client, "/", etag).status_code == 302


def change_an_answer(user):
    SubGoalEntry.objects.filter(follow_up__year=2021).update(comment="Nytt.")


def give_a_right(user):
    user.user_permissions.add(Permission.objects.get(codename="review_followup"))


def give_a_role(user):
    user.groups.add(make_user("another", role=REVIEWER).groups.get())


def rename(user):
    type(user).objects.filter(pk=user.pk).update(last_name="Nyman")


def decide(user):
    put_in_state(FollowUp.objects.get(year=2021), FollowUp.State.DECIDED)


def correct(user):
    reopened(2020)


@pytest.mark.parametrize("change", [change_an_answer, give_a_right, give_a_role, rename, decide, correct])
def test_what_a_page_depends_on_makes_it_new(change, outsider):
    client = client_of(outsider)
    etag = etag_of(client, "/")
    change(outsider)
    again = asked_again(client, "/", etag)
    assert again.status_code == 200
    assert again["ETag"] != etag


def test_another_day_makes_it_new(outsider, monkeypatch):
    client = client_of(outsider)
    etag = etag_of(client, "/")
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2031, 1, 1))
    assert asked_again(client, "/", etag).status_code == 200


def test_another_setting_makes_it_new(outsider, settings):
    client = client_of(outsider)
    etag = etag_of(client, "/")
    settings.MUNICIPALITY_NAME = "Bortkommun"
    conditional._cached_digest_of_settings.cache_clear()  # as the process that starts with another setting
    assert "Bortkommun" in html_of(asked_again(client, "/", etag))


def test_each_reader_and_each_address_has_its_own(outsider, reviewer):
    client = client_of(outsider)
    etag = etag_of(client, f"{PROGRAMME}2020/")
    assert asked_again(client_of(reviewer), f"{PROGRAMME}2020/", etag).status_code == 200
    assert asked_again(client, f"{PROGRAMME}2021/", etag).status_code == 200
    assert asked_again(client, f"{PROGRAMME}2020/?a=1", etag).status_code == 200
    client.force_login(outsider)  # anew: the forms of the old page have the old session's token
    assert asked_again(client, f"{PROGRAMME}2020/", etag).status_code == 200


def test_who_has_been_logged_out_is_not_told_that_nothing_has_changed(outsider):
    client = client_of(outsider)
    etag = etag_of(client, "/")
    client.logout()
    assert asked_again(client, "/", etag).status_code == 302


def test_a_message_is_shown_and_shown_once(official, open_year):
    client = client_of(official)
    etag = etag_of(client, "/")
    client.post("/mina-uppfoljningar/e-post/", {"mail_choice": "daily"})
    shown = asked_again(client, "/", etag)
    assert 'role="status"' in html_of(shown)
    assert "ETag" not in shown
    after = client.get("/")
    assert 'role="status"' not in html_of(after)
    assert "ETag" in after


def test_that_a_reader_was_there_a_minute_ago_does_not_make_it_new(outsider):
    client = client_of(outsider)
    etag = etag_of(client, "/")
    session = client.session
    session[SEEN_AT] = session[SIGNED_IN_AT] = int(time.time())
    session.save()
    first = etag_of(client, "/")
    session[SEEN_AT] -= 30
    session.save()
    assert asked_again(client, "/", first).status_code == 304
    assert first != etag


def test_what_is_not_found_has_no_etag(outsider):
    assert "ETag" not in client_of(outsider).get(f"{PROGRAMME}2030/")


def test_what_all_readers_share_is_drawn_once_until_something_changes(outsider, reader, monkeypatch):
    drawn = []
    draw = dashboards._render_overview
    monkeypatch.setattr(dashboards, "_render_overview", lambda *args: drawn.append(args) or draw(*args))
    first = html_of(client_of(outsider).get("/"))
    assert "Nytt namn" not in first
    client_of(reader).get("/")
    assert len(drawn) == 1
    FollowUp.objects.get(year=2021).programme.areas.filter(number=1).update(name="Nytt namn")
    assert "Nytt namn" in html_of(client_of(reader).get("/"))
    assert len(drawn) == 2


def test_what_is_shared_says_nothing_of_the_reader(reviewer, outsider):
    Membership.objects.all().delete()
    assert "Så går insamlingen" in html_of(client_of(reviewer).get("/"))
    page = html_of(client_of(outsider).get("/"))
    assert "Så går insamlingen" not in page
    assert "Reviewer" not in page
