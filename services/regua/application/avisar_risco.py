"""A plan about to be lost: one warning beside the ladder, sent when the person may be contacted, taken back when paid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from kernel.domain.calendario import Calendario, JanelaDeContato
from kernel.messaging.envelope import Evento
from regua.application.acompanhar_entrega_efeitos import Mudancas
from regua.application.ports import Ficha, Unidade
from regua.application.ports_aviso import DecisaoAvulsa, RiscoNovo, RiscoPendente
from regua.domain import aviso
from regua.domain.acompanhamento import Acionamento, Emissao, Emitir, cancelar
from regua.domain.aviso import Aviso, Situacao
from regua.domain.canais import janela_aberta, turno
from regua.domain.estado import IDIOMA_PADRAO
from regua.domain.identidade import codigo, id_do_acionamento
from regua.domain.politica import Politica


@dataclass(frozen=True, slots=True)
class _Dia:
    """What the decisions of one transaction share."""

    hoje: date
    agora: datetime
    politica: Politica
    janela: JanelaDeContato


@dataclass(frozen=True, slots=True)
class AvisarRiscos:
    """Use case: `parcelamento.em_risco`, and the mornings after for those that could not be warned then."""

    calendario: Calendario
    canais_ativos: Collection[str]

    async def em_risco(self, uow: Unidade, eventos: Sequence[Evento]) -> None:
        riscos = [_risco(e) for e in eventos]
        await uow.avisos.abrir(riscos, uow.agora)
        rastros = {r.caso: e.traceparent for r, e in zip(riscos, eventos, strict=True)}
        await self._decidir(uow, rastros)

    async def reavaliar(self, uow: Unidade) -> None:
        """Decides again what nothing went out for. Raises PoliticaAusente."""
        hoje = JanelaDeContato(self.calendario).dia_local(uow.agora)
        await self._decidir(uow, dict.fromkeys(await uow.avisos.pendentes(hoje)))

    async def _decidir(self, uow: Unidade, casos: Mapping[UUID, str | None]) -> None:
        """`casos`: with the trace that each is followed by."""
        if not casos:
            return
        hoje = JanelaDeContato(self.calendario).dia_local(uow.agora)
        politica = await uow.politicas.vigente(hoje)
        dia = _Dia(hoje, uow.agora, politica, politica.janela(self.calendario))
        desde = hoje - timedelta(days=politica.limites.janela_dias - 1)
        pendentes = await uow.avisos.travar(casos.keys(), hoje=hoje, desde=desde, agora=uow.agora)
        decisoes: list[DecisaoAvulsa] = []
        fichas: list[Ficha] = []
        contatadas: set[str] = set()
        for risco in pendentes:
            situacao = self._situacao(risco, dia)
            if risco.pessoa in contatadas:
                situacao = situacao.com_contato_hoje()
            feito = aviso.decidir(situacao, politica)
            decisao = _decisao(risco, situacao, feito, dia)
            decisoes.append(decisao)
            if feito.resultado == "acionado":
                contatadas.add(risco.pessoa)
                fichas.append(replace(_ficha(risco, situacao, feito, decisao, dia), traceparent=casos[risco.caso]))
        await uow.avisos.gravar(decisoes, fichas, uow.agora)
        await self._emitir(uow, fichas, dia)

    async def _emitir(self, uow: Unidade, fichas: Sequence[Ficha], dia: _Dia) -> None:
        mudancas = Mudancas(uow, JanelaDeContato(self.calendario))
        for ficha in fichas:
            canal = ficha.situacao.canais[0]
            proximo = turno(dia.politica, rigidez=ficha.rigidez, canal=canal, ordem=1, agora=dia.agora, janela=dia.janela)
            mudancas.aplicar(ficha, (replace(ficha.situacao, emissoes={canal: Emissao(canal, 1)}), (Emitir(proximo),)))
        await mudancas.gravar()

    def _situacao(self, r: RiscoPendente, dia: _Dia) -> Situacao:
        servidos = frozenset(self.canais_ativos)
        return Situacao(
            caso=str(r.caso),
            contribuinte=r.contribuinte,
            tributo=r.tributo,
            parcelamento=str(r.parcelamento),
            perda_em=r.perda_em,
            data=dia.hoje,
            tentativa=r.tentativa,
            hipotese=r.hipotese or aviso.HIPOTESE_PADRAO,
            reincidencia=r.reincidencia or 1,
            alcance=tuple(sorted(servidos & r.idiomas.keys())),
            optou=tuple(sorted(servidos & r.optou)),
            suspenso=r.suspenso,
            promessa=r.promessa,
            contatos_hoje=r.contatos_hoje,
            contatos_na_janela=r.contatos_na_janela,
            janela_aberta=janela_aberta(dia.janela, dia.hoje, dia.agora),
        )


async def encerrar_avisos(uow: Unidade, ate: Mapping[UUID, datetime], motivo: str, janela: JanelaDeContato) -> None:
    """Takes back what has not left of the warnings told of these plans up to the instant beside each; none comes later.

    An instant, because payments and plans come by topics of their own: a payment made before the plan was judged at risk
    may be told after it, and takes nothing back.
    """
    if not ate:
        return
    mudancas = Mudancas(uow, janela)
    for ficha in await uow.avisos.encerrar(ate, motivo, uow.agora):
        mudancas.aplicar(ficha, cancelar(ficha.situacao, motivo))
    await mudancas.gravar()


def _risco(evento: Evento) -> RiscoNovo:
    d: Mapping[str, Any] = evento.dados
    parcelamento, perda_em = UUID(d["parcelamento"]), date.fromisoformat(d["perda_em"])
    caso = aviso.caso_do_risco(parcelamento, perda_em)
    return RiscoNovo(caso, d["contribuinte"], parcelamento, perda_em, list(d["debitos"]), evento.instante)


def _decisao(r: RiscoPendente, s: Situacao, feito: Aviso, dia: _Dia) -> DecisaoAvulsa:
    insumos, resumo = aviso.escrever(s, dia.politica)
    acionamento = id_do_acionamento(r.caso, aviso.ETAPA, r.tentativa) if feito.resultado == "acionado" else None
    return DecisaoAvulsa(
        decisao=uuid5(r.caso, f"decisao|{dia.hoje.isoformat()}"),
        caso=r.caso,
        contribuinte=r.contribuinte,
        tributo=r.tributo,
        data=dia.hoje,
        decidida_em=dia.agora,
        resultado=feito.resultado,
        motivo=feito.motivo,
        hipotese=s.hipotese,
        etapa=aviso.ETAPA,
        reincidencia=s.reincidencia,
        rigidez=aviso.RIGIDEZ,
        insumos=insumos,
        resumo=bytes.fromhex(resumo),
        acionamento=acionamento,
    )


def _ficha(r: RiscoPendente, s: Situacao, feito: Aviso, d: DecisaoAvulsa, dia: _Dia) -> Ficha:
    acionamento = id_do_acionamento(r.caso, aviso.ETAPA, r.tentativa)
    return Ficha(
        caso=r.caso,
        contribuinte=r.contribuinte,
        pessoa=r.pessoa,
        tributo=r.tributo,
        etapa=aviso.ETAPA,
        tentativa=r.tentativa,
        hipotese=s.hipotese,
        reincidencia=s.reincidencia,
        rigidez=aviso.RIGIDEZ,
        campanha=aviso.CAMPANHA,
        ciclo=d.decisao,
        politica=dia.politica.versao,
        decisao=d.resumo,
        codigo=codigo(str(acionamento)),
        idioma=r.idiomas.get(feito.canais[0]) or IDIOMA_PADRAO,
        traceparent=None,
        alcance=frozenset(s.alcance),
        situacao=Acionamento(acionamento, feito.canais),
        modelo=aviso.MODELO,
        parcelamento=r.parcelamento,
    )
