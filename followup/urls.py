"""The addresses of the pages (contract in README.md): view name, URL name and template stem are one.

What begins alike stands together, so that an address is compared with few others before its own; first the pages that
are read the most.
"""

from django.urls import URLPattern, URLResolver, include, path

from followup.answers import attachment_views as attachments
from followup.answers import autosave_views as autosave
from followup.answers import hand_in_views as hand_in
from followup.answers import views as entries
from followup.api import views as api
from followup.decision import distribution_views as distribution
from followup.decision import minutes_views as minutes
from followup.decision import note_views as notes
from followup.decision import statement_views as statements
from followup.decision import views as decisions
from followup.frameworks import views as frameworks
from followup.history import views as history
from followup.intake import next_period_views as succession
from followup.intake import views as workbooks
from followup.mail import views as mail
from followup.publication import views as public
from followup.publication import withholding_views as withholdings
from followup.reading import comparison_views as comparing
from followup.reading import dashboard_views as dashboards
from followup.reading import indicator_views as indicators
from followup.reading import register_views as register
from followup.reading import report_views as reports
from followup.reading import search_views as search
from followup.reading import unit_views as units
from followup.review import comment_views as comments
from followup.review import text_views as texts
from followup.review import views as review

app_name = "followup"

Patterns = list[URLPattern | URLResolver]

YEAR = "<slug:slug>/<int:year>/"
GOAL = "<int:area>.<int:number>/"

# A decision is one of the times that a year has been to the board.
of_decision: Patterns = [
    path("", decisions.decision_detail, name="decision_detail"),
    path("rapport/", decisions.decided_report, name="decided_report"),
    path("rapport.pdf", decisions.decided_report_pdf, name="decided_report_pdf"),
    path("rapport-ritad-pa-nytt.pdf", decisions.decided_report_redrawn, name="decided_report_redrawn"),
    path("rapport.json", decisions.decided_report_json, name="decided_report_json"),
    path("protokollsutdrag/", minutes.minutes_extract, name="minutes_extract"),
    path("protokollsutdrag.pdf", minutes.minutes_extract_pdf, name="minutes_extract_pdf"),
    path("protokollsutdrag.docx", minutes.minutes_extract_docx, name="minutes_extract_docx"),
    path("protokollsutdrag/text/", minutes.minutes_extract_text, name="minutes_extract_text"),
    path("anteckningar/", notes.note_list, name="note_list"),
    path("anteckningar/<int:pk>/", notes.note_edit, name="note_edit"),
    path("anteckningar/<int:pk>/flytta/", notes.note_move, name="note_move"),
    path("anteckningar/<int:pk>/ta-bort/", notes.note_remove, name="note_remove"),
    path("anteckningar/<int:pk>/bilaga/", notes.note_attachment, name="note_attachment"),
    path("utskick/", distribution.distribution, name="distribution"),
    path("utskick/lankar/", distribution.distribution_links, name="distribution_links"),
]

of_year: Patterns = [
    path("", dashboards.follow_up_detail, name="follow_up_detail"),
    path("perspektiv/", comparing.perspective_list, name="perspective_list"),
    path("omrade/<int:number>/", dashboards.area_detail, name="area_detail"),
    path("historik/", history.follow_up_history, name="follow_up_history"),
    path("mal/" + GOAL + "historik/", history.entry_history, name="entry_history"),
    path("omrade/<int:number>/historik/", history.area_history, name="area_history"),
    path("riktlinje/<int:number>/historik/", history.guideline_history, name="guideline_history"),
    path("rapport/", reports.report, name="report"),
    path("rapport.<slug:suffix>", reports.report_file, name="report_file"),
    path("tjansteutlatande/", statements.statement, name="statement"),
    path("tjansteutlatande.docx", statements.statement_docx, name="statement_docx"),
    path("rapport.pdf/<int:rendering>/", reports.report_rendering, name="report_rendering"),
    path("beslut/<int:number>/", include(of_decision)),
]

of_goal: Patterns = [
    path("", dashboards.sub_goal_detail, name="sub_goal_detail"),
    path("indikator/<int:indicator>/", indicators.indicator_detail, name="indicator_detail"),
    path("indikator/<int:indicator>/koppla/", indicators.indicator_link, name="indicator_link"),
    path("indikator/<int:indicator>/hamta/", indicators.indicator_fetch, name="indicator_fetch"),
    path("historik/", history.sub_goal_history, name="sub_goal_history"),
    path("atgard/<int:measure>/historik/", history.measure_history, name="measure_history"),
]

of_programme: Patterns = [
    path("", dashboards.programme_detail, name="programme_detail"),
    path("nasta-period/", succession.next_period, name="next_period"),
    path("program.<str:suffix>", workbooks.programme_file, name="programme_file"),
    path("jamfor/", comparing.compare_years, name="compare_years"),
    path("jamfor-program/", comparing.compare_programmes, name="compare_programmes"),
    path("mal/" + GOAL, include(of_goal)),
]

of_frameworks: Patterns = [
    path("", frameworks.framework_list, name="framework_list"),
    path("<slug:slug>/", frameworks.framework_edit, name="framework_edit"),
    path("<slug:slug>/kopiera/", frameworks.framework_copy, name="framework_copy"),
    path("<slug:slug>/ta-bort/", frameworks.framework_remove, name="framework_remove"),
]

programmes: Patterns = [
    path(YEAR, include(of_year)),
    path("<slug:slug>/", include(of_programme)),
    path("rapport.schema.json", reports.report_schema, name="report_schema"),
]

