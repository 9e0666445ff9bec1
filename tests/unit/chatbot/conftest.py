"""One understanding for all tests of the room: it takes a second or two to train."""

from __future__ import annotations

import pytest

from chatbot.domain.compreensao import Compreensor, carregar


@pytest.fixture(scope="session")
def compreensor() -> Compreensor:
    """What ships with the room."""
    return carregar()
