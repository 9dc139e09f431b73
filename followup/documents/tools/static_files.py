"""Static files that documents embed, read from the file system."""

from django.contrib.staticfiles import finders


def static_path(name: str) -> str:
    """Return the absolute path of a static file. Raise FileNotFoundError when no app or package has it."""
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    return str(path)
