"""What a message means: rules first, then phrases, then the classifier, with how sure it is and what to do when it is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import zip_longest
from typing import Any, Final, Literal, TypeAlias

from chatbot import normas
from chatbot.domain.frases import Frases, frases
from chatbot.domain.idioma import Detector, detector
from chatbot.domain.intencao import INTENCOES, Intencao
from chatbot.domain.modelo import Modelo, treinar
from chatbot.domain.regras import PEDIDOS, Regra, Veredito, com_pausas, regras_de
from chatbot.domain.texto import MAXIMO_DE_CARACTERES, normalizar
from chatbot.domain.vocabulario import Vocabulario, vocabulario

Por: TypeAlias = Literal["regra", "frase", "modelo"]
Conduta: TypeAlias = Literal["seguir", "menu", "pessoa"]

# what the model reads of a long message: how it begins and, above all, how it ends
_DO_COMECO: Final = 30
_DO_FIM: Final = 50
_CERTEZA_DA_FRASE: Final = 0.99


@dataclass(frozen=True, slots=True)
class Limiares:
    """Below `menu` the menu is offered, below `pessoa` a person; `frase` is the least likeness of a phrase, all 0..1.

    `menu_de`: where an intent's own threshold is another. `peso_do_outro`: by how much the chance of `outro`, which has more
    phrases than any intent, is reduced. `temperatura`: below 1 where the classifier is right more often than it says.
    """

    menu: float
    pessoa: float
    frase: float
    menu_de: Mapping[str, float]
    peso_do_outro: float
    temperatura: float
    idioma_padrao: str


@dataclass(frozen=True, slots=True)
class Compreendido:
    """The likeliest intent of a message, how sure (0..1), in which language, and by what it was found.

    `conduta` says what to do with it: `seguir` with the intent; offer the `menu`; hand over to a `pessoa`.
    """

    intencao: Intencao
    confianca: float
    idioma: str
    por: Por
    conduta: Conduta

    @property
    def decidida(self) -> Intencao:
        """The intent to act on: `outro` where the likeliest is not sure enough."""
        return self.intencao if self.conduta == "seguir" else "outro"


@dataclass(frozen=True, slots=True)
class Lingua:
    """All that understanding one language needs."""

    idioma: str
    palavras: Vocabulario
    regras: tuple[Regra, ...]
    frases: Frases
    modelo: Modelo
    negacoes: frozenset[str]

    def pronto(self, plano: str) -> str:
        """Normalised text as phrases and model read it: written out, without courtesies around it."""
        return _pronto(plano, self.palavras)

    def marcado(self, plano: str) -> str:
        """Normalised text as the model reads it: as `pronto`, and whether it began with a greeting."""
        return self.palavras.com_marca(self.palavras.por_extenso(plano))

    def nega(self, plano: str) -> bool:
        """Whether the message holds a negation of this language."""
        return any(palavra in self.negacoes for palavra in self.palavras.por_extenso(plano).split())

    def veredito(self, regra: Regra, plano: str, com_clausulas: str, *, corrigindo: bool) -> Veredito:
        """What the rule says of the message as a whole and, where it has clauses, of each: a yes of either counts."""
        inteiro, partido = (self.palavras.por_extenso(texto) for texto in (plano, com_clausulas))
        if corrigindo:
            inteiro, partido = self.palavras.corrigido(inteiro), self.palavras.corrigido(partido)
        sem_cortesia = self.palavras.sem_cortesia(inteiro)
        vereditos = [regra.veredito(mensagem, sem_cortesia) for mensagem in dict.fromkeys((inteiro, partido))]
        return next((v for v in ("sim", "nao") if v in vereditos), "silencia")


@dataclass(frozen=True, slots=True)
class Compreensor:
    """Understands messages in the languages whose files it was built from; the same text always gives the same answer."""

    linguas: Mapping[str, Lingua]
    detector: Detector
    limiares: Limiares

    def compreender(self, texto: str, idioma: str | None = None) -> Compreendido:
        """The intent of `texto`, of which the first 10,000 characters are read; never raises.

        `idioma`: the conversation's language, kept unless the message itself is long enough to say another.
        """
        texto = texto[:MAXIMO_DE_CARACTERES]
        plano = normalizar(texto)
        visto = self.detector.detectar(texto, plano)
        lingua = self.linguas[visto or self._conhecido(idioma)]
        if not plano:
            return Compreendido("outro", 1.0, lingua.idioma, "regra", "menu")
        vereditos = dict(self._vereditos(texto, plano, lingua))
        pedida = next((intencao for intencao in PEDIDOS if vereditos.get(intencao) == "sim"), None)
        if pedida:
            return Compreendido(pedida, 1.0, lingua.idioma, "regra", "seguir")
        # who says that they do not want the one ("não me transfira") is not to be guessed to want the other
        vetadas: frozenset[Intencao] = frozenset(PEDIDOS if vereditos else ())
        return self._por_frase(plano, lingua, vetadas, outras=visto is None) or self._por_modelo(plano, lingua, vetadas)

    def _conhecido(self, idioma: str | None) -> str:
        """The language that `idioma` names, by its tag or else by the tag's first part ("es-AR"); the default for any other."""
        pedido = (idioma or "").casefold()
        for conhecido in self.linguas:
            if conhecido.casefold() == pedido:
                return conhecido
        principal = pedido.replace("_", "-").partition("-")[0]
        return next((c for c in self.linguas if c.casefold().partition("-")[0] == principal), self.limiares.idioma_padrao)

    def _vereditos(self, texto: str, plano: str, lingua: Lingua) -> Iterable[tuple[Intencao, Veredito]]:
        """What the rules say, of every language: who asks to be left alone in another one is not to be missed.

        Not where the message denies in its own language, which the others' rules do not see.
        """
        com_clausulas = com_pausas(texto)
        outras = () if lingua.nega(plano) else (outra for outra in self.linguas.values() if outra is not lingua)
        for outra in (*outras, lingua):
            for regra in outra.regras:
                veredito = outra.veredito(regra, plano, com_clausulas, corrigindo=outra is lingua)
                if veredito != "silencia":
                    yield regra.intencao, veredito

    def _por_frase(self, plano: str, lingua: Lingua, vetadas: frozenset[Intencao], *, outras: bool) -> Compreendido | None:
        pronto = lingua.pronto(plano)
        igual = lingua.frases.igual(pronto)
        if igual is None and (parecida := lingua.frases.parecida(pronto, minimo=self.limiares.frase)):
            return None if parecida[0] in vetadas else self._pronto(parecida[0], parecida[1], lingua, "frase")
        if igual is None and outras:
            vizinhas = (outra.frases.igual(outra.pronto(plano)) for outra in self.linguas.values() if outra is not lingua)
            igual = next((intencao for intencao in vizinhas if intencao), None)
        return None if igual is None or igual in vetadas else self._pronto(igual, _CERTEZA_DA_FRASE, lingua, "frase")

    def _por_modelo(self, plano: str, lingua: Lingua, vetadas: frozenset[Intencao]) -> Compreendido:
        chances = lingua.modelo.probabilidades(_pontas(lingua.marcado(plano)))
        pesos = {"outro": self.limiares.peso_do_outro}
        expoente = 1.0 / self.limiares.temperatura
        possiveis = {
            i: (chance * pesos.get(i, 1.0)) ** expoente for i, chance in zip(INTENCOES, chances, strict=True) if i not in vetadas
        }
        melhor = max(possiveis, key=possiveis.__getitem__)
        return self._pronto(melhor, min(possiveis[melhor] / sum(possiveis.values()), 1.0), lingua, "modelo")

    def _pronto(self, intencao: Intencao, confianca: float, lingua: Lingua, por: Por) -> Compreendido:
        return Compreendido(intencao, confianca, lingua.idioma, por, self._conduta(intencao, confianca))

    def _conduta(self, intencao: Intencao, confianca: float) -> Conduta:
        if confianca < self.limiares.pessoa:
            return "pessoa"
        limiar = self.limiares.menu_de.get(intencao, self.limiares.menu)
        return "menu" if confianca < limiar or intencao == "outro" else "seguir"


