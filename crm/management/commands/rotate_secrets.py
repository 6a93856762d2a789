"""Close every stored secret and every stored file with the newest encryption key; prints how many it was."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from crm import blinding, encryption, reach
from crm.encrypted_columns import close_anew, encrypted_fields
from crm.models import AiAccount, ChannelAccount
from crm.signing_in import relock_second_steps

#: Those of the domain's rows, which are above us.
_FILES = "leads.held_files.seal_anew"


class Command(BaseCommand):
    help = "Close every stored secret and file with the newest of ENCRYPTION_KEYS; prints how many it was."

    @reach.everybody()
    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for account in ChannelAccount.objects.exclude(locked_secret="").order_by("pk"):
            old = account.locked_secret
            if not encryption.is_current(old):
                account.lock(account.secret())
                # Somebody may have replaced it at this moment; theirs is closed with the newest key anyway.
                same = ChannelAccount.objects.filter(pk=account.pk, locked_secret=old)
                count += same.update(locked_secret=account.locked_secret)
        for writer in AiAccount.objects.order_by("pk"):
            old = writer.locked_key
            if not encryption.is_current(old):
                writer.lock(writer.key())
                count += AiAccount.objects.filter(pk=writer.pk, locked_key=old).update(locked_key=writer.locked_key)
        count += relock_second_steps() + blinding.relock()
        count += sum(close_anew(field) for field in encrypted_fields())
        count += import_string(_FILES)()
        self.stdout.write(str(count))
