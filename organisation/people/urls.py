from django.urls import path

from organisation.people import account_views, invitation_views, views

urlpatterns = [
    path("personer/", views.people_list, name="people_list"),
    path("personer/bjud-in/", invitation_views.person_invite, name="person_invite"),
    path("personer/bjud-in/flera/", invitation_views.people_invite, name="people_invite"),
    path("personer/<int:pk>/", views.person_detail, name="person_detail"),
    path("personer/<int:pk>/uppgifter/", account_views.person_edit, name="person_edit"),
    path("personer/<int:pk>/roller/", account_views.person_roles, name="person_roles"),
    path("personer/<int:pk>/sluta/", account_views.person_leave, name="person_leave"),
    path("personer/<int:pk>/oppna/", account_views.person_reopen, name="person_reopen"),
    path("personer/<int:pk>/bjud-in-igen/", invitation_views.person_invite_again, name="person_invite_again"),
    path("personer/<int:pk>/enhet/", views.membership_add, name="membership_add"),
    path("personer/<int:pk>/enhet/<int:membership>/", views.membership_edit, name="membership_edit"),
    path("personer/<int:pk>/enhet/<int:membership>/ta-bort/", views.membership_remove, name="membership_remove"),
    path("enheter/<slug:slug>/kontakt/", views.unit_contact, name="unit_contact"),
]
