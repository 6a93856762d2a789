"""Static files as the web server gives them out: compressed, under names that change with what is in them."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class Collected(CompressedManifestStaticFilesStorage):
    """Collected anew by crm.webserver whenever it starts."""

    manifest_strict = False  # a file that is missing is missing, and not a reason to refuse the page
    #: A module that is imported by one name and loaded by another would run twice.
    support_js_module_import_aggregation = True
