"""What a payment provider's answers mean: a charge, or one of our failures. Source: API Pix 2.9.0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, get_args

from kernel.domain.sigilo import mascarar_texto
from parcelamento.application.ports_pix import CobrancaPix, CobrancaRegistrada, CodigoDaFalha, EncargoPix, FalhaPix, SituacaoPix
from parcelamento.domain.pix import PixRecebido
from parcelamento.domain.pix_leitura import ler_centavos, ler_pix

_SITUACOES: Final = frozenset(get_args(SituacaoPix))
_LOCATION_MAXIMA: Final = 77
_NOME_MAXIMO: Final = 200
_VIOLACOES_MAXIMAS: Final = 20
_TEXTO_MAXIMO: Final = 300

# code → (may succeed later, somebody has to look)
_FALHAS: Final[Mapping[CodigoDaFalha, tuple[bool, bool]]] = {
    "sem_conexao": (True, False),
    "sem_resposta": (True, False),
    "excesso_de_pedidos": (True, False),
    "provedor_indisponivel": (True, False),
    "credencial_recusada": (False, True),
    "acesso_negado": (False, True),
    "pedido_recusado": (False, True),
    "nao_encontrada": (False, False),
    "nao_ativa": (False, False),
    "resposta_ilegivel": (True, True),
}
_POR_STATUS: Final[Mapping[int, CodigoDaFalha]] = {
    401: "credencial_recusada",
    403: "acesso_negado",
    404: "nao_encontrada",
    408: "sem_resposta",
    410: "nao_encontrada",
    425: "provedor_indisponivel",
    429: "excesso_de_pedidos",
}


def falha(codigo: CodigoDaFalha, *, status: int | None = None, detalhe: str = "", corpo: object = None) -> FalhaPix:
    """The failure with what its table says. corpo: the provider's problem, of which values are left out."""
    repetivel, alertar = _FALHAS[codigo]
    return FalhaPix(
        codigo=codigo, repetivel=repetivel, alertar=alertar, status=status, detalhe=detalhe, violacoes=_violacoes(corpo)
    )


def falha_de_resposta(status: int, corpo: object) -> FalhaPix:
    """The failure that an answer other than 2xx is."""
    padrao: CodigoDaFalha = "provedor_indisponivel" if status >= 500 else "pedido_recusado"
    return falha(_POR_STATUS.get(status, padrao), status=status, detalhe=_detalhe(corpo), corpo=corpo)


def ler_cobranca(corpo: object, txid: str) -> CobrancaRegistrada | None:
    """The charge in an answer; None where it is not one, or another's."""
    if not isinstance(corpo, Mapping) or corpo.get("txid") != txid or corpo.get("status") not in _SITUACOES:
        return None
    location = corpo.get("location") or _campo(corpo, "loc", "location")
    valor = ler_centavos(_campo(corpo, "valor", "original"))
    vencimento = _dia(_campo(corpo, "calendario", "dataDeVencimento"))
    revisao, copia = corpo.get("revisao", 0), corpo.get("pixCopiaECola")
    if not isinstance(location, str) or valor is None or vencimento is None or not isinstance(revisao, int):
        return None
    location = re.sub(r"^https?://", "", location)
    if not location.isascii() or not 1 <= len(location) <= _LOCATION_MAXIMA:
        return None
    return CobrancaRegistrada(
        txid=txid,
        situacao=corpo["status"],
        location=location,
        vencimento=vencimento,
        valor=valor,
        revisao=revisao,
        copia_e_cola=copia if isinstance(copia, str) and copia else None,
        recebidos=_recebidos(corpo.get("pix"), txid),
    )


