"""The anchor file: one line for each decided report, outside the database.

The chain cannot show that its newest links are deleted, or that all of it has been recomputed. An append-only file can,
especially a copy on another machine.

A line has the link's number, its checksum, the day of the line, and the link's signature or a hyphen.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.utils import timezone

from followup.models import DecidedReport
from followup.report.signing import is_signature_of

logger = logging.getLogger(__name__)

UNSIGNED = "-"


@dataclass(frozen=True)
class AnchorLine:
    number: int
    sha256: str
    day: str
    signature: str

    def __str__(self) -> str:
        return f"{self.number} {self.sha256} {self.day} {self.signature}"


def anchor_file() -> Path | None:
    """Return the file that decisions are noted in; None when the setting is empty."""
    return Path(settings.ARCHIVE_ANCHOR_FILE) if settings.ARCHIVE_ANCHOR_FILE else None


def read_anchor(path: Path) -> list[AnchorLine]:
    """Return the lines of the file. Raise ValueError, in Swedish, when a line is no anchor line."""
    return [_parsed(path, place, line) for place, line in enumerate(path.read_text().splitlines(), start=1)]


def _parsed(path: Path, place: int, line: str) -> AnchorLine:
    parts = line.split()
    if len(parts) != 4 or not parts[0].isdecimal() or len(parts[1]) != 64:
        raise ValueError(f"{path}, rad {place}: raden kan inte läsas. Den ska ha nummer, kontrollsumma, dag, signatur.")
    return AnchorLine(int(parts[0]), *parts[1:])


def add_to_anchor(links: Iterable[DecidedReport], path: Path) -> int:
    """Add a line for each of `links` that the file does not have with its present checksum; return how many.

    Nothing is ever removed: when a link was replaced past the program, the file has both checksums. Raise OSError when
    the file cannot be written, and ValueError when it cannot be read.
    """
    known = {(line.number, line.sha256, line.signature) for line in read_anchor(path)} if path.exists() else set()
    day = timezone.localdate().isoformat()
    lines = [AnchorLine(link.number, link.sha256, day, _signature_of(link)) for link in links]
    new = [line for line in lines if (line.number, line.sha256, line.signature) not in known]
    if new or not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write("".join(f"{line}\n" for line in new))
    return len(new)


def note_decision(link: DecidedReport) -> None:
    """Add the line of a new link, and of all earlier ones to a new file.

    A file that cannot be written does not undo the decision: the nightly run adds the line.
    """
    path = anchor_file()
    if path is None:
        return
    try:
        add_to_anchor([link] if path.exists() else DecidedReport.objects.order_by("number"), path)
    except (OSError, ValueError):
        logger.exception("The anchor file could not be written")


def _signature_of(link: DecidedReport) -> str:
    signature = getattr(link, "signature", None)
    return signature.signature if signature else UNSIGNED


def anchor_problems(
    lines: Iterable[AnchorLine], checksums: Mapping[int, str], keys: Mapping[str, Ed25519PublicKey]
) -> Iterator[str]:
    """Yield each difference between an anchor file and the stored chain, in Swedish.

    :param checksums: Checksum of each decided report in the database, by its number in the chain.
    :param keys: Public keys for the signatures of lines.
    """
    numbers: set[int] = set()
    for line in lines:
        numbers.add(line.number)
        problem = _line_problem(line, checksums, keys)
        if problem:
            yield f"Länk {line.number}: {problem}."
    last = max(numbers, default=0)
    for number in range(1, last):
        if number not in numbers:
            yield f"Länk {number}: raden saknas i ankarfilen, som har senare länkar."


def _line_problem(line: AnchorLine, checksums: Mapping[int, str], keys: Mapping[str, Ed25519PublicKey]) -> str:
    is_signed = line.signature != UNSIGNED
    if is_signed and keys and not is_signature_of(line.number, line.sha256, line.signature, keys):
        return f"ankarfilens rad från {line.day} är ändrad: signaturen gäller inte kontrollsumman {line.sha256}"
    stored = checksums.get(line.number)
    if stored is None:
        return f"ankarfilen har den sedan {line.day}, men databasen saknar den"
    if stored != line.sha256:
        return f"ankarfilen har sedan {line.day} kontrollsumman {line.sha256}, databasen har {stored}"
    return ""
