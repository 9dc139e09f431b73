"""Settings from environment variables; all wrong ones are reported at once."""

import base64
import warnings
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

NOTSET = environ.Env.NOTSET
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
NUMBER = "ska vara ett heltal"


class Environment(environ.Env):
    """Variant of `environ.Env` that collects wrong values, and uses their defaults, until `stop_if_wrong`."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__()
        # Compose files pass unset variables as empty ones. The backslash keeps environ from reading a value that begins
        # with a dollar sign, as a password may, as the name of another variable.
        self.escape_proxy = True
        self.ENVIRON = {
            name: f"\\{value}" if value.startswith("$") else value for name, value in variables.items() if value.strip()
        }
        self.problems: list[str] = []

    def require(self, name: str, purpose: str) -> None:
        """Note a problem when the variable is not set."""
        self.expect(name, name in self, f"saknas: {purpose}")

    def expect(self, name: str, is_right: bool, problem: str) -> None:
        if not is_right:
            self.problems.append(f"{name} {problem}.")

    def positive(self, name: str, default: int) -> int:
        number: int = self.int(name, default=default)
        self.expect(name, number >= 1, "ska vara minst 1")
        return number

    def zero_or_more(self, name: str, default: int) -> int:
        number: int = self.int(name, default=default)
        self.expect(name, number >= 0, "ska vara minst 0")
        return number

    def key(self, name: str, default: str = "") -> bytes:
        """Return the 32 bytes that the variable gives in base64; no bytes where it is not set."""
        text = self.str(name, default=default)
        key = _key_bytes(text)
        self.expect(name, bool(key) or not text, "ska vara 32 byte i base64, som openssl rand -base64 32 ger")
        return key

    def keys(self, name: str) -> list[bytes]:
        """Return the keys of a list separated by commas, each as in `key`."""
        keys = [_key_bytes(text) for text in self.list(name, default=[])]
        self.expect(name, all(keys), "ska vara nycklar om 32 byte i base64, åtskilda av komma")
        return keys

    def by_year(self, name: str, default: str) -> list[tuple[int, str]]:
        """Return values with their first year, from a text such as `2018 one act; 2023 another`."""
        items = [item.split(maxsplit=1) for item in self.str(name, default=default).split(";") if item.strip()]
        is_right = all(len(item) == 2 and item[0].isdecimal() for item in items)
        self.expect(name, is_right, "ska vara årtal och text, åtskilda av semikolon: 2018 en lag; 2023 en annan")
        return [(int(item[0]), item[1].strip()) for item in items] if is_right else []

    def get_value(self, var: str, cast: Any = None, default: Any = NOTSET, parse_default: Any = False) -> Any:
        """Return the value of a variable; note a problem and return the default when it cannot be read as `cast`."""
        value = self.ENVIRON.get(var, "")
        if cast is bool and value and value.lower() not in YES + NO:
            self.problems.append(f"{var} ska vara 1 eller 0, inte ”{value}”.")
            return default
        try:
            return super().get_value(var, cast, default, parse_default)
        except ValueError:
            self.problems.append(f"{var} {NUMBER if cast is int else 'går inte att läsa'}, inte ”{value}”.")
            return default

    def db_url(self, var: str = "DATABASE_URL", default: Any = NOTSET, engine: Any = None) -> dict[str, Any]:
        """Return the database settings of an address such as postgres://user:password@host/name, or sqlite:///file."""
        example = "postgres://användare:lösenord@värd/namn"
        config = self._parsed_url(super().db_url, var, default)
        if "." in config.get("ENGINE", "") and config["NAME"]:
            return config
        return self._default_url(super().db_url, var, default, example)

    def email_url(self, var: str = "EMAIL_URL", default: Any = NOTSET, backend: Any = None) -> dict[str, Any]:
        """Return the mail settings of an address such as smtp+tls://user:password@host:587."""
        example = "smtp+tls://användare:lösenord@värd:587"
        config = self._parsed_url(super().email_url, var, default)
        if "." in config.get("EMAIL_BACKEND", ""):
            return config
        return self._default_url(super().email_url, var, default, example)

    def _parsed_url(self, parse: Any, var: str, default: str) -> dict[str, Any]:
        """Return the settings that `parse` reads from the address, or none when it cannot be read."""
        try:
            # The library's warning repeats the value, which may hold a password.
            with warnings.catch_warnings(action="ignore"):
                config: dict[str, Any] = parse(var, default=default)
        except (ValueError, KeyError, ImproperlyConfigured):
            return {}
        return config

    def _default_url(self, parse: Any, var: str, default: str, example: str) -> dict[str, Any]:
        """Note that the address is wrong, without repeating it, and return the settings of the default."""
        self.problems.append(f"{var} ska vara en adress som {example}.")
        # Without the variable, `parse` reads the default.
        del self.ENVIRON[var]
        return dict(parse(var, default=default))

    def stop_if_wrong(self) -> None:
        """Raise ImproperlyConfigured with every problem, a line each."""
        if not self.problems:
            return
        lines = [
            "Inställningarna är inte rätt, och programmet startar inte:",
            *(f"  - {problem}" for problem in self.problems),
            "Sätt miljövariablerna (se README.md), eller DEBUG=1 för utveckling.",
        ]
        raise ImproperlyConfigured("\n".join(lines))


def _key_bytes(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return key if len(key) == 32 else b""


def check_production(env: Environment, hosts: list[str], site_url: str) -> None:
    """Note the settings that production needs and that are missing or unsafe."""
    _check_secret_key(env)
    _check_hosts(env, hosts)
    env.require("DATABASE_URL", "databasen, till exempel postgres://användare:lösenord@värd/namn")
    _check_site_url(env, hosts, site_url)
    env.require("EMAIL_URL", "e-postservern, till exempel smtp+tls://användare:lösenord@värd:587, eller dummymail://")


def _check_secret_key(env: Environment) -> None:
    secret = env.str("SECRET_KEY", default="")
    env.require("SECRET_KEY", "en lång slumpmässig text, som hålls hemlig")
    if secret:
        is_strong = len(secret) >= 50 and len(set(secret)) >= 5
        env.expect("SECRET_KEY", is_strong, "ska vara minst 50 tecken lång och slumpmässig")


def _check_hosts(env: Environment, hosts: list[str]) -> None:
    """Note a problem for each host with a wildcard, a port, a path or a space."""
    env.require("ALLOWED_HOSTS", "webbplatsens värdnamn, åtskilda av komma")
    for host in hosts:
        is_ipv6_address = host.startswith("[")
        is_name = not set(host) & set("*/: ")
        env.expect("ALLOWED_HOSTS", is_ipv6_address or is_name, f"ska vara värdnamn, inte ”{host}”")


def _check_site_url(env: Environment, hosts: list[str], site_url: str) -> None:
    """Note a problem unless the site's address has https and one of the allowed host names."""
    env.require("SITE_URL", "webbplatsens adress, till exempel https://uppfoljning.example.se")
    if "SITE_URL" not in env:
        return
    site = urlsplit(site_url)
    is_secure = site.scheme == "https" and bool(site.hostname)
    env.expect("SITE_URL", is_secure, "ska börja med https:// och ett värdnamn")
    if site.hostname:
        is_allowed = validate_host(site.hostname, hosts)
        env.expect("SITE_URL", is_allowed, "har ett värdnamn som inte finns i ALLOWED_HOSTS")
