"""The simulator's truth: what was accepted, for whom, and which receipts are owed. Every change is in the journal first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from simulador.application.ports import Diario
from simulador.domain.comportamento import Comportamento, descrever_comportamento, ler_comportamento
from simulador.domain.decisao import Acao, Passo
from simulador.domain.mensagem import Mensagem, chave_de_endereco
from simulador.domain.regras_twilio import palavra_de_saida

_FIXOS = ("id", "canal", "provedor", "sentido", "de", "para", "texto", "envio", "em", "retorno", "extras", "ordem")
_VELHAS_OLHADAS = 256


def _andamento(m: Mensagem) -> dict[str, Any]:
    """What changes in a message, short-named: this is written once per receipt."""
    linha: dict[str, Any] = {
        "t": "s",
        "id": m.id,
        "p": m.posicao,
        "l": len(m.acoes),
        "i": m.instantes,
        "k": m.chegou,
        "r": m.a_repetir,
        "e": m.estado,
        "a": m.alterada_em,
    }
    if m.canal == "voz":
        # a call that is hung up gets another end than the one planned
        linha |= {"x": m.extras, "passos": m.passos, "acoes": m.acoes}
    return linha


def _retomar(m: Mensagem, linha: dict[str, Any]) -> None:
    m.posicao, m.instantes, m.chegou, m.a_repetir = linha["p"], linha["i"], linha["k"], linha["r"]
    m.estado, m.alterada_em, m.acoes = linha["e"], linha["a"], m.acoes[: linha["l"]]
    if m.canal == "voz":
        m.extras = linha["x"]
        m.passos = tuple(Passo(*passo) for passo in linha["passos"])
        m.acoes = tuple(Acao(*acao) for acao in linha["acoes"])


class Registro:
    """Holds the state and writes the journal. Not safe across threads; one per journal.

    limite_mensagens: how many messages stay in memory (some 1.5 kB each); beyond it the oldest settled ones are
    forgotten, their counts are not.
    compactar_em_bytes: the journal is rewritten (only what still matters) where it has grown past this since the last time,
    and past four times what it then was; nothing else runs meanwhile (about a second per 200,000 messages kept).
    """

    def __init__(self, diario: Diario, *, limite_mensagens: int = 500_000, compactar_em_bytes: int = 256 * 1024 * 1024) -> None:
        self._diario = diario
        self._limite = limite_mensagens
        self._compactar_em = compactar_em_bytes
        self.comportamento = Comportamento()
        self.desvio_s: float = 0.0
        self.aceitos = 0
        self.recusados = 0
        self.devidos = 0
        self.avisos: Counter[str] = Counter()
        self.por_envio: dict[str, int] = {}
        self.mensagens: dict[str, Mensagem] = {}
        self._por_endereco: defaultdict[str, list[Mensagem]] = defaultdict(list)
        self._sequencia: Counter[str] = Counter()
        self._saidas: set[tuple[str, str]] = set()
        self._contados: dict[str, int] = {}
        self._ordem = 0
        self._reler()

    # -- reading -------------------------------------------------------------------------------------------------------

    def para(self, endereco: str, *, voz: bool | None = None) -> list[Mensagem]:
        """What went to or came in for this address, oldest first. voz: only calls (True), only messages (False), both."""
        achadas = self._por_endereco.get(chave_de_endereco(endereco), ())
        return [m for m in achadas if voz is None or (m.canal == "voz") == voz]

    def saiu(self, canal: str, pessoa: str) -> bool:
        """True where this person wrote a word of leaving on this channel, and none of coming back since."""
        return (canal, chave_de_endereco(pessoa)) in self._saidas

    def pendentes(self) -> list[Mensagem]:
        """Messages to which something is still to happen."""
        return [m for m in self.mensagens.values() if not m.assentada]

    # -- writing -------------------------------------------------------------------------------------------------------

    def proximo_n(self, canal: str) -> int:
        """The rank of this request on its channel since the behaviour was last set: 0, 1, 2…

        It is durable with the acceptance or refusal that must follow.
        """
        return self._sequencia[canal]

    def aceitar(self, m: Mensagem) -> None:
        """Journals an accepted request, or a message that a person wrote (sentido entrada); then it is in the state."""
        self._ordem += 1
        m.ordem = self._ordem
        self._anexar(self._fixos(m) | {"t": "a"})
        self._incluir(m)
        self._contar(m)

    def recusar(self, canal: str) -> None:
        """Journals a request that was not accepted, whatever its answer."""
        self._anexar({"t": "x", "c": canal})
        self._recusar(canal)

    def anotar(self, m: Mensagem) -> None:
        """Journals how far a message has come."""
        if m.assentada:
            m.acoes = ()
        self._anexar(_andamento(m))
        self._recontar(m)

    def apagar_texto(self, m: Mensagem) -> None:
        """Redacts the body."""
        m.texto = ""
        self._anexar({"t": "z", "id": m.id})

    def interromper(self, m: Mensagem, estado: str) -> None:
        """Cancelled or hung up: nothing more happens to it, and nothing more is owed."""
        m.interromper(estado)
        self.anotar(m)

    def remover(self, m: Mensagem) -> None:
        """Twilio's DELETE: no longer listed; what was counted stays counted."""
        m.removida = True
        self._anexar({"t": "d", "id": m.id})

    def comportar(self, comportamento: Comportamento) -> None:
        """Sets the behaviour; the draws begin anew."""
        self._anexar({"t": "b", "v": descrever_comportamento(comportamento)})
        self._comportar(comportamento)

    def acertar_relogio(self, desvio_s: float) -> None:
        """Shown clock = base clock + desvio_s."""
        self._anexar({"t": "r", "v": desvio_s})
        self.desvio_s = desvio_s

    # -- inside --------------------------------------------------------------------------------------------------------

    def _anexar(self, linha: dict[str, Any]) -> None:
        if self._diario.tamanho > self._limiar:
            self._compactar()
        self._diario.anexar(linha)

    def _compactar(self) -> None:
        self._diario.trocar(self._retrato())
        self._limiar = max(self._compactar_em, 4 * self._diario.tamanho)

    @staticmethod
    def _fixos(m: Mensagem) -> dict[str, Any]:
        return {
            "id": m.id,
            "canal": m.canal,
            "provedor": m.provedor,
            "sentido": m.sentido,
            "de": m.de,
            "para": m.para,
            "texto": m.texto,
            "envio": m.envio,
            "em": m.em,
            "retorno": m.retorno,
            "extras": m.extras,
            "ordem": m.ordem,
            "passos": m.passos,
            "inicial": m.estado,
        }

    def _incluir(self, m: Mensagem) -> None:
        self.mensagens[m.id] = m
        self._por_endereco[chave_de_endereco(m.para)].append(m)
        self._recontar(m)
        if len(self.mensagens) > self._limite:
            self._esquecer()

    def _contar(self, m: Mensagem) -> None:
        if m.sentido == "entrada":
            self._anotar_saida(m)
            return
        self._sequencia[m.canal] += 1
        self.aceitos += 1
        if m.envio is not None:
            self.por_envio[m.envio] = self.por_envio.get(m.envio, 0) + 1

    def _anotar_saida(self, m: Mensagem) -> None:
        quer_sair, chave = palavra_de_saida(m.texto), (m.canal, chave_de_endereco(m.de))
        if quer_sair:
            self._saidas.add(chave)
        elif quer_sair is False:
            self._saidas.discard(chave)

    def _recusar(self, canal: str) -> None:
        self._sequencia[canal] += 1
        self.recusados += 1

    def _recontar(self, m: Mensagem) -> None:
        devidos = m.devidos
        self.devidos += devidos - self._contados.pop(m.id, 0)
        if devidos:
            self._contados[m.id] = devidos

    def _esquecer(self) -> None:
        excesso = len(self.mensagens) - self._limite
        # a few old ones that cannot settle (a platform long gone) must not keep all the others in memory
        velhas = (m for m in islice(self.mensagens.values(), _VELHAS_OLHADAS) if m.assentada)
        for velha in list(islice(velhas, excesso)):
            del self.mensagens[velha.id]
            chave = chave_de_endereco(velha.para)
            self._por_endereco[chave].remove(velha)
            if not self._por_endereco[chave]:
                del self._por_endereco[chave]

    def _comportar(self, comportamento: Comportamento) -> None:
        self.comportamento = comportamento
        self._sequencia.clear()

    def _reler(self) -> None:
        self._limiar = self._compactar_em
        for linha in self._diario.ler():
            self._aplicar(linha)
        if self._diario.tamanho > self._compactar_em // 16:
            self._compactar()

    def _aplicar(self, linha: dict[str, Any]) -> None:
        match linha["t"]:
            case "a" | "m":
                m = self._mensagem(linha)
                self._incluir(m)
                if linha["t"] == "a":
                    self._contar(m)
            case "x":
                self._recusar(linha["c"])
            case "b":
                lido = ler_comportamento(linha["v"])
                self._comportar(lido if isinstance(lido, Comportamento) else Comportamento())
            case "r":
                self.desvio_s = linha["v"]
            case "c":
                self._retomar_contagem(linha)
            case _:
                self._alterar(linha)

    def _mensagem(self, linha: dict[str, Any]) -> Mensagem:
        passos = tuple(Passo(*p) for p in linha["passos"])
        m = Mensagem(**{nome: linha[nome] for nome in _FIXOS}, passos=passos, estado=linha["inicial"]).preparar()
        self._ordem = max(self._ordem, m.ordem)
        if "s" in linha:
            _retomar(m, linha["s"])
            m.removida = linha["d"]
        return m

    def _alterar(self, linha: dict[str, Any]) -> None:
        m = self.mensagens.get(linha["id"])
        if m is None:
            return
        match linha["t"]:
            case "s":
                _retomar(m, linha)
                self._recontar(m)
            case "z":
                m.texto = ""
            case "d":
                m.removida = True

    def _retomar_contagem(self, linha: dict[str, Any]) -> None:
        self.aceitos, self.recusados, self.por_envio = linha["aceitos"], linha["recusados"], linha["por_envio"]
        self._sequencia = Counter(linha["sequencia"])
        self._saidas = {(canal, chave) for canal, chave in linha["saidas"]}
        self._ordem = linha["ordem"]

    def _retrato(self) -> Iterator[dict[str, Any]]:
        """The state as records: behaviour and clock, counts, then every message that is kept."""
        yield {"t": "b", "v": descrever_comportamento(self.comportamento)}
        yield {"t": "r", "v": self.desvio_s}
        yield {
            "t": "c",
            "aceitos": self.aceitos,
            "recusados": self.recusados,
            "por_envio": self.por_envio,
            "sequencia": self._sequencia,
            "saidas": sorted(self._saidas),
            "ordem": self._ordem,
        }
        for m in self.mensagens.values():
            yield self._fixos(m) | {"t": "m", "s": _andamento(m), "d": m.removida}