def escrever_cobranca(cobranca: CobrancaPix, chave: str) -> dict[str, Any]:
    """The body of `PUT /cobv/{txid}`."""
    documento = cobranca.devedor.documento
    valor: dict[str, Any] = {"original": decimal(cobranca.valor)}
    for nome, encargo in (("multa", cobranca.multa), ("juros", cobranca.juros)):
        if encargo is not None:
            valor[nome] = _encargo(encargo)
    corpo: dict[str, Any] = {
        "calendario": {
            "dataDeVencimento": cobranca.vencimento.isoformat(),
            "validadeAposVencimento": cobranca.validade_dias,
        },
        "devedor": {documento.tipo.lower(): documento.valor, "nome": cobranca.devedor.nome[:_NOME_MAXIMO]},
        "valor": valor,
        "chave": chave,
    }
    if cobranca.solicitacao:
        corpo["solicitacaoPagador"] = cobranca.solicitacao
    return corpo


def igual(pedido: Mapping[str, Any], guardado: object) -> bool:
    """Whether the provider's charge says what `pedido` asks. Numbers and their texts count as the same: examples send both."""
    if isinstance(guardado, Mapping):
        return all(_mesmo(valor, guardado.get(nome)) for nome, valor in pedido.items()) and not _a_mais(pedido, guardado)
    return False


def decimal(centesimos: int) -> str:
    """`12345` → `123.45`."""
    return f"{centesimos // 100}.{centesimos % 100:02d}"


def ler_retry_after(valor: str | None, agora: datetime | None = None) -> float:
    """Seconds in a `Retry-After` header (seconds or an HTTP date); 0 where it is absent or unreadable."""
    if not valor:
        return 0.0
    if re.fullmatch(r"[0-9]{1,9}", valor):
        return float(valor)
    try:
        quando = parsedate_to_datetime(valor)
    except ValueError:
        return 0.0
    if quando.tzinfo is None:
        quando = quando.replace(tzinfo=UTC)
    return max(0.0, (quando - (agora or datetime.now(UTC))).total_seconds())


def _a_mais(pedido: Mapping[str, Any], guardado: Mapping[str, Any]) -> bool:
    """A fine or interest left from an earlier revision, which the request no longer has."""
    valor, atual = pedido.get("valor", {}), guardado.get("valor", {})
    return any(atual.get(nome) and nome not in valor for nome in ("multa", "juros", "abatimento", "desconto"))


def _mesmo(pedido: object, guardado: object) -> bool:
    if isinstance(pedido, Mapping):
        return isinstance(guardado, Mapping) and all(_mesmo(v, guardado.get(n)) for n, v in pedido.items())
    return str(pedido) == str(guardado)


def _encargo(encargo: EncargoPix) -> dict[str, Any]:
    return {"modalidade": encargo.modalidade, "valorPerc": decimal(encargo.centesimos)}


def _recebidos(itens: object, txid: str) -> tuple[PixRecebido, ...]:
    if not isinstance(itens, list):
        return ()
    # inside its charge a Pix need not repeat the txid
    com_txid = [{"txid": txid, **item} if isinstance(item, Mapping) else item for item in itens]
    return tuple(lido for lido in map(ler_pix, com_txid) if isinstance(lido, PixRecebido) and lido.txid == txid)


def _campo(corpo: Mapping[str, Any], fora: str, dentro: str) -> object:
    parte = corpo.get(fora)
    return parte.get(dentro) if isinstance(parte, Mapping) else None


def _dia(texto: object) -> date | None:
    try:
        return date.fromisoformat(texto) if isinstance(texto, str) else None
    except ValueError:
        return None


def _texto(valor: object) -> str:
    # providers repeat there what was sent: documents are masked, length is bounded
    return mascarar_texto(valor[:_TEXTO_MAXIMO]) if isinstance(valor, str) else ""


def _detalhe(corpo: object) -> str:
    if not isinstance(corpo, Mapping):
        return ""
    return _texto(corpo.get("detail") or corpo.get("title") or corpo.get("error_description") or corpo.get("error"))


def _violacoes(corpo: object) -> tuple[tuple[str, str], ...]:
    itens = corpo.get("violacoes") if isinstance(corpo, Mapping) else None
    if not isinstance(itens, list):
        return ()
    return tuple(
        (_texto(item.get("propriedade")), _texto(item.get("razao")))
        for item in itens[:_VIOLACOES_MAXIMAS]
        if isinstance(item, Mapping)
    )
