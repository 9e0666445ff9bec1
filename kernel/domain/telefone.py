"""Phone numbers as the channels need them: E.164, mobile or fixed, with Brazil's ninth digit in place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from kernel.domain.errors import EntradaInvalida

TipoDeTelefone = Literal["movel", "fixo"]

_ACEITOS: Final = re.compile(r"\+?[0-9 ().\-/]+")
_LIMPAR: Final = re.compile(r"[^0-9+]")
# Eight digits after the DDD that begin so were mobiles before the ninth digit came (2012 to 2016).
_MOVEL_SEM_NONO: Final = re.compile(r"([1-9][0-9])([6-9][0-9]{7})")
# Sold per call and reachable with any DDD before them, so that metadata takes "82 4004-0000" for a line in Alagoas.
_CODIGO_NAO_GEOGRAFICO: Final = re.compile(r"[1-9][0-9](?:300|400|4020)[0-9]+")
_BSUID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_TIPOS: Final[Mapping[int, TipoDeTelefone]] = {
    PhoneNumberType.MOBILE: "movel",
    PhoneNumberType.FIXED_LINE: "fixo",
    # North America does not tell them apart; such a number takes texts as a rule.
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "movel",
}


class TelefoneInvalido(EntradaInvalida):
    """`motivo`: vazio, bsuid, caracteres, sem_ddd, inexistente or tipo."""

    mensagens: ClassVar[Mapping[str, str]] = {
        "vazio": "Falta o telefone.",
        "bsuid": "O endereço é um identificador do WhatsApp, não um telefone.",
        "caracteres": "O telefone tem caracteres que não são aceitos.",
        "sem_ddd": "Falta o DDD do telefone.",
        "inexistente": "O telefone não existe no plano de numeração.",
        "tipo": "O telefone é de um serviço (0800, 4004 e semelhantes), não de uma pessoa.",
    }


@dataclass(frozen=True, slots=True)
class Telefone:
    """A number that exists in its country's plan. `reparado` says that the ninth digit was put in by us.

    Made by `ler_telefone`. `e164` stays out of `repr`, so that a logged dataclass tells no phone.
    """

    e164: str = field(repr=False)
    tipo: TipoDeTelefone
    reparado: bool

    @property
    def brasileiro(self) -> bool:
        return self.e164.startswith("+55")

    @property
    def chave_wa(self) -> str:
        return chave_wa(self.e164)

    @property
    def mascarado(self) -> str:
        return mascarar_telefone(self.e164)

    def __str__(self) -> str:
        return self.mascarado


def ler_telefone(texto: str) -> Telefone:
    """Reads a Brazilian number with DDD in any usual form, or a foreign one that begins with `+`.

    An 8-digit mobile gets its ninth digit. Toll-free, shared-cost and 4004-like numbers are refused, even behind
    a DDD. Raises TelefoneInvalido. Source: Anatel's numbering plan, through `phonenumbers`.
    """
    lido = _interpretar(_normalizar(texto.strip()))
    reparado = _com_nono_digito(lido)
    numero = reparado or lido
    tipo = _TIPOS.get(phonenumbers.number_type(numero))
    if tipo is None:
        raise TelefoneInvalido(_motivo(numero))
    if numero.country_code == 55 and _CODIGO_NAO_GEOGRAFICO.fullmatch(str(numero.national_number)):
        raise TelefoneInvalido("tipo")
    e164 = phonenumbers.format_number(numero, PhoneNumberFormat.E164)
    return Telefone(e164=e164, tipo=tipo, reparado=reparado is not None)


def eh_bsuid(texto: str) -> bool:
    """Whether this is WhatsApp's business-scoped user id (`BR.1502576394655843`), which replaces the phone for
    people with a username. Ask before anything strips letters from it. Source: Meta, business-scoped user ids.
    """
    return _BSUID.fullmatch(texto) is not None


def mascarar_telefone(e164: str) -> str:
    """For display: country, DDD and the last two digits (`+55 82 *******00`); abroad, only the last two."""
    if e164.startswith("+55") and len(e164) > 7:
        return f"+55 {e164[3:5]} {'*' * (len(e164) - 7)}{e164[-2:]}"
    return f"+{'*' * max(len(e164) - 3, 0)}{e164[-2:]}"


def chave_wa(numero: str) -> str:
    """What equals between a contact and the `wa_id` of the same person: DDD + last 8 digits; abroad, all digits.

    WhatsApp knows older Brazilian numbers without their ninth digit. Takes E.164 or a `wa_id` (digits with country
    code). A landline and a mobile may share a key: look among mobiles first.
    """
    digitos = numero.removeprefix("+")
    if digitos.startswith("55") and len(digitos) in {12, 13}:
        return digitos[2:4] + digitos[-8:]
    return digitos


def _normalizar(texto: str) -> str:
    if not texto:
        raise TelefoneInvalido("vazio")
    if eh_bsuid(texto):
        raise TelefoneInvalido("bsuid")
    if not _ACEITOS.fullmatch(texto):
        raise TelefoneInvalido("caracteres")
    limpo = _LIMPAR.sub("", texto)
    # "00" asks for a carrier code in Brazil: 0055 82… would be read as carrier 55 and South Korea (+82).
    if limpo.startswith("0055"):
        return f"+{limpo[2:]}"
    if limpo.startswith("00"):
        raise TelefoneInvalido("inexistente")
    return limpo


def _interpretar(limpo: str) -> PhoneNumber:
    try:
        return phonenumbers.parse(limpo, "BR")
    except NumberParseException:
        raise TelefoneInvalido("inexistente") from None


def _com_nono_digito(numero: PhoneNumber) -> PhoneNumber | None:
    if numero.country_code != 55:
        return None
    achado = _MOVEL_SEM_NONO.fullmatch(str(numero.national_number))
    if achado is None:
        return None
    return PhoneNumber(country_code=55, national_number=int(f"{achado[1]}9{achado[2]}"))


def _motivo(numero: PhoneNumber) -> str:
    if phonenumbers.is_valid_number(numero):
        return "tipo"
    local = numero.country_code == 55 and len(str(numero.national_number)) in {8, 9}
    return "sem_ddd" if local else "inexistente"
