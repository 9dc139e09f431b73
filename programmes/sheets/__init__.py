"""A programme as an Excel workbook: written for people to fill in, and read however they have filled it in.

`package` opens a file that may be hostile, `tables` finds what its columns mean, `cells` reads a cell, `assembling`
makes of the rows the value that `programmes.importing` takes, and `writing` makes a workbook of such a value.
"""
