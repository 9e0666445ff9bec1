"""What the API Pix refuses in a charge with a due date. Source: API Pix 2.9.0, CobVOperacaoInvalida and the schemas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from simulador.domain.pix import REMOVIDA

TXID: Final = re.compile(r"[a-zA-Z0-9]{26,35}")
_VALOR: Final = re.compile(r"[0-9]{1,10}\.[0-9]{2}")
_CPF: Final = re.compile(r"[0-9]{11}")
_CNPJ: Final = re.compile(r"[0-9A-Z]{14}")
_CHAVE_MAXIMA, _NOME_MAXIMO, _SOLICITACAO_MAXIMA, _INFO_MAXIMAS = 77, 200, 140, 50
_CEM_POR_CENTO: Final = 10_000
_MULTAS, _JUROS, _ABATIMENTOS = range(1, 3), range(1, 9), range(1, 3)
_DESCONTOS_POR_DATA, _DESCONTOS = range(1, 3), range(1, 7)
_DEMAIS: Final = "deve ser menor que o valor original e que 100%"


class Violacao(NamedTuple):
    """A property and why it is refused."""

    propriedade: str
    razao: str


def violacoes(pedido: object, *, chave: str, criada_em: date) -> list[Violacao]:
    """Everything wrong with a whole charge. chave: the receiver's. criada_em: the day before which nothing falls due."""
    if not isinstance(pedido, Mapping):
        return [Violacao("cobv", "o corpo deve ser um objeto JSON")]
    achadas = [
        Violacao(f"cobv.{nome}", "é obrigatório") for nome in ("calendario", "devedor", "valor", "chave") if nome not in pedido
    ]
    for nome, conferir in _PARTES.items():
        if nome in pedido:
            achadas += conferir(pedido[nome])
    if not achadas:
        achadas += _entre_partes(pedido, chave, criada_em)
    return achadas


def violacoes_da_revisao(corpo: object) -> list[Violacao]:
    """What is wrong with a PATCH's body itself, before it is put over the charge."""
    if not isinstance(corpo, Mapping):
        return [Violacao("cobv", "o corpo deve ser um objeto JSON")]
    if "status" not in corpo:
        return []
    if corpo["status"] != REMOVIDA:
        return [Violacao("cobv.status", f"só pode ser {REMOVIDA}")]
    if len(corpo) > 1:
        return [Violacao("cobv.status", "a remoção não se faz junto com outras alterações")]
    return []


def _entre_partes(pedido: Mapping[str, Any], chave: str, criada_em: date) -> Iterator[Violacao]:
    vencimento = date.fromisoformat(pedido["calendario"]["dataDeVencimento"])
    if vencimento < criada_em:
        yield Violacao("cobv.calendario.dataDeVencimento", "é anterior à data de criação da cobrança")
    if pedido["chave"] != chave:
        yield Violacao("cobv.chave", "corresponde a uma conta que não pertence a este usuário recebedor")
    for item in (pedido["valor"].get("desconto") or {}).get("descontoDataFixa") or ():
        if date.fromisoformat(item["data"]) > vencimento:
            yield Violacao("cobv.valor.desconto", "há data posterior à de vencimento")


def _calendario(dado: object) -> Iterator[Violacao]:
    if not isinstance(dado, Mapping):
        yield Violacao("cobv.calendario", "deve ser um objeto")
        return
    if not _e_data(dado.get("dataDeVencimento")):
        yield Violacao("cobv.calendario.dataDeVencimento", "deve ser uma data AAAA-MM-DD")
    validade = dado.get("validadeAposVencimento", 0)
    if isinstance(validade, bool) or not isinstance(validade, int) or not 0 <= validade <= 3650:
        yield Violacao("cobv.calendario.validadeAposVencimento", "deve ser um número inteiro de 0 a 3650")


def _devedor(dado: object) -> Iterator[Violacao]:
    if not isinstance(dado, Mapping):
        yield Violacao("cobv.devedor", "deve ser um objeto")
        return
    if ("cpf" in dado) == ("cnpj" in dado):
        yield Violacao("cobv.devedor", "deve ter cpf ou cnpj, e só um deles")
    for nome, formato in (("cpf", _CPF), ("cnpj", _CNPJ)):
        if nome in dado and not _casa(formato, dado[nome]):
            yield Violacao(f"cobv.devedor.{nome}", "não respeita o schema")
    if not _e_texto(dado.get("nome"), _NOME_MAXIMO):
        yield Violacao("cobv.devedor.nome", f"é obrigatório e tem até {_NOME_MAXIMO} caracteres")


