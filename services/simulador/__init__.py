"""The providers' side on a developer's machine: Twilio and Meta as their own clients see them.

Events in, events out: none. This room never touches the log; it meets the platform only over HTTP, as the real providers do:
requests in (`/2010-04-01/…`, `/v{n}.0/…`), signed webhooks out (`URL_PUBLICA/webhooks/…` and the addresses given per request).
Tables it owns: none. Its truth is one append-only journal, `$DADOS/simulador.diario`, replayed at start.

Memory: every message of the last `limite_mensagens` (default 500,000) is kept, indexed by recipient; older ones whose receipts
are all settled are forgotten, and only their count by envio stays (`GET /contagem` remains the whole truth).
"""
