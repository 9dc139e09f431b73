from django.urls import path

from organisation.appearance import views

urlpatterns = [
    path("utseende/", views.colour_scheme, name="colour_scheme"),
    path("administration/utseende/", views.appearance_edit, name="appearance_edit"),
    path("utseende.css", views.stylesheet, name="stylesheet"),
    path("utseende/<str:name>", views.logotype, name="logotype"),
]
