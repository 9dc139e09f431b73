"""Read a programme from an Excel workbook, and write one.

`screening` and `loading` open a file that may be hostile, `tables` recognises its sheets and columns, `cells` reads a
cell, `assembling` builds the value that `programmes.importing` imports, and `writing` makes a workbook of a programme.
"""
