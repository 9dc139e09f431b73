"""The addresses of the pages (contract in README.md): view name, URL name and template stem are one."""

from django.urls import path

from followup.views import attachments, autosave, dashboards, entries, reports, review, texts

app_name = "followup"

urlpatterns = [
    path("", dashboards.home, name="home"),
    path("mina-uppfoljningar/", entries.work_list, name="work_list"),
    path("mina-uppfoljningar/<slug:slug>/<int:year>/<int:area>.<int:number>/", entries.entry_edit, name="entry_edit"),
    path(
        "mina-uppfoljningar/<slug:slug>/<int:year>/<int:area>.<int:number>/ta-tillbaka/",
        entries.entry_withdraw,
        name="entry_withdraw",
    ),
    path(
        "mina-uppfoljningar/<slug:slug>/<int:year>/<int:area>.<int:number>/autospara/",
        autosave.entry_autosave,
        name="entry_autosave",
    ),
    path(
        "mina-uppfoljningar/<slug:slug>/<int:year>/<int:area>.<int:number>.<int:measure>/autospara/",
        autosave.entry_autosave,
        name="entry_autosave",
    ),
    path(
        "mina-uppfoljningar/<slug:slug>/<int:year>/<int:area>.<int:number>/bifoga/",
        attachments.entry_attach,
        name="entry_attach",
    ),
    path("bilagor/<int:pk>/", attachments.attachment_download, name="attachment_download"),
    path("bilagor/<int:pk>/ta-bort/", attachments.attachment_remove, name="attachment_remove"),
    path("mina-uppfoljningar/<slug:slug>/<int:year>/lamna-in/<slug:unit>/", entries.work_submit, name="work_submit"),
    path("granskning/", review.review_home, name="review_home"),
    path("granskning/<slug:slug>/<int:year>/", review.review_list, name="review_list"),
    path("granskning/<slug:slug>/<int:year>/lage/", review.review_year, name="review_year"),
    path("granskning/<slug:slug>/<int:year>/texter/", texts.review_texts, name="review_texts"),
    path("granskning/<slug:slug>/<int:year>/omrade/<int:number>/", texts.review_area, name="review_area"),
    path("granskning/<slug:slug>/<int:year>/riktlinje/<int:number>/", texts.review_guideline, name="review_guideline"),
    path("granskning/<slug:slug>/<int:year>/<int:area>.<int:number>/", review.review_entry, name="review_entry"),
    path("program/<slug:slug>/", dashboards.programme_detail, name="programme_detail"),
    path("program/<slug:slug>/<int:year>/", dashboards.follow_up_detail, name="follow_up_detail"),
    path("program/<slug:slug>/<int:year>/omrade/<int:number>/", dashboards.area_detail, name="area_detail"),
    path("program/<slug:slug>/mal/<int:area>.<int:number>/", dashboards.sub_goal_detail, name="sub_goal_detail"),
    path(
        "program/<slug:slug>/mal/<int:area>.<int:number>/historik/",
        dashboards.sub_goal_history,
        name="sub_goal_history",
    ),
    path("program/<slug:slug>/<int:year>/rapport/", reports.report, name="report"),
    path("program/<slug:slug>/<int:year>/rapport.pdf", reports.report_pdf, name="report_pdf"),
]
