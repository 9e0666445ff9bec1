"""The sending loop of one provider: one transaction a turn writes what was answered and takes what goes next."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from canais.application.eventos import entrega_atualizada
from canais.application.mudar import gravar_mudancas, relatar_mudancas
from canais.application.ports import (
    Metricas,
    Mudanca,
    Pedido,
    Provedor,
    Reivindicacao,
    Transacoes,
    Trava,
    Unidade,
)
from canais.application.ritmo import Balde, Pausa
from canais.domain.envio import Envio, com_desfecho, devolvido
from canais.domain.preco import Tabela
from canais.domain.redacao import ModeloEmUso, Redacao
from canais.domain.resposta import Aceito, Desfecho, Incerto, NaoEntrou, interpretar
from kernel.clock import Relogio
from kernel.domain.calendario import JanelaDeContato

_log = logging.getLogger(__name__)
# Answers are written together: at the latest after this long, sooner when half of the slots are done or none is open.
_JUNTAR_S: Final = 0.02
_OCIOSO_S: Final = 1.0
_RECUO_S: Final = 0.5
_ROTULOS: Final = {Aceito: "aceito", NaoEntrou: "nao_entrou", Incerto: "incerto"}


@dataclass(frozen=True, slots=True)
class Rota:
    """What one sending loop serves. `vagas`: the most requests open at once, and so the most rows left in doubt by a kill."""

    canal: str
    provedor: Provedor
    consultavel: bool
    vagas: int
    redigir: Callable[[ModeloEmUso], Redacao]


class _Pronto(NamedTuple):
    """A claimed row, as its claim left it, and what came of its request."""

    envio: Envio
    desfecho: Desfecho


class Remetente:
    """Sends one channel by one provider until `parar`."""

    def __init__(
        self,
        rota: Rota,
        *,
        transacoes: Transacoes,
        trava: Trava,
        relogio: Relogio,
        janela: JanelaDeContato,
        precos: Tabela,
        metricas: Metricas,
        balde: Balde,
        pausa: Pausa,
    ) -> None:
        self._rota = rota
        self._transacoes = transacoes
        self._trava = trava
        self._relogio = relogio
        self._janela = janela
        self._precos = precos
        self._metricas = metricas
        self._prazo = timedelta(seconds=rota.provedor.prazo_s)
        self._prontos: list[_Pronto] = []
        self._em_curso: dict[UUID, asyncio.Task[None]] = {}
        self._redacoes: dict[UUID, Redacao] = {}
        self._travas: set[int] = set()
        # answers not yet told to `metricas`
        self._desfechos: Counter[str] = Counter()
        self._acordar = asyncio.Event()
        self._parando = False
        self._talvez_haja = True
        self._conferir = False
        self.balde = balde
        self.pausa = pausa
        self.pausado = False

    @property
    def ocupado(self) -> bool:
        """Whether requests are open or answers wait to be written."""
        return bool(self._em_curso or self._prontos)

    @property
    def canal(self) -> str:
        return self._rota.canal

    @property
    def provedor(self) -> str:
        return self._rota.provedor.nome

    def acordar(self) -> None:
        """There may be something to send."""
        self._talvez_haja = True
        self._acordar.set()

    def parar(self) -> None:
        """Takes nothing more; `executar` ends once every open request was answered and written."""
        self._parando = True
        self._acordar.set()

    async def executar(self) -> None:
        """Runs until `parar`; a turn that fails is tried again, with its answers kept."""
        while not (self._parando and not self.ocupado):
            try:
                await self._esperar()
                await self._turno()
            except Exception as erro:  # noqa: BLE001 - the worker's loop: answers are kept, and written by a later turn
                _log.warning("turno de envio de %s adiado: %s", self._rota.provedor.nome, type(erro).__name__)
                self._conferir = True
                self._talvez_haja = True
                await asyncio.sleep(_RECUO_S)

    async def _esperar(self) -> None:
        """Returns when a turn is worth it."""
        self._acordar.clear()
        if self._cheio() or (2 * self._livres() >= self._rota.vagas and self._pode_tomar()):
            return
        limite = _JUNTAR_S if self._em_curso or self._prontos else self._ociosidade_s()
        try:
            async with asyncio.timeout(limite):
                await self._acordar.wait()
        except TimeoutError:
            self._talvez_haja = True

    def _ociosidade_s(self) -> float:
        agora = self._relogio.agora()
        if self.pausa.ate is not None and agora < self.pausa.ate:
            return min(_OCIOSO_S, (self.pausa.ate - agora).total_seconds())
        return min(_OCIOSO_S, self.balde.falta_s() or _OCIOSO_S)

    def _cheio(self) -> bool:
        return bool(self._prontos) and (not self._em_curso or 2 * len(self._prontos) >= self._rota.vagas)

    def _livres(self) -> int:
        return self._rota.vagas - len(self._em_curso)

    def _pode_tomar(self) -> bool:
        if self._parando or self.pausado or not self._talvez_haja:
            return False
        agora = self._relogio.agora()
        if self.pausa.ativa(agora) or self.balde.disponiveis(1, time.monotonic()) == 0:
            return False
        return self._janela.permite(agora)

    async def _turno(self) -> None:
        self._contar()
        prontos = list(self._prontos)  # more may come while the transaction is under way
        maximo = self._livres() if self._pode_tomar() else 0
        maximo = self.balde.disponiveis(maximo, time.monotonic()) if maximo else 0
        if not prontos and not maximo and not self._conferir:
            return
        agora = self._relogio.agora()
        pausa = self.pausa.apurar([p.desfecho for p in prontos], agora)
        if pausa:
            maximo = 0
        trava = await self._trava.numero() if maximo else 0
        if maximo:
            self._travas.add(trava)  # before the claim: its answer may be lost
            self.balde.gastar(maximo)  # the pace is shared with other loops
            self._talvez_haja = False  # so that a call to wake up meanwhile is not forgotten
        async with self._transacoes.abrir() as uow:
            if self._conferir:
                await self._devolver(uow)
            if prontos:
                await self._gravar(uow, prontos, pausa)
            tomados = await self._tomar(uow, trava, maximo) if maximo else []
        self._prontos = self._prontos[len(prontos) :]
        self._conferir = False
        if maximo:
            self._talvez_haja = self._talvez_haja or len(tomados) == maximo
            self.balde.gastar(sum(e.estado == "enviando" for e in tomados) - maximo)
        self._largar(tomados)

    def _contar(self) -> None:
        for desfecho, n in self._desfechos.items():
            self._metricas.requisicoes(self._rota.provedor.nome, desfecho, n)
        self._desfechos.clear()

    async def _gravar(self, uow: Unidade, prontos: list[_Pronto], pausa: timedelta) -> None:
        """Most rows are as their claim left them, and are written without being read; the others are read first."""
        mudancas = [Mudanca(p.envio, self._apos(p.envio, p, uow.agora, pausa)) for p in prontos]
        meus = await uow.envios.gravar_meus(mudancas, uow.agora)
        await relatar_mudancas(uow, [m for m in mudancas if m.antes.envio in meus], self._metricas)
        alheios = {p.envio.envio: p for p in prontos if p.envio.envio not in meus}
        if alheios:
            lidos = await uow.envios.travar(alheios.keys())
            await gravar_mudancas(
                uow, [Mudanca(e, self._apos(e, alheios[e.envio], uow.agora, pausa)) for e in lidos], self._metricas
            )

    def _apos(self, e: Envio, p: _Pronto, agora: datetime, pausa: timedelta) -> Envio:
        return com_desfecho(
            e,
            p.desfecho,
            trava=p.envio.trava or 0,
            tentativa=p.envio.tentativas,
            agora=agora,
            pausa=pausa,
            prazo=self._prazo,
            consultavel=self._rota.consultavel,
            precos=self._precos,
        )

    async def _tomar(self, uow: Unidade, trava: int, maximo: int) -> list[Envio]:
        """The claim, with what it found reason to suppress told at once."""
        tomados = await uow.envios.reivindicar(
            Reivindicacao(
                canal=self._rota.canal,
                provedor=self._rota.provedor.nome,
                maximo=maximo,
                trava=trava,
                agora=uow.agora,
                dia=self._janela.dia_local(uow.agora),
            )
        )
        suprimidos = [e for e in tomados if e.estado == "suprimido"]
        if suprimidos:
            await uow.saidas.gravar([entrega_atualizada(e, uow.agora) for e in suprimidos])
        faltam = {e.modelo_versao for e in tomados if e.modelo_versao is not None} - self._redacoes.keys()
        if faltam:
            for modelo in await uow.modelos.por_id(faltam):
                self._redacoes[modelo.modelo] = self._rota.redigir(modelo)
        return tomados

    def _largar(self, tomados: list[Envio]) -> None:
        for e in tomados:
            if e.estado == "enviando":
                self._em_curso[e.envio] = asyncio.create_task(self._requisitar(e))

    async def _requisitar(self, e: Envio) -> None:
        try:
            assert e.endereco is not None and e.modelo_versao is not None and e.trava is not None  # noqa: S101, PT018
            resposta = await self._rota.provedor.enviar(Pedido(e.envio, e.endereco, e.codigo, self._redacoes[e.modelo_versao]))
            desfecho = interpretar(self._rota.provedor.familia, resposta)
        except Exception:  # noqa: BLE001 - see below
            # nobody knows how far it got: in doubt is the one safe answer
            _log.exception("falha ao montar ou ler uma requisição a %s", self._rota.provedor.nome)
            desfecho = Incerto()
        self._prontos.append(_Pronto(e, desfecho))
        del self._em_curso[e.envio]
        self._desfechos[_ROTULOS.get(type(desfecho), "recusado")] += 1
        if self._cheio():
            self._acordar.set()

    async def _devolver(self, uow: Unidade) -> None:
        """Rows claimed by a transaction whose answer was lost, and so never requested."""
        em_maos = {*self._em_curso, *(p.envio.envio for p in self._prontos)}
        perdidos = await uow.envios.sem_pedido(self._travas, em_maos)
        await gravar_mudancas(uow, [Mudanca(e, devolvido(e)) for e in perdidos], self._metricas)
