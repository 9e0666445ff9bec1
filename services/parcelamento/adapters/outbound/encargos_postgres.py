"""Late charges for the use cases: rules by name, on the SELIC table as it stands in the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kernel.persistence.banco import Conexao
from parcelamento.adapters.outbound.selic_postgres import SelicPostgres
from parcelamento.domain.calendarios import calendario_de
from parcelamento.domain.encargos import RegraDeEncargos, mora
from parcelamento.domain.encargos_leitura import ler_encargos
from parcelamento.domain.pagamento import Mora
from parcelamento.domain.selic import TabelaSelic
from parcelamento.errors import recusar
from parcelamento.normas.encargos import documentos_de_encargos


@cache
def regras_de_encargos() -> Mapping[str, RegraDeEncargos]:
    """Every rule that ships with the room, by its name."""
    return {nome: ler_encargos(documento) for nome, documento in documentos_de_encargos().items()}


class EncargosPostgres:
    """The port on one transaction's connection; the table is read once."""

    def __init__(self, con: Conexao) -> None:
        self._con = con
        self._tabela: TabelaSelic | None = None

    async def mora(self, regra: str) -> Mora:
        lida = await self.regra(regra)
        calendario = calendario_de(lida.uf) if lida.uf is not None else None
        return mora(lida, await self.selic(), calendario=calendario)

    async def regra(self, regra: str) -> RegraDeEncargos:
        achada = regras_de_encargos().get(regra)
        if achada is None:
            raise recusar("regra", f"Não há esta regra: use uma destas: {', '.join(sorted(regras_de_encargos()))}.")
        return achada

    async def selic(self) -> TabelaSelic:
        if self._tabela is None:
            self._tabela = await SelicPostgres(self._con).tabela()
        return self._tabela
