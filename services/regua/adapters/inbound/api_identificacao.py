"""Routes for other systems to look a vehicle up and to check an identity; limited per token."""

from __future__ import annotations

import logging
from datetime import date
from typing import Annotated, Any, Final, Self

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kernel.domain.datas import Competencia
from kernel.domain.documento import DocumentoInvalido, ler_documento
from kernel.domain.veiculo import PlacaInvalida, RenavamInvalido, ler_placa, ler_renavam
from kernel.http.auth import Identidade
from kernel.http.valores import DinheiroTexto
from kernel.logging import campos
from regua.adapters.inbound.api import Integrador, Mesa
from regua.adapters.outbound import consultas_contribuinte as consultas
from regua.application.identificar import REGISTROS, Registro, conferir
from regua.errors import NaoExiste, recusar

_log = logging.getLogger(__name__)

Texto = Annotated[str, Field(min_length=1, max_length=200)]
_VALOR_QUE_NINGUEM_TEM: Final = "-"


class PedidoDeVeiculo(BaseModel):
    model_config = ConfigDict(extra="forbid")

    renavam: Annotated[str, Field(max_length=20)]
    placa: Annotated[str, Field(max_length=10)]


class DebitoDoVeiculo(BaseModel):
    debito: str
    competencia: str
    vencimento: date
    situacao: str
    saldo: DinheiroTexto


class Veiculo(BaseModel):
    contribuinte: str
    modelo: str
    ano: int
    debitos: list[DebitoDoVeiculo] = Field(description="Débitos de IPVA do proprietário com saldo.")
    total: DinheiroTexto


class FatosInformados(BaseModel):
    model_config = ConfigDict(extra="forbid")

    documento: Texto | None = None
    nome: Texto | None = None
    municipio: Texto | None = None
    inscricao_estadual: Texto | None = None
    renavam: Texto | None = None
    placa: Texto | None = None


class PedidoDeConferencia(BaseModel):
    model_config = ConfigDict(extra="forbid")

    contribuinte: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")] | None = None
    documento: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    fatos: FatosInformados = Field(description="Todos precisam conferir; ao menos um.")

    @model_validator(mode="after")
    def _um_dos_dois(self) -> Self:
        if (self.contribuinte is None) == (self.documento is None):
            raise ValueError("Informe `contribuinte` ou `documento`, um dos dois.")
        # a document checked against itself would only tell whether it is known
        if not self.fatos.model_dump(exclude_none=True, exclude={"documento"} if self.documento else set()):
            raise ValueError("Informe ao menos um fato além do documento que identifica.")
        return self


class PedidoDeDevedor(BaseModel):
    model_config = ConfigDict(extra="forbid")

    contribuinte: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]


class Devedor(BaseModel):
    documento: str
    nome: str


class Conferencia(BaseModel):
    confere: bool
    contribuinte: str | None = Field(description="Só quando confere.")


def rotas_de_identificacao(m: Mesa) -> APIRouter:
    """`/v1/veiculos/consultar`, `/v1/identificacoes/conferir`, `/v1/identificacoes/devedor`."""
    rotas = APIRouter(tags=["identificação"])

    @rotas.post("/v1/veiculos/consultar", response_model=Veiculo, summary="Consulta um veículo por RENAVAM e placa")
    async def consultar(dados: PedidoDeVeiculo, quem: Integrador) -> Veiculo:
        """A mesma resposta quando falta o RENAVAM, a placa ou o par."""
        _limitar(m, quem)
        try:
            renavam, placa = ler_renavam(dados.renavam).valor, ler_placa(dados.placa)
        except RenavamInvalido as erro:
            raise recusar("renavam", str(erro)) from erro
        except PlacaInvalida as erro:
            raise recusar("placa", str(erro)) from erro
        async with m.banco.conexao() as con:
            linha = await consultas.veiculo(con, renavam, sorted(placa.equivalentes))
            if linha is None:
                raise NaoExiste("Não há veículo com este RENAVAM e esta placa.")
            debitos = await consultas.debitos(con, linha["contribuinte"], m.janela.dia_local(m.relogio.agora()))
        devidos = [_debito(d) for d in debitos if d["tributo"] == "IPVA" and d["saldo"] > 0 and d["situacao"] != "pago"]
        return Veiculo(
            **{n: linha[n] for n in ("contribuinte", "modelo", "ano")}, debitos=devidos, total=sum(d.saldo for d in devidos)
        )

    @rotas.post("/v1/identificacoes/conferir", response_model=Conferencia, summary="Confere quem a pessoa diz ser")
    async def conferir_identidade(dados: PedidoDeConferencia, quem: Integrador) -> Conferencia:
        """Sim ou não, com o mesmo trabalho em qualquer caso: não diz o que não conferiu, nem se o contribuinte existe."""
        _limitar(m, quem)
        fatos = dados.fatos.model_dump(exclude_none=True)
        if "documento" in fatos:
            fatos["documento"] = _documento(fatos["documento"])
        async with m.banco.conexao() as con:
            linhas = await consultas.registros(
                con,
                contribuinte=dados.contribuinte or _VALOR_QUE_NINGUEM_TEM,
                documento=_documento(dados.documento or _VALOR_QUE_NINGUEM_TEM),
                renavam=_renavam(fatos.get("renavam", "")),
                placas=_placas(fatos.get("placa", "")),
                limite=REGISTROS,
            )
        achado = conferir([_registro(linha) for linha in linhas], fatos)
        return Conferencia(confere=achado is not None, contribuinte=achado)

    @rotas.post("/v1/identificacoes/devedor", response_model=Devedor, summary="Quem deve, para uma cobrança no provedor de Pix")
    async def devedor(dados: PedidoDeDevedor, quem: Integrador) -> Devedor:
        """Documento e nome inteiros, que a cobrança com vencimento exige. Cada consulta fica no registro, com quem a fez."""
        async with m.banco.conexao() as con:
            linha = await consultas.contribuinte(con, dados.contribuinte)
        if linha is None:
            raise NaoExiste("Não há contribuinte com este identificador.")
        _log.info("documento e nome dados a %s", quem.nome, extra=campos(contribuinte=dados.contribuinte))
        return Devedor(documento=linha["documento"], nome=linha["nome"])

    return rotas


def _limitar(m: Mesa, quem: Identidade) -> None:
    m.limite.exigir(str(quem.id), m.segundos())


def _debito(d: asyncpg.Record) -> DebitoDoVeiculo:
    campos: dict[str, Any] = {n: d[n] for n in ("debito", "vencimento", "situacao", "saldo")}
    return DebitoDoVeiculo(**campos, competencia=str(Competencia.de_indice(d["competencia"])))


def _registro(linha: asyncpg.Record) -> Registro:
    return Registro(
        contribuinte=linha["contribuinte"],
        textos={n: linha[n] for n in ("documento", "nome", "municipio", "inscricao_estadual") if linha[n]},
        verdadeiros={"renavam": linha["tem_renavam"], "placa": linha["tem_placa"]},
    )


# What is not one is compared as it came: it fits nobody, and the answer is no like any other.
def _documento(texto: str) -> str:
    try:
        return ler_documento(texto).valor
    except DocumentoInvalido:
        return texto


def _renavam(texto: str) -> str:
    try:
        return ler_renavam(texto).valor
    except RenavamInvalido:
        return texto


def _placas(texto: str) -> list[str]:
    try:
        return sorted(ler_placa(texto).equivalentes)
    except PlacaInvalida:
        return [texto]
