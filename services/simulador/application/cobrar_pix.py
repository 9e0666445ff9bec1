"""The payment provider's counter: charges with a due date, their payload, and the webhooks of a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from kernel.domain.calendario import Calendario
from simulador.application.registro_pix import RegistroPix
from simulador.domain.pix import (
    ATIVA,
    FUSO,
    REMOVIDA,
    VALIDADE_PADRAO_DIAS,
    CobrancaPix,
    WebhookPix,
    descrever_cobranca,
    descrever_pix,
)
from simulador.domain.regras_pix import TXID, Violacao, violacoes, violacoes_da_revisao
from simulador.domain.valor_pix import compor, decimal, ultimo_dia

_LOCATION_MAXIMA = 77


@dataclass(frozen=True, slots=True)
class RespostaPix:
    """What the API answers: a status and a body; for a problem, its kind too."""

    status: int
    corpo: dict[str, Any] | None = None
    problema: str | None = None


def problema(status: int, tipo: str, detalhe: str, achadas: Sequence[Violacao] = ()) -> RespostaPix:
    """RFC 7807, as API Pix fills it in."""
    corpo: dict[str, Any] = {
        "type": f"https://pix.bcb.gov.br/api/v2/error/{tipo}",
        "title": tipo,
        "status": status,
        "detail": detalhe,
    }
    if achadas:
        corpo["violacoes"] = [{"razao": v.razao, "propriedade": v.propriedade} for v in achadas]
    return RespostaPix(status, corpo, tipo)


def _invalida(achadas: Sequence[Violacao]) -> RespostaPix:
    return problema(400, "CobVOperacaoInvalida", "A cobrança não respeita o schema ou não faz sentido.", achadas)


def _nao_ativa(status: str) -> RespostaPix:
    return _invalida([Violacao("cobv.status", f"a cobrança não está {ATIVA} ({status}) e não pode ser alterada")])


_NAO_ENCONTRADA = problema(404, "CobVNaoEncontrada", "Não há cobrança com vencimento para o txid informado.")
_WEBHOOK_NAO_ENCONTRADO = problema(404, "WebhookNaoEncontrado", "Não há webhook cadastrado para a chave.")


class CobrarPix:
    """Answers as the receiver's provider does. chave: the receiver's only key. novo_acesso: a location's unguessable part."""

    def __init__(
        self, registro: RegistroPix, *, chave: str, agora: Callable[[], datetime], novo_acesso: Callable[[], str]
    ) -> None:
        self._registro = registro
        self._chave = chave
        self._agora = agora
        self._novo_acesso = novo_acesso
        self._calendario = Calendario.bancario()

    def criar(self, txid: str, corpo: object, servidor: str) -> RespostaPix:
        """PUT: a new charge, or a revision of an active one. The same again changes nothing. servidor: host of the location."""
        if not TXID.fullmatch(txid):
            return _invalida([Violacao("cobv.txid", "deve ter de 26 a 35 letras e dígitos")])
        atual = self._registro.cobrancas.get(txid)
        if atual is not None and corpo == atual.pedido:
            return RespostaPix(201, descrever_cobranca(atual))
        criada_em = self._dia_de(atual) if atual else self._hoje()
        if achadas := violacoes(corpo, chave=self._chave, criada_em=criada_em):
            return _invalida(achadas)
        assert isinstance(corpo, dict)  # noqa: S101 - `violacoes` has seen to it
        if atual is not None:
            return self._revisar(atual, corpo, 201)
        return self._nova(txid, corpo, servidor)

    def revisar(self, txid: str, corpo: object) -> RespostaPix:
        """PATCH: takes the charge back, or puts what is given over the latest revision."""
        atual = self._registro.cobrancas.get(txid)
        if atual is None:
            return _NAO_ENCONTRADA
        if achadas := violacoes_da_revisao(corpo):
            return _invalida(achadas)
        if atual.status != ATIVA:
            return _nao_ativa(atual.status)
        assert isinstance(corpo, dict)  # noqa: S101 - `violacoes_da_revisao` has seen to it
        if "status" in corpo:
            self._registro.remover(atual)
            return RespostaPix(200, descrever_cobranca(atual))
        inteiro = atual.pedido | corpo
        for parte in ("calendario", "valor"):
            if isinstance(corpo.get(parte), dict):
                inteiro[parte] = atual.pedido[parte] | corpo[parte]
        if achadas := violacoes(inteiro, chave=self._chave, criada_em=self._dia_de(atual)):
            return _invalida(achadas)
        return self._revisar(atual, inteiro, 200)

    def consultar(self, txid: str, revisao: str | None) -> RespostaPix:
        """GET: the charge with its payments, or one of its revisions."""
        atual = self._registro.cobrancas.get(txid)
        if atual is None:
            return _NAO_ENCONTRADA
        if revisao is not None and not (revisao.isdecimal() and len(revisao) < 10 and int(revisao) < len(atual.revisoes)):
            return problema(400, "CobVConsultaInvalida", "A revisão não existe.", [Violacao("revisao", "não existe")])
        corpo = descrever_cobranca(atual, None if revisao is None else int(revisao))
        if atual.pagos:
            corpo["pix"] = [descrever_pix(self._registro.pagos[id_]) for id_ in atual.pagos]
        return RespostaPix(200, corpo)

    def payload(self, acesso: str, dia: str | None) -> RespostaPix:
        """What the payer's application reads at the location, without the signature that a real provider puts around it.

        dia: the day on which payment is intended (DPP); today by default.
        """
        atual = self._registro.por_acesso.get(acesso)
        if atual is None:
            return problema(404, "CobPayloadNaoEncontrado", "Não há cobrança neste endereço.")
        if atual.status == REMOVIDA:
            return problema(410, "CobPayloadNaoEncontrado", "A cobrança foi removida.")
        pretendido = self._hoje() if dia is None else _ler_dia(dia)
        if pretendido is None or not self._hoje() <= pretendido <= ultimo_dia(
            atual.vencimento, atual.validade_dias, self._calendario
        ):
            return problema(
                400, "CobPayloadOperacaoInvalida", "A cobrança não pode ser paga nesse dia.", [Violacao("DPP", "fora do prazo")]
            )
        return RespostaPix(200, self._payload(atual, pretendido))

    def cadastrar_webhook(self, chave: str, corpo: object) -> RespostaPix:
        """PUT /webhook/{chave}."""
        achadas = [] if chave == self._chave else [Violacao("chave", "não pertence a este usuário recebedor")]
        url = corpo.get("webhookUrl") if isinstance(corpo, dict) else None
        if not _e_endereco(url):
            achadas.append(Violacao("webhook.webhookUrl", "não respeita o schema"))
        if achadas:
            return problema(400, "WebhookOperacaoInvalida", "O webhook não pode ser cadastrado.", achadas)
        self._registro.cadastrar(chave, WebhookPix(str(url), self._instante()))
        return RespostaPix(200)

    def ver_webhook(self, chave: str) -> RespostaPix:
        """GET /webhook/{chave}."""
        webhook = self._registro.webhooks.get(chave)
        if webhook is None:
            return _WEBHOOK_NAO_ENCONTRADO
        return RespostaPix(200, {"webhookUrl": webhook.url, "chave": chave, "criacao": webhook.criacao})

    def remover_webhook(self, chave: str) -> RespostaPix:
        """DELETE /webhook/{chave}."""
        if chave not in self._registro.webhooks:
            return _WEBHOOK_NAO_ENCONTRADO
        self._registro.cadastrar(chave, None)
        return RespostaPix(204)

    def _nova(self, txid: str, pedido: dict[str, Any], servidor: str) -> RespostaPix:
        acesso = self._novo_acesso()
        location = f"{servidor}/pix/qr/v2/cobv/{acesso}"
        if len(location) > _LOCATION_MAXIMA:
            return problema(503, "ServicoIndisponivel", "O nome deste servidor é longo demais para um QR Code.")
        nova = CobrancaPix(
            txid=txid,
            ordem=len(self._registro.cobrancas) + 1,
            acesso=acesso,
            location=location,
            criacao=self._instante(),
            revisoes=[pedido],
        )
        self._registro.guardar(nova)
        return RespostaPix(201, descrever_cobranca(nova))

    def _revisar(self, atual: CobrancaPix, pedido: dict[str, Any], status: int) -> RespostaPix:
        if atual.status != ATIVA:
            return _nao_ativa(atual.status)
        self._registro.revisar(atual, pedido)
        return RespostaPix(status, descrever_cobranca(atual))

    def _payload(self, atual: CobrancaPix, dia: date) -> dict[str, Any]:
        corpo = descrever_cobranca(atual)
        partes = compor(atual.pedido["valor"], atual.vencimento, dia, self._calendario)
        nomes = ("multa", "juros", "abatimento", "desconto")
        somados = {nome: decimal(getattr(partes, nome)) for nome in nomes if getattr(partes, nome)}
        calendario = {"validadeAposVencimento": VALIDADE_PADRAO_DIAS, **corpo["calendario"], "apresentacao": self._instante()}
        for nome in ("loc", "location"):
            del corpo[nome]
        return corpo | {
            "calendario": calendario,
            "valor": {"original": decimal(partes.original), **somados, "final": decimal(partes.final)},
        }

    def _hoje(self) -> date:
        return self._agora().astimezone(FUSO).date()

    @staticmethod
    def _dia_de(cobranca: CobrancaPix) -> date:
        return datetime.fromisoformat(cobranca.criacao).astimezone(FUSO).date()

    def _instante(self) -> str:
        return self._agora().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ler_dia(texto: str) -> date | None:
    try:
        return date.fromisoformat(texto)
    except ValueError:
        return None


def _e_endereco(url: object) -> bool:
    if not isinstance(url, str) or len(url) > 2000:
        return False
    try:
        partes = urlsplit(url)
        return partes.scheme in {"http", "https"} and bool(partes.hostname) and url.isascii() and " " not in url
    except ValueError:
        return False