def carregar(pasta: Traversable | None = None) -> Compreensor:
    """A Compreensor of the files in `pasta` (by default those of the room): reads them and trains, a second or two.

    Raises ValueError where a language lacks an intent's file, a rule is wrong or the default language is not there.
    """
    pacotes = {pacote.idioma: pacote for pacote in normas.pacotes(pasta)}
    limiares = Limiares(**normas.limiares(pasta)["valores"])
    if limiares.idioma_padrao not in pacotes:
        raise ValueError(f"falta o idioma padrão: {limiares.idioma_padrao}")
    return Compreensor(
        linguas={idioma: _lingua(pacote) for idioma, pacote in pacotes.items()},
        detector=detector({idioma: pacote.regras for idioma, pacote in pacotes.items()}),
        limiares=limiares,
    )


def _lingua(pacote: normas.PacoteDeIdioma) -> Lingua:
    if set(pacote.frases) != set(INTENCOES):
        raise ValueError(
            f"{pacote.idioma}: arquivos de intenção a mais ou a menos: {sorted(set(pacote.frases) ^ set(INTENCOES))}"
        )
    normais = {intencao: [normalizar(frase) for frase in pacote.frases[intencao]] for intencao in INTENCOES}
    palavras = vocabulario(pacote.regras, (p for textos in normais.values() for texto in textos for p in texto.split()))
    prontas = _alternados({i: [p for t in textos if (p := _pronto(t, palavras))] for i, textos in normais.items()})
    marcadas = _alternados({i: [palavras.com_marca(palavras.por_extenso(t)) for t in ts if t] for i, ts in normais.items()})
    return Lingua(
        idioma=pacote.idioma,
        palavras=palavras,
        regras=regras_de(pacote.regras),
        frases=frases(prontas, pacote.regras["negacoes"]),
        modelo=treinar(marcadas, INTENCOES, palavras.com_conceitos),
        negacoes=frozenset(pacote.regras["negacoes"]),
    )


def _pronto(plano: str, palavras: Vocabulario) -> str:
    return palavras.sem_cortesia(palavras.por_extenso(plano))


def _alternados(por_intencao: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """One phrase of each intent in turn: an order that is always the same and drags the weights nowhere for long."""
    fileiras: Iterable[tuple[Any, ...]] = zip_longest(*([(t, i) for t in textos] for i, textos in por_intencao.items()))
    return [par for fileira in fileiras for par in fileira if par is not None]


def _pontas(texto: str) -> str:
    palavras = texto.split()
    if len(palavras) <= _DO_COMECO + _DO_FIM:
        return texto
    return " ".join((*palavras[:_DO_COMECO], *palavras[-_DO_FIM:]))
