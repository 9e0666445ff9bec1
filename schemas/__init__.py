"""The contracts between rooms: one frozen class per event version, topics as pages, and what is generated from them."""
