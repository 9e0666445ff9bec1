"""What goes out: Postgres, Twilio, Meta."""
