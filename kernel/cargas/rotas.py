"""The HTTP routes of loads, for whichever room has them: send a file, see how it goes, fetch what was rejected."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from kernel import rastro
from kernel.cargas import registro
from kernel.cargas.armazem import Armazem
from kernel.cargas.leitura import Rejeicao
from kernel.cargas.recepcao import Recebido, receber
from kernel.cargas.registro import Carga, EstadoDaCarga
from kernel.clock import Relogio
from kernel.http.auth import Identidade, Integracao, Papel, exigir
from kernel.http.idempotencia import Chave, uma_vez
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.problema import Campo, EntradaInvalida, NaoEncontrado
from kernel.persistence.banco import Banco, Conexao

_LOTE: Final = 1000
# what a spreadsheet would run as a formula
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")

Leitor = Annotated[Identidade, Depends(exigir(Papel.OPERADOR, Papel.INTEGRACAO))]


class CargaRecebida(BaseModel):
    id: UUID = Field(description="Com ele se acompanha a carga.")
    estado: EstadoDaCarga


class CargaDetalhe(CargaRecebida):
    tipo: str
    total: int = Field(description="Linhas lidas: aceitas mais rejeitadas. Linhas em branco não contam.")
    aceitos: int = Field(description="Linhas aceitas, as que nada mudaram incluídas.")
    rejeitados: int
    progresso: float = Field(ge=0, le=1)
    motivo: str | None = Field(description="Por que a carga falhou.")
    recebida_em: datetime
    concluida_em: datetime | None

    @classmethod
    def de(cls, c: Carga) -> CargaDetalhe:
        return cls(
            id=c.carga,
            estado=c.estado,
            tipo=c.tipo,
            total=c.total,
            aceitos=c.aceitos,
            rejeitados=c.rejeitados,
            progresso=c.progresso,
            motivo=c.motivo,
            recebida_em=c.recebida_em,
            concluida_em=c.concluida_em,
        )


@dataclass(frozen=True, slots=True)
class CargasDaSala:
    """What the routes need. `tipos`: those that the room takes; with one alone the field `tipo` may be left out.

    `formato` and `assunto` are for the API's description: what a file is like, and under which heading the routes stand.
    """

    banco: Banco
    sala: str
    tipos: Sequence[str]
    armazem: Armazem
    relogio: Relogio
    formato: str = "CSV com `;`, cabeçalho, em UTF-8 ou Latin-1."
    assunto: str = "cargas"


def rotas_de_cargas(cargas: CargasDaSala, *, prefixo: str, ler_tambem: Sequence[str] = ()) -> APIRouter:
    """`POST` and `GET <prefixo>`, `GET <prefixo>/{id}`, `GET <prefixo>/{id}/rejeitados`.

    The application must let `<prefixo>` take a body of any size (`corpo_por_caminho={prefixo: None}`). `ler_tambem`: other
    schemas of the same database whose loads the two last routes find too, for a process that holds several rooms.
    """
    rotas = APIRouter(tags=[cargas.assunto])
    banco, sala = cargas.banco, cargas.sala

    @rotas.post(prefixo, status_code=202, response_model=CargaRecebida, openapi_extra=_corpo(cargas), summary="Envia um arquivo")
    async def enviar(request: Request, quem: Integracao, chave: Chave = None) -> Response:
        """Recebe o arquivo de qualquer tamanho e o enfileira; a carga é feita em segundo plano, na ordem de chegada."""
        carga = uuid4()
        guardado = False
        try:
            with cargas.armazem.criar(carga) as arquivo:
                recebido = await receber(request, arquivo)
            tipo = _tipo(recebido, cargas.tipos)

            async def registrar(con: Conexao) -> Mapping[str, Any]:
                nonlocal guardado
                # it waits for the disk, and a big file's wait is long
                await asyncio.to_thread(cargas.armazem.guardar, carga)
                guardado = True
                await registro.registrar(
                    con,
                    sala,
                    carga=carga,
                    tipo=tipo,
                    resumo=recebido.resumo,
                    agora=cargas.relogio.agora(),
                    traceparent=rastro.atual(),
                )
                return {"id": str(carga), "estado": "recebida"}

            return await uma_vez(
                request,
                chave,
                banco=banco,
                esquema=sala,
                quem=quem,
                agora=cargas.relogio.agora(),
                executar=registrar,
                status=202,
                resumo=sha256(tipo.encode() + recebido.resumo).digest(),
            )
        finally:
            # once final it stays: whether the commit went through may not be known
            if not guardado:
                cargas.armazem.apagar(carga)

    @rotas.get(prefixo, response_model=Pagina[CargaDetalhe], summary="As cargas, da mais nova à mais antiga")
    async def listar(_: Leitor, pagina: Paginacao) -> Pagina[CargaDetalhe]:
        antes_de = pagina.depois_de(int)
        async with banco.conexao() as con:
            achadas = await registro.listar(con, sala, antes_de=antes_de[0] if antes_de else None, limite=pagina.buscar)
        return montar(achadas, pagina, chave=lambda c: (c.ordem,), item=CargaDetalhe.de)

    @rotas.get(f"{prefixo}/{{carga}}", response_model=CargaDetalhe, summary="Como vai uma carga")
    async def ler(carga: UUID, _: Leitor) -> CargaDetalhe:
        return CargaDetalhe.de((await _achar(banco, (sala, *ler_tambem), carga))[1])

    @rotas.get(
        f"{prefixo}/{{carga}}/rejeitados",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {}}, "description": "CSV `linha;campo;motivo;conteudo`."}},
        summary="As linhas rejeitadas, em CSV",
    )
    async def rejeitados(carga: UUID, _: Leitor) -> StreamingResponse:
        """Cada linha que ficou de fora, com o campo, o motivo e o que estava escrito nela (dados pessoais)."""
        esquema, _carga = await _achar(banco, (sala, *ler_tambem), carga)
        return StreamingResponse(
            _em_csv(banco, esquema, carga),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="rejeitados-{carga}.csv"'},
        )

    return rotas


def _tipo(recebido: Recebido, aceitos: Sequence[str]) -> str:
    tipo = recebido.campos.get("tipo", aceitos[0] if len(aceitos) == 1 else "")
    if tipo not in aceitos:
        motivo = f"Precisa ser um destes: {', '.join(aceitos)}." if tipo else "Campo obrigatório."
        raise EntradaInvalida("O tipo do arquivo não é aceito.", campos=[Campo(campo="tipo", motivo=motivo)])
    return tipo


async def _achar(banco: Banco, salas: Sequence[str], carga: UUID) -> tuple[str, Carga]:
    async with banco.conexao() as con:
        for sala in salas:
            if (achada := await registro.ler(con, sala, carga)) is not None:
                return sala, achada
    raise NaoEncontrado("Não há carga com este identificador.")


async def _em_csv(banco: Banco, sala: str, carga: UUID) -> AsyncIterator[bytes]:
    yield b"linha;campo;motivo;conteudo\r\n"
    ultima = 0
    while True:
        # a connection for each batch: a slow reader must not hold one
        async with banco.conexao() as con:
            lote = await registro.rejeitadas(con, sala, carga, depois_de=ultima, limite=_LOTE)
        if not lote:
            return
        yield _linhas_csv(lote)
        ultima = lote[-1].linha


def _linhas_csv(lote: Sequence[Rejeicao]) -> bytes:
    saida = io.StringIO()
    escritor = csv.writer(saida, delimiter=";", quoting=csv.QUOTE_MINIMAL)
    escritor.writerows((r.linha, inofensivo(r.campo), inofensivo(r.motivo), inofensivo(r.conteudo)) for r in lote)
    return saida.getvalue().encode()


def inofensivo(celula: str) -> str:
    """`celula` as a spreadsheet shows it and does not run it."""
    return f"'{celula}" if celula.lstrip(" ").startswith(_FORMULAS) else celula


def _corpo(cargas: CargasDaSala) -> dict[str, Any]:
    tipos = cargas.tipos
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["arquivo"] if len(tipos) == 1 else ["tipo", "arquivo"],
                        "properties": {
                            "tipo": {"type": "string", "enum": list(tipos), "description": "O que o arquivo contém."},
                            "arquivo": {"type": "string", "format": "binary", "description": cargas.formato},
                        },
                    }
                }
            },
        }
    }
