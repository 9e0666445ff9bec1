"""The journal file, the HTTP client, the clock."""
