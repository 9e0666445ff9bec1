"""What a message template may say: three variables, nothing about the debt, and on SMS one plain segment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from canais.domain.redacao import VARIAVEIS
from canais.domain.texto_sms import Medida, medir, transliterar
from canais.normas.modelos import PROIBIDAS

Canal = Literal["whatsapp", "sms", "messenger"]
EstadoDoModelo = Literal["rascunho", "aprovado", "substituido"]

MAIOR_WHATSAPP: Final = 1024
"""Characters of a template's body at Meta."""

RESERVA: Final = {"codigo": 8, "link": 32, "telefone_sefaz": 16}
"""Characters for which every template leaves room, so that a setting may change later."""

DO_DEGRAU: Final = re.compile(r"h[1-8]_r[1-5]")
"""Names that a rung's own texts have: no other template may take one."""

_CHAVES: Final = re.compile(r"\{([^{}]*)\}")
_PROIBIDAS: Final = tuple((re.compile(padrao), nome) for padrao, nome in PROIBIDAS)
_SAIR: Final = re.compile(r"\bSAIR\b")


@dataclass(frozen=True, slots=True)
class Valores:
    """What the variables become; the code is any of its eight letters."""

    link: str
    telefone_sefaz: str
    codigo: str = "ABCD2345"

    def preencher(self, texto: str) -> str:
        """`texto` with its variables filled in."""
        for nome in VARIAVEIS:
            texto = texto.replace(f"{{{nome}}}", getattr(self, nome))
        return texto

    def no_maximo(self) -> Valores:
        """The longest that each may become: its own length, or the room reserved."""
        return Valores(
            codigo="W" * RESERVA["codigo"],
            link=self.link.ljust(RESERVA["link"], "w"),
            telefone_sefaz=self.telefone_sefaz.ljust(RESERVA["telefone_sefaz"], "9"),
        )


@dataclass(frozen=True, slots=True)
class Previa:
    """A template as a person would receive it."""

    texto: str
    caracteres: int
    medida: Medida | None
    """On SMS alone: other channels neither encode nor split."""


def nome_do_modelo(hipotese: str, rigidez: int) -> str:
    """The name by which acionamentos ask for a rung's template: `h1_r2`."""
    return f"{hipotese.lower()}_r{rigidez}"


def problemas(canal: str, texto: str, valores: Valores) -> list[str]:
    """Why `texto` may not be a template of `canal`, in Portuguese; empty if it may."""
    comuns = [*_das_variaveis(texto), *_do_sigilo(texto)]
    if canal == "sms":
        return [*comuns, *_do_sms(texto, valores)]
    tamanho = len(valores.no_maximo().preencher(texto))
    longo = [f"O texto pode chegar a {tamanho} caracteres; o máximo é {MAIOR_WHATSAPP}."] if tamanho > MAIOR_WHATSAPP else []
    return [*comuns, *longo]


def prever(canal: str, texto: str, valores: Valores) -> Previa:
    """How `texto` arrives, with `valores` in it."""
    preenchido = valores.preencher(texto)
    return Previa(preenchido, len(preenchido), medir(preenchido) if canal == "sms" else None)


def _das_variaveis(texto: str) -> Iterable[str]:
    achadas = _CHAVES.findall(texto)
    estranhas = sorted({nome for nome in achadas if nome not in VARIAVEIS})
    if estranhas:
        yield f"Só há as variáveis {{codigo}}, {{link}} e {{telefone_sefaz}}; sobram: {', '.join(n[:30] for n in estranhas)}."
    if re.search(r"[{}]", _CHAVES.sub("", texto)):
        yield "Há uma chave { ou } que não fecha ou não abre."
    if "codigo" not in achadas:
        yield "Falta {codigo}: com ele a pessoa confere a mensagem, e a mensagem pode ser achada no provedor."
    if "link" not in achadas and "telefone_sefaz" not in achadas:
        yield "Falta {link} ou {telefone_sefaz}: a pessoa precisa saber onde conferir a mensagem."
    if "SEFAZ" not in texto:
        yield "O texto precisa dizer que é da SEFAZ."
    if _SAIR.search(texto) is None:
        yield "O texto precisa dizer como sair: a palavra SAIR, em maiúsculas."


def _do_sigilo(texto: str) -> Iterable[str]:
    limpo = _sem_acento(_CHAVES.sub(" ", texto)).lower()
    for padrao, nome in _PROIBIDAS:
        if (achado := padrao.search(limpo)) is not None:
            yield f"Sigilo fiscal: o texto não pode ter {nome} («{achado[0][:30]}»)."


def _do_sms(texto: str, valores: Valores) -> Iterable[str]:
    medida = medir(valores.no_maximo().preencher(texto))
    if medida.fora:
        yield f"No SMS, {' '.join(medida.fora[:10])} fica fora do alfabeto GSM-7. Sugestão: {transliterar(texto)[:200]}"
    elif medida.segmentos > 1:
        yield f"O SMS pode chegar a {medida.unidades} septetos; cabem 160 em um segmento."


def _sem_acento(texto: str) -> str:
    # compatibility forms too: full-width letters and the like read the same to a person, and joiners are not seen at all
    return "".join(c for c in unicodedata.normalize("NFKD", texto) if unicodedata.category(c) not in {"Mn", "Cf"})
