"""How canais fails: one small tree, each class with a stable `codigo` that the edge maps to a status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class FalhaDeCanais(Exception):
    """The root. The text is for people, in Portuguese."""

    codigo: ClassVar[str] = "falha_de_canais"


class ModeloRecusado(FalhaDeCanais):
    """A template may not say this. `campos`: every reason, as problems name fields."""

    codigo = "modelo_recusado"

    def __init__(self, motivos: Sequence[str]) -> None:
        super().__init__("O texto do modelo não é aceito.")
        self.campos = [{"campo": "texto", "motivo": motivo} for motivo in motivos]


class ModeloDesconhecido(FalhaDeCanais):
    """There is no such template."""

    codigo = "modelo_desconhecido"


class ModeloJaDecidido(FalhaDeCanais):
    """Only a draft can be approved."""

    codigo = "modelo_ja_decidido"


class AutorNaoAprova(FalhaDeCanais):
    """Whoever wrote a template does not approve it."""

    codigo = "autor_nao_aprova"


class ContatoDesconhecido(FalhaDeCanais):
    """Nothing is known of this contribuinte's contacts."""

    codigo = "contato_desconhecido"


class ContatoRecusado(FalhaDeCanais):
    """An address is not one of its channel. `campos`: where it stands, and why."""

    codigo = "contato_recusado"

    def __init__(self, campo: str, motivo: str) -> None:
        super().__init__("O contato não é aceito.")
        self.campos = [{"campo": campo, "motivo": motivo}]
