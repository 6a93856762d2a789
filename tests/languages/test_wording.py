"""What is kept in English is read in the reader's language, and back in English nobody notices."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from crm import wording
from crm.printing import filled
from crm.wording import in_english, spoken
from leads.models import MessageState

SENTENCES = {
    "Not sent: On the do-not-call list: asked us to stop.": "No enviado: En la lista de no llamar: asked us to stop.",
    "One automated message in 20 hours; the last went out 3 h ago.": (
        "Un mensaje automático cada 20 horas; el último salió hace 3 h."
    ),
    "Quiet hours: it is 22:10 in Los Angeles, open from Mon 08:00.": (
        "Horario de silencio: son las 22:10 en Los Angeles, abierto desde Lun 08:00."
    ),
    "Opted out on 21 Nov 2026.": "Se dio de baja el 21 Nov 2026.",
    "Skipped: Bob Baker rejected the draft: too long": "Omitido: Bob Baker rechazó el borrador: too long",
    "The borrower replied": "El prestatario respondió",
    "Step 2 of Welcome, version 3": "Paso 2 de Welcome, versión 3",
    "Assign to Bob Baker": "Asignar a Bob Baker",
    "Twilio asks to send more slowly": "Twilio pide enviar más despacio",
}


@pytest.mark.parametrize(("kept", "read"), SENTENCES.items())
def test_it_works(kept: str, read: str) -> None:
    with override("es"):
        assert spoken(kept).lower() == read.lower()
    with override("en"):
        assert spoken(kept) == kept


def test_it_leaves_a_persons_own_words_alone() -> None:
    with override("es"):
        assert spoken("She said: call my brother, then me") == "She said: call my brother, then me"
        assert spoken("") == ""


def test_a_full_stop_may_be_missing() -> None:
    """Within a line pages leave it out."""
    with override("es"):
        assert spoken("No consent is on record") == "No hay consentimiento registrado"


def test_labels_are_stored_in_english() -> None:
    with override("es"):
        assert str(MessageState.CANCELLED.label) == "Cancelado"
        assert in_english(MessageState.CANCELLED.label) == "Cancelled"


def test_english_covers_what_is_made_within() -> None:
    with override("es"):
        with wording.english():
            assert spoken("The borrower replied") == "The borrower replied"
        assert spoken("The borrower replied") == "El prestatario respondió"


def test_a_template_that_was_filled_in_one_language_is_not_shown_in_another() -> None:
    shape = {"done": "", "total": ""}
    with override("en"):
        first = filled("leads/_card_progress.html", shape)
    with override("es"):
        second = filled("leads/_card_progress.html", shape)
    assert "Checklist" in first
    assert "Requisitos" in second
