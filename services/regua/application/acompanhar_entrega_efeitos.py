"""What following acionamentos leaves behind: rows and events, gathered over a batch and written in a few statements."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID, uuid5

from kernel.domain.calendario import JanelaDeContato
from kernel.messaging.log import Saida
from regua.application.ports import DegrauDatado, EmissaoNova, Ficha, TarefaNova, Unidade
from regua.domain.acompanhamento import Cancelar, ChamarPessoa, Datar, Emitir, Resultado
from regua.domain.canais import Proximo
from schemas.acionamento import AcionamentoCancelado, AcionamentoEmitido
from schemas.evento import Dados, para_saida
from schemas.tarefa import TarefaSolicitada

ORIGEM: Final = "regua"


@dataclass(slots=True)
class Mudancas:
    """Gathers what becomes of a batch of acionamentos in the transaction of `uow`."""

    uow: Unidade
    janela: JanelaDeContato
    _fichas: dict[UUID, Ficha] = field(default_factory=dict)
    _emissoes: list[EmissaoNova] = field(default_factory=list)
    _degraus: dict[UUID, DegrauDatado] = field(default_factory=dict)
    _tarefas: list[TarefaNova] = field(default_factory=list)
    _saidas: list[Saida] = field(default_factory=list)

    def aplicar(self, ficha: Ficha, resultado: Resultado) -> Ficha:
        """Takes one step's result; the ficha as it is now."""
        situacao, efeitos = resultado
        if situacao is ficha.situacao:
            return ficha
        depois = replace(ficha, situacao=situacao)
        self._fichas[depois.acionamento] = depois
        for efeito in efeitos:
            match efeito:
                case Datar(em):
                    self._degraus[ficha.caso] = DegrauDatado(ficha.caso, ficha.etapa, self.janela.dia_local(em))
                case Emitir(proximo):
                    self._emitir(ficha, proximo)
                case Cancelar(canal, motivo):
                    self._cancelar(ficha, canal, motivo)
                case ChamarPessoa():
                    self._chamar(ficha)
        return depois

    async def gravar(self) -> None:
        """Writes everything, events last."""
        if not self._fichas:
            return
        await self.uow.acionamentos.gravar(list(self._fichas.values()), self._emissoes, self.uow.agora)
        await self.uow.acionamentos.datar(list(self._degraus.values()))
        await self.uow.acionamentos.abrir_tarefas(self._tarefas)
        await self.uow.saidas.gravar(self._saidas)

    def _emitir(self, f: Ficha, p: Proximo) -> None:
        agora = self.uow.agora
        self._emissoes.append(EmissaoNova(f.acionamento, f.pessoa, self.janela.dia_local(p.nao_antes), agora, p))
        self._sair(
            f,
            f"emitido|{p.canal}",
            AcionamentoEmitido.model_validate(
                {
                    **_identidade(f),
                    "canal": p.canal,
                    "hipotese": f.hipotese,
                    "etapa": f.etapa,
                    "tentativa": f.tentativa,
                    "reincidencia": f.reincidencia,
                    "ordem": p.ordem,
                    "modelo": f.modelo or f"{f.hipotese.lower()}_r{f.rigidez}",
                    "parcelamento": f.parcelamento,
                    "idioma": f.idioma,
                    "campanha": f.campanha,
                    "ciclo": f.ciclo,
                    "politica": f.politica,
                    "decisao": f.decisao.hex(),
                    "codigo": f.codigo,
                    "emitido_em": agora,
                    "nao_antes": p.nao_antes,
                    "valido_ate": p.valido_ate,
                }
            ),
        )

    def _cancelar(self, f: Ficha, canal: str, motivo: str) -> None:
        dados = {
            "contribuinte": f.contribuinte,
            "acionamento": f.acionamento,
            "canal": canal,
            "motivo": motivo,
            "cancelado_em": self.uow.agora,
        }
        self._sair(f, f"cancelado|{canal}", AcionamentoCancelado.model_validate(dados))

    def _chamar(self, f: Ficha) -> None:
        agora, tarefa = self.uow.agora, uuid5(f.acionamento, "canais_esgotados")
        # a warning beside the ladder is about a plan, and no caso of the régua's
        caso = f.caso if f.parcelamento is None else None
        self._tarefas.append(TarefaNova(tarefa, f.contribuinte, "canais_esgotados", caso, f.acionamento, f.rigidez, agora))
        dados = {**_identidade(f), "caso": caso, "tarefa": tarefa, "motivo": "canais_esgotados", "solicitada_em": agora}
        self._sair(f, "tarefa|canais_esgotados", TarefaSolicitada.model_validate(dados))

    def _sair(self, f: Ficha, nome: str, dados: Dados) -> None:
        id_ = uuid5(f.acionamento, nome)
        self._saidas.append(para_saida(dados, id_=id_, origem=ORIGEM, instante=self.uow.agora, traceparent=f.traceparent))


def _identidade(f: Ficha) -> dict[str, Any]:
    return {
        "contribuinte": f.contribuinte,
        "acionamento": f.acionamento,
        "caso": f.caso,
        "tributo": f.tributo,
        "rigidez": f.rigidez,
    }
