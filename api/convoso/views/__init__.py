"""One class for each address."""
