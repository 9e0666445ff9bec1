"""Routes about one person's contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

import orjson
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from canais.adapters.outbound.contatos import ContatosGuardados
from canais.application.carregar_contatos import contribuinte as ler_contribuinte
from canais.application.contatos import (
    ContatoPedido,
    Ficha,
    alterar_contatos,
    apagar_contatos,
    ler_contatos,
    mascarar_endereco,
)
from kernel.cargas.celulas import CelulaInvalida
from kernel.clock import Relogio
from kernel.http.auth import Admin, Operador, Papel
from kernel.http.problema import Campo, EntradaInvalida
from kernel.messaging import outbox
from kernel.persistence.banco import Banco

CanalDeContato = Literal["whatsapp", "sms", "messenger", "voz", "email", "postal"]
Contribuinte = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,40}$")]


class ContatoNovo(BaseModel):
    model_config = ConfigDict(extra="forbid")

    canal: CanalDeContato
    endereco: Annotated[str, StringConstraints(max_length=300)] | None = Field(description="Vazio ou null: não há.")
    idioma: str = "pt-BR"
    verificado: bool = Field(default=False, description="Provado que é do contribuinte.")
    consentimento: bool = Field(default=False, description="Sem ele o WhatsApp não é usado.")


class ContatosNovos(BaseModel):
    """Substitui os contatos da pessoa: canal que não aparece fica ausente."""

    model_config = ConfigDict(extra="forbid")

    contatos: Annotated[list[ContatoNovo], Field(max_length=6)]
    descadastros: list[CanalDeContato] | None = Field(
        default=None, max_length=6, description="Canais em que a pessoa pediu para não receber; sem o campo, ficam como estão."
    )

    @model_validator(mode="after")
    def _um_por_canal(self) -> ContatosNovos:
        canais = [c.canal for c in self.contatos]
        if len(canais) != len(set(canais)):
            raise ValueError("Cada canal aparece uma vez só.")
        return self


class ContatoDetalhe(BaseModel):
    canal: str
    endereco: str | None
    idioma: str
    verificado: bool
    consentimento: bool
    situacao: Literal["valido", "invalido", "ausente"]
    motivo: str | None
    alterado_em: datetime


class DescadastroDetalhe(BaseModel):
    canal: str
    origem: str
    pedido_em: datetime


class Contatos(BaseModel):
    contribuinte: str
    contatos: list[ContatoDetalhe]
    descadastros: list[DescadastroDetalhe]


def rotas_de_contatos(banco: Banco, relogio: Relogio) -> APIRouter:
    """`GET PUT DELETE /v1/contatos/{contribuinte}`, `GET …/exportar`. Goes after the routes of `/v1/contatos/cargas`."""
    rotas = APIRouter(tags=["contatos"])

    @rotas.get("/v1/contatos/{contribuinte}", response_model=Contatos, summary="Como alcançar um contribuinte")
    async def ler(contribuinte: Contribuinte, quem: Operador) -> Contatos:
        """O auditor vê os endereços mascarados."""
        async with banco.conexao() as con:
            ficha = await ler_contatos(ContatosGuardados(con), contribuinte)
        return _contatos(ficha, mascarar=quem.papel is Papel.AUDITOR)

    @rotas.put("/v1/contatos/{contribuinte}", response_model=Contatos, summary="Muda os contatos de um contribuinte")
    async def mudar(contribuinte: Contribuinte, dados: ContatosNovos, _: Operador) -> Contatos:
        pedidos = [ContatoPedido(**c.model_dump()) for c in dados.contatos]
        async with banco.transacao() as con:
            ficha, saidas = await alterar_contatos(
                ContatosGuardados(con),
                _aceito(contribuinte),
                pedidos,
                dados.descadastros,
                mudanca=uuid4(),
                agora=relogio.agora(),
            )
            await outbox.gravar(con, "canais", saidas)
        return _contatos(ficha, mascarar=False)

    @rotas.get("/v1/contatos/{contribuinte}/exportar", summary="Tudo o que se guarda de uma pessoa (LGPD)", response_model=None)
    async def exportar(contribuinte: Contribuinte, quem: Admin) -> Response:
        """Contatos, descadastros e envios com seu histórico, em JSON."""
        # one snapshot: envios and their history must agree
        async with banco.transacao(isolamento="repeatable_read", so_leitura=True) as con:
            guarda = ContatosGuardados(con)
            await ler_contatos(guarda, contribuinte)
            dados = await guarda.exportar(contribuinte)
        if quem.papel is Papel.AUDITOR:
            _mascarar(dados)
        return Response(
            # the driver's UUID is not the standard library's
            orjson.dumps({"contribuinte": contribuinte, **dados}, default=str),
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="contatos-{contribuinte}.json"'},
        )

    @rotas.delete("/v1/contatos/{contribuinte}", status_code=204, summary="Apaga os dados de contato de uma pessoa (LGPD)")
    async def apagar(contribuinte: Contribuinte, _: Admin) -> None:
        """Endereços saem de contatos, de envios encerrados e de linhas rejeitadas. Pedidos de descadastro ficam: são a
        vontade da pessoa, e uma carga futura não pode desfazê-la."""
        async with banco.transacao() as con:
            saidas = await apagar_contatos(ContatosGuardados(con), contribuinte, mudanca=uuid4(), agora=relogio.agora())
            await outbox.gravar(con, "canais", saidas)

    return rotas


def _aceito(contribuinte: str) -> str:
    try:
        return ler_contribuinte(contribuinte)
    except CelulaInvalida as erro:
        raise EntradaInvalida(campos=[Campo(campo="contribuinte", motivo=str(erro))]) from None


def _contatos(f: Ficha, *, mascarar: bool) -> Contatos:
    return Contatos(
        contribuinte=f.contribuinte,
        contatos=[
            ContatoDetalhe(
                canal=c.canal,
                endereco=mascarar_endereco(c.endereco) if mascarar else c.endereco,
                idioma=c.idioma,
                verificado=c.verificado,
                consentimento=c.consentimento,
                situacao=c.situacao,
                motivo=c.motivo,
                alterado_em=c.alterado_em,
            )
            for c in f.contatos
        ],
        descadastros=[DescadastroDetalhe(canal=d.canal, origem=d.origem, pedido_em=d.pedido_em) for d in f.descadastros],
    )


def _mascarar(dados: dict[str, Any]) -> None:
    for linha in (*dados["contatos"], *dados["envios"]):
        linha["endereco"] = mascarar_endereco(linha["endereco"])
        linha.pop("chave", None)
