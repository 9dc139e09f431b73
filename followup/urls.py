"""The addresses of the pages (contract in README.md): view name, URL name and template stem are one."""

from django.urls import path

from followup.views import (
    attachments,
    comments,
    dashboards,
    distribution,
    entries,
    history,
    mail,
    minutes,
    notes,
    register,
    reports,
    review,
    search,
    statements,
    texts,
    units,
)

app_name = "followup"

DECISION = "program/<slug:slug>/<int:year>/beslut/<int:number>/"

urlpatterns = [
    path("", dashboards.home, name="home"),
    path("mina-uppfoljningar/", entries.work_list, name="work_list"),
    path("mina-uppfoljningar/e-post/", mail.mail_choice, name="mail_choice"),
    path("mina-uppfoljningar/<slug:slug>/<int:year>/<int:area>.<int:number>/", entries.entry_edit, name="entry_edit"),
    path(
        "mina-uppfoljningar/<slug:slug>/<int:year>/<int:area>.<int:number>/ta-tillbaka/",
        entries.entry_withdraw,
        name="entry_withdraw",
    ),
    path(
        "mina-uppfoljningar/<slug:slug>/<int:year>/<int:area>.<int:number>/bifoga/",
        attachments.entry_attach,
        name="entry_attach",
    ),
    path("bilagor/<int:pk>/", attachments.attachment_download, name="attachment_download"),
    path("bilagor/<int:pk>/ta-bort/", attachments.attachment_remove, name="attachment_remove"),
    path("mina-uppfoljningar/<slug:slug>/<int:year>/lamna-in/", entries.work_submit, name="work_submit"),
    path("kommentarer/<slug:slug>/<int:year>/<int:area>.<int:number>/", comments.comment_list, name="comment_list"),
    path("granskning/", review.review_home, name="review_home"),
    path("granskning/<slug:slug>/<int:year>/", review.review_list, name="review_list"),
    path("granskning/<slug:slug>/<int:year>/lage/", review.review_year, name="review_year"),
    path("granskning/<slug:slug>/<int:year>/godkann/", review.review_approve, name="review_approve"),
    path("granskning/<slug:slug>/<int:year>/texter/", texts.review_texts, name="review_texts"),
    path("granskning/<slug:slug>/<int:year>/omrade/<int:number>/", texts.review_area, name="review_area"),
    path("granskning/<slug:slug>/<int:year>/riktlinje/<int:number>/", texts.review_guideline, name="review_guideline"),
    path("granskning/<slug:slug>/<int:year>/<int:area>.<int:number>/", review.review_entry, name="review_entry"),
    path("sok/", search.search, name="search"),
    path("program/<slug:slug>/", dashboards.programme_detail, name="programme_detail"),
    path("program/<slug:slug>/<int:year>/", dashboards.follow_up_detail, name="follow_up_detail"),
    path("program/<slug:slug>/<int:year>/omrade/<int:number>/", dashboards.area_detail, name="area_detail"),
    path("program/<slug:slug>/mal/<int:area>.<int:number>/", dashboards.sub_goal_detail, name="sub_goal_detail"),
    path(
        "program/<slug:slug>/mal/<int:area>.<int:number>/historik/",
        history.sub_goal_history,
        name="sub_goal_history",
    ),
    path(
        "program/<slug:slug>/mal/<int:area>.<int:number>/atgard/<int:measure>/historik/",
        history.measure_history,
        name="measure_history",
    ),
    path("program/<slug:slug>/<int:year>/historik/", history.follow_up_history, name="follow_up_history"),
    path(
        "program/<slug:slug>/<int:year>/mal/<int:area>.<int:number>/historik/",
        history.entry_history,
        name="entry_history",
    ),
    path("program/<slug:slug>/<int:year>/omrade/<int:number>/historik/", history.area_history, name="area_history"),
    path(
        "program/<slug:slug>/<int:year>/riktlinje/<int:number>/historik/",
        history.guideline_history,
        name="guideline_history",
    ),
    path("program/<slug:slug>/<int:year>/rapport/", reports.report, name="report"),
    path("program/<slug:slug>/<int:year>/rapport.<slug:suffix>", reports.report_file, name="report_file"),
    path("program/rapport.schema.json", reports.report_schema, name="report_schema"),
    path("program/<slug:slug>/<int:year>/tjansteutlatande/", statements.statement, name="statement"),
    path("program/<slug:slug>/<int:year>/tjansteutlatande.docx", statements.statement_docx, name="statement_docx"),
    # A decision is one of the times that a year has been to the board.
    path(f"{DECISION}protokollsutdrag/", minutes.minutes_extract, name="minutes_extract"),
    path(f"{DECISION}protokollsutdrag.pdf", minutes.minutes_extract_pdf, name="minutes_extract_pdf"),
    path(f"{DECISION}protokollsutdrag.docx", minutes.minutes_extract_docx, name="minutes_extract_docx"),
    path(f"{DECISION}protokollsutdrag/text/", minutes.minutes_extract_text, name="minutes_extract_text"),
    path(f"{DECISION}anteckningar/", notes.note_list, name="note_list"),
    path(f"{DECISION}anteckningar/<int:pk>/", notes.note_edit, name="note_edit"),
    path(f"{DECISION}anteckningar/<int:pk>/flytta/", notes.note_move, name="note_move"),
    path(f"{DECISION}anteckningar/<int:pk>/ta-bort/", notes.note_remove, name="note_remove"),
    path(f"{DECISION}anteckningar/<int:pk>/bilaga/", notes.note_attachment, name="note_attachment"),
    path(f"{DECISION}utskick/", distribution.distribution, name="distribution"),
    path("utskick/<str:token>/", distribution.received, name="received"),
    path("utskick/<str:token>/protokollsutdrag.pdf", distribution.received_extract, name="received_extract"),
    path("arenden/", register.register, name="register"),
    path("enheter/", units.unit_list, name="unit_list"),
    path("enheter/<slug:slug>/", units.unit_detail, name="unit_detail"),
    path(
        "program/<slug:slug>/<int:year>/rapport.pdf/<int:rendering>/", reports.report_rendering, name="report_rendering"
    ),
]
