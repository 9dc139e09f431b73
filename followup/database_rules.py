"""Triggers for rules between tables: a follow-up, its programme, its entries and its decisions."""

from programmes.triggers import Rule, written_once


def _belongs(table: str, column: str, item: str, path_to_programme: str) -> Rule:
    """Require that an entry's `item` belongs to the programme of its follow-up."""
    return Rule(
        name=f"{table}_of_programme",
        table=f"followup_{table}",
        violated=(
            f"NOT EXISTS (SELECT 1 FROM followup_followup f JOIN {item} i ON i.id = NEW.{column} {path_to_programme}"
            " WHERE f.id = NEW.follow_up_id)"
        ),
        message="Uppgiften hör till ett annat program än uppföljningen.",
    )


AFTERWARDS = "Beslutet är infört och ändras inte. Rätta med ett nytt beslut."
RECORDED = "(SELECT id FROM followup_decision WHERE recorded_at IS NOT NULL)"


DECIDED = "(SELECT id FROM followup_followup WHERE state = 'decided')"


APPROVED = (
    "EXISTS (SELECT 1 FROM followup_decision d WHERE d.follow_up_id = NEW.id"
    " AND d.outcome = 'approved' AND d.recorded_at IS NOT NULL)"
)


TABLES_OF_ENTRIES = ("areaentry", "subgoalentry", "measureentry", "guidelineentry", "contribution")


def _open_year(table: str) -> list[Rule]:
    """Refuse changes of entries of a decided year; a correction reopens the year first."""
    message = "Uppföljningen är beslutad och ändras inte. Rätta med ett nytt beslut."
    return [
        Rule(
            name=f"{table}_added_before_decision",
            table=f"followup_{table}",
            violated=f"NEW.follow_up_id IN {DECIDED}",
            message=message,
        ),
        Rule(
            name=f"{table}_kept_after_decision",
            table=f"followup_{table}",
            violated=f"OLD.follow_up_id IN {DECIDED}",
            message=message,
            events=("update", "delete"),
        ),
    ]


def _unrecorded(table: str, recorded: str) -> Rule:
    """Refuse changes of a decision's rows once the decision is recorded."""
    return Rule(
        name=f"{table}_kept_after_decision",
        table=f"followup_{table}",
        violated=recorded,
        message=AFTERWARDS,
        events=("update", "delete"),
    )


MOVED_WITH_ANSWERS = "Det som har följts upp kan inte flyttas till ett annat program."


def _stays_in_programme(table: str, column: str, moved_with_answers: str) -> Rule:
    """Refuse to move a followed-up part of a programme to another programme, by a change of `column`."""
    return Rule(
        name=f"{table}_stays_with_answers",
        table=f"programmes_{table}",
        violated=f"NEW.{column} <> OLD.{column} AND ({moved_with_answers})",
        message=MOVED_WITH_ANSWERS,
        events=("update",),
    )


PROGRAMME_OF_AREA = "(SELECT programme_id FROM programmes_responsibilityarea WHERE id = NEW.area_id)"
PROGRAMME_OF_GOAL = (
    "(SELECT a.programme_id FROM programmes_subgoal s JOIN programmes_responsibilityarea a ON a.id = s.area_id"
    " WHERE s.id = NEW.sub_goal_id)"
)

MOVES = [
    _stays_in_programme(
        "responsibilityarea",
        "programme_id",
        "EXISTS (SELECT 1 FROM followup_areaentry e WHERE e.area_id = NEW.id)"
        " OR EXISTS (SELECT 1 FROM followup_subgoalentry e JOIN programmes_subgoal s ON s.id = e.sub_goal_id"
        " WHERE s.area_id = NEW.id)"
        " OR EXISTS (SELECT 1 FROM followup_measureentry e JOIN programmes_measure m ON m.id = e.measure_id"
        " JOIN programmes_subgoal s ON s.id = m.sub_goal_id WHERE s.area_id = NEW.id)",
    ),
    _stays_in_programme(
        "subgoal",
        "area_id",
        "EXISTS (SELECT 1 FROM followup_subgoalentry e JOIN followup_followup f ON f.id = e.follow_up_id"
        f" WHERE e.sub_goal_id = NEW.id AND f.programme_id <> {PROGRAMME_OF_AREA})"
        " OR EXISTS (SELECT 1 FROM followup_measureentry e JOIN programmes_measure m ON m.id = e.measure_id"
        " JOIN followup_followup f ON f.id = e.follow_up_id"
        f" WHERE m.sub_goal_id = NEW.id AND f.programme_id <> {PROGRAMME_OF_AREA})",
    ),
    _stays_in_programme(
        "measure",
        "sub_goal_id",
        "EXISTS (SELECT 1 FROM followup_measureentry e JOIN followup_followup f ON f.id = e.follow_up_id"
        f" WHERE e.measure_id = NEW.id AND f.programme_id <> {PROGRAMME_OF_GOAL})",
    ),
    _stays_in_programme(
        "guideline",
        "programme_id",
        "EXISTS (SELECT 1 FROM followup_guidelineentry e WHERE e.guideline_id = NEW.id)",
    ),
]

