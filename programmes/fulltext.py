"""Searching running text for Swedish words in all their forms: "skola" finds "skolor" and "skolans".

PostgreSQL has its own Swedish stemmer and an index for it (followup migration 0003). SQLite has neither, so a word is
stemmed here, by the same algorithm (Snowball), and looked for by its stem: near enough, but slow on large tables.
"""

from __future__ import annotations

import re
from typing import Any

import snowballstemmer
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connections, models

LANGUAGE = "swedish"


def words_of(text: str) -> list[str]:
    """The words of a search, each once, in the order written."""
    return list(dict.fromkeys(re.findall(r"\w+", text.lower())))


def containing(rows: models.QuerySet[Any], field: str, word: str) -> models.QuerySet[Any]:
    """Those of `rows` whose text `field` has `word` in some form."""
    if connections[rows.db].vendor == "postgresql":
        return rows.alias(words=SearchVector(field, config=LANGUAGE)).filter(words=SearchQuery(word, config=LANGUAGE))
    stem = snowballstemmer.stemmer(LANGUAGE).stemWord(word)
    # An inflection adds a few letters to the stem; a word that merely begins alike adds more.
    return rows.filter(**{f"{field}__iregex": rf"\b{re.escape(stem)}\w{{0,5}}\b"})
