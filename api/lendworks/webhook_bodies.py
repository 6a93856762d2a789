"""Webhook endpoints: what LendWorks' callers send and get back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from api.lendworks import errors
from api.lendworks.fields import Text
from api.lendworks.webhooks import EVENTS
from crm.models import WebhookEndpoint


class Events(serializers.ListField):
    child = serializers.ChoiceField(EVENTS, error_messages={"invalid_choice": f"must be one of: {', '.join(EVENTS)}"})
    default_error_messages = {
        "not_a_list": "must be an array of event names",
        "empty": "must name at least one event",
        "null": "must be an array of event names",
        "required": "is required",
    }


class Flag(serializers.Field[Any, Any, Any, Any]):
    default_error_messages = {"invalid": "must be true or false", "null": "must be true or false"}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


_NO_URL = {"required": "is required", "null": "is required", "blank": "must not be empty"}


class EndpointChanges(serializers.Serializer[Any]):
    url = Text(max_length=2000, allow_null=False, allow_blank=False, error_messages=_NO_URL)
    events = Events(allow_empty=False, required=False, max_length=len(EVENTS))
    isActive = Flag(required=False)


class NewEndpoint(serializers.Serializer[Any]):
    url = Text(max_length=2000, required=True, allow_null=False, allow_blank=False, error_messages=_NO_URL)
    events = Events(allow_empty=False, max_length=len(EVENTS))
    secret = Text(max_length=255, allow_blank=False)


def new_endpoint(body: Mapping[str, Any]) -> dict[str, Any]:
    """For crm.webhook_endpoints.create. Raises Refused."""
    given = _checked(NewEndpoint, body)
    return {"url": given["url"], "wanted": given["events"], "secret": given.get("secret") or ""}


def endpoint_changes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Those of url, wanted and is_active that are given. Raises Refused."""
    names = {"url": "url", "events": "wanted", "isActive": "is_active"}
    return {names[name]: value for name, value in _checked(EndpointChanges, body).items()}


def endpoint_resource(row: WebhookEndpoint, **more: str) -> dict[str, Any]:
    attributes = {
        "url": row.url,
        "events": row.events or list(EVENTS),
        "isActive": row.is_active,
        "switchedOffBecause": row.switched_off_because or None,
        "createdAt": row.created_at,
        **more,
    }
    return {"id": row.public_id, "type": "webhook", "attributes": attributes}


def _checked(kind: type[serializers.Serializer[Any]], body: Mapping[str, Any]) -> Mapping[str, Any]:
    serializer = kind(data=body)
    if not serializer.is_valid():
        raise errors.invalid(serializer.errors)
    return serializer.validated_data
