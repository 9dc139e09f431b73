"""Where the apps meet: one address for every page."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("logga-in/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logga-ut/", auth.LogoutView.as_view(), name="logout"),
    path("losenord/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("losenord/klart/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("", include("organisation.urls")),
    path("", include("followup.urls")),
]

handler400 = "followup.views.errors.bad_request"
handler403 = "followup.views.errors.permission_denied"
handler404 = "followup.views.errors.not_found"
handler500 = "followup.views.errors.server_error"
