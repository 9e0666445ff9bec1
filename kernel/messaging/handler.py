"""What a use case looks like to the consumer; without I/O, so that `application/handlers.py` may name it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from kernel.messaging.envelope import Evento

U = TypeVar("U")
Handler = Callable[[U, Sequence[Evento]], Awaitable[None]]
"""Takes what a transaction's unit of work offers, and events of one type in order."""
