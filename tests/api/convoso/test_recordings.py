"""/v1/leads/get-recordings, and the sound itself at its signed address."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from crm.models import Organization
from leads.models import Call, Lead, Recording
from leads.pipeline import delete_lead
from leads.recordings import LIFETIME, token_of
from tests.api.convoso.conftest import Dialler
from tests.api.convoso.test_searching import BY, day

SOUND = bytes(range(256)) * 1000


def recording_of(lead: Lead, start: dt.datetime, **about: Any) -> Recording:
    whole = {"organization": lead.organization, "started_at": start, "ended_at": start + dt.timedelta(minutes=5)}
    call = Call.objects.create(lead=lead, phone=lead.phone, **whole)
    recording = Recording(call=call, seconds=300, **whole, **about)
    recording.file.save("r.mp3", ContentFile(SOUND))
    return recording


@pytest.fixture
def recording(api: Dialler, files: Path) -> Recording:
    return recording_of(api.inserted(), day(3, 14, 30))


def test_it_works(api: Dialler, recording: Recording) -> None:
    answer = api.ask("/leads/get-recordings", lead_id=recording.call.lead_id)
    assert answer["success"]
    assert answer["data"] == {"offset": 0, "limit": 10, "total": 1, "entries": answer["entries"]}
    [entry] = answer["entries"]
    assert entry.pop("url").startswith("http://testserver/recordings/")
    assert entry == {
        "recording_id": str(recording.pk),
        "lead_id": str(recording.call.lead_id),
        "start_time": "2026-03-03 14:30:00",
        "end_time": "2026-03-03 14:35:00",
        "seconds": 300,
    }


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ({"start_time": "2026-03-03 14:30:00", "end_time": "2026-03-03 14:30:00"}, True),
        ({"start_time": "2026-03-03", "end_time": "2026-03-03"}, True),
        ({"start_time": "2026-03-03 14:30:01"}, False),
        ({"end_time": "2026-03-03 14:29:59"}, False),
    ],
)
def test_it_looks_at_when_the_recording_began(
    api: Dialler, recording: Recording, asked: dict[str, str], is_found: bool
) -> None:
    answer = api.ask("/leads/get-recordings", lead_id=recording.call.lead_id, **asked)
    assert bool(answer["entries"]) == is_found


def test_it_pages_by_ascending_id(api: Dialler, recording: Recording, django_assert_num_queries: Any) -> None:
    more = [recording_of(recording.call.lead, day(1, number)) for number in range(11)]
    lead_id = recording.call.lead_id
    assert len(api.ask("/leads/get-recordings", lead_id=lead_id)["entries"]) == 10
    with django_assert_num_queries(4):  # the key, the rate window, the total, the page
        page = api.ask("/leads/get-recordings", lead_id=lead_id, offset=9, limit=100)
    assert [entry["recording_id"] for entry in page["entries"]] == [str(row.pk) for row in more[8:]]
    assert page["data"]["total"] == 12


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"lead_id": ""}, 6005),
        ({"lead_id": "0"}, 6005),
        ({"lead_id": "1", "offset": "-1"}, 7231),
        ({"lead_id": "1", "limit": "0"}, 7258),
        ({"lead_id": "1", "limit": "101"}, 7258),
        ({"lead_id": "1", "start_time": "soon"}, 6031),
    ],
)
def test_it_refuses(api: Dialler, asked: dict[str, str], code: int) -> None:
    assert api.ask("/leads/get-recordings", **asked)["code"] == code


@pytest.mark.parametrize("lead_id", ["x", "99999999"])
def test_an_unknown_lead_has_none(api: Dialler, recording: Recording, lead_id: str) -> None:
    assert api.ask("/leads/get-recordings", lead_id=lead_id)["entries"] == []


def test_a_deleted_lead_has_none(api: Dialler, recording: Recording, now: dt.datetime) -> None:
    delete_lead(recording.call.lead, by=BY, now=now)
    assert api.ask("/leads/get-recordings", lead_id=recording.call.lead_id)["entries"] == []
    assert Client().get(f"/recordings/{token_of(recording)}").status_code == 404


class TestTheSound:
    """Whoever holds the address hears it; no sign-in, no token."""

    @pytest.fixture
    def url(self, api: Dialler, recording: Recording) -> str:
        [entry] = api.ask("/leads/get-recordings", lead_id=recording.call.lead_id)["entries"]
        return str(entry["url"]).removeprefix("http://testserver")

    def test_it_is_served_whole(self, url: str, recording: Recording) -> None:
        answer = Client().get(url)
        assert answer.status_code == 200
        assert answer.getvalue() == SOUND
        assert answer["Content-Type"] == "audio/mpeg"
        assert answer["Content-Length"] == str(len(SOUND))
        assert answer["Accept-Ranges"] == "bytes"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"] == f'inline; filename="recording-{recording.pk}.mp3"'
        assert not answer.cookies

    def test_it_is_streamed(self, url: str) -> None:
        pieces = list(Client().get(url).streaming_content)
        assert len(pieces) == 4
        assert max(map(len, pieces)) == 64 * 1024

    @pytest.mark.parametrize(
        ("header", "first", "last"),
        [
            ("bytes=0-0", 0, 0),
            ("bytes=100-199", 100, 199),
            ("bytes=255900-", 255_900, 255_999),
            ("bytes=-100", 255_900, 255_999),
            ("bytes=0-999999999", 0, 255_999),
            ("bytes=-999999999", 0, 255_999),
            ("Bytes=70000-140000", 70_000, 140_000),
        ],
    )
    def test_a_span_of_it(self, url: str, header: str, first: int, last: int) -> None:
        answer = Client().get(url, headers={"Range": header})
        assert answer.status_code == 206
        assert answer["Content-Range"] == f"bytes {first}-{last}/256000"
        assert answer["Content-Length"] == str(last - first + 1)
        assert answer.getvalue() == SOUND[first : last + 1]

    @pytest.mark.parametrize("header", ["bytes=256000-", "bytes=-0", "bytes=999999999999-"])
    def test_a_span_beyond_its_end(self, url: str, header: str) -> None:
        answer = Client().get(url, headers={"Range": header})
        assert answer.status_code == 416
        assert answer["Content-Range"] == "bytes */256000"

    @pytest.mark.parametrize("header", ["bytes=5-2", "bytes=-", "bytes=0-1,5-6", "lines=1-2", "x", "bytes=a-b"])
    def test_what_is_no_span_means_all(self, url: str, header: str) -> None:
        answer = Client().get(url, headers={"Range": header})
        assert answer.status_code == 200
        assert len(answer.getvalue()) == 256_000

    def test_if_range_wants_the_same_file(self, url: str) -> None:
        tag = Client().get(url)["ETag"]
        for shown, status in ((tag, 206), ('"other"', 200)):
            assert Client().get(url, headers={"Range": "bytes=0-9", "If-Range": shown}).status_code == status

    def test_head_has_the_headers_alone(self, url: str) -> None:
        answer = Client().head(url)
        assert answer["Content-Length"] == "256000"
        assert answer.getvalue() == b""

    def test_it_expires(self, url: str) -> None:
        later = time.time() + LIFETIME.total_seconds()
        with patch("time.time", return_value=later - 60):
            assert Client().get(url).status_code == 200
        with patch("time.time", return_value=later + 60):
            answer = Client().get(url)
        assert answer.status_code == 410
        assert answer["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize("token", ["x", "a.b.c", "..", "%00", "0" * 500])
    def test_an_address_that_we_did_not_make(self, url: str, token: str) -> None:
        assert Client().get(f"/recordings/{token}").status_code == 404
        assert Client().get(f"{url}x").status_code == 404

    def test_another_recordings_name_under_this_signature(self, url: str, recording: Recording) -> None:
        other = recording_of(recording.call.lead, day(1))
        assert Client().get(url.replace(recording.uuid.hex, other.uuid.hex)).status_code == 404

    def test_a_file_that_is_lost(self, url: str, recording: Recording) -> None:
        recording.file.storage.delete(recording.file.name)
        assert Client().get(url).status_code == 404

    def test_an_organization_that_is_asleep(self, url: str) -> None:
        Organization.objects.update(is_active=False)
        assert Client().get(url).status_code == 404

    @pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/x-sh", "audio/x\r\nSet-Cookie: a=b"])
    def test_what_is_no_sound_is_only_ever_saved(self, url: str, recording: Recording, kind: str) -> None:
        Recording.objects.update(content_type=kind)
        answer = Client().get(url)
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment")

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_it_is_only_read(self, url: str, method: str) -> None:
        assert getattr(Client(), method)(url).status_code == 405
