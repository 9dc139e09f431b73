"""docs/operations.md, followed line by line on a copy of this machine; and the files in deploy/."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

DOCUMENT = settings.BASE_DIR / "docs" / "operations.md"
DEPLOY = settings.BASE_DIR / "deploy"

# What the machine has running when the document begins, and a certificate that nobody trusts.
BEFORE = """
export LC_ALL=C.UTF-8 PIP_NO_INDEX=1 REPOSITORY=file:///tmp/repository
git config --global --add safe.directory '*'
# The network is out of reach here, and what is to be installed is installed already.
apt-get() { [ "$1" = update ] || /usr/bin/apt-get --quiet --no-download "$@" >/dev/null; }
version=$(ls /usr/lib/postgresql | sort -n | tail -n 1)
pg_lsclusters --no-header | grep -q . || pg_createcluster "$version" main >/dev/null
pg_ctlcluster "$version" main start
mkdir -p /run/postgresql /etc/ssl/private
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=uppfoljning.example.se \\
    -out /etc/ssl/certs/uppfoljning.example.se.pem -keyout /etc/ssl/private/uppfoljning.example.se.key 2>/dev/null
"""
# The packages are the tests' own, in the versions of the lock file: unpacking them again would take minutes.
VENV = """
python3() { if [ "$1 $2" = "-m venv" ]; then ln -s /tmp/venv "$3"; else command python3 "$@"; fi }
"""
# There is no mail server here.
NO_MAIL = "sed -i 's#^EMAIL_URL=.*#EMAIL_URL=dummymail://#' /etc/huddinge-safety/environment"
WAIT = """
for _ in $(seq 100); do
    curl --silent --fail http://127.0.0.1:8000/healthz >/dev/null && break
    sleep 0.2
done
"""
PROXY = """
site() { curl --silent --show-error --insecure --resolve uppfoljning.example.se:443:127.0.0.1 "$@"; }
echo "== proxy"
site --output /dev/null --write-out '%{http_code} %{redirect_url}\\n' https://uppfoljning.example.se/
site https://uppfoljning.example.se/logga-in/ | grep --only-matching '/static/css/site[^"]*'
style=$(site https://uppfoljning.example.se/logga-in/ | grep --only-matching '/static/css/site[^"]*')
site --head --header 'Accept-Encoding: br' "https://uppfoljning.example.se$style"
site --head https://uppfoljning.example.se/logga-in/
site --output /dev/null --write-out '%{http_code}\\n' --resolve fel.example.se:443:127.0.0.1 https://fel.example.se/
curl --silent --output /dev/null --write-out '%{http_code} %{redirect_url}\\n' --header 'Host: uppfoljning.example.se' http://127.0.0.1/
echo "== limit"
site --parallel --parallel-max 100 --output /dev/null --write-out '%{http_code}\\n' \\
    'https://uppfoljning.example.se/api/v1/programmes?[1-100]' | sort | uniq --count
"""


def blocks() -> list[tuple[str, str]]:
    """The document's commands, each with the heading that it stands under."""
    found, heading = [], ""
    for part in re.findall(r"^## ([^\n]+)$|^```sh\n(.*?)^```$", DOCUMENT.read_text(), re.M | re.S):
        heading = part[0] or heading
        if part[1]:
            found.append((heading, part[1]))
    return found


def script() -> str:
    lines = [BEFORE, VENV]
    for heading, block in blocks():
        lines += [f"echo '== {heading}'", block]
        if "systemctl enable --now huddinge-safety.service" in block or "systemctl restart" in block:
            lines.append(WAIT)
        if "deploy/environment.example" in block:
            lines.append(NO_MAIL)
        if "systemctl reload nginx" in block:
            lines.append(PROXY)
        if "systemctl start" in block:
            lines.append(WAIT)
    return "\n".join(lines)


# A copy of the machine that sees neither its disk, its network nor its processes.
ALONE = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]


