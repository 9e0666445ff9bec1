"""The providers' side on a developer's machine: Twilio, Meta and a Pix provider as their own clients see them.

Events in, events out: none. This room never touches the log; it meets the platform only over HTTP, as the real providers do:
requests in (`/2010-04-01/…`, `/v{n}.0/…`, `/pix/…`), signed webhooks out (`URL_PUBLICA/webhooks/…` and the addresses given per
request; those of Pix unsigned, at the address registered for the key).
Tables it owns: none. Its truth is two append-only journals, `$DADOS/simulador.diario` and `$DADOS/simulador-pix.diario`,
replayed at start.

Memory: every message of the last `limite_mensagens` (default 500,000) is kept, indexed by recipient; older ones whose receipts
are all settled are forgotten, and only their count by envio stays (`GET /contagem` remains the whole truth). Charges and
payments by Pix are all kept.
"""
