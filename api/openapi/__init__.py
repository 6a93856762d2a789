"""An OpenAPI document for each contract: drf-spectacular goes through its routes, its package says what they do."""
