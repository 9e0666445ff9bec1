"""Routes about message templates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from canais.adapters.outbound.modelos import ModelosGuardados, ler_modelo, listar_modelos
from canais.adapters.outbound.postgres_provedores import ler_precos
from canais.application.modelos import Modelo, Rascunho, aprovar_modelo, criar_modelo
from canais.domain.modelo import Canal, EstadoDoModelo, Previa, Valores, prever, problemas
from canais.domain.preco import Tabela
from kernel.clock import Relogio
from kernel.http.auth import Operador, Supervisor
from kernel.http.idempotencia import Chave, uma_vez
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.problema import NaoEncontrado
from kernel.http.valores import CustoTexto
from kernel.persistence.banco import Banco, Conexao

Hipotese = Literal["H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8"]
Rigidez = Annotated[int, Field(ge=1, le=5)]
Idioma = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Nome = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]

# Where a message of the channel would go, for what it would cost.
_PROVEDORES: Final = {"sms": ("twilio-sms",), "whatsapp": ("meta-whatsapp", "twilio-whatsapp"), "messenger": ()}


class ModeloNovo(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hipotese: Hipotese | None = Field(default=None, description="Com `rigidez`: o texto de um degrau da escada.")
    rigidez: Rigidez | None = None
    nome: Nome | None = Field(
        default=None,
        description="Em lugar de `hipotese` e `rigidez`: o texto de um contato que não é degrau da escada, pelo nome dele.",
        examples=["parcelamento_em_risco"],
    )
    canal: Canal
    idioma: Idioma = "pt-BR"
    texto: Annotated[str, StringConstraints(min_length=1, max_length=4096)] = Field(
        description="Com as variáveis {codigo}, {link} e {telefone_sefaz}; sem valores, tributos nem dívidas (sigilo fiscal)."
    )
    nome_no_provedor: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,512}$")] | None = Field(
        default=None, description="No WhatsApp: o nome com que o modelo foi aprovado na Meta; sem ele, vale o nome daqui."
    )


class ModeloDetalhe(BaseModel):
    id: UUID
    nome: str = Field(examples=["h1_r2"])
    hipotese: str | None = Field(description="null, com `rigidez`: de um contato que não é degrau da escada.")
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

    @classmethod
    def de(cls, m: Modelo) -> ModeloDetalhe:
        return cls(
            id=m.modelo,
            nome=m.nome,
            hipotese=m.hipotese,
            rigidez=m.rigidez,
            canal=m.canal,
            idioma=m.idioma,
            versao=m.versao,
            estado=m.estado,
            texto=m.texto,
            nome_no_provedor=m.nome_no_provedor,
            autor=m.autor,
            aprovador=m.aprovador,
            criado_em=m.criado_em,
            aprovado_em=m.aprovado_em,
        )


class CustoDaMensagem(BaseModel):
    provedor: str
    valor: CustoTexto = Field(description="Por mensagem; no SMS, por todos os segmentos.")
    moeda: str
    verificado: bool = Field(description="Preço conferido na tabela do próprio provedor.")


class PreviaDoModelo(BaseModel):
    texto: str
    caracteres: int
    codificacao: Literal["GSM-7", "UCS-2"] | None = Field(description="No SMS.")
    unidades: int | None = Field(description="No SMS: septetos em GSM-7, unidades de 16 bits em UCS-2.")
    segmentos: int = Field(description="Mensagens cobradas.")
    custo: CustoDaMensagem | None = Field(description="null se não há preço cadastrado para o canal.")
    problemas: list[str] = Field(description="Por que o texto não seria aceito hoje; vazio se seria.")


def rotas_de_modelos(banco: Banco, relogio: Relogio, valores: Valores) -> APIRouter:
    """`GET POST /v1/modelos`, `GET /v1/modelos/{id}`, `POST …/{id}/previa`, `POST …/{id}/aprovar`."""
    rotas = APIRouter(tags=["modelos"])

    @rotas.get("/v1/modelos", response_model=Pagina[ModeloDetalhe], summary="Modelos, todas as versões")
    async def listar(
        _: Operador,
        pagina: Paginacao,
        *,
        nome: Nome | None = None,
        hipotese: Hipotese | None = None,
        rigidez: Annotated[int | None, Query(ge=1, le=5)] = None,
        canal: Canal | None = None,
        idioma: Idioma | None = None,
        estado: EstadoDoModelo | None = None,
    ) -> Pagina[ModeloDetalhe]:
        filtros = {
            "nome": nome,
            "hipotese": hipotese,
            "rigidez": rigidez,
            "canal": canal,
            "idioma": idioma,
            "estado": estado,
        }
        cursor = pagina.depois_de(str, str, int)
        # three parts of a cursor hold four of the key: neither names nor channels have a colon
        depois_de = (*cursor[0].partition(":")[::2], cursor[1], cursor[2]) if cursor else None
        async with banco.conexao() as con:
            lidos = await listar_modelos(con, filtros, depois_de=depois_de, limite=pagina.buscar)
        return montar(lidos, pagina, chave=lambda m: (f"{m.nome}:{m.canal}", m.idioma, m.versao), item=ModeloDetalhe.de)

    @rotas.post("/v1/modelos", status_code=201, response_model=ModeloDetalhe, summary="Escreve um modelo, como rascunho")
    async def criar(request: Request, dados: ModeloNovo, quem: Operador, chave: Chave = None) -> Response:
        """O texto é conferido: sigilo fiscal, variáveis e, no SMS, um só segmento em GSM-7. Outra pessoa precisa aprovar."""

        async def executar(con: Conexao) -> ModeloDetalhe:
            modelo = await criar_modelo(
                ModelosGuardados(con),
                Rascunho(**dados.model_dump()),
                id_=uuid4(),
                autor=quem.nome,
                agora=relogio.agora(),
                valores=valores,
            )
            return ModeloDetalhe.de(modelo)

        return await uma_vez(request, chave, banco=banco, esquema="canais", quem=quem, agora=relogio.agora(), executar=executar)

    @rotas.get("/v1/modelos/{modelo}", response_model=ModeloDetalhe, summary="Um modelo")
    async def ler(modelo: UUID, _: Operador) -> ModeloDetalhe:
        async with banco.conexao() as con:
            return ModeloDetalhe.de(await _achar(con, modelo))

    @rotas.post("/v1/modelos/{modelo}/previa", response_model=PreviaDoModelo, summary="Como o modelo chega, e quanto custa")
    async def previa(modelo: UUID, _: Operador) -> PreviaDoModelo:
        async with banco.conexao() as con:
            achado = await _achar(con, modelo)
            precos = await ler_precos(con)
        prevista = prever(achado.canal, achado.texto, valores)
        return _previa(achado, prevista, precos, relogio.agora(), problemas(achado.canal, achado.texto, valores))

    @rotas.post("/v1/modelos/{modelo}/aprovar", response_model=ModeloDetalhe, summary="Põe um rascunho em uso")
    async def aprovar(modelo: UUID, quem: Supervisor) -> ModeloDetalhe:
        """Nunca por quem o escreveu. A versão que estava em uso passa a substituída."""
        async with banco.transacao() as con:
            aprovado = await aprovar_modelo(
                ModelosGuardados(con), modelo, aprovador=quem.nome, agora=relogio.agora(), valores=valores
            )
        return ModeloDetalhe.de(aprovado)

    return rotas


async def _achar(con: Conexao, modelo: UUID) -> Modelo:
    achado = await ler_modelo(con, modelo)
    if achado is None:
        raise NaoEncontrado("Não há modelo com este identificador.", codigo="modelo_desconhecido")
    return achado


def _previa(m: Modelo, p: Previa, precos: Tabela, agora: datetime, faltas: list[str]) -> PreviaDoModelo:
    segmentos = p.medida.segmentos if p.medida else 1
    preco = next((preco for nome in _PROVEDORES[m.canal] if (preco := precos.em(nome, agora.date()))), None)
    return PreviaDoModelo(
        texto=p.texto,
        caracteres=p.caracteres,
        codificacao=p.medida.codificacao if p.medida else None,
        unidades=p.medida.unidades if p.medida else None,
        segmentos=segmentos,
        custo=preco
        and CustoDaMensagem(
            provedor=preco.provedor, valor=preco.valor_micros * segmentos, moeda=preco.moeda, verificado=preco.verificado
        ),
        problemas=faltas,
    )
