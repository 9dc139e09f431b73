"""The fonts come from an ordinary package: whole for documents, in which any name may be written, and for browsers the
characters that are used, compressed to a twentieth. Those are made when they are first asked for, in a folder beside
STATIC_ROOT, which whoever collects the static files can write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from fontTools import subset

FILES = ("SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf")
FOR_DOCUMENTS = {f"fonts/{file}": file for file in FILES}
FOR_BROWSERS = {f"fonts/{file.removesuffix('.ttf')}.woff2": file for file in FILES}
# Latin in all of Europe's languages, punctuation, currencies, arrows and signs of arithmetic.
CHARACTERS = (
    *range(0x20, 0x250),
    *range(0x2010, 0x2070),
    *range(0x20A0, 0x20C0),
    *range(0x2190, 0x21FF),
    0x2212,
    0x2260,
)
FEATURES = ["kern", "liga", "tnum", "lnum", "mark", "mkmk", "ccmp", "locl"]


class Fonts(BaseFinder):
    """Finds fonts among the static files. Only those for browsers are collected, to be served."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.package = Path(str(files("font_source_sans_pro") / "files"))
        digest = sha256(repr((CHARACTERS, FEATURES)).encode()).hexdigest()[:8]
        self.storage = FileSystemStorage(Path(settings.STATIC_ROOT).with_name("fonts") / digest)

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self._found(path)
        if found is None:
            return []
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for path in FOR_BROWSERS:
            self._made(path)
            yield path, self.storage

    def _found(self, path: str) -> str | None:
        if path in FOR_BROWSERS:
            return self._made(path)
        return str(self.package / FOR_DOCUMENTS[path]) if path in FOR_DOCUMENTS else None

    def _made(self, path: str) -> str:
        file = Path(self.storage.path(path))
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            options = subset.Options(flavor="woff2", layout_features=FEATURES, hinting=False)
            font = subset.load_font(str(self.package / FOR_BROWSERS[path]), options)
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=CHARACTERS)
            subsetter.subset(font)
            # Another process may be making it too: what is there is always whole.
            with NamedTemporaryFile(dir=file.parent, delete=False) as being_made:
                font.save(being_made)
            font.close()
            Path(being_made.name).chmod(0o644)
            os.replace(being_made.name, file)
        return str(file)
