"""Twilio's words for ours."""

from leads.receipts import Status

#: What Twilio makes of a message: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
STATUSES = {
    "accepted": Status.TAKEN,
    "scheduled": Status.TAKEN,
    "queued": Status.TAKEN,
    "sending": Status.TAKEN,
    "sent": Status.TAKEN,
    "partially_delivered": Status.TAKEN,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}
