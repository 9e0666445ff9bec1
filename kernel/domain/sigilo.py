"""Masks what fiscal secrecy and the LGPD keep out of logs: phones, documents, e-mails, credentials, database rows."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from kernel.domain.documento import digitos_verificadores

OCULTO: Final = "[oculto]"

# Blanks and punctuation that people, URLs and repr() put between the digits of one number.
_ENTRE: Final = (
    r"(?:[\s.\-/()_+\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff]"
    r"|%(?:20|2[BDEFbdef89]|C2%A0)|\\(?:xa0|xad|u20[0-6][0-9a-f]|[ntr])){0,4}"
)
# Smaller numbers have too few digits for a phone; a fraction's decimals are not to count as some.
_MENOR_SUSPEITO: Final = 10**8
_ALNUM: Final = "[0-9A-Za-z]"
_NAO_ALNUM_ANTES, _NAO_ALNUM_DEPOIS = f"(?<!{_ALNUM})", f"(?!{_ALNUM})"

# Identifiers that logs live by and that hold long digit runs by chance. Found first, they pass untouched.
_INOFENSIVOS: Final = "|".join(
    (
        # UUID
        rf"{_NAO_ALNUM_ANTES}[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}{_NAO_ALNUM_DEPOIS}",
        # SHA-256, trace and span ids, Twilio's ids; a letter is asked for, or it might be a number with zeros
        (
            rf"{_NAO_ALNUM_ANTES}(?=[0-9]*[A-Za-z])(?:[A-Z]{{2}})?"
            rf"(?:[0-9a-f]{{64}}|[0-9a-f]{{32}}|[0-9a-f]{{16}}){_NAO_ALNUM_DEPOIS}"
        ),
        # ISO date, with or without time
        (
            r"(?<![\d.\-/])(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
            r"(?:[T ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
            r"(?![\d\-/.])"
        ),
    )
)

_CHAVES_DE_SEGREDO: Final = (
    r"(?:proxy-)?authorization|x-hub-signature(?:-256)?|x-twilio-signature|(?:set-)?cookie|api[_-]?key"
    r"|(?:[a-z]+_)*(?:token|secret)|app_?secret|password|passwd|senha|credenciais"
)

_CNPJ_COM_LETRAS: Final = (
    rf"{_NAO_ALNUM_ANTES}[0-9A-Za-z]{{2}}[./\- ]?[0-9A-Za-z]{{3}}[./\- ]?[0-9A-Za-z]{{3}}[./\- ]?"
    rf"[0-9A-Za-z]{{4}}[./\- ]?[0-9]{{2}}{_NAO_ALNUM_DEPOIS}"
)


def _sempre(_: re.Match[str]) -> str:
    return OCULTO


def _manter_chave(achado: re.Match[str]) -> str:
    return f"{achado['chave']}{OCULTO}"


def _inofensivo_ou_oculto(achado: re.Match[str]) -> str:
    inofensivo: str | None = achado["inofensivo"]
    return OCULTO if inofensivo is None else inofensivo


def _se_parece_cnpj(achado: re.Match[str]) -> str:
    """A word of 14 letters and digits is a CNPJ if its check digits match, or if it is mostly digits (mistyped)."""
    inofensivo: str | None = achado["inofensivo"]
    if inofensivo is not None:
        return inofensivo
    posicoes = re.sub(r"[./\- ]", "", achado[0]).upper()
    confere = digitos_verificadores(posicoes[:12]) == posicoes[12:]
    return OCULTO if confere or sum(c.isdigit() for c in posicoes) >= 5 else achado[0]


_Troca = Callable[[re.Match[str]], str]

# In order: whole secrets first, so that no later rule leaves half of one behind.
_REGRAS: Final[tuple[tuple[re.Pattern[str], _Troca], ...]] = (
    # What drivers and validators quote in their errors: rows, parameters, inputs.
    (re.compile(r"(?P<chave>\[parameters: )[^\n]*"), _manter_chave),
    (re.compile(r"(?P<chave>Failing row contains )\([^\n]*"), _manter_chave),
    (re.compile(r"(?P<chave>Key \([^)\n]*\)=)\([^\n]*\)"), _manter_chave),
    (re.compile(r"(?P<chave>input_value=)[^\n]*?(?=, input_type=)"), _manter_chave),
    # Credentials.
    (re.compile(r"(?P<chave>://)[^\s/@:]*:[^\s/@]*(?=@)"), _manter_chave),
    (re.compile(r"(?P<chave>\b(?:bearer|basic)(?:\s+|%20))[\w\-.~+/%]+=*", re.IGNORECASE), _manter_chave),
    (
        re.compile(
            rf"(?P<chave>\b(?:{_CHAVES_DE_SEGREDO})[\"']?\s*[:=,]\s*+(?:b(?=[\"']))?+[\"']?+)"
            rf"(?!(?:bearer|basic)\s|\[oculto)[^\s\"',;&)}}\]]+",
            re.IGNORECASE,
        ),
        _manter_chave,
    ),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"), _sempre),
    (re.compile(r"\bEAA[A-Za-z0-9]{20,}"), _sempre),
    # People. WhatsApp's message ids hold the phone in base64.
    (re.compile(r"\bwamid\.[\w+/\-]+=*"), _sempre),
    (re.compile(r"[\w.+%-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})+"), _sempre),
    (re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\.(?:ENT\.)?(?=[A-Za-z]*[0-9])[A-Za-z0-9]{10,128}"), _sempre),
    (re.compile(rf"(?P<inofensivo>{_INOFENSIVOS})|{_CNPJ_COM_LETRAS}"), _se_parece_cnpj),
    # Ten digits or more: CPF, CNPJ, RENAVAM, phones with DDD, payment lines.
    (re.compile(rf"(?P<inofensivo>{_INOFENSIVOS})|\d(?:{_ENTRE}\d){{9,}}"), _inofensivo_ou_oculto),
    # Phones without DDD: nine digits from a 9 on, or eight or nine with a dash.
    (re.compile(rf"(?P<inofensivo>{_INOFENSIVOS})|(?<!\d)(?:9\d{{8}}|9?\d{{4}}-\d{{4}})(?!\d)"), _inofensivo_ou_oculto),
)


def mascarar_texto(texto: str) -> str:
    """The text with everything that looks like a phone, CPF, CNPJ, e-mail or credential replaced by `[oculto]`.

    It errs towards hiding: any ten digits in a row go. UUIDs, hashes, provider ids and ISO dates stay.
    """
    for padrao, troca in _REGRAS:
        texto = padrao.sub(troca, texto)
    return texto


def mascarar_valor(valor: object) -> object:
    """The same for any value, as plain data ready for JSON: text, numbers, and collections of them."""
    if isinstance(valor, Mapping):
        return {mascarar_texto(str(chave)): mascarar_valor(item) for chave, item in valor.items()}
    if isinstance(valor, list | tuple | set | frozenset):
        return [mascarar_valor(item) for item in valor]
    if valor is None or isinstance(valor, bool):
        return valor
    if isinstance(valor, int | float):
        mascarado = mascarar_texto(repr(valor)) if abs(valor) >= _MENOR_SUSPEITO else None
        return valor if mascarado in {None, repr(valor)} else mascarado
    return mascarar_texto(valor.decode("utf-8", "replace") if isinstance(valor, bytes) else str(valor))
