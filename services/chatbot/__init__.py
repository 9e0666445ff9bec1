"""Chatbot: Jaque, who answers the taxpayer; this far, what understands a message: which of fifteen intents it is, how surely.

Events in: none yet.

Events out: none yet.

Tables: none yet.
Guarantees: understanding is pure, the same for the same files and text, and needs no network; a request to stop or to speak
with a person is looked for by rules before anything else.
"""
