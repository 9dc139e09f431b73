"""The colours of the stylesheet, for charts and files that are drawn without it."""

import re
from functools import cache
from pathlib import Path

from followup.documents.tools.static_files import static_path


@cache
def colours() -> dict[str, str]:
    """Return the colour tokens by name, such as "#17632f" for "good", read from the stylesheet."""
    tokens = Path(static_path("css/tokens.css")).read_text()
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", tokens))
