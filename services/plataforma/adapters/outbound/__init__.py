"""What goes out: the panel's tables, the rooms' API, the terminal, other processes."""
