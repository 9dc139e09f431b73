"""Read a programme from a file, and write one as an Excel workbook.

`readers` open a file that may be hostile and make a `grid` of each sheet or table. `recognition` finds the meaning of
its headings among the columns of `schema`, and `shape` the kind of each row. `reading` goes through the sheets,
`tables` and `upright` read their rows, and `ledger` accounts for every filled cell. `cells`, `periods`, `steps` and
`name_lists` read single values. `numbering` decides which stored item a row is, `assembling` builds the value that
`programmes.importing` imports, and `writing` makes a workbook of a programme.
"""
