"""Keeps what canais says is reachable, and takes back what waits on a channel that the person left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.domain.calendario import JanelaDeContato
from kernel.messaging.envelope import Evento
from regua.application.acompanhar_entrega_efeitos import Mudancas
from regua.application.ports import ContatoInformado, Unidade
from regua.domain.acompanhamento import cancelar


@dataclass(frozen=True, slots=True)
class RegistrarContatos:
    """Use case: `contato.alterado` and `contato.nao_reconhecido` (the point is invalid; nothing is suspended)."""

    janela: JanelaDeContato

    async def alterados(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await self._aplicar(uow, [_alterado(e) for e in eventos])

    async def nao_reconhecidos(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        await self._aplicar(uow, [_nao_reconhecido(e) for e in eventos])

    async def _aplicar(self, uow: Unidade, informados: list[ContatoInformado]) -> None:
        mudaram = await uow.contatos.aplicar(informados)
        saiu = {(c.contribuinte, c.canal) for c in mudaram if c.situacao == "optou_sair"}
        if saiu:
            mudancas = Mudancas(uow, self.janela)
            for ficha in await uow.acionamentos.travar_no_canal(saiu):
                mudancas.aplicar(ficha, cancelar(ficha.situacao, "optou_sair"))
            await mudancas.gravar()
        alcancaveis = {c.contribuinte for c in mudaram if c.situacao == "valido"}
        if alcancaveis:
            await uow.acionamentos.soltar_sem_envio(alcancaveis, uow.agora)


def _alterado(evento: Evento) -> ContatoInformado:
    d = evento.dados
    return ContatoInformado(
        contribuinte=d["contribuinte"],
        canal=d["canal"],
        situacao=d["situacao"],
        verificado=d["verificado"],
        idioma=d.get("idioma"),
        em=datetime.fromisoformat(d["alterado_em"]),
    )


def _nao_reconhecido(evento: Evento) -> ContatoInformado:
    d = evento.dados
    em = datetime.fromisoformat(d["informado_em"])
    return ContatoInformado(d["contribuinte"], d["canal"], "invalido", verificado=False, idioma=None, em=em)
