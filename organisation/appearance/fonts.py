"""Fonts from the package font-source-sans-pro.

Documents use the whole fonts, because any name may occur in them. Browsers get the usual characters only, compressed
to a twentieth. These files are made when first asked for, in a directory next to STATIC_ROOT, which the user that
collects the static files can write to.
"""

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

PACKAGE = Path(str(files("font_source_sans_pro") / "files"))
FILES = ("SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf")
# Font files of the package by their path among the static files.
DOCUMENT_FONTS = {f"fonts/{file}": PACKAGE / file for file in FILES}
BROWSER_FONTS = {f"fonts/{file.removesuffix('.ttf')}.woff2": PACKAGE / file for file in FILES}
# Latin letters of all European languages, punctuation, currencies, arrows and arithmetic signs.
CHARACTERS = (
    *range(0x20, 0x250),
    *range(0x2010, 0x2070),
    *range(0x20A0, 0x20C0),
    *range(0x2190, 0x21FF),
    0x2212,
    0x2260,
)
FEATURES = ["kern", "liga", "tnum", "lnum", "mark", "mkmk", "ccmp", "locl"]


class FontFinder(BaseFinder):
    """Finder of fonts among the static files. Only the fonts of browsers are collected, because those are served."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        version = sha256(repr((CHARACTERS, FEATURES)).encode()).hexdigest()[:8]
        self.storage = FileSystemStorage(Path(settings.STATIC_ROOT).with_name("fonts") / version)

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self._file_of(path)
        if found is None:
            return []
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for path in BROWSER_FONTS:
            self._file_of(path)
            yield path, self.storage

    def _file_of(self, path: str) -> str | None:
        """Return the file of a font, made first if it is for browsers and does not exist yet."""
        if path in DOCUMENT_FONTS:
            return str(DOCUMENT_FONTS[path])
        if path not in BROWSER_FONTS:
            return None
        file = Path(self.storage.path(path))
        if not file.exists():
            write_subset(BROWSER_FONTS[path], file)
        return str(file)


def write_subset(source: Path, target: Path) -> None:
    """Write a compressed web font with those characters of the font `source` that are among CHARACTERS."""
    options = subset.Options(flavor="woff2", layout_features=FEATURES, hinting=False)
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)

    # Replace atomically: another process may write the same file, and readers must never find half of it.
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, delete=False) as temporary:
        font.save(temporary)
    font.close()
    Path(temporary.name).chmod(0o644)
    os.replace(temporary.name, target)
