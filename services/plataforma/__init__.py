"""All rooms in one process, for a first run and for small installations; owns the schema `plataforma`.

Events in, events out: none of its own. Tables: `token`, `relogio`, those of the embedded log.
"""
