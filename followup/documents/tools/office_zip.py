"""Office files are zip packages of XML; here they are made the same byte for byte each time."""

import io
from collections.abc import Mapping
from datetime import date, datetime, time
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The earliest that a zip file can say.
MOMENT = (1980, 1, 1, 0, 0, 0)


def repacked(content: bytes, replaced: Mapping[str, bytes] | None = None) -> bytes:
    """The same package without the moment at which it was written, with the parts of `replaced` in place of its own."""
    parts = dict(replaced or {})
    file = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as source, ZipFile(file, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            info = ZipInfo(name, MOMENT)
            info.compress_type = ZIP_DEFLATED
            target.writestr(info, parts.get(name) or source.read(name))
    return file.getvalue()


def file_time(day: date | None, year: int) -> datetime:
    """What a document says of when it was made: the report's own date, or the last day of the year that it is about."""
    return datetime.combine(day or date(year, 12, 31), time(12))
