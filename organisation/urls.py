from django.urls import include, path

from organisation import views
from organisation.appearance.urls import urlpatterns as appearance_patterns
from organisation.people.urls import urlpatterns as people_patterns

app_name = "organisation"

urlpatterns = [
    path("", include(appearance_patterns)),
    path("", include(people_patterns)),
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("administration/tillganglighet/", views.accessibility_edit, name="accessibility_edit"),
    path("om/", views.about, name="about"),
    path("hjalp/", views.help_list, name="help_list"),
    path("hjalp/<slug:topic>/", views.help_detail, name="help_detail"),
    path("introduktion/", views.introduction_seen, name="introduction_seen"),
]
