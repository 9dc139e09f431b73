"""Addresses of signing in, under the names that allauth expects. Its other pages do not exist here."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as keys
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

from organisation.signin import password_views, views

urlpatterns = [
    path("logga-in/", views.SignInView.as_view(), name="account_login"),
    path("logga-in/avstangt/", account.account_inactive, name="account_inactive"),
    path("logga-in/steg-tva/", mfa.authenticate, name="mfa_authenticate"),
    path("logga-in/nyckel/", keys.login_webauthn, name="mfa_login_webauthn"),
    path("logga-in/bekrafta/", account.reauthenticate, name="account_reauthenticate"),
    path("logga-in/bekrafta/kod/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("logga-in/bekrafta/nyckel/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("logga-in/med/<slug:provider_id>/", views.provider_login, name="openid_connect_login"),
    path("logga-in/med/<slug:provider_id>/svar/", views.provider_callback, name="openid_connect_callback"),
    path(
        "logga-in/avbrutet/",
        login_not_required(RedirectView.as_view(pattern_name="account_login")),
        name="socialaccount_login_cancelled",
    ),
    path("logga-ut/", views.sign_out, name="account_logout"),
    path("losenord/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("losenord/klart/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("losenord/glomt/", password_views.forgotten_password, name="forgotten_password"),
    path("losenord/valj/<str:token>/", password_views.password_link, name="password_link"),
    path("losenord/valj/<str:token>/med-kommunen/", password_views.provider_link, name="provider_link"),
    path("inloggning/", views.SignInSettingsView.as_view(), name="mfa_index"),
    path("inloggning/app/", views.ActivateAppView.as_view(), name="mfa_activate_totp"),
    path("inloggning/app/ta-bort/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("inloggning/nycklar/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("inloggning/nycklar/ny/", views.AddKeyView.as_view(), name="mfa_add_webauthn"),
    path("inloggning/nycklar/<int:pk>/ta-bort/", views.RemoveKeyView.as_view(), name="mfa_remove_webauthn"),
    path("inloggning/koder/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("inloggning/koder/nya/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
]
