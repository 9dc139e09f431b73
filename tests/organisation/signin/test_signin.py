"""Local accounts: password, second factor, limits on attempts, and the end of a session."""

import time
import unicodedata
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from organisation.models import User
from organisation.roles import ADMINISTRATOR, REVIEWER, SECRETARY
from tests.fixtures import client_of, group_of, make_user
from tests.organisation.conftest import PASSWORD
from tests.pages import html_of

pytestmark = pytest.mark.django_db

LOGIN = "/logga-in/"


def log_in(client: Client, username: str, password: str = PASSWORD, **extra: str):
    return client.post(LOGIN, {"login": username, "password": password} | extra)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def code_of(secret: str) -> str:
    """Return the code that an app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def give_app(user: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def test_sign_in_by_password(client, hanna):
    assert log_in(client, "hanna").url == "/"
    assert is_in(client)


@pytest.mark.parametrize("next_url", ["https://ond.example/", "//ond.example/", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(next_url, client, hanna):
    assert log_in(client, "hanna", next=next_url).url == "/"


def test_a_wrong_password_an_unknown_name_and_a_closed_account_look_alike(client, hanna):
    make_user("stangd")
    User.objects.filter(username="stangd").update(is_active=False, password=hanna.password)
    pages = [
        html_of(log_in(Client(), name, password)).replace(name, "")
        for name, password in (("hanna", "fel"), ("finnsej", PASSWORD), ("stangd", PASSWORD))
    ]
    texts = [page.partition('role="alert"')[2].partition("</p>")[0] for page in pages]
    assert texts == [">Användarnamnet och/eller lösenordet är felaktigt."] * 3


class Counting(MD5PasswordHasher):
    """Count the hashes, which an attacker would measure as time."""

    algorithm = "counting"
    times = 0

    def encode(self, password: str, salt: str) -> str:
        Counting.times += 1
        return super().encode(password, salt)


def test_an_unknown_name_takes_as_much_work_as_a_wrong_password(client, settings, db):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    User.objects.create_user("hanna", password=PASSWORD)

    def work(name: str) -> int:
        Counting.times = 0
        log_in(client, name, "fel")
        return Counting.times

    assert work("hanna") == work("finnsej") == 1


def test_after_five_wrong_passwords_the_right_one_is_refused_too(client, hanna, caplog):
    for _ in range(5):
        log_in(client, "hanna", "fel")
    page = html_of(log_in(client, "HANNA"))
    assert "För många misslyckade inloggningsförsök." in page
    assert not is_in(client)
    # From another address too. Neither name nor password is in the log.
    assert not is_in(log_in(Client(REMOTE_ADDR="10.1.1.1"), "hanna").wsgi_request)
    assert "Sign-in failed from 127.0.0.1" in caplog.text
    assert "hanna" not in caplog.text
    # Other users can still sign in.
    User.objects.create_user("greta", password=PASSWORD)
    assert log_in(Client(), "greta").status_code == 302


def test_many_attempts_from_one_address_are_refused_for_every_name(client, hanna, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}
    assert [log_in(client, f"namn{number}", "fel").status_code for number in range(4)] == [200, 200, 200, 429]
    page = log_in(client, "hanna")
    assert page.status_code == 429
    assert "Vänta en stund" in html_of(page)


def test_the_address_comes_from_the_trusted_proxy_not_from_the_visitor(client, settings, caplog):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client.post(LOGIN, {"login": "x", "password": "y"}, headers={"x-forwarded-for": "1.1.1.1, 10.2.2.2"})
    assert "Sign-in failed from 10.2.2.2" in caplog.text


def test_there_is_no_sign_up_and_no_password_by_mail():
    names = ("account_signup", "account_reset_password", "account_email", "socialaccount_connections")
    for name in names:
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_with_an_app_the_password_alone_opens_nothing(client, greta):
    secret = give_app(greta)
    assert log_in(client, "greta", next="/granskning/").url == "/logga-in/steg-tva/"
    assert not is_in(client)
    assert client.get("/granskning/").url.startswith(LOGIN)
    assert client.get("/admin/").url.startswith("/admin/login/")
    wrong = client.post("/logga-in/steg-tva/", {"code": "000000"})
    assert "Felaktig kod." in html_of(wrong)
    assert client.post("/logga-in/steg-tva/", {"code": code_of(secret)}).url == "/granskning/"
    assert is_in(client)


def test_a_code_is_accepted_once(client, greta):
    secret = give_app(greta)
    code = code_of(secret)
    log_in(client, "greta")
    client.post("/logga-in/steg-tva/", {"code": code})
    other = Client()
    log_in(other, "greta")
    other.post("/logga-in/steg-tva/", {"code": code})
    assert is_in(client)
    assert not is_in(other)


NOW = 1_700_000_000


def at(second: int, monkeypatch) -> None:
    """Freeze the clock of one-time codes."""
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: second))


@pytest.mark.parametrize(
    ("seconds_late", "is_accepted"), [(0, True), (30, True), (-30, True), (60, False), (-60, False)]
)
def test_a_code_is_accepted_one_period_late_or_early(seconds_late, is_accepted, client, greta, monkeypatch):
    code = format_hotp_value(hotp_value(give_app(greta), NOW // 30))
    at(NOW + seconds_late, monkeypatch)
    log_in(client, "greta")
    client.post("/logga-in/steg-tva/", {"code": code})
    assert is_in(client) is is_accepted


def test_a_used_code_is_refused_in_the_next_period_too(client, greta, monkeypatch):
    code = format_hotp_value(hotp_value(give_app(greta), NOW // 30))
    at(NOW, monkeypatch)
    log_in(client, "greta")
    client.post("/logga-in/steg-tva/", {"code": code})
    assert is_in(client)
    # allauth forgets a used code after 30 seconds.
    assert cache.delete(f"allauth.mfa.totp.used?user={greta.pk}&code={code}")
    at(NOW + 30, monkeypatch)
    other = Client()
    log_in(other, "greta")
    assert "Felaktig kod." in html_of(other.post("/logga-in/steg-tva/", {"code": f"{code[:3]} {code[3:]}"}))
    assert not is_in(other)
    assert client.post("/logga-in/bekrafta/kod/", {"code": code}).status_code == 200


def test_guessing_codes_is_limited(client, greta):
    secret = give_app(greta)
    log_in(client, "greta")
    for _ in range(5):
        client.post("/logga-in/steg-tva/", {"code": "000000"})
    client.post("/logga-in/steg-tva/", {"code": code_of(secret)})
    assert not is_in(client)


def test_the_secret_of_an_app_is_encrypted_in_the_database(greta, settings):
    secret = give_app(greta)
    stored = Authenticator.objects.get(user=greta).data["secret"]
    assert secret not in stored
    app = Authenticator.objects.get(user=greta).wrap()
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "en ny nyckel"
    assert not app.validate_code(code_of(secret))
    settings.SECRET_KEY_FALLBACKS = [old]
    assert app.validate_code(code_of(secret))


def test_a_role_needs_a_second_factor_if_the_settings_say_so(client, greta, settings):
    settings.REQUIRE_MFA = True
    log_in(client, "greta")
    for url in ("/", "/granskning/", "/admin/", "/mina-uppfoljningar/"):
        assert client.get(url).url == "/inloggning/", url
    page = html_of(client.get("/inloggning/"))
    assert "Din roll kräver tvåstegsinloggning." in page
    # Adding one requires the password again.
    assert client.get("/inloggning/app/").url == "/logga-in/bekrafta/?next=%2Finloggning%2Fapp%2F"
    assert client.post("/logga-in/bekrafta/?next=/inloggning/app/", {"password": PASSWORD}).url == "/inloggning/app/"
    page = client.get("/inloggning/app/")
    secret = page.context["form"].secret
    assert client.post("/inloggning/app/", {"code": code_of(secret)}).url == "/inloggning/koder/"
    assert len(client.get("/inloggning/koder/").context["unused_codes"]) == 10
    assert client.get("/granskning/").status_code == 200
    # The only one cannot be removed.
    refused = html_of(client.get("/inloggning/app/ta-bort/"))
    assert "Din roll kräver tvåstegsinloggning. Lägg till en annan" in refused
    client.post("/inloggning/app/ta-bort/")
    assert Authenticator.objects.filter(user=greta, type="totp").exists()


def test_an_account_without_password_cannot_confirm_by_password(hanna):
    hanna.set_unusable_password()
    hanna.save()
    refused = client_of(hanna).get("/logga-in/bekrafta/")
    assert refused.status_code == 403
    assert "Du har inte behörighet till sidan." in html_of(refused)
    assert "not available" not in html_of(refused)


def test_an_older_session_has_to_use_a_new_second_factor(client, greta, settings):
    settings.REQUIRE_MFA = True
    log_in(client, "greta")
    secret = give_app(greta)
    assert client.get("/granskning/").url == "/logga-in/bekrafta/kod/"
    assert client.get("/admin/").url == "/logga-in/bekrafta/kod/"
    client.post("/logga-in/bekrafta/kod/", {"code": code_of(secret)})
    assert client.get("/granskning/").status_code == 200


@pytest.mark.parametrize(("role", "is_asked"), [(REVIEWER, True), (SECRETARY, True), (None, False)])
def test_only_roles_need_a_second_factor(role, is_asked, client, hanna, settings):
    settings.REQUIRE_MFA = True
    if role:
        hanna.groups.add(group_of(role))
    log_in(client, "hanna")
    assert client.get("/mina-uppfoljningar/").status_code == (302 if is_asked else 200)


def test_a_recovery_code_is_accepted_once(client, greta):
    give_app(greta)
    log_in(client, "greta")
    code = RecoveryCodes.activate(greta).get_unused_codes()[0]
    client.post("/logga-in/steg-tva/", {"code": code})
    assert is_in(client)
    other = Client()
    log_in(other, "greta")
    other.post("/logga-in/steg-tva/", {"code": code})
    assert not is_in(other)


def test_an_administrator_removes_a_lost_second_factor(client, greta):
    give_app(greta)
    administrator = client_of(make_user("administrator", role=ADMINISTRATOR))
    action = {"action": "forget_second_step", "_selected_action": [greta.pk]}
    administrator.post("/admin/organisation/user/", action)
    assert not Authenticator.objects.filter(user=greta).exists()
    assert greta.history.first().history_change_reason == "Tvåstegsinloggningen togs bort"
    # An administrator may not change the account of a superuser.
    root = User.objects.create_superuser("root", password=PASSWORD)
    give_app(root)
    administrator.post("/admin/organisation/user/", action | {"_selected_action": [root.pk]})
    assert Authenticator.objects.filter(user=root).exists()


def test_tables_of_sign_in_have_no_admin_pages(db):
    """Not even for a superuser: they hold secrets of apps and of the provider."""
    client = client_of(User.objects.create_superuser("root"))
    apps = {app["app_label"] for app in client.get("/admin/").context["app_list"]}
    assert apps == {"auth", "followup", "organisation", "programmes"}
    for page in ("mfa/authenticator", "account/emailaddress", "socialaccount/socialapp", "socialaccount/socialtoken"):
        assert client.get(f"/admin/{page}/").status_code == 404


def test_the_administration_uses_the_login_page_of_the_site(client, greta, hanna):
    assert client.get("/admin/login/?next=/admin/").url == "/logga-in/?next=%2Fadmin%2F"
    answer = client.post("/admin/login/", {"username": "greta", "password": PASSWORD, "next": "/admin/"})
    assert answer.url == "/logga-in/?next=%2Fadmin%2F"
    assert not is_in(client)
    assert client_of(hanna).get("/admin/login/").status_code == 403


@pytest.mark.parametrize(("hours_in", "minutes_idle", "is_over"), [(9, 100, False), (9, 121, True), (11, 0, True)])
def test_a_session_ends(hours_in, minutes_idle, is_over, client, hanna):
    log_in(client, "hanna")
    session = client.session
    session["signed_in_at"] = int(time.time()) - hours_in * 3600
    session["seen_at"] = int(time.time()) - minutes_idle * 60
    session.save()
    assert client.get("/mina-uppfoljningar/").status_code == (302 if is_over else 200)
    assert is_in(client) is not is_over
    if not is_over:
        assert time.time() - client.session["seen_at"] < 60


def test_logging_in_changes_the_key_of_the_session_and_logging_out_ends_it(client, hanna):
    client.get(f"{LOGIN}?next=/")
    session = client.session
    session["before"] = 1
    session.save()
    before = client.session.session_key
    log_in(client, "hanna")
    after = client.session.session_key
    assert before != after
    assert client.post("/logga-ut/").url == LOGIN
    client.cookies["sessionid"] = after
    assert not is_in(client)


def test_a_changed_password_ends_the_other_sessions(client, hanna):
    other = Client()
    log_in(client, "hanna")
    log_in(other, "hanna")
    new = "en-annan-lösenfras"
    client.post("/losenord/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert client.get("/mina-uppfoljningar/").status_code == 200
    assert other.get("/mina-uppfoljningar/").status_code == 302


SWEDISH = "Blåbär på ängen \ufb01nns 7"


@pytest.mark.parametrize("set_in", ["NFC", "NFD", "NFKC"])
@pytest.mark.parametrize("typed_in", ["NFC", "NFD", "NFKD"])
def test_a_password_is_the_same_in_every_unicode_form(client, hanna, set_in, typed_in):
    hanna.set_password(unicodedata.normalize(set_in, SWEDISH))
    hanna.save()
    log_in(client, "hanna", unicodedata.normalize(typed_in, SWEDISH))
    assert is_in(client)


def test_a_password_set_before_forms_were_normalised_still_works(client, hanna):
    raw = unicodedata.normalize("NFD", SWEDISH)
    User.objects.filter(pk=hanna.pk).update(password=make_password(raw))
    log_in(client, "hanna", raw)
    assert is_in(client)


def test_another_letter_is_another_password(client, hanna):
    hanna.set_password("Blåbär på ängen 7")
    hanna.save()
    log_in(client, "hanna", "Blabar pa angen 7")
    assert not is_in(client)


def test_a_user_name_is_the_same_in_every_unicode_form(client):
    User.objects.create_user("åsa.öberg", password=PASSWORD)
    log_in(client, unicodedata.normalize("NFD", "åsa.öberg"))
    assert is_in(client)
