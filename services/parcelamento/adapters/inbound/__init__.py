"""What comes in: HTTP, uploads, webhooks, the passing of days."""
