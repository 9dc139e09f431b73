"""Readers of files: one module for each format, with `read(content)`, which returns a list of `Grid`.

`formats` recognises a format by its content and calls its reader. `building` collects the cells of one sheet or table,
and `limits` holds the sizes that a file may have. A file that cannot be read raises `SourceError` with a Swedish
sentence that names its kind and the remedy.
"""
