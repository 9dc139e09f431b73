"""Triggers for rules between the programme's tables."""

from programmes.triggers import Rule

RULES = [
    Rule(
        name="measure_within_period",
        table="programmes_measure",
        violated=(
            "NOT EXISTS (SELECT 1 FROM programmes_subgoal s JOIN programmes_responsibilityarea a ON a.id = s.area_id"
            " JOIN programmes_programme p ON p.id = a.programme_id WHERE s.id = NEW.sub_goal_id"
            " AND NEW.first_year >= p.first_year AND NEW.last_year <= p.last_year)"
        ),
        message="Åtgärdens år ligger utanför programmets period.",
    ),
    Rule(
        name="programme_covers_measures",
        table="programmes_programme",
        violated=(
            "EXISTS (SELECT 1 FROM programmes_measure m JOIN programmes_subgoal s ON s.id = m.sub_goal_id"
            " JOIN programmes_responsibilityarea a ON a.id = s.area_id WHERE a.programme_id = NEW.id"
            " AND (m.first_year < NEW.first_year OR m.last_year > NEW.last_year))"
        ),
        message="Perioden kan inte kortas: programmet har åtgärder utanför den nya perioden.",
    ),
    Rule(
        name="goal_moved_within_period",
        table="programmes_subgoal",
        violated=(
            "NEW.area_id <> OLD.area_id AND EXISTS (SELECT 1 FROM programmes_measure m"
            " JOIN programmes_responsibilityarea a ON a.id = NEW.area_id"
            " JOIN programmes_programme p ON p.id = a.programme_id WHERE m.sub_goal_id = NEW.id"
            " AND (m.first_year < p.first_year OR m.last_year > p.last_year))"
        ),
        message="Målet kan inte flyttas: dess åtgärder ligger utanför det nya programmets period.",
        events=("update",),
    ),
    Rule(
        name="area_moved_within_period",
        table="programmes_responsibilityarea",
        violated=(
            "NEW.programme_id <> OLD.programme_id AND EXISTS (SELECT 1 FROM programmes_measure m"
            " JOIN programmes_subgoal s ON s.id = m.sub_goal_id JOIN programmes_programme p ON p.id = NEW.programme_id"
            " WHERE s.area_id = NEW.id AND (m.first_year < p.first_year OR m.last_year > p.last_year))"
        ),
        message="Området kan inte flyttas: dess åtgärder ligger utanför det nya programmets period.",
        events=("update",),
    ),
]
