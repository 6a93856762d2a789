"""What sequences do when something happens to a lead."""
