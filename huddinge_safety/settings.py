"""The one settings file. Everything that differs between machines comes from the environment (README.md)."""

import os
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import reverse_lazy

from huddinge_safety.environment import Environment, check_production
from huddinge_safety.logs import LEVELS, logging_config, start_sentry

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

# Wrong values are collected as they are read, and reported at once at the end of this file.
env = Environment(os.environ)
DEBUG = env.bool("DEBUG", default=False)

SECRET_KEY = env.str("SECRET_KEY", default="only-for-development")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [f"https://{'*' if host.startswith('.') else ''}{host}" for host in ALLOWED_HOSTS if not DEBUG]

# Address of the site, for links in mails, which are sent outside requests.
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}")
if not DEBUG:
    check_production(env, ALLOWED_HOSTS if "ALLOWED_HOSTS" in env else [], SITE_URL)

# Whose programmes these are: shown in the page header and on the title page of reports.
MUNICIPALITY_NAME = env.str("MUNICIPALITY_NAME", default="Huddinge kommun")

# Whether decided reports can be read without logging in, and whom to write to about them and their open data.
PUBLIC_REPORTS = env.bool("PUBLIC_REPORTS", default=False)
PUBLIC_CONTACT = env.str("PUBLIC_CONTACT", default="")
env.expect(
    "PUBLIC_CONTACT", "@" in PUBLIC_CONTACT or not PUBLIC_REPORTS, "behövs när PUBLIC_REPORTS är på: en e-postadress"
)

# Pattern of the registration numbers (diarienummer), and an example. The user confirms a number that deviates.
REGISTRATION_NUMBER_PATTERN = env.str("REGISTRATION_NUMBER_PATTERN", default=r"[A-ZÅÄÖ]{2,6}-\d{4}/\d{1,6}(\.\d{1,4})?")
REGISTRATION_NUMBER_EXAMPLE = env.str("REGISTRATION_NUMBER_EXAMPLE", default="KS-2021/307.173")
try:
    fits = re.fullmatch(REGISTRATION_NUMBER_PATTERN, REGISTRATION_NUMBER_EXAMPLE) is not None
    env.expect("REGISTRATION_NUMBER_EXAMPLE", fits, "ska följa mönstret i REGISTRATION_NUMBER_PATTERN")
except re.error as error:
    env.problems.append(f"REGISTRATION_NUMBER_PATTERN är inget reguljärt uttryck: {error}.")

# Whether a reviewer may approve the answers of their own unit.
REVIEW_OWN_ANSWERS = env.bool("REVIEW_OWN_ANSWERS", default=False)

# Whether a year is proposed to the board only with a summary, an overall assessment and one of each area.
PROPOSAL_NEEDS_TEXTS = env.bool("PROPOSAL_NEEDS_TEXTS", default=True)

# How many PDFs are made at once, by all hosts together, each in a process beside the pages; how many seconds one may
# take; for how many days and how many at most they are kept.
RENDER_PROCESSES = env.positive("RENDER_PROCESSES", default=1)
RENDER_TIME_LIMIT = env.positive("RENDER_TIME_LIMIT", default=300)
# Whether parts of WeasyPrint are replaced by faster ones (docs/decisions/pdf-speed.md).
PDF_SPEED_UPS = env.bool("PDF_SPEED_UPS", default=True)
RENDER_KEEP_DAYS = env.positive("RENDER_KEEP_DAYS", default=30)
RENDER_KEEP_COUNT = env.positive("RENDER_KEEP_COUNT", default=200)
# How many new PDFs one person, and one address of the public, may ask for within ten minutes.
RENDER_REQUESTS_PER_PERSON = env.positive("RENDER_REQUESTS_PER_PERSON", default=20)
RENDER_REQUESTS_PER_ADDRESS = env.positive("RENDER_REQUESTS_PER_ADDRESS", default=60)
# Whether pages start those processes themselves; not where `manage.py render_queued --forever` runs as a service.
RENDER_ON_DEMAND = env.bool("RENDER_ON_DEMAND", default=True)

