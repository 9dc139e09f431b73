"""The function `search_fold` of PostgreSQL: a text as `organisation.text.fold` makes it. SQLite gets it from its backend.

The characters are those that do not count in comparing: soft hyphen, joiners, zero-width spaces and direction marks.
"""

from django.db import migrations

CREATE = r"""
    CREATE FUNCTION search_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT lower(normalize(regexp_replace(
            value, '[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]', '', 'g'
        ), NFKC))
    $$
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION search_fold(text)")


class Migration(migrations.Migration):
    dependencies = [("programmes", "0006_swedish_order")]

    operations = [migrations.RunPython(create, drop)]
