"""Templates: written by one person, approved by another; an approved version never changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from canais.domain.modelo import DO_DEGRAU, EstadoDoModelo, Valores, nome_do_modelo, problemas
from canais.errors import AutorNaoAprova, ModeloDesconhecido, ModeloJaDecidido, ModeloRecusado


@dataclass(frozen=True, slots=True)
class Modelo:
    """One version of a template. `hipotese` and `rigidez` None: of a contact that is no rung of the ladder."""

    modelo: UUID
    nome: str
    hipotese: str | None
    rigidez: int | None
    canal: str
    idioma: str
    versao: int
    estado: EstadoDoModelo
    texto: str
    nome_no_provedor: str | None
    autor: str
    aprovador: str | None
    criado_em: datetime
    aprovado_em: datetime | None


@dataclass(frozen=True, slots=True)
class Rascunho:
    """What a person asks to be a template: of a rung, by `hipotese` and `rigidez`, or of another contact, by `nome`."""

    canal: str
    idioma: str
    texto: str
    hipotese: str | None = None
    rigidez: int | None = None
    nome: str | None = None
    nome_no_provedor: str | None = None


class GuardaDeModelos(Protocol):
    """Templates as they are kept, inside one transaction."""

    async def proxima_versao(self, nome: str, canal: str, idioma: str) -> int:
        """One more than the last; held for the transaction."""
        ...

    async def inserir(self, modelo: Modelo) -> None: ...

    async def travar(self, modelo: UUID) -> Modelo | None: ...

    async def por_em_uso(self, modelo: Modelo) -> None:
        """Makes it the approved one of its name, channel and language; the one before is `substituido`."""
        ...


async def criar_modelo(
    guarda: GuardaDeModelos, r: Rascunho, *, id_: UUID, autor: str, agora: datetime, valores: Valores
) -> Modelo:
    """A draft, the next version of its name. Raises `ModeloRecusado`."""
    nome, faltas = _nome(r)
    if motivos := [*faltas, *problemas(r.canal, r.texto, valores)]:
        raise ModeloRecusado(motivos)
    modelo = Modelo(
        modelo=id_,
        nome=nome,
        hipotese=r.hipotese,
        rigidez=r.rigidez,
        canal=r.canal,
        idioma=r.idioma,
        versao=await guarda.proxima_versao(nome, r.canal, r.idioma),
        estado="rascunho",
        texto=r.texto,
        nome_no_provedor=r.nome_no_provedor,
        autor=autor,
        aprovador=None,
        criado_em=agora,
        aprovado_em=None,
    )
    await guarda.inserir(modelo)
    return modelo


def _nome(r: Rascunho) -> tuple[str, list[str]]:
    """The name, and why it may not be one."""
    if r.hipotese is not None and r.rigidez is not None and r.nome is None:
        return nome_do_modelo(r.hipotese, r.rigidez), []
    if r.nome is None or r.hipotese is not None or r.rigidez is not None:
        return "", ["Informe `hipotese` e `rigidez`, ou só `nome`, para um contato que não é degrau da escada."]
    reservado = DO_DEGRAU.fullmatch(r.nome) is not None
    return r.nome, ["Este nome é de um degrau: informe `hipotese` e `rigidez` em lugar dele."] if reservado else []


async def aprovar_modelo(guarda: GuardaDeModelos, id_: UUID, *, aprovador: str, agora: datetime, valores: Valores) -> Modelo:
    """Puts a draft in use. The text is judged again: the rules may have changed since it was written.

    Raises `ModeloDesconhecido`, `ModeloJaDecidido`, `AutorNaoAprova`, `ModeloRecusado`.
    """
    modelo = await guarda.travar(id_)
    if modelo is None:
        raise ModeloDesconhecido("Não há modelo com este identificador.")
    if modelo.estado != "rascunho":
        raise ModeloJaDecidido(f"O modelo já está {modelo.estado}; para mudar o texto, crie outra versão.")
    if modelo.autor == aprovador:
        raise AutorNaoAprova("Quem escreveu o modelo não pode aprová-lo: peça a outra pessoa.")
    if motivos := problemas(modelo.canal, modelo.texto, valores):
        raise ModeloRecusado(motivos)
    aprovado = replace(modelo, estado="aprovado", aprovador=aprovador, aprovado_em=agora)
    await guarda.por_em_uso(aprovado)
    return aprovado
