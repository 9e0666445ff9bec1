"""Exact rules, before anything that weighs: who asks to stop, or to speak with a person, is never to be guessed at.

A pattern is words: `a|b` one of these, `mensag*` what begins so, `@grupo` one of a named group, `palavra?` that may be missing,
`~3` up to three words between (none of them a negation), `^` and `$` the beginning and the end of the message or of a clause.
A pattern counts for nothing where a negation stands before it ("não quero falar com atendente").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

from chatbot.domain.intencao import Intencao
from chatbot.domain.texto import normalizar

# in this order: who asks to stop and for a person in one message is stopped first, as the law wants; a person can be asked for
# again
PEDIDOS: Final[tuple[Intencao, ...]] = ("sair", "atendente")
PAUSA: Final = "quebra"
Veredito: TypeAlias = Literal["sim", "nao", "silencia"]

_ALCANCE_DA_NEGACAO: Final = 120
_PONTUACAO: Final = re.compile(r"[,.;:!?…\n]+")


@dataclass(frozen=True, slots=True)
class Regra:
    """What says that a message has this intent: whole messages, or a pattern within one where no exception is.

    `vetos` say that it has not, whatever the classifier thinks: so does a pattern that stands only negated.
    """

    intencao: Intencao
    exatas: frozenset[str]
    padroes: tuple[re.Pattern[str], ...]
    exceto: tuple[re.Pattern[str], ...]
    vetos: tuple[re.Pattern[str], ...]
    negada: re.Pattern[str]

    def veredito(self, mensagem: str, inteira: str) -> Veredito:
        """What the rule says. `mensagem` may hold the word `PAUSA` between clauses; `inteira` is the same without courtesies."""
        if inteira in self.exatas:
            return "sim"
        cercada = f"{mensagem} "
        achados = [self._negado(cercada, achado.start()) for padrao in self.padroes for achado in padrao.finditer(cercada)]
        if not all(achados):
            return "nao" if _algum(self.exceto, cercada) else "sim"
        vetos = (achado.start() for padrao in self.vetos for achado in padrao.finditer(cercada))
        return "nao" if achados or any(not self._negado(cercada, inicio) for inicio in vetos) else "silencia"

    def _negado(self, cercada: str, posicao: int) -> bool:
        return self.negada.search(cercada, max(0, posicao - _ALCANCE_DA_NEGACAO), posicao) is not None


def _algum(padroes: Sequence[re.Pattern[str]], cercada: str) -> bool:
    return any(padrao.search(cercada) for padrao in padroes)


def regras_de(documento: Mapping[str, Any]) -> tuple[Regra, ...]:
    """The rules of a language's JSON, in its order. Raises ValueError on an unknown intent or group."""
    return tuple(_regra(regra, documento) for regra in documento["regras"])


def com_pausas(texto: str) -> str:
    """`texto` normalised, with `PAUSA` where its punctuation ends a clause: "não, quero falar…" is no "não quero falar…"."""
    return normalizar(_PONTUACAO.sub(f" {PAUSA} ", texto))


def _regra(regra: Mapping[str, Any], documento: Mapping[str, Any]) -> Regra:
    if regra["intencao"] not in PEDIDOS:
        raise ValueError(f"só há regras de {' e de '.join(PEDIDOS)}: {regra['intencao']}")
    grupos = documento["grupos"]
    negacoes = documento["negacoes"]
    return Regra(
        intencao=cast("Intencao", regra["intencao"]),
        exatas=frozenset(regra["exatas"]),
        padroes=tuple(compilar(padrao, grupos, negacoes) for padrao in regra["padroes"]),
        exceto=tuple(compilar(padrao, grupos, ()) for padrao in regra["exceto"]),
        vetos=tuple(compilar(padrao, grupos, ()) for padrao in regra["vetos"]),
        negada=_negada(negacoes, documento["intermediarias"]),
    )


def compilar(padrao: str, grupos: Mapping[str, str], negacoes: Sequence[str]) -> re.Pattern[str]:
    """The pattern as a regular expression over words that each end in a space. Raises ValueError on an unknown group."""
    return re.compile(r"(?:(?<=\s)|\A)" + "".join(_elemento(parte, grupos, negacoes) for parte in padrao.split()))


def _elemento(parte: str, grupos: Mapping[str, str], negacoes: Sequence[str]) -> str:
    match parte[0]:
        case "^":
            return rf"(?:\A|(?<={PAUSA} ))"
        case "$":
            return rf"(?=\Z|{PAUSA} )"
        case "~":
            proibidas = "|".join(map(re.escape, (*negacoes, PAUSA)))
            return rf"(?:(?!(?:{proibidas}) )\S+ ){{0,{int(parte[1:])}}}?"
        case _:
            talvez = "?" if parte.endswith("?") else ""
            return rf"(?:(?:{_opcoes(parte.removesuffix('?'), grupos)}) ){talvez}"


def _opcoes(parte: str, grupos: Mapping[str, str]) -> str:
    return "|".join(_opcao(opcao, grupos) for opcao in parte.split("|"))


def _opcao(opcao: str, grupos: Mapping[str, str]) -> str:
    if opcao.startswith("@"):
        if opcao[1:] not in grupos:
            raise ValueError(f"grupo desconhecido nas regras: {opcao}")
        return _opcoes(grupos[opcao[1:]], grupos)
    escapada = re.escape(opcao.removesuffix("*")).replace("_", " ")
    return escapada + (r"\S*" if opcao.endswith("*") else "")


def _negada(negacoes: Sequence[str], intermediarias: Sequence[str]) -> re.Pattern[str]:
    """A negation, then only words that carry it on, up to where the pattern begins ("não | quero mais | falar com…")."""
    nega, leva = ("|".join(map(re.escape, palavras)) for palavras in (negacoes, intermediarias))
    return re.compile(rf"(?:(?<=\s)|\A)(?:{nega}) (?:(?:{leva}) ){{0,6}}\Z")
