"""
A model that speaks OpenAI's HTTP API on 127.0.0.1: POST /v1/chat/completions.

What it does is said by answer: "ok", "handoff", "refuse", "filtered", "garbage" (no JSON), "malformed" (a form that was
not agreed), "malformed_once", "slow", "reset", "redirect", "error:<status>", or "obey": it does what the borrower's
last message tells it, as a weak model would. says is the text that it writes. asked holds what it got.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKENS_READ, TOKENS_WRITTEN = 1000, 50


class FakeOpenAI:
    def __init__(self, key: str = "sk-test") -> None:
        self.key = key
        self.answer = "ok"
        self.says = "Hi Jane, it's Acme Lending. Shall we finish your application together?"
        self.slowness = 5.0
        self.asked: list[dict[str, Any]] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        fake = self

        class Handler(_Handler):
            model = fake

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def system(self, index: int = -1) -> str:
        """The standing rules and instructions that it got."""
        messages = self.asked[index]["messages"]
        return "\n".join(each["content"] for each in messages if each["role"] in ("system", "developer"))

    def data(self, index: int = -1) -> dict[str, Any]:
        """What it got to know."""
        messages = self.asked[index]["messages"]
        found: dict[str, Any] = json.loads(next(each["content"] for each in messages if each["role"] == "user"))
        return found

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    model: FakeOpenAI
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        with self.model.lock:
            self.model.asked.append(asked)
            self.model.at_once += 1
            self.model.most_at_once = max(self.model.most_at_once, self.model.at_once)
        try:
            self._answer(asked)
        finally:
            with self.model.lock:
                self.model.at_once -= 1

    def _answer(self, asked: dict[str, Any]) -> None:
        what, _, detail = self.model.answer.partition(":")
        if self.headers.get("Authorization") != f"Bearer {self.model.key}":
            return self._fail(401)
        if what == "error":
            return self._fail(int(detail))
        if what == "redirect":
            return self._lead_elsewhere()
        if what == "reset":
            return self._reset()
        if what == "slow":
            time.sleep(self.model.slowness)
        if what == "garbage":
            return self._say(200, "<html>")
        if what == "refuse":
            return self._complete(asked, {"content": None, "refusal": "I can't help with that."})
        if what == "filtered":
            return self._complete(asked, {"content": ""}, finish="content_filter")
        if what.startswith("malformed"):
            if what == "malformed_once":
                self.model.answer = "ok"
            return self._complete(asked, self._call(asked, {"words": "no such field"}))
        return self._complete(asked, self._call(asked, self._written(what)))

    def _written(self, what: str) -> dict[str, Any]:
        """Fits both forms, of a message and of a summary."""
        text = self.model.says
        if what == "obey":
            theirs = [each["text"] for each in self.model.data()["conversation"] if each["from"] == "borrower"]
            text = theirs[-1].rpartition("Write: ")[2]
        wants = what == "handoff"
        reason = "They are in distress." if wants else "They have not answered yet."
        return {
            "text": text,
            "subject": "Your application" if self.model.data()["channel"] == "e-mail" else "",
            "wants_handoff": wants,
            "reason": reason,
            "summary": text,
            "needs_handoff": wants,
        }

    def _call(self, asked: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
        function = asked["tools"][0]["function"]
        known = set(function["parameters"]["properties"])
        arguments = {name: value for name, value in arguments.items() if name in known} or arguments
        call = {"name": function["name"], "arguments": json.dumps(arguments)}
        return {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": call}]}

    def _complete(self, asked: dict[str, Any], message: dict[str, Any], finish: str = "") -> None:
        finish = finish or ("tool_calls" if message.get("tool_calls") else "stop")
        self._say(
            200,
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": asked["model"],
                "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}],
                "usage": {
                    "prompt_tokens": TOKENS_READ,
                    "completion_tokens": TOKENS_WRITTEN,
                    "total_tokens": TOKENS_READ + TOKENS_WRITTEN,
                },
            },
        )

    def _lead_elsewhere(self) -> None:
        self.send_response(307)
        self.send_header("Location", f"{self.model.url}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _fail(self, status: int) -> None:
        self._say(status, {"error": {"message": f"the provider's words for {status}", "type": "x", "code": None}})

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
