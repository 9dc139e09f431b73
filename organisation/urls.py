from django.urls import path

from organisation import views

app_name = "organisation"

urlpatterns = [
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("om/", views.about, name="about"),
    path("utseende/", views.colour_scheme, name="colour_scheme"),
    path("utseende.css", views.stylesheet, name="stylesheet"),
    path("utseende/<str:name>", views.logotype, name="logotype"),
    path("hjalp/", views.help_list, name="help_list"),
    path("hjalp/<slug:topic>/", views.help_detail, name="help_detail"),
    path("introduktion/", views.introduction_seen, name="introduction_seen"),
]
