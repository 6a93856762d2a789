"""Who writes text that no person wrote. Knows no models."""
