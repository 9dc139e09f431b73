"""A password validator beyond those of Django."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

# Words that somebody who knows where the site belongs would try first.
OBVIOUS_WORDS = {
    "kommun", "kommunen", "kommunens", "program", "uppföljning", "trygghet", "säkerhet", "lösenord", "sommar", "vinter",
    "höst", "vår", "och", "för", "trygg", "säker", "password", "admin", "administratör", "granskare", "handläggare",
    "sekreterare", "nämnd",
}  # fmt: skip


class ObviousWordsValidator:
    """Refuse a password of nothing but obvious words, digits and signs, such as "Huddinge-kommun-2026!"."""

    def validate(self, password: str, user: Any = None) -> None:
        obvious = OBVIOUS_WORDS | set(_words(settings.MUNICIPALITY_NAME))
        if all(word in obvious for word in _words(password)):
            raise ValidationError(
                "Lösenordet är lätt att gissa: det består av ord som hör till kommunen och det här programmet."
            )

    def get_help_text(self) -> str:
        return "Lösenordet får inte bara bestå av ord som hör till kommunen och det här programmet."


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())