def _valor(dado: object) -> Iterator[Violacao]:
    if not isinstance(dado, Mapping) or not _casa(_VALOR, dado.get("original")):
        yield Violacao("cobv.valor.original", r"não respeita o schema (\d{1,10}\.\d{2})")
        return
    original = _centesimos(dado["original"])
    if original == 0:
        yield Violacao("cobv.valor.original", "não pode ser zero")
    for nome, modalidades in (("multa", _MULTAS), ("juros", _JUROS), ("abatimento", _ABATIMENTOS)):
        if nome in dado and not _encargo_serve(dado[nome], modalidades):
            yield Violacao(f"cobv.valor.{nome}", "não respeita o schema")
        elif nome == "abatimento" and nome in dado and not _menor(dado[nome], original, percentual=_modalidade(dado[nome]) == 2):
            yield Violacao("cobv.valor.abatimento", _DEMAIS)
    if "desconto" in dado:
        yield from _desconto(dado["desconto"], original)


def _desconto(dado: object, original: int) -> Iterator[Violacao]:
    modalidade = _modalidade(dado)
    if not isinstance(dado, Mapping) or modalidade not in _DESCONTOS:
        yield Violacao("cobv.valor.desconto", "não respeita o schema")
        return
    datas, perc = dado.get("descontoDataFixa"), dado.get("valorPerc")
    percentual = modalidade in {2, 5, 6}
    if modalidade in _DESCONTOS_POR_DATA:
        if perc is not None:
            yield Violacao("cobv.valor.desconto", "valorPerc não cabe nas modalidades 1 e 2")
        if not isinstance(datas, list) or not 1 <= len(datas) <= 3 or not all(_e_desconto(item) for item in datas):
            yield Violacao("cobv.valor.desconto", "descontoDataFixa deve ter de 1 a 3 itens com data e valorPerc")
        elif not all(_menor(item, original, percentual=percentual) for item in datas):
            yield Violacao("cobv.valor.desconto", _DEMAIS)
        return
    if datas is not None:
        yield Violacao("cobv.valor.desconto", "descontoDataFixa não cabe nas modalidades 3 a 6")
    if not _casa(_VALOR, perc):
        yield Violacao("cobv.valor.desconto", "valorPerc é obrigatório nas modalidades 3 a 6")
    elif not _menor(dado, original, percentual=percentual):
        yield Violacao("cobv.valor.desconto", _DEMAIS)


def _chave(dado: object) -> Iterator[Violacao]:
    if not _e_texto(dado, _CHAVE_MAXIMA):
        yield Violacao("cobv.chave", f"deve ser um texto de até {_CHAVE_MAXIMA} caracteres")


def _solicitacao(dado: object) -> Iterator[Violacao]:
    if not isinstance(dado, str) or len(dado) > _SOLICITACAO_MAXIMA:
        yield Violacao("cobv.solicitacaoPagador", f"deve ser um texto de até {_SOLICITACAO_MAXIMA} caracteres")


def _informacoes(dado: object) -> Iterator[Violacao]:
    serve = isinstance(dado, list) and len(dado) <= _INFO_MAXIMAS and all(map(_e_informacao, dado))
    if not serve:
        yield Violacao("cobv.infoAdicionais", "não respeita o schema")


def _e_informacao(item: object) -> bool:
    return isinstance(item, Mapping) and _e_texto(item.get("nome"), 50) and _e_texto(item.get("valor"), 200)


def _loc(_: object) -> Iterator[Violacao]:
    # /loc is not simulated: no location exists before its charge
    yield Violacao("cobv.loc.id", "o location referenciado inexiste")


_PARTES: Final[Mapping[str, Callable[[object], Iterator[Violacao]]]] = {
    "calendario": _calendario,
    "devedor": _devedor,
    "valor": _valor,
    "chave": _chave,
    "solicitacaoPagador": _solicitacao,
    "infoAdicionais": _informacoes,
    "loc": _loc,
}


def _casa(formato: re.Pattern[str], dado: object) -> bool:
    return isinstance(dado, str) and formato.fullmatch(dado) is not None


def _e_texto(dado: object, maximo: int) -> bool:
    return isinstance(dado, str) and 1 <= len(dado) <= maximo


def _e_data(dado: object) -> bool:
    try:
        # the calendar's last century is left to sums of days
        return isinstance(dado, str) and len(dado) == 10 and 1900 <= date.fromisoformat(dado).year <= 2200
    except ValueError:
        return False


def _modalidade(dado: object) -> int:
    """The schema says a number, its examples send texts: both are taken. 0: neither."""
    modalidade = dado.get("modalidade") if isinstance(dado, Mapping) else None
    if isinstance(modalidade, str) and re.fullmatch(r"[0-9]", modalidade):
        return int(modalidade)
    return modalidade if isinstance(modalidade, int) and not isinstance(modalidade, bool) else 0


def _encargo_serve(dado: object, modalidades: range) -> bool:
    return isinstance(dado, Mapping) and _modalidade(dado) in modalidades and _casa(_VALOR, dado.get("valorPerc"))


def _e_desconto(item: object) -> bool:
    return isinstance(item, Mapping) and _e_data(item.get("data")) and _casa(_VALOR, item.get("valorPerc"))


def _menor(dado: Mapping[str, Any], original: int, *, percentual: bool) -> bool:
    return _centesimos(dado["valorPerc"]) < (_CEM_POR_CENTO if percentual else original)


def _centesimos(texto: str) -> int:
    return int(texto.replace(".", ""))
