"""What a panel shows, as values."""
