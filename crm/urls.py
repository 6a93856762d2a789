"""Every address of the site: ours first, then those that the API contracts claim."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

# No address of ours ends in a slash, but those of libraries do.
handler403 = "crm.views.outage.permission_denied"
handler500 = "crm.views.outage.server_error"

urlpatterns = [
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("", include("crm.account_urls")),
    path("", include("crm.page_urls")),
    path("", include("leads.urls")),
    path("", include("sequences.urls")),
    path("", include("api.urls")),
]
