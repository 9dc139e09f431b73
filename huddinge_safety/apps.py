from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Leaves out what the package of fonts brings beyond what the styles use: compressing it takes most of a minute."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.otf",
        "SourceSansPro-*It.ttf",
        "SourceSansPro-*Light.ttf",
        "SourceSansPro-B*.ttf",
    ]
