"""Pictures of every page into docs/screenshots: make screenshots."""
