"""WSGI entry point, served by granian."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from crm.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

application = get_wsgi_application()
for urlconf in (None, "api.urls"):
    get_resolver(urlconf).url_patterns  # noqa: B018  # loads every view, for which the first request would wait
settle()
