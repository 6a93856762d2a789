"""Where whoever receives an organisation's e-mail hands it on to us."""
