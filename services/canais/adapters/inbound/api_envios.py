"""Routes about envios and providers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from canais.adapters.outbound.consultas import (
    EnvioLido,
    FiltroDeEnvios,
    Passo,
    ProvedorLido,
    ajustar_provedor,
    historico_de,
    ler_envio,
    listar_envios,
    listar_provedores,
)
from canais.application.registrar import envio_de
from canais.domain.estado import Estado
from canais.domain.falha import descricao_de
from kernel.clock import Relogio
from kernel.http.auth import Operador
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.problema import Campo, EntradaInvalida, NaoEncontrado
from kernel.http.valores import CustoTexto
from kernel.persistence.banco import Banco

CanalDeEnvio = Literal["whatsapp", "sms", "messenger"]

DESCRICOES: Final[Mapping[str, str]] = {
    "pendente": "Na fila, à espera da vez.",
    "enviando": "A caminho do provedor.",
    "incerto": "O provedor não confirmou se recebeu o pedido.",
    "aceito": "Aceita pelo provedor.",
    "enviado": "Enviada pelo provedor à operadora ou à rede.",
    "expirado": "O prazo acabou sem confirmação de entrega.",
    "falhou": "Não foi possível entregar.",
    "entregue": "Entregue no aparelho da pessoa.",
    "lido": "Lida pela pessoa.",
    "suprimido": "Não foi enviada.",
}
MOTIVOS: Final[Mapping[str, str]] = {
    "pago": "Não foi enviada: o pagamento chegou antes.",
    "parcelado": "Não foi enviada: o parcelamento chegou antes.",
    "suspenso": "Não foi enviada: a cobrança está suspensa.",
    "optou_sair": "Não foi enviada: a pessoa pediu para não receber mensagens.",
    "pagamento_parcial": "Não foi enviada: houve um pagamento parcial no dia.",
    "entregue_em_outro_canal": "Não foi enviada: já houve entrega por outro canal.",
    "operador": "Não foi enviada: cancelada por uma pessoa da equipe.",
    "sem_contato": "Não foi enviada: não há contato válido neste canal.",
    "sem_consentimento": "Não foi enviada: falta o consentimento para o WhatsApp.",
    "endereco_ja_contatado": "Não foi enviada: este endereço já recebeu uma mensagem no dia.",
    "sem_modelo": "Não foi enviada: não há modelo aprovado para ela.",
}


class Custo(BaseModel):
    valor: CustoTexto
    moeda: str = Field(examples=["USD"])


class PassoDoEnvio(BaseModel):
    estado: Estado
    em: datetime
    provedor_em: datetime | None = None
    codigo: str | None = None
    descricao: str | None = None


class Envio(BaseModel):
    id: UUID
    acionamento: UUID
    contribuinte: str
    canal: str
    estado: Estado
    motivo: str | None = None
    provedor: str | None
    id_provedor: str | None = None
    tentativas: int
    custo: Custo
    esgotado: bool = Field(description="O canal terminou sem entrega.")
    criado_em: datetime
    nao_antes: datetime
    valido_ate: datetime
    historico: list[PassoDoEnvio]


class Saude(BaseModel):
    na_fila: int = Field(description="Mensagens do canal que já podem sair.")
    em_curso: int
    incertos: int


class Provedor(BaseModel):
    id: str
    canal: str
    situacao: Literal["ativo", "pausado"]
    peso: int
    pausado: bool
    taxa_por_s: float | None = Field(description="Requisições por segundo; null: sem limite nosso.")
    motivo: str | None
    alterado_em: datetime | None
    saude: Saude


class Provedores(BaseModel):
    itens: list[Provedor]
    proximo: None = None


class AjusteDoProvedor(BaseModel):
    model_config = ConfigDict(extra="forbid")

    peso: Annotated[int, Field(ge=0, le=1000)] | None = None
    pausado: bool | None = None
    taxa_por_s: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = Field(
        default=None, description="null: sem limite nosso."
    )
    motivo: Annotated[str, Field(max_length=200)] | None = None


def rotas_de_envios(banco: Banco) -> APIRouter:
    """`GET /v1/envios`, `GET /v1/envios/{id}`."""
    rotas = APIRouter(tags=["envios"])

    # what is not said was not set: optional fields without a value are left out
    @rotas.get(
        "/v1/envios",
        response_model=Pagina[Envio],
        response_model_exclude_unset=True,
        summary="Envios, por contribuinte e do mais antigo ao mais novo",
    )
    async def listar(
        _: Operador,
        pagina: Paginacao,
        contribuinte: Annotated[str | None, Query(max_length=40)] = None,
        acionamento: UUID | None = None,
        canal: CanalDeEnvio | None = None,
        estado: Estado | None = None,
    ) -> Pagina[Envio]:
        filtro = FiltroDeEnvios(contribuinte, _do_acionamento(acionamento), canal, estado)
        async with banco.conexao() as con:
            lidos = await listar_envios(con, filtro, depois_de=pagina.depois_de(str, datetime, UUID), limite=pagina.buscar)
            passos = await historico_de(con, [e.envio for e in lidos])
        return montar(
            lidos,
            pagina,
            chave=lambda e: (e.contribuinte, e.criado_em, e.envio),
            item=lambda e: _envio(e, passos[e.envio]),
        )

    @rotas.get(
        "/v1/envios/{envio}",
        response_model=Envio,
        response_model_exclude_unset=True,
        summary="Um envio e tudo o que aconteceu com ele",
    )
    async def ler(envio: UUID, _: Operador) -> Envio:
        async with banco.conexao() as con:
            lido = await ler_envio(con, envio)
            if lido is None:
                raise NaoEncontrado("Não há envio com este identificador.")
            return _envio(lido, (await historico_de(con, [envio]))[envio])

    return rotas


def rotas_de_provedores(banco: Banco, relogio: Relogio) -> APIRouter:
    """`GET /v1/provedores`, `PATCH /v1/provedores/{id}`."""
    rotas = APIRouter(tags=["provedores"])

    @rotas.get("/v1/provedores", response_model=Provedores, summary="Provedores: saúde, peso, pausa")
    async def listar(_: Operador) -> Provedores:
        async with banco.conexao() as con:
            return Provedores(itens=[_provedor(p) for p in await listar_provedores(con, relogio.agora())])

    @rotas.patch("/v1/provedores/{provedor}", response_model=Provedor, summary="Muda peso, pausa ou ritmo de um provedor")
    async def ajustar(provedor: Annotated[str, Path(max_length=60)], ajuste: AjusteDoProvedor, _: Operador) -> Provedor:
        """Só muda o que foi enviado. Os processos de envio passam a usar em cerca de dois segundos."""
        mudancas = ajuste.model_dump(exclude_unset=True)
        nulos = [campo for campo in ("peso", "pausado") if campo in mudancas and mudancas[campo] is None]
        if nulos:
            raise EntradaInvalida(campos=[Campo(campo=campo, motivo="Não pode ficar vazio.") for campo in nulos])
        async with banco.transacao() as con:
            if not await ajustar_provedor(con, provedor, mudancas, relogio.agora()):
                raise NaoEncontrado("Não há provedor com este nome.")
            return next(_provedor(p) for p in await listar_provedores(con, relogio.agora()) if p.provedor == provedor)

    return rotas


def _do_acionamento(acionamento: UUID | None) -> list[UUID] | None:
    # an envio's id is made of both, so that no index on acionamento is needed
    return None if acionamento is None else [envio_de(acionamento, canal) for canal in ("whatsapp", "sms", "messenger", "voz")]


def _envio(e: EnvioLido, passos: Sequence[Passo]) -> Envio:
    return Envio(
        id=e.envio,
        acionamento=e.acionamento,
        contribuinte=e.contribuinte,
        canal=e.canal,
        estado=e.estado,
        provedor=e.provedor,
        tentativas=e.tentativas,
        custo=Custo(valor=e.custo_micros or 0, moeda=e.moeda or "USD"),
        esgotado=e.esgotado,
        criado_em=e.criado_em,
        nao_antes=e.nao_antes,
        valido_ate=e.valido_ate,
        historico=_historia(e, passos),
        **_dados(motivo=e.motivo, id_provedor=e.id_provedor),
    )


def _historia(e: EnvioLido, passos: Sequence[Passo]) -> list[PassoDoEnvio]:
    # its making is not written down: every row begins there
    nasce = [] if passos and passos[0].estado == "pendente" else [Passo(e.envio, "pendente", e.criado_em, None, None)]
    return [
        PassoDoEnvio(estado=p.estado, em=p.em, descricao=_descricao(e, p), **_dados(provedor_em=p.provedor_em, codigo=p.codigo))
        for p in (*nasce, *passos)
    ]


def _dados(**campos: Any) -> dict[str, Any]:
    return {nome: valor for nome, valor in campos.items() if valor is not None}


def _descricao(e: EnvioLido, p: Passo) -> str:
    do_motivo = MOTIVOS.get(e.motivo or "") if p.estado == "suprimido" else None
    return descricao_de(e.provedor, p.codigo) or do_motivo or DESCRICOES[p.estado]


def _provedor(p: ProvedorLido) -> Provedor:
    return Provedor(
        id=p.provedor,
        canal=p.canal,
        situacao="pausado" if p.pausado else "ativo",
        peso=p.peso,
        pausado=p.pausado,
        taxa_por_s=p.taxa_por_s,
        motivo=p.motivo,
        alterado_em=p.alterado_em,
        saude=Saude(na_fila=p.na_fila, em_curso=p.em_curso, incertos=p.incertos),
    )