# Files that officials attach. Another storage, such as a bucket, is set in STORAGES.
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media"))
ATTACHMENT_MAX_MB = env.positive("ATTACHMENT_MAX_MB", default=10)
FILE_UPLOAD_HANDLERS = [
    "followup.writing.attachments.TruncatingUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# The key that signs each decided report, kept outside the database; the public halves of earlier keys; and the file
# where the checksum of each decided report is noted. docs/decisions/signed-archive.md says why.
ARCHIVE_SIGNING_KEY = env.key(
    "ARCHIVE_SIGNING_KEY", default="b25seS1mb3ItZGV2ZWxvcG1lbnQtbmV2ZXItcmVhbCE=" if DEBUG else ""
)
ARCHIVE_PUBLIC_KEYS = env.keys("ARCHIVE_PUBLIC_KEYS")
ARCHIVE_ANCHOR_FILE = env.str("ARCHIVE_ANCHOR_FILE", default=str(Path(MEDIA_ROOT).parent / "archive-anchor.txt"))

# Sign-in by the municipality's own provider (OpenID Connect). Without OIDC_SERVER_URL there are local accounts alone.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env.str("OIDC_NAME", default="kommunens inloggning")
OIDC_SCOPES = env.list("OIDC_SCOPES", default=["openid", "profile", "email"])
# The claim with the person's groups, which the administration maps to roles and units.
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", default="groups")
# Whether somebody unknown gets an account, without rights, at the first sign-in.
OIDC_CREATE_ACCOUNTS = env.bool("OIDC_CREATE_ACCOUNTS", default=True)
# How an existing account is recognised at the first sign-in: username, email, or not at all.
OIDC_LINK_BY = env.str("OIDC_LINK_BY", default="")
if OIDC_SERVER_URL:
    env.require("OIDC_CLIENT_ID", "det som inloggningstjänsten kallar den här tjänsten")
    env.require("OIDC_CLIENT_SECRET", "hemligheten som inloggningstjänsten gav")
    is_https = OIDC_SERVER_URL.startswith("https://")
    env.expect("OIDC_SERVER_URL", DEBUG or is_https, "ska börja med https://")
env.expect("OIDC_LINK_BY", OIDC_LINK_BY in ("", "username", "email"), "ska vara username eller email, eller utelämnas")

# Whether those with a role need a second step (an app or a passkey) besides their password.
REQUIRE_MFA = env.bool("REQUIRE_MFA", default=not DEBUG)
# How long one sign-in lasts at most, and how long without a sign of life.
SESSION_HOURS = env.positive("SESSION_HOURS", default=10)
SESSION_IDLE_MINUTES = env.positive("SESSION_IDLE_MINUTES", default=120)
# After so many wrong passwords or codes an account takes none for so many minutes.
LOGIN_ATTEMPTS = env.positive("LOGIN_ATTEMPTS", default=5)
LOGIN_LOCKOUT_MINUTES = env.positive("LOGIN_LOCKOUT_MINUTES", default=15)

# Days after which `manage.py purge` deletes old mail, logs and closed accounts (docs/personal-data.md).
KEEP_MAIL_DAYS = env.positive("KEEP_MAIL_DAYS", default=730)
KEEP_ADMIN_LOG_DAYS = env.positive("KEEP_ADMIN_LOG_DAYS", default=730)
KEEP_CLOSED_ACCOUNT_DAYS = env.positive("KEEP_CLOSED_ACCOUNT_DAYS", default=365)

# Kolada, RKA's open database of municipal key figures: where it is asked, how many seconds one answer may take, which
# municipality's values become outcomes, and those (or groups of them) to compare with. The ids are Kolada's.
KOLADA_URL = env.str("KOLADA_URL", default="https://api.kolada.se/v3")
KOLADA_TIMEOUT = env.positive("KOLADA_TIMEOUT", default=20)
KOLADA_MUNICIPALITY = env.str("KOLADA_MUNICIPALITY", default="0126")
KOLADA_COMPARE = env.list("KOLADA_COMPARE", default=["0127", "0136", "0138", "0180"])
env.expect("KOLADA_URL", urlsplit(KOLADA_URL).scheme in ("https", "http"), "ska börja med https:// eller http://")

# The acts that the draft of a tjänsteutlåtande names, each with the year from which it applies. They change.
ACTS = env.by_year(
    "ACTS",
    default="2018 kommunallagen (2017:725); 2004 lagen (2003:778) om skydd mot olyckor;"
    " 2006 lagen (2006:544) om kommuners och regioners åtgärder inför och vid extraordinära händelser i"
    " fredstid och höjd beredskap;"
    " 2023 lagen (2023:196) om kommuners ansvar för brottsförebyggande arbete",
)

INSTALLED_APPS = [
    "organisation",
    "programmes",
    "followup",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "django_htmx",
    "simple_history",
]

MIDDLEWARE = [
    # First: monitoring knows neither the site's host name nor HTTPS, which later middleware requires.
    "huddinge_safety.probes.ProbesMiddleware",
    "huddinge_safety.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "followup.web.middleware.CompressedPagesMiddleware",
    # Before the session, whose cookie is looked up in the database.
    "followup.web.middleware.NulCharactersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "organisation.signin.middleware.SessionTimeoutMiddleware",
    # Pages need a login unless their view says @login_not_required.
    "followup.web.middleware.PageLoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "organisation.signin.middleware.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "followup.web.middleware.NotFoundPageMiddleware",
    "followup.web.middleware.MethodNotAllowedMiddleware",
    "followup.web.middleware.TooManyRequestsMiddleware",
]

ROOT_URLCONF = "huddinge_safety.urls"
WSGI_APPLICATION = "huddinge_safety.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "followup.web.context_processors.page_frame",
            ],
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Readers and one writer side by side; a second writer waits instead of failing at once.
    DATABASES["default"]["ENGINE"] = "huddinge_safety.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    DATABASES["default"]["ENGINE"] = "huddinge_safety.postgresql"
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
CACHES = {
    # Shared by all processes: it counts the attempts to log in.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    # Each process's own, of pages that have not changed.
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = ["organisation.sessions.Backend"]
SESSION_ENGINE = "organisation.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "organisation.signin.passwords.ObviousWordsValidator"},
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("followup:home")
LOGOUT_REDIRECT_URL = reverse_lazy("account_login")

# Choices of allauth: no accounts by sign-up, and addresses stored on the user only.
ACCOUNT_ADAPTER = "organisation.signin.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = False
ACCOUNT_SESSION_REMEMBER = True
# A whole municipality may come from one address, so the limits for an address are generous.
_WRONG = f"60/m/ip,{LOGIN_ATTEMPTS}/{LOGIN_LOCKOUT_MINUTES}m/key"
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": _WRONG,
    "forgotten_password": "60/m/ip",
    "forgotten_password_of_account": "3/h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0 if DEBUG else 1)
MFA_ADAPTER = "organisation.signin.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A code is accepted one period (30 s) late or early; organisation.signin.one_time_codes accepts it once.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "add_webauthn": "organisation.signin.passkeys.AddPasskeyForm",
    "authenticate": "organisation.signin.one_time_codes.AuthenticateForm",
    "reauthenticate": "organisation.signin.one_time_codes.ReauthenticateForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
SOCIALACCOUNT_ADAPTER = "organisation.signin.provider_accounts.ProviderAccountAdapter"
# The page before would ask "go to the provider?"; the answer to it is the click that led there.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "kommunen",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_SERVER_URL, "scope": OIDC_SCOPES, "oauth_pkce_enabled": True},
            }
        ]
        if OIDC_SERVER_URL
        else []
    }
}

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska")]
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "organisation.appearance.fonts.FontFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default=f"noreply@{urlsplit(SITE_URL).hostname}")
EMAIL_TIMEOUT = 30  # seconds: a mail server that says nothing must not keep the others waiting

