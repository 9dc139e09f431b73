"""Models of programmes and their parts."""

from programmes.models.fields import (
    LINE_LENGTH,
    SHORT_NAME_LENGTH,
    TEXT_LENGTH,
    example_field,
    figure,
    page_save_field,
    prose,
    without_padding,
    year_field,
)
from programmes.models.framework import Framework, FrameworkScale, FrameworkTerm, Scales, ScaleStep
from programmes.models.indicators import Indicator, IndicatorTarget, IndicatorValue, TargetStatus, target_status
from programmes.models.kolada import KeyFigure, KeyFigureValue
from programmes.models.programme import (
    Guideline,
    Measure,
    MeasureQuerySet,
    Perspective,
    Programme,
    ProgrammeQuerySet,
    ResponsibilityArea,
    SubGoal,
)
from programmes.models.responsibility import (
    GuidelineResponsibility,
    MeasureResponsibility,
    Responsibility,
    SharedItem,
    SubGoalResponsibility,
    set_responsible,
)
from programmes.models.responsible_person import ResponsiblePerson

__all__ = [
    "LINE_LENGTH",
    "SHORT_NAME_LENGTH",
    "TEXT_LENGTH",
    "Framework",
    "FrameworkScale",
    "FrameworkTerm",
    "Guideline",
    "GuidelineResponsibility",
    "Indicator",
    "IndicatorTarget",
    "IndicatorValue",
    "KeyFigure",
    "KeyFigureValue",
    "Measure",
    "MeasureQuerySet",
    "MeasureResponsibility",
    "Perspective",
    "Programme",
    "ProgrammeQuerySet",
    "Responsibility",
    "ResponsibilityArea",
    "ResponsiblePerson",
    "ScaleStep",
    "Scales",
    "SharedItem",
    "SubGoal",
    "SubGoalResponsibility",
    "TargetStatus",
    "example_field",
    "figure",
    "page_save_field",
    "prose",
    "set_responsible",
    "target_status",
    "without_padding",
    "year_field",
]
