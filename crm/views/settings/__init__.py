"""What managers set up for their organisation."""
