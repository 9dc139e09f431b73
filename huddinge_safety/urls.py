"""Where the apps meet: one address for every page."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

# Browsers ask for it by this name when they show a file that is not a page.
favicon = login_not_required(RedirectView.as_view(url=lazy(static, str)("icon.svg")))

# The most read first: an address is compared with those before its own.
urlpatterns = [
    path("", include("followup.urls")),
    path("", include("organisation.urls")),
    path("", include("organisation.signin.urls")),
    path("api/v1/", include("followup.api.urls")),
    path("admin/", admin.site.urls),
    path("favicon.ico", favicon, name="favicon"),
]

handler400 = "followup.web.errors.bad_request"
handler403 = "followup.web.errors.permission_denied"
handler404 = "followup.web.errors.not_found"
handler429 = "followup.web.errors.too_many_requests"  # the limits of organisation.signin.urls
handler500 = "followup.web.errors.server_error"
