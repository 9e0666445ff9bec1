"""Reads the document of a rule of late charges and refuses, field by field and in Portuguese, what would charge wrongly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, cast, get_args

from parcelamento.domain.encargos import (
    FaixaDeMulta,
    Juros,
    Multa,
    RegraDeEncargos,
    TipoDeJuros,
    Uf,
    VersaoDeEncargos,
    VersaoPor,
)
from parcelamento.errors import CampoRecusado, DadosRecusados

_TAXA: Final = re.compile(r"0(?:\.[0-9]{1,8})?|1(?:\.0{1,8})?")
_PASSO: Final = re.compile(r"[a-z_]+|[0-9]+")
_NOME: Final = re.compile(r"[a-z0-9_]{1,40}")
_MAIS_DIAS: Final = 36_500
# what the rate of a kind of interest is called in the document
_TAXA_DO_TIPO: Final[Mapping[str, str | None]] = {"nenhum": None, "selic": "no_mes_do_pagamento", "mensal": "ao_mes"}
_ZERO: Final = Decimal(0)


class EncargosInvalidos(DadosRecusados):
    """The rule cannot be used. `campos`: every path that is wrong (`versoes[0].multa.faixas[1].ate_dias`), and why."""

    codigo = "encargos_invalidos"


@dataclass(frozen=True, slots=True)
class _Leitura:
    """Reads fields and notes what is wrong, giving something harmless in its place, so that all of it is told at once."""

    recusas: list[CampoRecusado] = field(default_factory=list)

    def recusar(self, campo: str, motivo: str) -> None:
        self.recusas.append({"campo": campo, "motivo": motivo})

    def objeto(self, valor: object, campo: str) -> Mapping[str, Any]:
        if isinstance(valor, Mapping):
            return valor
        self.recusar(campo, "Falta, ou não é um objeto.")
        return {}

    def lista(self, valor: object, campo: str) -> Sequence[Any]:
        if isinstance(valor, list):
            return valor
        self.recusar(campo, "Falta, ou não é uma lista.")
        return ()

    def texto(self, valor: object, campo: str) -> str:
        if isinstance(valor, str) and valor.strip():
            return valor.strip()
        self.recusar(campo, "Falta, ou não é um texto.")
        return ""

    def opcao(self, valor: object, campo: str, opcoes: Sequence[str]) -> str:
        if isinstance(valor, str) and valor in opcoes:
            return valor
        self.recusar(campo, f"Deve ser um destes: {', '.join(opcoes)}.")
        return opcoes[0]

    def taxa(self, valor: object, campo: str) -> Decimal:
        if isinstance(valor, str) and _TAXA.fullmatch(valor):
            return Decimal(valor)
        self.recusar(campo, 'Deve ser uma fração entre aspas, de 0 a 1, com até oito casas: 0,33% é "0.0033".')
        return _ZERO

    def dia(self, valor: object, campo: str) -> date:
        try:
            return date.fromisoformat(valor if isinstance(valor, str) and len(valor) == 10 else "")
        except ValueError:
            self.recusar(campo, "Deve ser uma data aaaa-mm-dd.")
            return date.min

    def so(self, corpo: Mapping[str, Any], campo: str, conhecidos: Sequence[str]) -> None:
        for nome in sorted(set(map(str, corpo)) - set(conhecidos)):
            self.recusar(f"{campo}.{nome}" if campo else nome, "Campo desconhecido.")


def ler_encargos(documento: Mapping[str, Any]) -> RegraDeEncargos:
    """The rule in `documento`. Raises `EncargosInvalidos` with every field that is wrong.

    Versions follow each other without gap or overlap, only the last one without end; the fine never falls as days go by.
    """
    leitura = _Leitura()
    corpo = leitura.objeto(documento, "documento")
    regra = _regra(leitura, corpo)
    if leitura.recusas:
        raise EncargosInvalidos("A regra de encargos não pode ser usada.", campos=leitura.recusas)
    return regra


def _regra(leitura: _Leitura, corpo: Mapping[str, Any]) -> RegraDeEncargos:
    leitura.so(corpo, "", ("regra", "nome", "uf", "versao_por", "versoes", "nao_verificados", "observacao"))
    regra = leitura.texto(corpo.get("regra"), "regra")
    if regra and not _NOME.fullmatch(regra):
        leitura.recusar("regra", "Usa só letras minúsculas sem acento, algarismos e sublinhado, até 40.")
    uf = corpo.get("uf")
    return RegraDeEncargos(
        regra=regra,
        nome=leitura.texto(corpo.get("nome"), "nome"),
        uf=None if uf is None else cast("Uf", leitura.opcao(uf, "uf", get_args(Uf))),
        versao_por=cast("VersaoPor", leitura.opcao(corpo.get("versao_por"), "versao_por", get_args(VersaoPor))),
        versoes=_versoes(leitura, leitura.lista(corpo.get("versoes"), "versoes")),
        nao_verificados=_nao_verificados(leitura, corpo),
        observacao=leitura.texto(corpo["observacao"], "observacao") if "observacao" in corpo else "",
    )


def _versoes(leitura: _Leitura, itens: Sequence[Any]) -> tuple[VersaoDeEncargos, ...]:
    if not itens:
        leitura.recusar("versoes", "Precisa de ao menos uma versão.")
    versoes = tuple(_versao(leitura, item, f"versoes[{i}]") for i, item in enumerate(itens))
    if leitura.recusas:
        return versoes
    for i, (antes, depois) in enumerate(pairwise(versoes)):
        if antes.vigente_ate is None or antes.vigente_ate + timedelta(days=1) != depois.vigente_de:
            leitura.recusar(f"versoes[{i}].vigente_ate", "Deve ser a véspera do primeiro dia da versão seguinte.")
    return versoes


def _versao(leitura: _Leitura, item: object, campo: str) -> VersaoDeEncargos:
    corpo = leitura.objeto(item, campo)
    leitura.so(corpo, campo, ("vigente_de", "vigente_ate", "multa", "juros"))
    de = leitura.dia(corpo.get("vigente_de"), f"{campo}.vigente_de")
    fim = corpo.get("vigente_ate")
    ate = None if fim is None else leitura.dia(fim, f"{campo}.vigente_ate")
    if ate is not None and not de <= ate < date.max:
        leitura.recusar(f"{campo}.vigente_ate", "Não pode vir antes de vigente_de.")
    return VersaoDeEncargos(
        vigente_de=de,
        vigente_ate=ate,
        multa=_multa(leitura, leitura.objeto(corpo.get("multa"), f"{campo}.multa"), f"{campo}.multa"),
        juros=_juros(leitura, leitura.objeto(corpo.get("juros"), f"{campo}.juros"), f"{campo}.juros"),
    )


def _multa(leitura: _Leitura, corpo: Mapping[str, Any], campo: str) -> Multa:
    leitura.so(corpo, campo, ("faixas", "teto", "fundamento"))
    itens = leitura.lista(corpo.get("faixas"), f"{campo}.faixas")
    teto = corpo.get("teto")
    antes = len(leitura.recusas)
    multa = Multa(
        faixas=tuple(_faixa(leitura, item, f"{campo}.faixas[{i}]") for i, item in enumerate(itens)),
        teto=None if teto is None else leitura.taxa(teto, f"{campo}.teto"),
        fundamento=leitura.texto(corpo.get("fundamento"), f"{campo}.fundamento"),
    )
    if len(leitura.recusas) == antes:
        _recusar_faixas(leitura, multa, f"{campo}.faixas")
    return multa


def _faixa(leitura: _Leitura, item: object, campo: str) -> FaixaDeMulta:
    corpo = leitura.objeto(item, campo)
    leitura.so(corpo, campo, ("ate_dias", "taxa", "por_dia"))
    if ("taxa" in corpo) == ("por_dia" in corpo):
        leitura.recusar(campo, "Precisa de taxa (fixa) ou de por_dia, uma das duas.")
    ate = corpo.get("ate_dias")
    if ate is not None and (type(ate) is not int or not 1 <= ate <= _MAIS_DIAS):
        leitura.recusar(f"{campo}.ate_dias", "Deve ser um número inteiro de dias a partir de 1, ou nulo na última faixa.")
        ate = None
    return FaixaDeMulta(
        ate_dias=ate,
        fixa=leitura.taxa(corpo["taxa"], f"{campo}.taxa") if "taxa" in corpo else _ZERO,
        por_dia=leitura.taxa(corpo["por_dia"], f"{campo}.por_dia") if "por_dia" in corpo else _ZERO,
    )


def _recusar_faixas(leitura: _Leitura, multa: Multa, campo: str) -> None:
    if multa.faixas and multa.faixas[-1].ate_dias is not None:
        leitura.recusar(f"{campo}[{len(multa.faixas) - 1}].ate_dias", "A última faixa não tem fim: deve ser nulo.")
    for i, (antes, depois) in enumerate(pairwise(multa.faixas)):
        if antes.ate_dias is None or (depois.ate_dias is not None and depois.ate_dias <= antes.ate_dias):
            leitura.recusar(f"{campo}[{i}].ate_dias", "Os dias devem crescer de uma faixa para a seguinte.")
        elif multa.taxa(antes.ate_dias) > multa.taxa(antes.ate_dias + 1):
            leitura.recusar(f"{campo}[{i + 1}]", f"A multa cai do dia {antes.ate_dias} para o {antes.ate_dias + 1}.")


def _juros(leitura: _Leitura, corpo: Mapping[str, Any], campo: str) -> Juros:
    tipo = cast("TipoDeJuros", leitura.opcao(corpo.get("tipo"), f"{campo}.tipo", get_args(TipoDeJuros)))
    nome = _TAXA_DO_TIPO[tipo]
    leitura.so(corpo, campo, ("tipo", "fundamento", *([nome] if nome else [])))
    taxa = leitura.taxa(corpo.get(nome), f"{campo}.{nome}") if nome else _ZERO
    return Juros(
        tipo=tipo,
        no_mes_do_pagamento=taxa if tipo == "selic" else _ZERO,
        ao_mes=taxa if tipo == "mensal" else _ZERO,
        fundamento=leitura.texto(corpo.get("fundamento"), f"{campo}.fundamento"),
    )


def _nao_verificados(leitura: _Leitura, corpo: Mapping[str, Any]) -> tuple[str, ...]:
    caminhos = leitura.lista(corpo.get("nao_verificados", []), "nao_verificados")
    for i, caminho in enumerate(caminhos):
        if not isinstance(caminho, str) or not _existe(corpo, caminho):
            leitura.recusar(f"nao_verificados[{i}]", "Deve ser o caminho de um campo deste documento.")
    return tuple(map(str, caminhos))


def _existe(corpo: Any, caminho: str) -> bool:
    passos = _PASSO.findall(caminho)
    for passo in passos:
        try:
            corpo = corpo[int(passo) if passo.isdigit() else passo]
        except (KeyError, IndexError, TypeError):
            return False
    return bool(passos)