RULES = [
    *MOVES,
    Rule(
        name="followup_within_period",
        table="followup_followup",
        violated=(
            "NOT EXISTS (SELECT 1 FROM programmes_programme p WHERE p.id = NEW.programme_id"
            " AND NEW.year BETWEEN p.first_year AND p.last_year)"
        ),
        message="Uppföljningens år ligger utanför programmets period.",
    ),
    Rule(
        name="programme_covers_followups",
        table="programmes_programme",
        violated=(
            "EXISTS (SELECT 1 FROM followup_followup f WHERE f.programme_id = NEW.id"
            " AND (f.year < NEW.first_year OR f.year > NEW.last_year))"
        ),
        message="Perioden kan inte kortas: programmet har uppföljningar utanför den nya perioden.",
    ),
    Rule(
        name="followup_open_in_published_programme",
        table="followup_followup",
        violated=(
            "NEW.state = 'open' AND EXISTS (SELECT 1 FROM programmes_programme p WHERE p.id = NEW.programme_id"
            " AND p.state = 'draft')"
        ),
        message=(
            "Året kan inte vara öppet: programmet är ett utkast, som enheterna inte ser."
            " Ändra först programmets läge till Gällande."
        ),
    ),
    Rule(
        name="programme_published_while_open",
        table="programmes_programme",
        violated=(
            "NEW.state = 'draft' AND OLD.state <> 'draft' AND EXISTS (SELECT 1 FROM followup_followup f"
            " WHERE f.programme_id = NEW.id AND f.state <> 'planned')"
        ),
        message="Programmet kan inte bli ett utkast igen: det har år som följs upp eller är beslutade.",
        events=("update",),
    ),
    _belongs("areaentry", "area_id", "programmes_responsibilityarea", "AND i.programme_id = f.programme_id"),
    _belongs(
        "subgoalentry",
        "sub_goal_id",
        "programmes_subgoal",
        "JOIN programmes_responsibilityarea a ON a.id = i.area_id AND a.programme_id = f.programme_id",
    ),
    _belongs(
        "measureentry",
        "measure_id",
        "programmes_measure",
        "JOIN programmes_subgoal s ON s.id = i.sub_goal_id"
        " JOIN programmes_responsibilityarea a ON a.id = s.area_id AND a.programme_id = f.programme_id",
    ),
    _belongs("guidelineentry", "guideline_id", "programmes_guideline", "AND i.programme_id = f.programme_id"),
    Rule(
        name="contribution_of_programme",
        table="followup_contribution",
        violated=(
            "NOT EXISTS (SELECT 1 FROM followup_followup f"
            " JOIN programmes_responsibilityarea a ON a.programme_id = f.programme_id"
            " JOIN programmes_subgoal s ON s.area_id = a.id LEFT JOIN programmes_measure m ON m.sub_goal_id = s.id"
            " WHERE f.id = NEW.follow_up_id AND (s.id = NEW.sub_goal_id OR m.id = NEW.measure_id))"
        ),
        message="Uppgiften hör till ett annat program än uppföljningen.",
    ),
    Rule(
        name="followup_decided_by_a_decision",
        table="followup_followup",
        violated=f"NEW.state = 'decided' AND NOT {APPROVED}",
        message="Uppföljningen kan inte bli beslutad utan ett infört beslut.",
    ),
    Rule(
        name="followup_reviewed_after_decision",
        table="followup_followup",
        violated=f"NEW.state IN ('planned', 'open') AND {APPROVED}",
        message="En uppföljning som har varit beslutad öppnas inte igen. Den rättas under granskningen.",
    ),
    Rule(
        name="followup_kept_after_decision",
        table="followup_followup",
        violated="OLD.state = 'decided' AND NEW.state <> 'under_review'",
        message="Uppföljningen är beslutad och ändras inte. Rätta med ett nytt beslut.",
        events=("update",),
    ),
    *(rule for table in TABLES_OF_ENTRIES for rule in _open_year(table)),
    _unrecorded("decision", "OLD.recorded_at IS NOT NULL"),
    _unrecorded("speaker", f"OLD.decision_id IN {RECORDED}"),
    _unrecorded("protocolnote", f"OLD.decision_id IN {RECORDED}"),
    Rule(
        name="speaker_added_before_decision",
        table="followup_speaker",
        violated=f"NEW.decision_id IN {RECORDED}",
        message=AFTERWARDS,
    ),
    Rule(
        name="protocolnote_added_before_decision",
        table="followup_protocolnote",
        violated=f"NEW.decision_id IN {RECORDED}",
        message=AFTERWARDS,
    ),
    written_once("followup_decidedreport", "En beslutad rapport ändras eller tas aldrig bort."),
    written_once("followup_reportsignature", "En signatur ändras eller tas aldrig bort."),
    written_once("followup_comment", "En kommentar skrivs en gång och ändras eller tas aldrig bort."),
    written_once("followup_event", "En händelse skrivs en gång och ändras eller tas aldrig bort."),
]
