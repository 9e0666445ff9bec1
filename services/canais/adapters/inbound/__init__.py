"""What comes in: webhooks, events, the HTTP API."""
