"""Invented borrowers for a first look: nobody in here exists, and no number in here rings."""
