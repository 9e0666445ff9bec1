"""Routes of late charges: the rules in force, the SELIC table, and what a late payment costs."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from kernel.cargas.recepcao import receber
from kernel.clock import Relogio
from kernel.domain.calendario import Calendario
from kernel.http.auth import Identidade, Papel, exigir
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.valores import Dia, DinheiroEntrada, DinheiroTexto
from kernel.persistence.banco import Banco
from parcelamento.adapters.inbound.api import Leitor, Supervisor
from parcelamento.adapters.outbound.selic_postgres import SelicPostgres, TaxaGuardada
from parcelamento.application.carregar_selic import CargaDaSelic, carregar_selic
from parcelamento.domain.calendarios import FUSO
from parcelamento.domain.encargos import (
    Acrescimos,
    FaixaDeMulta,
    RegraDeEncargos,
    SemVersaoVigente,
    VersaoDeEncargos,
    acrescimos,
    fim_do_prazo,
)
from parcelamento.domain.selic_leitura import MAIOR_FONTE
from parcelamento.errors import recusar

# it writes nothing, so whoever reads may ask
Calculista = Annotated[Identidade, Depends(exigir(Papel.OPERADOR, Papel.INTEGRACAO, Papel.AUDITOR))]


@dataclass(frozen=True, slots=True)
class MesaDeEncargos:
    """What the routes need. `regras` by name; `padrao` is the one of a request that names none."""

    banco: Banco
    relogio: Relogio
    regras: Mapping[str, RegraDeEncargos]
    padrao: str
    calendarios: Mapping[str | None, Calendario] = field(init=False)

    def __post_init__(self) -> None:
        ufs = {r.uf for r in self.regras.values()}
        object.__setattr__(self, "calendarios", {uf: Calendario.bancario(uf) for uf in ufs})

    def regra(self, nome: str | None) -> RegraDeEncargos:
        achada = self.regras.get(nome or self.padrao)
        if achada is None:
            raise recusar("regra", f"Não há esta regra: use uma destas: {', '.join(sorted(self.regras))}.")
        return achada

    def hoje(self) -> date:
        return self.relogio.agora().astimezone(FUSO).date()


class FaixaDaMulta(BaseModel):
    ate_dias: int | None = Field(description="Último dia de atraso da faixa; null na última.")
    taxa: str = Field(description="Fração fixa do principal: 0.09 é 9%.")
    por_dia: str = Field(description="Fração do principal por dia de atraso.")

    @classmethod
    def de(cls, f: FaixaDeMulta) -> FaixaDaMulta:
        return cls(ate_dias=f.ate_dias, taxa=_fracao(f.fixa), por_dia=_fracao(f.por_dia))


class MultaDaRegra(BaseModel):
    faixas: list[FaixaDaMulta]
    teto: str | None = Field(description="Maior fração do principal.")
    fundamento: str


class JurosDaRegra(BaseModel):
    tipo: str = Field(description="nenhum · selic (soma dos meses) · mensal")
    no_mes_do_pagamento: str
    ao_mes: str
    fundamento: str


class VersaoDaRegra(BaseModel):
    vigente_de: date
    vigente_ate: date | None
    multa: MultaDaRegra
    juros: JurosDaRegra

    @classmethod
    def de(cls, v: VersaoDeEncargos) -> VersaoDaRegra:
        return cls(
            vigente_de=v.vigente_de,
            vigente_ate=v.vigente_ate,
            multa=MultaDaRegra(
                faixas=[FaixaDaMulta.de(f) for f in v.multa.faixas],
                teto=None if v.multa.teto is None else _fracao(v.multa.teto),
                fundamento=v.multa.fundamento,
            ),
            juros=JurosDaRegra(
                tipo=v.juros.tipo,
                no_mes_do_pagamento=_fracao(v.juros.no_mes_do_pagamento),
                ao_mes=_fracao(v.juros.ao_mes),
                fundamento=v.juros.fundamento,
            ),
        )


class RegraEmVigor(BaseModel):
    regra: str
    nome: str
    uf: str | None
    padrao: bool = Field(description="Vale para o cálculo que não escolhe regra.")
    versao_por: str = Field(description="Que dia escolhe a versão: vencimento · pagamento")
    versao: VersaoDaRegra | None = Field(description="A que vigora no dia pedido; null: nenhuma.")
    nao_verificados: list[str] = Field(description="Campos do documento da regra que ninguém conferiu na norma.")
    observacao: str


class TaxaDoMes(BaseModel):
    competencia: str
    taxa: str = Field(description="Percentual do mês, com quatro casas.", examples=["1.0100"])
    fonte: str
    carregada_em: datetime

    @classmethod
    def de(cls, t: TaxaGuardada) -> TaxaDoMes:
        return cls(competencia=str(t.competencia), taxa=f"{t.taxa:.4f}", fonte=t.fonte, carregada_em=t.carregada_em)


class ResultadoDaCarga(BaseModel):
    novos: list[str] = Field(description="Meses que não estavam na tabela.")
    alterados: list[str] = Field(description="Meses que tinham outra taxa. O que já foi calculado não muda.")
    iguais: int

    @classmethod
    def de(cls, c: CargaDaSelic) -> ResultadoDaCarga:
        return cls(novos=[str(m) for m in c.novos], alterados=[str(m) for m in c.alterados], iguais=c.iguais)


class PedidoDeCalculo(BaseModel):
    model_config = ConfigDict(extra="forbid")

    principal: DinheiroEntrada = Field(ge=0)
    vencimento: Dia
    pago_em: Dia
    regra: str | None = Field(None, max_length=40, description="Sem ela, a regra padrão.")


class Calculo(BaseModel):
    regra: str
    principal: DinheiroTexto
    vencimento: date
    fim_do_prazo: date = Field(description="O vencimento ou, se não houver banco nele, o dia útil seguinte.")
    pago_em: date
    dias_de_atraso: int
    multa: DinheiroTexto
    juros: DinheiroTexto
    total: DinheiroTexto
    taxa_multa: str = Field(description="Fração do principal.", examples=["0.099"])
    taxa_juros: str = Field(description="Fração do principal.", examples=["0.0401"])
    fundamento: str

    @classmethod
    def de(cls, dados: PedidoDeCalculo, regra: str, prazo: date, a: Acrescimos) -> Calculo:
        return cls(
            regra=regra,
            principal=dados.principal,
            vencimento=dados.vencimento,
            fim_do_prazo=prazo,
            pago_em=dados.pago_em,
            dias_de_atraso=a.dias_de_atraso,
            multa=a.multa,
            juros=a.juros,
            total=dados.principal + a.multa + a.juros,
            taxa_multa=_fracao(a.taxa_multa),
            taxa_juros=_fracao(a.taxa_juros),
            fundamento=a.fundamento,
        )


_ENVIO: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["arquivo"],
                    "properties": {
                        "arquivo": {
                            "type": "string",
                            "format": "binary",
                            "description": "CSV `competencia;taxa` (e `fonte`, se houver) ou o JSON da série 4390 do BCB.",
                        },
                        "fonte": {"type": "string", "maxLength": MAIOR_FONTE, "description": "De onde vêm as taxas."},
                    },
                }
            }
        },
    }
}


def rotas_de_encargos(m: MesaDeEncargos) -> APIRouter:
    """`/v1/encargos`. The room's table of errors must map `DadosRecusados` (422) and `EstadoNaoPermite` (409)."""
    rotas = APIRouter(tags=["encargos"])

    @rotas.get("/v1/encargos", response_model=Pagina[RegraEmVigor], summary="As regras de multa e juros de mora")
    async def listar(
        _: Leitor, em: Annotated[Dia | None, Query(description="Em vigor neste dia; sem ele, hoje.")] = None
    ) -> Pagina[RegraEmVigor]:
        dia = em or m.hoje()
        return Pagina(itens=[_em_vigor(r, dia, padrao=r.regra == m.padrao) for r in m.regras.values()], proximo=None)

    @rotas.get("/v1/encargos/selic", response_model=Pagina[TaxaDoMes], summary="A taxa SELIC de cada mês, da última à primeira")
    async def listar_selic(_: Leitor, pagina: Paginacao) -> Pagina[TaxaDoMes]:
        depois = pagina.depois_de(int)
        async with m.banco.conexao() as con:
            taxas = await SelicPostgres(con).listar(antes_de=depois[0] if depois else None, limite=pagina.buscar)
        return montar(taxas, pagina, chave=lambda t: (t.competencia.indice,), item=TaxaDoMes.de)

    @rotas.put(
        "/v1/encargos/selic", response_model=ResultadoDaCarga, openapi_extra=_ENVIO, summary="Carrega a taxa SELIC dos meses"
    )
    async def carregar(request: Request, quem: Supervisor) -> ResultadoDaCarga:
        """Grava todos os meses do arquivo ou, havendo uma linha que não serve, nenhum. Só meses já terminados têm taxa."""
        arquivo = io.BytesIO()
        recebido = await receber(request, arquivo)
        fonte = recebido.campos.get("fonte") or f"arquivo enviado por {quem.nome}"
        if len(fonte) > MAIOR_FONTE:
            raise recusar("fonte", f"Aceita no máximo {MAIOR_FONTE} caracteres.")
        async with m.banco.transacao() as con:
            carga = await carregar_selic(
                SelicPostgres(con), arquivo.getvalue(), fonte=fonte, hoje=m.hoje(), agora=m.relogio.agora()
            )
        return ResultadoDaCarga.de(carga)

    @rotas.post("/v1/encargos/calcular", response_model=Calculo, summary="Quanto se paga depois do vencimento")
    async def calcular(dados: PedidoDeCalculo, _: Calculista) -> Calculo:
        """Multa e juros de mora sobre o principal, cada um arredondado ao centavo. Nada é gravado."""
        regra = m.regra(dados.regra)
        calendario = m.calendarios[regra.uf]
        async with m.banco.conexao() as con:
            selic = await SelicPostgres(con).tabela()
        a = acrescimos(dados.principal, dados.vencimento, dados.pago_em, regra, selic, calendario=calendario)
        return Calculo.de(dados, regra.regra, fim_do_prazo(dados.vencimento, calendario), a)

    return rotas


def _em_vigor(r: RegraDeEncargos, dia: date, *, padrao: bool) -> RegraEmVigor:
    try:
        versao = VersaoDaRegra.de(r.versao_em(dia))
    except SemVersaoVigente:
        versao = None
    return RegraEmVigor(
        regra=r.regra,
        nome=r.nome,
        uf=r.uf,
        padrao=padrao,
        versao_por=r.versao_por,
        versao=versao,
        nao_verificados=list(r.nao_verificados),
        observacao=r.observacao,
    )


def _fracao(valor: Decimal) -> str:
    # without the zeros that the table's four decimals leave behind
    return format(valor.normalize(), "f")
