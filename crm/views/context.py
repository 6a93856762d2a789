"""What every page of the workspace needs to draw its frame."""
from typing import Any
from django.http import HttpRequest
def workspace(request: HttpRequest) -> dict[str, Any]:
    return {}
