"""The fonts as browsers want them: the characters that are used, compressed. Made from the package's when first asked
for, a fortieth of their size; documents embed the whole fonts, in which any name can be written."""

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

FONTS = {f"fonts/{name}.woff2": f"{name}.ttf" for name in ("SourceSansPro-Regular", "SourceSansPro-Semibold")}
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


class WebFonts(BaseFinder):
    """Finds the web fonts among the static files, as `collectstatic` and the development server ask for them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        source = files("font_source_sans_pro") / "files"
        digest = sha256(repr((CHARACTERS, FEATURES)).encode()).hexdigest()[:8]
        self.source = Path(str(source))
        self.storage = FileSystemStorage(settings.BASE_DIR / "var" / "webfonts" / digest)

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [self._made(path)] if path in FONTS else []
        return found if find_all else (found or [[]])[0]

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in FONTS:
            self._made(name)
            yield name, self.storage

    def _made(self, name: str) -> str:
        path = Path(self.storage.path(name))
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            options = subset.Options(flavor="woff2", layout_features=FEATURES, hinting=False)
            font = subset.load_font(str(self.source / FONTS[name]), options)
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=CHARACTERS)
            subsetter.subset(font)
            # Another process may be making it too: what is there is always whole.
            with NamedTemporaryFile(dir=path.parent, delete=False) as file:
                font.save(file)
            os.replace(file.name, path)
            path.chmod(0o644)
        return str(path)
