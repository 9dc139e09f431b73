"""Form of the municipality's colour and logotype."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django import forms
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from organisation.appearance.logotype import sanitise
from organisation.models import Appearance


class AppearanceForm(forms.ModelForm):
    class Meta:
        model = Appearance
        fields = ["accent", "logotype", "logotype_has_name"]
        widgets = {"accent": forms.TextInput(attrs={"type": "color"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean_logotype(self) -> Any:
        """Reduce an uploaded file to its drawing, and name it by the checksum of its content."""
        file = self.cleaned_data["logotype"]
        if not isinstance(file, UploadedFile):
            return file
        content, suffix = sanitise(file.read())
        return ContentFile(content, f"{sha256(content).hexdigest()[:16]}.{suffix}")
