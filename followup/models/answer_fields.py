"""The fields of an answer, declared once.

Forms, autosave, imports, the report and its files, search, comparisons and secrecy take their lists of fields from here
(`SubGoalEntry.FIELDS`, `MeasureEntry.FIELDS`). tests/followup/test_answer_fields.py fails when one of them leaves out a
field.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AnswerField:
    """A field of an answer, by its name in the model. The model field has its label, kind and choices.

    :param missing: Noun for lists of missing answers. A field without one may be empty when the answer is handed in.
    :param request: Error text that asks for a missing answer. "{item}" is the programme's word for its goal or measure.
    :param continues: Whether last year's text can be the start of this year's. An assessment is made again every year.
    """

    name: str
    missing: str = ""
    request: str = ""
    continues: bool = False
