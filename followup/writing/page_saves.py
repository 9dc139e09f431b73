"""The saves of one open page in a browser.

The response to a save can be lost on the network. The page then still has the version from before, and its next save
would look like a conflict with another writer. So the script of the page numbers its saves and names the page, and the
database stores that name and number with the version that the save made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The name of the parameter that static/js/autosave.js adds to each request.
PARAMETER = "page-save"


@dataclass(frozen=True)
class PageSave:
    """One save: the random name of the open page, and the number of the save, which grows."""

    page: str
    number: int

    @classmethod
    def sent_in(cls, data: Mapping[str, str]) -> PageSave | None:
        """Read the page and number of the save from a request; None from a page without scripts."""
        match = re.fullmatch(r"([0-9a-z]{8,40}) (\d{1,9})", data.get(PARAMETER, ""))
        return cls(match[1], int(match[2])) if match else None

    def stored_as(self, version: int) -> str:
        """Return the value to store with the `version` that this save makes."""
        return f"{self.page} {self.number} {version}"

    def follows(self, item: Any) -> bool:
        """Return whether the stored version of `item` was made by an earlier save of the same page.

        A stored save of an older version is not the latest, because other writers increase the version and leave
        `page_save` unchanged. A request that was delayed on the network has a lower number and does not follow. A case
        of the board is not autosaved and has no page saves.
        """
        page, _, rest = getattr(item, "page_save", "").partition(" ")
        number, _, version = rest.partition(" ")
        return page == self.page and int(number) < self.number and int(version) == item.version
