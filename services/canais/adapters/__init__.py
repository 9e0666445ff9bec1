"""Where canais meets the outside."""