def may_make_namespaces() -> bool:
    """Return whether this machine lets us make namespaces; an ordinary container does not."""
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not may_make_namespaces(), reason="This machine does not allow new namespaces (unshare), or not us")
def test_the_document_works_line_by_line():
    assert {heading for heading, _ in blocks()} == {"Install", "Back up", "Restore", "Upgrade", "Monitor"}
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        commands = Path(folder) / "script.sh"
        commands.write_text(script())
        machine = [str(settings.BASE_DIR / "tests" / "faults" / "machine.sh"), folder]
        result = subprocess.run(
            [*ALONE, *machine, str(settings.BASE_DIR), sys.prefix, str(commands)],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"},
        )
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    # A part of the document may have several blocks of commands.
    said: dict[str, str] = defaultdict(str)
    for block in result.stdout.split("== ")[1:]:
        part, _, text = block.partition("\n")
        said[part] += text
    assert '"status": "ok"' in said["proxy"] + said["Install"]
    assert "302 https://uppfoljning.example.se/logga-in/?next=/" in said["proxy"]
    assert re.search(r"/static/css/site\.[0-9a-f]{12}\.css", said["proxy"])
    headers = said["proxy"].lower()
    assert "content-encoding: br" in headers
    assert "cache-control: max-age=315360000, public, immutable" in headers
    assert "strict-transport-security: max-age=31536000" in headers
    assert re.search(r"x-request-id: [0-9a-f]{32}", headers)
    assert "400\n" in said["proxy"]
    assert "301 https://uppfoljning.example.se/" in said["proxy"]
    # The application refuses requests without a key, and the proxy refuses endless requests.
    limited = {code: int(number) for number, code in re.findall(r"(\d+) (\d{3})\n", said["limit"])}
    assert set(limited) == {"401", "429"}
    assert 50 < limited["401"] < 100
    assert "/var/lib/huddinge-safety/backups/backup-" in said["Back up"]
    assert "0 beslutade rapporter kontrollerade, inget skiljer." in said["Restore"]
    assert "0 beslutade rapporter kontrollerade, inget skiljer." in said["Upgrade"]
    assert f'huddinge_version_info{{version="{settings.VERSION}"}} 1.0' in said["Monitor"]


@pytest.mark.parametrize("day", ["2021-03-28", "2021-10-31"])
@pytest.mark.parametrize("timer", ["backup", "verify", "kolada"])
def test_what_runs_every_night_runs_once_when_the_clocks_change(timer, day):
    [when] = re.findall(r"OnCalendar=(.*)", (DEPLOY / "systemd" / f"huddinge-safety-{timer}.timer").read_text())
    eve = date.fromisoformat(day) - timedelta(days=1)
    command = ["systemd-analyze", "calendar", f"--base-time={eve} 12:00 UTC", "--iterations=2", when]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"TZ": "UTC"}).stdout
    next_times = re.findall(r"(?:Next elapse|Iter\. #2|Iteration #2): \w+ (\S+)", said)
    assert next_times == [day, str(eve + timedelta(days=2))], said


@pytest.mark.parametrize("unit", sorted(path.name for path in (DEPLOY / "systemd").iterdir()))
def test_systemd_takes_the_units_and_finds_them_safe(unit, tmp_path):
    # Its programs are not installed here: any that is takes their place.
    for path in (DEPLOY / "systemd").iterdir():
        (tmp_path / path.name).write_text(re.sub(r"/opt/huddinge-safety/\S+", "/bin/true", path.read_text()))
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, [line for line in verified.stderr.splitlines() if unit in line]) == (0, [])
    if unit.endswith(".service"):
        # In tenths: up to 2 of 10, where 10 is no protection at all.
        security = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(tmp_path / unit)]
        assert subprocess.run(security, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("service", ["", "-render", "-files"])
def test_a_service_that_runs_all_day_is_bounded_and_watched(service):
    text = (DEPLOY / "systemd" / f"huddinge-safety{service}.service").read_text()
    settings_of_unit = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and line[0] != "#")
    assert settings_of_unit["MemoryMax"] in ("1G", "1500M")
    # gunicorn replaces a process that hangs (`timeout`) before systemd restarts the service.
    timeout = re.search(r"^timeout = (\d+)$", (settings.BASE_DIR / "gunicorn.conf.py").read_text(), re.M)
    assert timeout is not None
    assert int(settings_of_unit["WatchdogSec"]) > int(timeout[1])
    assert settings_of_unit["Restart"] in ("always", "on-failure")
