#!/usr/bin/env python
"""Django's command line for Leadwright."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "--traceback" in sys.argv or not str(error).startswith(("connection ", "unable to open")):
            raise
        sys.exit(f"The database that DATABASE_URL names does not answer: {error}")


if __name__ == "__main__":
    main()
