"""Crashes go to Sentry when SENTRY_DSN names one, without what borrowers said and who they are."""

from __future__ import annotations

from typing import Any

from crm.observing.redacting import redacted_all


def report_to(dsn: str, *, environment: str, **more: Any) -> bool:
    """Whether there is anywhere to report to; more goes to sentry_sdk.init."""
    if not dsn:
        return False
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=20,
        traces_sample_rate=0.0,
        before_send=scrubbed,
        before_breadcrumb=lambda crumb, hint: redacted_all(crumb),
        **more,
    )
    return True


def scrubbed(event: Any, hint: Any) -> Any:
    """The event without cookies, headers, queries and whatever looks like an address or a number."""
    request = event.get("request", {})
    for part in ("cookies", "headers", "query_string", "data", "env"):
        request.pop(part, None)
    return redacted_all(event)
