"""Make Office files, which are zip packages of XML, equal byte for byte each time."""

import io
from collections.abc import Mapping
from datetime import date, datetime, time
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The earliest time that a zip file can hold.
EARLIEST_TIME = (1980, 1, 1, 0, 0, 0)


def repack(content: bytes, replacements: Mapping[str, bytes] | None = None) -> bytes:
    """Return the package without the time at which it was written. `replacements` replace parts of the same name."""
    parts = dict(replacements or {})
    file = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as source, ZipFile(file, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            info = ZipInfo(name, EARLIEST_TIME)
            info.compress_type = ZIP_DEFLATED
            target.writestr(info, parts.get(name) or source.read(name))
    return file.getvalue()


def file_time(day: date | None, year: int) -> datetime:
    """Return the time of creation to write in a document: the date of the report, or the last day of its year."""
    return datetime.combine(day or date(year, 12, 31), time(12))