# Whether a decision that is sent out carries the extract and the report as files, besides the link.
DISTRIBUTION_ATTACH = env.bool("DISTRIBUTION_ATTACH", default=False)

# Nothing inline, nothing from elsewhere. Logging out leads on to the provider, which browsers take for a form's target.
_PROVIDER = [f"{_url.scheme}://{_url.netloc}"] if (_url := urlsplit(OIDC_SERVER_URL)).netloc else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "object-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", *_PROVIDER],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
CSRF_FAILURE_VIEW = "followup.writing.saving.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 60 * 60 * SESSION_HOURS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_HTTPONLY = True
if not DEBUG:
    # Names that browsers take from this very host alone, over HTTPS alone.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_REDIRECT = not DEBUG
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if DEBUG else 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True

# A change is undone by making a new one, with a reason of its own; the history is never rolled back.
SIMPLE_HISTORY_REVERT_DISABLED = True

# One JSON object a line, for machines to read; in development plain text, and warnings only.
LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING" if DEBUG else "INFO").upper()
env.expect("LOG_LEVEL", LOG_LEVEL in LEVELS, f"ska vara {', '.join(LEVELS)}")
LOGGING = logging_config("text" if DEBUG else "json", LOG_LEVEL if LOG_LEVEL in LEVELS else "INFO")

# Token that gives access to /metrics. Without it there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
env.expect("METRICS_TOKEN", len(METRICS_TOKEN) >= 20 or not METRICS_TOKEN, "ska vara minst 20 tecken lång")

# Limits of /readyz: free space on each disk that is written to; how long the first in a queue may wait; hours since the
# last backup and the last check of decided reports, where 0 turns the check off.
FREE_SPACE_MIN_MB = env.positive("FREE_SPACE_MIN_MB", default=500)
QUEUE_MAX_MINUTES = env.positive("QUEUE_MAX_MINUTES", default=15)
BACKUP_MAX_HOURS = env.zero_or_more("BACKUP_MAX_HOURS", default=36)
VERIFICATION_MAX_HOURS = env.zero_or_more("VERIFICATION_MAX_HOURS", default=36)

# Errors are also sent to a Sentry, where one is named and its package is installed.
SENTRY_DSN = env.str("SENTRY_DSN", default="")
env.expect("SENTRY_DSN", not SENTRY_DSN or find_spec("sentry_sdk") is not None, "kräver paketet sentry-sdk, som saknas")

env.stop_if_wrong()

if SENTRY_DSN:
    start_sentry(SENTRY_DSN, VERSION)
