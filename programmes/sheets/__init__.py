"""Read a programme from an Excel workbook, and write one.

`screening` and `loading` open a file that may be hostile, `recognition` finds the meaning of its sheets and columns
among those of `schema`, `reading` reads the rows, `cells` and `periods` single values, `assembling` builds the value
that `programmes.importing` imports, and `writing` makes a workbook of a programme.
"""
