"""Pages about sequences: the panel of the lead page, the list, the editor."""
