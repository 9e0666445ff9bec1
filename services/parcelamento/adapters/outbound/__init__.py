"""What goes out: Postgres, PDF, the bank."""
