"""What a password must not be, beyond what Django refuses."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

# What somebody who knows where the site belongs tries first.
OWN_WORDS = {"kommun", "kommunen", "kommunens", "program", "uppföljning", "trygghet", "säkerhet", "lösenord", "sommar",
             "vinter", "höst", "vår", "och", "för", "trygg", "säker", "password", "admin", "administratör", "granskare",
             "handläggare", "sekreterare", "nämnd"}  # fmt: skip


class NotOurOwnWords:
    """A password of nothing but words of our own, figures and signs is refused: "Huddinge-kommun-2026!"."""

    def validate(self, password: str, user: Any = None) -> None:
        own = OWN_WORDS | set(_words(settings.MUNICIPALITY_NAME))
        if all(word in own for word in _words(password)):
            raise ValidationError(
                "Lösenordet är lätt att gissa: det består av ord som hör till kommunen och det här programmet."
            )

    def get_help_text(self) -> str:
        return "Lösenordet får inte bara bestå av ord som hör till kommunen och det här programmet."


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())
