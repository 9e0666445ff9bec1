"""What the authority's files hold, field by field: the five tipos of CSV that the régua loads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.cargas.analise import Coluna, Colunas, Recusa, TipoDeCarga
from kernel.cargas.celulas import (
    competencia,
    data,
    dinheiro,
    escolha,
    identificador,
    inteiro,
    lista,
    mes_de_data_ou_competencia,
    opcional,
    texto,
)
from kernel.domain.documento import ler_documento
from kernel.domain.veiculo import ler_placa, ler_renavam

TRIBUTOS: Final = ("ICMS", "IPVA", "ITCD")
SITUACOES: Final = ("aberto", "suspenso", "parcelado", "pago", "ajuizado")
NATUREZAS_DO_DEBITO: Final = ("icms", "icms_st_retido", "simples", "diferenca_aliquota", "obrigacao_acessoria")

_CPF: Final = 11
_RAIZ_DO_CNPJ: Final = 8
_SEPARADORES: Final = str.maketrans("", "", ".-/_")
_tributo = escolha(TRIBUTOS)
_nota = opcional(texto(40), vazio="")


def _documento(celula: str) -> str:
    return ler_documento(celula).valor


def _renavam(celula: str) -> str:
    return ler_renavam(celula).valor


def _digitos_conferem(colunas: Colunas) -> Colunas:
    # real bases hold wrong check digits: such a vehicle goes in, and is marked
    return [["t" if ler_renavam(renavam).dv_correto else "f" for renavam in colunas[0]]]


def _placa(celula: str) -> str:
    return ler_placa(celula).valor


def _id_nao_e_documento(linha: tuple[str, ...]) -> Recusa | None:
    contribuinte, documento = linha[0], linha[1]
    if contribuinte.translate(_SEPARADORES).upper() != documento:
        return None
    return Recusa("contribuinte", "O identificador do contribuinte não pode ser o próprio CPF ou CNPJ.")


def _pessoas(colunas: Colunas) -> Colunas:
    # documents are valid by now: reading each again for `Documento.raiz` would double the time of this file
    return [[documento if len(documento) == _CPF else documento[:_RAIZ_DO_CNPJ] for documento in colunas[1]]]


CONTRIBUINTES: Final = TipoDeCarga(
    "contribuintes",
    (
        Coluna("contribuinte", identificador, repete=False),
        Coluna("documento", _documento, repete=False),
        Coluna("nome", texto(200, exigido=True), repete=False),
        Coluna("natureza", escolha(("PF", "PJ"))),
        Coluna("regime", opcional(escolha(("normal", "simples", "mei", "nenhum")), vazio="nenhum")),
        Coluna("municipio", texto(100)),
        Coluna("cnae", _nota),
        Coluna("inscricao_estadual", _nota, repete=False),
        Coluna("receita_bruta", opcional(dinheiro)),
        Coluna("beneficios", opcional(lista(50, 40), vazio="{}")),
    ),
    conferir=_id_nao_e_documento,
    derivadas=("pessoa",),
    derivar=_pessoas,
)

DECLARACOES: Final = TipoDeCarga(
    "declaracoes",
    (
        Coluna("contribuinte", identificador),
        Coluna("tributo", _tributo),
        Coluna("competencia", competencia),
        Coluna("prazo", data),
        Coluna("entregue_em", opcional(data)),
        Coluna("valor_declarado", opcional(dinheiro), repete=False),
        Coluna("notas_emitidas", opcional(inteiro(0, 2_000_000_000), vazio="0")),
    ),
)

DEBITOS: Final = TipoDeCarga(
    "debitos",
    (
        Coluna("debito", identificador, repete=False),
        Coluna("contribuinte", identificador),
        Coluna("tributo", _tributo),
        Coluna("conta", opcional(inteiro(0, 9999))),
        Coluna("origem", _nota),
        Coluna("competencia", competencia),
        Coluna("fato_gerador", opcional(mes_de_data_ou_competencia)),
        Coluna("vencimento", data),
        Coluna("principal", dinheiro, repete=False),
        Coluna("multa", dinheiro),
        Coluna("juros", dinheiro),
        Coluna("situacao", escolha(SITUACOES)),
        Coluna("ciencia_em", opcional(data)),
        Coluna("inscrito_em", opcional(data)),
        Coluna("agencia", _nota),
        Coluna("natureza", opcional(escolha(NATUREZAS_DO_DEBITO)), exigida=False),
        Coluna("lancado_em", opcional(data), exigida=False),
    ),
)

PAGAMENTOS: Final = TipoDeCarga(
    "pagamentos",
    (
        Coluna("pagamento", identificador, repete=False),
        Coluna("debito", opcional(identificador), repete=False),
        Coluna("contribuinte", identificador),
        Coluna("tributo", _tributo),
        Coluna("codigo_receita", _nota),
        # blank: the month of the payment
        Coluna("competencia", opcional(competencia)),
        Coluna("pago_em", data),
        Coluna("valor", dinheiro, repete=False),
    ),
)

VEICULOS: Final = TipoDeCarga(
    "veiculos",
    (
        Coluna("renavam", _renavam, repete=False),
        Coluna("placa", _placa, repete=False),
        Coluna("contribuinte", identificador),
        Coluna("modelo", texto(100)),
        Coluna("ano", inteiro(1900, 2199)),
    ),
    derivadas=("dv_correto",),
    derivar=_digitos_conferem,
)

TIPOS: Final[Mapping[str, TipoDeCarga]] = {
    tipo.nome: tipo for tipo in (CONTRIBUINTES, DECLARACOES, DEBITOS, PAGAMENTOS, VEICULOS)
}
