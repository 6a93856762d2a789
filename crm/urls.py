"""Every address of the site: ours first, then those that the API contracts claim."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("crm.page_urls")),
    path("", include("leads.urls")),
    path("", include("sequences.urls")),
    path("", include("api.urls")),
]
