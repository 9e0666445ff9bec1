"""Routes of ciclos, the heat map and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final, Self
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kernel import rastro
from kernel.http.idempotencia import Chave
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.problema import Indisponivel
from kernel.http.valores import Dia, Instante
from kernel.pendencias import NaoSossega
from kernel.persistence.banco import Conexao
from kernel.persistence.sinal import avisar
from regua.adapters.inbound.agenda import CANAL_DOS_CICLOS
from regua.adapters.inbound.api import Leitor, Mesa, Operador
from regua.application.executar_ciclo import CAMPANHA_PERMANENTE, solicitar_ciclo
from regua.domain.politica import ETAPAS, REINCIDENCIAS
from regua.errors import EstadoNaoPermite, NaoExiste, recusar

_MAIOR_AVANCO: Final = timedelta(days=400)


class PedidoDeCiclo(BaseModel):
    model_config = ConfigDict(extra="forbid")

    data: Dia = Field(description="A data do relógio; para outra, use a simulação de políticas.")
    campanha: str | None = Field(None, max_length=64, description="Sem ela, a campanha permanente.")


class CicloPedido(BaseModel):
    id: UUID
    estado: str


class Ciclo(CicloPedido):
    """`avaliados` = `acionados` + `retidos` + a soma de `suprimidos`."""

    data: date
    campanha: str
    politica: str | None
    avaliados: int
    acionados: int
    retidos: int
    por_hipotese: dict[str, int]
    por_rigidez: dict[str, int]
    por_canal: dict[str, int] = Field(description="Acionados, pelo primeiro canal.")
    suprimidos: dict[str, int] = Field(description="Por motivo.")
    motivo: str | None = Field(description="Por que falhou.")
    iniciado_em: datetime
    concluido_em: datetime | None

    @classmethod
    def de(cls, linha: asyncpg.Record) -> Ciclo:
        campos: dict[str, Any] = dict(linha)
        contagens: Mapping[str, Any] = campos.pop("contagens")
        por = {nome: contagens.get(nome, {}) for nome in ("por_hipotese", "por_rigidez", "por_canal", "suprimidos")}
        return cls(id=campos.pop("ciclo"), **campos, **por)


class Celula(BaseModel):
    reincidencia: int = Field(description="4 vale para 4 ou mais.")
    rigidez: int
    casos: int


class LinhaDoMapa(BaseModel):
    etapa: int
    nome: str
    celulas: list[Celula]


class MapaDeCalor(BaseModel):
    data: date
    ciclo: UUID | None = Field(description="O ciclo contado; null quando não houve nenhum nessa data.")
    politica: str
    casos: int
    mapa: list[LinhaDoMapa]


class Hora(BaseModel):
    agora: datetime
    virtual: bool


class Avanco(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"dias": 5}]})

    ate: Instante | None = Field(None, description="Instante de chegada, com fuso.")
    dias: Annotated[int, Field(ge=1, le=400)] | None = Field(None, description="Ou quantos dias adiante.")

    @model_validator(mode="after")
    def _um_dos_dois(self) -> Self:
        if (self.ate is None) == (self.dias is None):
            raise ValueError("Informe `ate` ou `dias`, um dos dois.")
        return self


class Avancado(BaseModel):
    agora: datetime
    ciclos: list[UUID] = Field(description="Os ciclos que rodaram no caminho.")


_COLUNAS: Final = """ciclo, data, campanha, politica, estado, avaliados, acionados, retidos, contagens, motivo, iniciado_em,
    concluido_em"""


def rotas_de_ciclos(m: Mesa) -> APIRouter:
    """`/v1/ciclos`, `/v1/mapa-de-calor`."""
    rotas = APIRouter(tags=["ciclos"])

    @rotas.post("/v1/ciclos", status_code=202, response_model=CicloPedido, summary="Pede o ciclo do dia")
    async def pedir(request: Request, dados: PedidoDeCiclo, quem: Operador, chave: Chave = None) -> Response:
        """Roda em segundo plano. Há um por data e campanha: pedido de novo, responde o primeiro."""
        # it is asked for once whatever the repetitions, so it need not share the key's transaction
        ciclo = await solicitar_ciclo(
            m.portas, data=dados.data, campanha=dados.campanha or CAMPANHA_PERMANENTE, traceparent=rastro.atual()
        )

        async def executar(con: Conexao) -> CicloPedido:
            await avisar(con, CANAL_DOS_CICLOS)
            return CicloPedido(id=ciclo.ciclo, estado=ciclo.estado)

        return await m.uma_vez(request, chave, quem, executar, status=202)

    @rotas.get("/v1/ciclos", response_model=Pagina[Ciclo], summary="Os ciclos, do mais novo ao mais antigo")
    async def listar(_: Leitor, pagina: Paginacao) -> Pagina[Ciclo]:
        depois = pagina.depois_de(date, UUID) or (None, None)
        async with m.banco.conexao() as con:
            linhas = await con.fetch(
                f"""select {_COLUNAS} from regua.ciclo where $1::date is null or (data, ciclo) < ($1, $2)
                order by data desc, ciclo desc limit $3""",
                *depois,
                pagina.buscar,
            )
        return montar(linhas, pagina, chave=lambda linha: (linha["data"], linha["ciclo"]), item=Ciclo.de)

    @rotas.get("/v1/ciclos/{ciclo}", response_model=Ciclo, summary="Como foi um ciclo")
    async def ler(ciclo: UUID, _: Leitor) -> Ciclo:
        async with m.banco.conexao() as con:
            linha = await con.fetchrow(f"select {_COLUNAS} from regua.ciclo where ciclo = $1", ciclo)
        if linha is None:
            raise NaoExiste("Não há ciclo com este identificador.")
        return Ciclo.de(linha)

    @rotas.get("/v1/mapa-de-calor", response_model=MapaDeCalor, summary="A matriz de rigidez, com as contagens de um dia")
    async def mapa(
        _: Leitor,
        data: Annotated[Dia | None, Query(description="Sem ela, hoje.")] = None,
        campanha: Annotated[str, Query(max_length=64)] = CAMPANHA_PERMANENTE,
    ) -> MapaDeCalor:
        """Etapa × reincidência → rigidez, e quantos casos o ciclo da data pôs em cada casa."""
        agora = m.relogio.agora()
        dia = data or m.janela.dia_local(agora)
        async with m.banco.conexao() as con:
            linha = await con.fetchrow(
                """select ciclo, politica, contagens -> 'mapa' as mapa from regua.ciclo
                where data = $1 and campanha = $2 and estado = 'concluido'""",
                *(dia, campanha),
            )
            politicas = m.unidades(con, agora).politicas
            politica = await (politicas.por_versao(linha["politica"]) if linha else politicas.vigente(dia))
        contado: Mapping[str, Mapping[str, int]] = (linha["mapa"] or {}) if linha else {}
        linhas = [
            LinhaDoMapa(
                etapa=e,
                nome=politica.etapas[e - 1].nome,
                celulas=[
                    Celula(reincidencia=r, rigidez=politica.rigidez(e, r), casos=contado.get(str(e), {}).get(str(r), 0))
                    for r in range(1, REINCIDENCIAS + 1)
                ],
            )
            for e in range(1, ETAPAS + 1)
        ]
        return MapaDeCalor(
            data=dia,
            ciclo=linha["ciclo"] if linha else None,
            politica=politica.versao,
            casos=sum(celula.casos for uma in linhas for celula in uma.celulas),
            mapa=linhas,
        )

    return rotas


def rotas_do_relogio(m: Mesa) -> APIRouter:
    """`/v1/relogio`."""
    rotas = APIRouter(tags=["relógio"])

    @rotas.get("/v1/relogio", response_model=Hora, summary="Que horas são")
    async def ler(_: Leitor) -> Hora:
        return Hora(agora=m.relogio.agora(), virtual=m.avancador is not None)

    @rotas.post("/v1/relogio/avancar", response_model=Avancado, summary="Adianta o relógio virtual")
    async def avancar(dados: Avanco, _: Operador) -> Avancado:
        """Vai de prazo em prazo: o que vence no caminho acontece, e só então o relógio segue. No relógio real, 409."""
        if m.avancador is None:
            raise EstadoNaoPermite("O relógio é o da máquina, e não se adianta.", codigo="relogio_real")
        partida = m.relogio.agora()
        chegada = dados.ate.astimezone(UTC) if dados.ate else partida + timedelta(days=dados.dias or 0)
        if not partida < chegada <= partida + _MAIOR_AVANCO:
            raise recusar("ate", f"deve ficar entre agora e {_MAIOR_AVANCO.days} dias adiante.")
        antes = await _ciclos(m)
        try:
            await m.avancador.avancar(chegada)
        except NaoSossega as erro:
            raise Indisponivel(str(erro), codigo="sistema_ocupado") from erro
        rodaram = [ciclo for ciclo in await _ciclos(m, desde=partida) if ciclo not in antes]
        return Avancado(agora=m.relogio.agora(), ciclos=rodaram)

    return rotas


async def _ciclos(m: Mesa, *, desde: datetime | None = None) -> list[UUID]:
    async with m.banco.conexao() as con:
        linhas = await con.fetch(
            """select ciclo from regua.ciclo where estado <> 'processando' and ($1::timestamptz is null or concluido_em >= $1)
            order by data, iniciado_em, ciclo""",
            desde,
        )
    return [linha["ciclo"] for linha in linhas]
