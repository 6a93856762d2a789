"""Recordings of calls: handed in, heard in spans by who may see the lead, removed; Convoso gives the same."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.storage import default_storage
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from crm.models import Actor, Advisor, Credential, CredentialKind, Event, Organization, Permission
from leads import call_recordings, stored_files
from leads.models import Call, Lead, Recording
from leads.pipeline import delete_lead
from leads.uploads import UploadRefused
from tests.conftest import ClientOf, MakeLead
from tests.leads.files import upload
from tests.leads.sounds import mp3, wav

pytestmark = pytest.mark.usefixtures("files")
PART = {"HX-Request": "true"}
BY = Actor.system()


@pytest.fixture
def lead(make_lead: MakeLead, bob: Advisor) -> Lead:
    return make_lead(name="Ann", phone="+12125550101", advisor=bob)


@pytest.fixture
def call(lead: Lead, bob: Advisor) -> Call:
    started = timezone.now() - dt.timedelta(hours=1)
    return Call.objects.create(
        organization=lead.organization, lead=lead, advisor=bob, phone=lead.phone, started_at=started
    )


@pytest.fixture
def client(bob: Advisor, client_of: ClientOf) -> Client:
    return client_of(bob)


def sent(client: Client, call: Call, name: str, content: bytes) -> HttpResponseBase:
    address = f"/leads/{call.lead.uuid}/calls/{call.pk}/recordings"
    return client.post(address, {"files": upload(name, content)}, headers=PART)


def body(answer: HttpResponseBase) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_it_works(client: Client, call: Call) -> None:
    answer = sent(client, call, "call.mp3", mp3(5))
    assert answer.status_code == 200
    assert answer["HX-Trigger"] == "lead-changed"
    recording = Recording.objects.get()
    assert (recording.seconds, recording.content_type, recording.added_by_label) == (5, "audio/mpeg", "Bob Baker")
    assert recording.file.name.startswith("recordings/")
    assert "call" not in recording.file.name
    call.refresh_from_db()
    assert call.seconds == 5
    address = f"/leads/{call.lead.uuid}/recordings/{recording.uuid}"
    page = client.get(f"/leads/{call.lead.uuid}").content.decode()
    assert "<audio" in page
    assert f'src="{address}"' in page
    whole = client.get(address)
    assert body(whole) == mp3(5)
    assert {"private", "no-store"} <= set(whole["Cache-Control"].split(", "))
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert whole["Content-Disposition"].startswith("attachment")
    span = client.get(address, headers={"Range": "bytes=10-19"})
    assert (span.status_code, span["Content-Range"]) == (206, f"bytes 10-19/{len(mp3(5))}")
    assert body(span) == mp3(5)[10:20]
    assert client.get(address, headers={"Range": "bytes=99999999-"}).status_code == 416


@pytest.mark.parametrize(("name", "content"), [("call.mp3", wav()), ("call.exe", mp3()), ("call.wav", b"")])
def test_what_is_no_recording_is_refused(client: Client, call: Call, name: str, content: bytes) -> None:
    answer = sent(client, call, name, content)
    assert answer.status_code == 422
    assert b"toast" in answer.content  # type: ignore[attr-defined]
    assert not Recording.objects.exists()


def test_the_same_file_is_kept_once(call: Call) -> None:
    for _ in range(2):
        call_recordings.keep(call, upload("call.wav", wav()), by=BY, now=timezone.now())
    assert Recording.objects.count() == 1
    assert Event.objects.filter(name="call.recorded").count() == 1


def test_there_is_an_end_to_them(call: Call) -> None:
    for seconds in range(1, call_recordings.MOST_OF_CALL + 1):
        call_recordings.keep(call, upload("call.wav", wav(seconds)), by=BY, now=timezone.now())
    with pytest.raises(UploadRefused, match="as many recordings"):
        call_recordings.keep(call, upload("call.wav", wav(60)), by=BY, now=timezone.now())


def test_one_that_is_removed_is_gone_with_its_file(client: Client, call: Call) -> None:
    sent(client, call, "call.wav", wav())
    recording = Recording.objects.get()
    address = f"/leads/{call.lead.uuid}/recordings/{recording.uuid}"
    assert client.post(f"{address}/removal", headers=PART).status_code == 200
    stored_files.sweep()
    assert not default_storage.exists(recording.file.name)
    assert client.get(address).status_code == 404
    assert not call_recordings.remove(recording, by=BY, now=timezone.now())


@pytest.mark.parametrize("who", ["a colleague who may not see the lead", "a stranger", "nobody"])
def test_others_hear_and_change_nothing(
    client: Client, call: Call, charlie: Advisor, alice: Advisor, client_of: ClientOf, who: str, bob: Advisor
) -> None:
    sent(client, call, "call.wav", wav())
    recording = Recording.objects.get()
    if who.startswith("a colleague"):
        Organization.objects.filter(pk=bob.organization_id).update(advisors_see="own")
        Lead.objects.update(advisor=alice)
        other = client
    else:
        other = client_of(charlie) if who == "a stranger" else Client()
    refused = (302,) if who == "nobody" else (404,)
    address = f"/leads/{call.lead.uuid}/recordings/{recording.uuid}"
    assert other.get(address).status_code in refused
    assert other.post(f"{address}/removal").status_code in refused
    assert sent(other, call, "more.wav", wav(9)).status_code in refused
    assert Recording.objects.count() == 1


def test_a_call_of_another_lead_takes_none(client: Client, call: Call, make_lead: MakeLead) -> None:
    other = make_lead(name="Ben")
    answer = client.post(f"/leads/{other.uuid}/calls/{call.pk}/recordings", {"files": upload("call.wav", wav())})
    assert answer.status_code == 404


def test_a_deleted_lead_takes_none(call: Call) -> None:
    delete_lead(call.lead, by=BY, now=timezone.now())
    with pytest.raises(Exception, match="gone"):
        call_recordings.keep(call, upload("call.wav", wav()), by=BY, now=timezone.now())


def test_convoso_gives_it_too(client: Client, call: Call, organization: Organization) -> None:
    sent(client, call, "call.wav", wav(4))
    _, token = Credential.issue(
        CredentialKind.CONVOSO, organization=organization, permission=Permission.FULL, name="Dialler"
    )
    answer = client.get("/v1/leads/get-recordings", {"auth_token": token, "lead_id": call.lead_id}).json()
    [entry] = answer["entries"]
    assert entry["seconds"] == 4
    heard = Client().get(entry["url"])
    assert body(heard) == wav(4)
    assert heard["Content-Disposition"].startswith("inline")
