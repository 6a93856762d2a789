"""What borrowers hand in lies encrypted, on a disk as in a bucket, and is there for whoever may have it."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from crm.models import Actor, Advisor
from crm.sealing import SEGMENT
from leads import borrower_export, call_recordings, documents
from leads.borrowers import borrower_of
from leads.models import BorrowerExport, Call, Document, Lead, Recording
from tests.conftest import ClientOf, MakeLead
from tests.leads.files import pdf, upload
from tests.leads.sounds import mp3

pytestmark = pytest.mark.usefixtures("files")
BY = Actor.system()


@pytest.fixture
def lead(make_lead: MakeLead, alice: Advisor) -> Lead:
    return make_lead(name="Mary Jones", phone="+12125550101", advisor=alice)


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


@pytest.fixture
def paper(lead: Lead, now: dt.datetime) -> Document:
    return documents.hand_in(lead, upload("June.pdf"), by=BY, now=now)


@pytest.fixture
def sound(lead: Lead, alice: Advisor) -> Recording:
    """Of several segments."""
    begun = timezone.now() - dt.timedelta(hours=1)
    call = Call.objects.create(
        organization=lead.organization, lead=lead, advisor=alice, phone=lead.phone, started_at=begun
    )
    return call_recordings.keep(call, upload("call.mp3", mp3(60)), by=BY, now=timezone.now())


def address(row: Any) -> str:
    if isinstance(row, Document):
        return f"/leads/{row.lead.uuid}/documents/{row.uuid}"
    return f"/leads/{row.call.lead.uuid}/recordings/{row.uuid}"


def on_disk(files: Path) -> bytes:
    return b"".join(path.read_bytes() for path in files.rglob("*") if path.is_file())


def test_no_byte_of_it_lies_open(client: Client, paper: Document, sound: Recording, files: Path) -> None:
    stored = on_disk(files)
    for content in (pdf(), mp3(60)):
        assert not [at for at in range(0, len(content) - 16, 16) if content[at : at + 16] in stored]
    assert client.get(address(paper)).getvalue() == pdf()  # type: ignore[attr-defined]
    assert client.get(address(sound)).getvalue() == mp3(60)  # type: ignore[attr-defined]


def test_sound_is_heard_in_spans(client: Client, sound: Recording) -> None:
    whole = mp3(60)
    assert len(whole) > 2 * SEGMENT
    for first, last in ((0, 9), (SEGMENT - 3, SEGMENT + 3), (len(whole) - 5, len(whole) - 1)):
        span = client.get(address(sound), headers={"Range": f"bytes={first}-{last}"})
        assert (span.status_code, span["Content-Range"]) == (206, f"bytes {first}-{last}/{len(whole)}")
        assert span.getvalue() == whole[first : last + 1]  # type: ignore[attr-defined]


def test_rotating_closes_what_lies_open_and_what_an_older_key_closed(
    client: Client, paper: Document, sound: Recording, files: Path, settings: Settings
) -> None:
    (files / paper.file.name).write_bytes(pdf())  # as an earlier release left it
    assert client.get(address(paper)).getvalue() == pdf()  # type: ignore[attr-defined]
    new = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, *settings.ENCRYPTION_KEYS]
    for expected in ("2", "0"):
        out = StringIO()
        call_command("rotate_secrets", stdout=out)
        assert out.getvalue().strip() == expected
    settings.ENCRYPTION_KEYS = [new]
    assert pdf()[:16] not in on_disk(files)
    assert client.get(address(paper)).getvalue() == pdf()  # type: ignore[attr-defined]
    assert client.get(address(sound)).getvalue() == mp3(60)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["paper", "sound"])
def test_a_file_that_cannot_be_opened_is_said_and_nothing_of_it_told(
    client: Client, kind: str, settings: Settings, request: pytest.FixtureRequest
) -> None:
    row = request.getfixturevalue(kind)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    answer = client.get(address(row), headers={"Range": "bytes=0-9"})
    assert answer.status_code == 410
    assert "This file cannot be opened" in answer.text


def test_a_file_that_was_put_in_another_s_place_is_refused(
    client: Client, paper: Document, lead: Lead, files: Path, now: dt.datetime
) -> None:
    other = documents.hand_in(lead, upload("July.pdf", pdf(pages=2)), by=BY, now=now)
    (files / paper.file.name).write_bytes((files / other.file.name).read_bytes())
    assert client.get(address(paper)).status_code == 410


def test_a_rotation_leaves_what_it_cannot_open(paper: Document, files: Path, settings: Settings) -> None:
    before = on_disk(files)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    out = StringIO()
    call_command("rotate_secrets", stdout=out)
    assert out.getvalue().strip() == "0"
    assert on_disk(files) == before


def test_a_borrower_s_copy_has_them_open_and_lies_closed(
    paper: Document, sound: Recording, lead: Lead, alice: Advisor, files: Path
) -> None:
    borrower_export.ask(lead, by_advisor=alice, now=timezone.now())
    assert borrower_export.build_waiting() == 1
    export = BorrowerExport.objects.get(lead=lead)
    assert not [path for path in files.rglob("*.zip") if zipfile.is_zipfile(path)]
    with zipfile.ZipFile(default_storage.open(export.file)) as copy:
        assert copy.read(f"documents/{paper.pk}-June.pdf") == pdf()
        assert copy.read(f"recordings/{sound.pk}.mp3") == mp3(60)


def test_a_copy_says_which_file_could_not_be_opened(paper: Document, lead: Lead, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    content = io.BytesIO()
    borrower_export.write(borrower_of(lead), content)
    with zipfile.ZipFile(content) as copy:
        assert f"documents/{paper.pk}-June.pdf.missing.txt" in copy.namelist()
