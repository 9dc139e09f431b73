"""Search running text for Swedish words in all their forms: "skola" finds "skolor" and "skolans".

PostgreSQL has a Swedish stemmer and an index of stemmed words. SQLite has neither: there the word is stemmed here with
the same algorithm (Snowball) and matched by a regular expression, which is slow on large tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar, cast

import snowballstemmer
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import Func, Model, Q, QuerySet, TextField
from django.db.models.lookups import Regex

from organisation.text import fold

M = TypeVar("M", bound=Model)

LANGUAGE = "swedish"

# Stop words of PostgreSQL's Swedish dictionary: they are not indexed, so a search for one would find nothing.
_COMMON = """
och det att i en jag hon som han på den med var sig för så till är men ett om hade de av icke mig du henne då sin nu
har inte hans honom skulle hennes där min man ej vid kunde något från ut när efter upp vi dem vara vad över än dig kan
sina här ha mot alla under någon eller allt mycket sedan ju denna själv detta åt utan varit hur ingen mitt ni bli blev
oss din dessa några deras blir mina samma vilken er sådan vår blivit dess inom mellan sådant varför varje vilka ditt vem
vilket sitta sådana vart dina vars vårt våra ert era vilkas
"""
STOP_WORDS = frozenset(_COMMON.split())
# Pattern of the invisible characters that may occur within a word.
INVISIBLE = "[\u00ad\u200b-\u200f\u2060\ufeff]*"


class Folded(Func):
    """A text folded by `organisation.text.fold` in the database: for matching, not for display."""

    function = "search_fold"
    output_field = TextField()


def words_of(text: str) -> list[str]:
    """Return the words of a search, each once, in the order written, without stop words."""
    return list(dict.fromkeys(word for word in re.findall(r"\w+", fold(text)) if word not in STOP_WORDS))


def has_index() -> bool:
    """Return whether the database finds words by an index, queried by `all_of`. Otherwise use `containing`."""
    return connection.vendor == "postgresql"


def all_of(words: Iterable[str]) -> SearchQuery:
    """Return the query for an indexed text that has all of `words`, each in some form."""
    return SearchQuery(" ".join(words), config=LANGUAGE)


def containing(word: str, fields: Iterable[str]) -> Q:
    """Return the condition that one of the texts `fields` has `word` in some form."""
    return Q(*(Q(Regex(Folded(field), _forms_of(word))) for field in fields), _connector=Q.OR)


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that matches `words` in any form, as its one group; it never matches when there are no words.

    The pattern is for displayed text, which may have soft hyphens within a word.
    """
    return re.compile(f"({'|'.join(_forms_of(word, between=INVISIBLE) for word in words) or '(?!)'})", re.IGNORECASE)


@lru_cache(maxsize=1000)
def _forms_of(word: str, between: str = "") -> str:
    """Return a pattern of the inflected forms of `word`, with `between` allowed between its letters."""
    stem = between.join(map(re.escape, snowballstemmer.stemmer(LANGUAGE).stemWord(word)))
    # An inflection adds a few letters to the stem; a word that merely begins alike adds more.
    return rf"\b{stem}(?:{between}\w){{0,5}}\b"


def matching(rows: QuerySet[M], words: Iterable[str], fields: Iterable[str]) -> QuerySet[M]:
    """Return the rows whose texts `fields`, taken together, have all `words` in some form.

    PostgreSQL uses an expression index over the same fields in the same order.
    """
    if has_index():
        vector = SearchVector(*map(Folded, fields), config=LANGUAGE)
        return cast("QuerySet[M]", rows.annotate(words_in_texts=vector).filter(words_in_texts=all_of(words)))
    return rows.filter(*(containing(word, fields) for word in words))
