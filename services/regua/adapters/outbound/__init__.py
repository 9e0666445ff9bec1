"""One file per technology that the régua uses."""
