"""The colours of the stylesheet, for what is drawn without one."""

import re
from functools import cache
from pathlib import Path

from followup.documents.tools.static_files import static_path


@cache
def colours() -> dict[str, str]:
    """The colour tokens by name, such as "#17632f" for "good": the stylesheet stays the one place for them."""
    tokens = Path(static_path("css/tokens.css")).read_text()
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", tokens))
