"""The shape of other people's tables: their headings, and the kind of each row below.

All modules are pure: `headings` joins headings of several rows, `labels` splits the words before a name from it ("Mål
A1: …"), `rows` tells measures from bands, totals and remarks, `legends` finds explanations of letters, colours and
abbreviations, and `lines` reads the title, the years and the area from lines of text above a table.
"""
