"""What comes in: HTTP, events, the clock's due instants."""
