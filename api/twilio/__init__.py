"""Where Twilio calls us back: what became of a text, and what a borrower wrote."""