of_entry: Patterns = [
    path("", entries.entry_edit, name="entry_edit"),
    path("lamna-in/", hand_in.entry_submit, name="entry_submit"),
    path("ta-tillbaka/", hand_in.entry_withdraw, name="entry_withdraw"),
    path("autospara/", autosave.entry_autosave, name="entry_autosave"),
    path("indikator/<int:indicator>/autospara/", autosave.outcome_autosave, name="outcome_autosave"),
    path("bidrag/<int:contribution>/autospara/", autosave.contribution_autosave, name="contribution_autosave"),
    path("bifoga/", attachments.entry_attach, name="entry_attach"),
]

work: Patterns = [
    path("", entries.work_list, name="work_list"),
    path("e-post/", mail.mail_choice, name="mail_choice"),
    path(YEAR + GOAL, include(of_entry)),
    path(YEAR + "<int:area>.<int:number>.<int:measure>/autospara/", autosave.entry_autosave, name="entry_autosave"),
    path(YEAR + "lamna-in/<slug:unit>/", hand_in.work_submit, name="work_submit"),
]

of_review: Patterns = [
    path("", review.review_list, name="review_list"),
    path("lage/", review.review_year, name="review_year"),
    path("oppna/", review.review_open, name="review_open"),
    path("foresla/", review.review_propose, name="review_propose"),
    path("godkann/", review.review_approve, name="review_approve"),
    path("texter/", texts.review_texts, name="review_texts"),
    path("texter/autospara/", texts.review_texts_autosave, name="review_texts_autosave"),
    path("omrade/<int:number>/", texts.review_area, name="review_area"),
    path("omrade/<int:number>/autospara/", texts.review_area_autosave, name="review_area_autosave"),
    path("riktlinje/<int:number>/", texts.review_guideline, name="review_guideline"),
    path("riktlinje/<int:number>/autospara/", texts.review_guideline_autosave, name="review_guideline_autosave"),
    path(GOAL, review.review_entry, name="review_entry"),
    path("sekretess/", withholdings.withholding_list, name="withholding_list"),
    path("sekretess/<int:pk>/ta-bort/", withholdings.withholding_remove, name="withholding_remove"),
]

reviewing: Patterns = [
    path("", review.review_home, name="review_home"),
    path("las-in/", workbooks.workbook_upload, name="workbook_upload"),
    path("las-in/mall.xlsx", workbooks.workbook_template, name="workbook_template"),
    path("las-in/<int:pk>/", workbooks.workbook_preview, name="workbook_preview"),
    path("las-in/<int:pk>/las-in/", workbooks.workbook_confirm, name="workbook_confirm"),
    path("las-in/<int:pk>/avbryt/", workbooks.workbook_discard, name="workbook_discard"),
    path(YEAR, include(of_review)),
]

of_case: Patterns = [
    path("", decisions.case_edit, name="case_edit"),
    path("for-in/", decisions.case_record, name="case_record"),
    path("nytt/", decisions.case_open, name="case_open"),
    path("rattelse/", decisions.case_correct, name="case_correct"),
    path("rattelse/avbryt/", decisions.case_cancel_correction, name="case_cancel_correction"),
]

public_pages: Patterns = [
    path("", public.public_list, name="public_list"),
    path(YEAR, public.public_year, name="public_year"),
    path(YEAR + "rapport/", public.public_report, name="public_report"),
    path(YEAR + "rapport.<slug:suffix>", public.public_report_file, name="public_report_file"),
    path(YEAR + "enhet/<slug:unit>/", public.public_unit, name="public_unit"),
]

unit_pages: Patterns = [
    path("", units.unit_list, name="unit_list"),
    path("<slug:slug>/", units.unit_detail, name="unit_detail"),
    path("<slug:slug>/<slug:programme>/<int:year>/", units.unit_year, name="unit_year"),
    path("<slug:slug>/<slug:programme>/<int:year>.pdf", units.unit_pdf, name="unit_pdf"),
]

urlpatterns: Patterns = [
    path("", dashboards.home, name="home"),
    path("program/", include(programmes)),
    path("styrmodeller/", include(of_frameworks)),
    path("mina-uppfoljningar/", include(work)),
    path("granskning/", include(reviewing)),
    path("enheter/", include(unit_pages)),
    path("bilagor/<int:pk>/", attachments.attachment_download, name="attachment_download"),
    path("bilagor/<int:pk>/ta-bort/", attachments.attachment_remove, name="attachment_remove"),
    path("kommentarer/" + YEAR + GOAL, comments.comment_list, name="comment_list"),
    path("api/", api.api_reference, name="api_reference"),
    path("api-nycklar/", api.api_tokens, name="api_tokens"),
    path("api-nycklar/<int:pk>/aterkalla/", api.api_token_revoke, name="api_token_revoke"),
    path("oppna-data/", public.open_data, name="open_data"),
    path("oppna-data/katalog.rdf", public.open_data_catalogue, name="open_data_catalogue"),
    path("robots.txt", public.robots, name="robots"),
    path("sitemap.xml", public.sitemap, name="sitemap"),
    path("sok/", search.search, name="search"),
    path("sok/resultat.<slug:suffix>", search.search_file, name="search_file"),
    path("beslut/", decisions.case_list, name="case_list"),
    path("utskick/<str:token>/", distribution.received, name="received"),
    path("utskick/<str:token>/protokollsutdrag.pdf", distribution.received_extract, name="received_extract"),
    path("arenden/", register.register, name="register"),
    path("beslut/" + YEAR, include(of_case)),
    path("offentligt/", include(public_pages)),
]
