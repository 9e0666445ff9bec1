"""What comes in: events for the panel, and the first page."""
