"""
A Twilio that speaks its HTTP API on 127.0.0.1: POST and GET /2010-04-01/Accounts/<sid>/Messages.json.

What it does next is said by next_answer (once) or answer (always): "accept", "refuse:<code>[:<status>]",
"500_before", "500_after", "reset_before", "reset_after", "slow_after", "garbage". taken is its own ledger. GET of the
account itself tells account_status.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import socket
import struct
import threading
import time
import uuid
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class FakeTwilio:
    def __init__(self, account_sid: str, auth_token: str) -> None:
        self.account_sid, self.auth_token = account_sid, auth_token
        self.answer = "accept"
        self.next_answer = ""
        self.list_answer = "accept"
        self.account_status = "active"
        self.slowness = 6.0
        self.taken: list[dict[str, Any]] = []
        self.requests: list[dict[str, str]] = []
        fake = self

        class Handler(_Handler):
            twilio = fake

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def take(self, form: dict[str, str], **changes: Any) -> dict[str, Any]:
        """What Twilio notes of a message that it accepted."""
        message = {
            "sid": f"SM{uuid.uuid4().hex}",
            "account_sid": self.account_sid,
            "to": form["To"],
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "body": form["Body"],
            "status": "queued",
            "direction": "outbound-api",
            "date_created": format_datetime(dt.datetime.now(dt.UTC)),
            "date_sent": None,
            "error_code": None,
        } | changes
        self.taken.append(message)
        return message

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    twilio: FakeTwilio
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        self.twilio.requests.append(form)
        if not self._is_known():
            return self._refuse(20003, 401)
        answer, self.twilio.next_answer = self.twilio.next_answer or self.twilio.answer, ""
        what, *details = answer.split(":")
        if what == "refuse":
            return self._refuse(int(details[0]), int(details[1]) if details[1:] else 400)
        if what == "reset_before":
            return self._reset()
        if what == "500_before":
            return self._say(500, {"code": 20500, "message": "Internal server error", "status": 500})
        message = self.twilio.take(form)
        if what == "500_after":
            return self._say(503, {"code": 20503, "message": "Service unavailable", "status": 503})
        if what == "reset_after":
            return self._reset()
        if what == "slow_after":
            time.sleep(self.twilio.slowness)
        self._say(201, "<html>" if what == "garbage" else message)
        return None

    def do_GET(self) -> None:
        if not self._is_known():
            return self._refuse(20003, 401)
        if self.twilio.list_answer != "accept":
            return self._say(500, {"code": 20500, "message": "Internal server error", "status": 500})
        parts = urlsplit(self.path)
        if parts.path.endswith(f"/Accounts/{self.twilio.account_sid}.json"):
            told = {"sid": self.twilio.account_sid, "friendly_name": "Acme", "status": self.twilio.account_status}
            return self._say(200, told)
        wanted = {name: values[0] for name, values in parse_qs(parts.query).items()}
        found = [each for each in reversed(self.twilio.taken) if each["to"] == wanted.get("To", each["to"])]
        size, page = int(wanted.get("PageSize", 50)), int(wanted.get("Page", 0))
        rest = found[page * size :]
        more = f"{parts.path}?To={wanted['To'].replace('+', '%2B')}&PageSize={size}&Page={page + 1}"
        self._say(200, {"messages": rest[:size], "next_page_uri": more if rest[size:] else None, "page_size": size})
        return None

    def _is_known(self) -> bool:
        pair = f"{self.twilio.account_sid}:{self.twilio.auth_token}"
        shown = self.headers.get("Authorization", "")
        return shown == f"Basic {base64.b64encode(pair.encode()).decode()}" and self.twilio.account_sid in self.path

    def _refuse(self, code: int, status: int) -> None:
        self._say(status, {"code": code, "message": f"Twilio's words for {code}", "status": status})

    def _say(self, status: int, body: Any) -> None:
        encoded = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""
