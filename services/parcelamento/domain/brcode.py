"""Pix BR Code: the text inside the QR code, static or dynamic, and its reader.

Source: BACEN, Manual de Padrões para Iniciação do Pix (EMV QRCPS-MPM), and the payloads of its Pix API specification.
"""

import re
import unicodedata
from binascii import crc_hqx
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final, TypedDict

from kernel.domain.errors import EntradaInvalida

VALOR_MAXIMO: Final = 10**12 - 1
"""Cents: the 13 characters that field 54 holds."""

_GUI: Final = "br.gov.bcb.pix"
_NOME_MAXIMO: Final = 25
_CIDADE_MAXIMO: Final = 15
_CHAVE: Final = re.compile(r"[A-Za-z0-9@.+_-]{1,77}")
_URL: Final = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?/[!-~]+")
_URL_MAXIMA: Final = 77
_TXID: Final = re.compile(r"[A-Za-z0-9]{1,25}")
_VALOR: Final = re.compile(r"[0-9]{1,10}\.[0-9]{2}")
_TAMANHO: Final = re.compile(r"[0-9]{2}")
_SEM_TXID: Final = "***"


class BRCodeInvalido(EntradaInvalida):
    """`motivo` names the part that cannot be written, or that was read and does not fit."""

    mensagens: ClassVar[Mapping[str, str]] = {
        "chave": "A chave Pix não está em um formato aceito.",
        "url": "O endereço da cobrança Pix não está em um formato aceito.",
        "nome": "O nome do recebedor está vazio.",
        "cidade": "A cidade do recebedor está vazia.",
        "valor": "O valor do Pix não está em um formato aceito.",
        "txid": "O identificador do Pix tem de 1 a 25 letras ou algarismos.",
        "formato": "O código Pix está incompleto ou tem campos fora do formato.",
        "crc": "O código Pix tem erro: os quatro últimos caracteres não conferem.",
        "arranjo": "O código não é de um Pix.",
    }


class BRCodeLido(TypedDict):
    """A code's content: `chave` where it is static, `url` where dynamic; `valor` in cents; no `txid` where it says `***`."""

    chave: str | None
    url: str | None
    nome: str
    cidade: str
    valor: int | None
    txid: str | None
    uso_unico: bool


def crc16(texto: str) -> int:
    """CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF, nothing reflected) of ASCII text."""
    return crc_hqx(texto.encode("ascii"), 0xFFFF)


def estatico(chave: str, nome: str, cidade: str, valor: int | None, txid: str | None) -> str:
    """A static code for `chave`: `valor` in cents (None: the payer types it), `txid` to match the payment by.

    Name and city lose their accents and are cut to what the fields hold. Raises BRCodeInvalido.
    """
    if not _CHAVE.fullmatch(chave):
        raise BRCodeInvalido("chave")
    if txid is not None and not _TXID.fullmatch(txid):
        raise BRCodeInvalido("txid")
    conta = _campo("00", _GUI) + _campo("01", chave)
    return _montar(conta=conta, nome=nome, cidade=cidade, valor=valor, txid=txid)


def dinamico(url: str, nome: str, cidade: str) -> str:
    """A dynamic code: `url` is the charge's `location`, with or without `https://`. Raises BRCodeInvalido.

    It carries no value and no txid: both are in the charge that the payer's bank fetches.
    """
    sem_esquema = url.removeprefix("https://")
    if len(sem_esquema) > _URL_MAXIMA or not _URL.fullmatch(sem_esquema):
        raise BRCodeInvalido("url")
    conta = _campo("00", _GUI) + _campo("25", sem_esquema)
    return _montar(conta=conta, nome=nome, cidade=cidade, valor=None, txid=None)


def ler(payload: str) -> BRCodeLido:
    """Reads a code, checking its CRC first. Raises BRCodeInvalido."""
    if not payload.isascii() or payload[-8:-4] != "6304":
        raise BRCodeInvalido("formato")
    if payload[-4:].upper() != f"{crc16(payload[:-4]):04X}":
        raise BRCodeInvalido("crc")
    campos = dict(_campos(payload))
    conta = dict(_campos(campos.get("26", "")))
    if conta.get("00", "").lower() != _GUI:
        raise BRCodeInvalido("arranjo")
    return _interpretar(campos, conta)


def _interpretar(campos: Mapping[str, str], conta: Mapping[str, str]) -> BRCodeLido:
    txid = dict(_campos(campos.get("62", ""))).get("05", _SEM_TXID)
    return BRCodeLido(
        chave=conta.get("01"),
        url=conta.get("25"),
        nome=campos.get("59", ""),
        cidade=campos.get("60", ""),
        valor=_ler_valor(campos.get("54")),
        txid=None if txid == _SEM_TXID else txid,
        uso_unico=campos.get("01") == "12",
    )


def _montar(*, conta: str, nome: str, cidade: str, valor: int | None, txid: str | None) -> str:
    partes = (
        _campo("00", "01"),
        _campo("26", conta),
        _campo("52", "0000"),
        _campo("53", "986"),
        "" if valor is None else _campo("54", _escrever_valor(valor)),
        _campo("58", "BR"),
        _campo("59", _texto("nome", nome, _NOME_MAXIMO)),
        _campo("60", _texto("cidade", cidade, _CIDADE_MAXIMO)),
        _campo("62", _campo("05", txid or _SEM_TXID)),
        "6304",
    )
    corpo = "".join(partes)
    return f"{corpo}{crc16(corpo):04X}"


def _campo(codigo: str, valor: str) -> str:
    return f"{codigo}{len(valor):02d}{valor}"


def _campos(texto: str) -> Iterator[tuple[str, str]]:
    posicao = 0
    while posicao < len(texto):
        codigo, tamanho = texto[posicao : posicao + 2], texto[posicao + 2 : posicao + 4]
        if not _TAMANHO.fullmatch(tamanho):
            raise BRCodeInvalido("formato")
        fim = posicao + 4 + int(tamanho)
        if fim > len(texto):
            raise BRCodeInvalido("formato")
        yield codigo, texto[posicao + 4 : fim]
        posicao = fim


def _texto(campo: str, valor: str, maximo: int) -> str:
    decomposto = unicodedata.normalize("NFKD", " ".join(valor.split()))
    ascii_visivel = "".join(c for c in decomposto if " " <= c <= "~")
    cortado = ascii_visivel.strip()[:maximo].strip()
    if not cortado:
        raise BRCodeInvalido(campo)
    return cortado


def _escrever_valor(centavos: int) -> str:
    if not 0 < centavos <= VALOR_MAXIMO:
        raise BRCodeInvalido("valor")
    return f"{centavos // 100}.{centavos % 100:02d}"


def _ler_valor(texto: str | None) -> int | None:
    if texto is None:
        return None
    if not _VALOR.fullmatch(texto):
        raise BRCodeInvalido("valor")
    return int(texto.replace(".", ""))
