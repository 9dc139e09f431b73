"""Strict Office Open XML, one of Excel's choices in "Save as": the usual form with other names of its namespaces."""

from __future__ import annotations

import io
import re
import zipfile

STRICT = b"http://purl.oclc.org/ooxml/"
NAMESPACE = re.compile(rb"http://purl\.oclc\.org/ooxml/([a-zA-Z]+)/([a-zA-Z/-]+)")
USUAL = rb"http://schemas.openxmlformats.org/\1/2006/\2"
ROOT_RELATIONS = "_rels/.rels"


def as_transitional(content: bytes) -> bytes:
    """Return an Office file with the namespaces that openpyxl and python-docx know; other files as they are.

    The strict "…/spreadsheetml/main", for example, becomes "…/spreadsheetml/2006/main".
    """
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if ROOT_RELATIONS not in package.namelist() or STRICT not in package.read(ROOT_RELATIONS):
            return content
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as rewritten:
            for name in package.namelist():
                rewritten.writestr(name, NAMESPACE.sub(USUAL, package.read(name)))
    return target.getvalue()
