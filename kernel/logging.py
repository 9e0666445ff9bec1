"""Logs: one JSON object a line on stderr, with nothing in it that would identify a taxpayer."""

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

from kernel.domain.sigilo import mascarar_texto, mascarar_valor

CAMPOS_PERMITIDOS: Final = frozenset(
    {
        "acionamento", "agendados", "campanha", "canal", "carga", "caso", "ciclo", "codigo", "contribuinte", "duracao_ms",
        "endereco_http", "envio", "erros", "estado", "etapa", "evento", "grupo", "hipotese", "id_provedor", "lag", "linha",
        "linhas", "metodo", "motivo", "offset", "particao", "pid", "politica", "porta", "provedor", "quantidade", "rota",
        "sala_alvo", "situacao", "status", "tentativa", "tentativas", "tipo", "topico", "traceparent", "versao",
    }
)  # fmt: skip
"""What a log line may carry besides its message: ids, states, counts. Never a name, an address or what people wrote."""

# These write addresses, parameters or whole bodies at lower levels (twilio: the text and the phone of each message).
NIVEIS_MINIMOS: Final = {
    "alembic": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "asyncpg": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "twilio": logging.WARNING,
    "uvicorn.access": logging.WARNING,
}
_COM_SAIDA_PROPRIA: Final = ("uvicorn", "uvicorn.access", "uvicorn.error")
_MAIOR_TEXTO: Final = 16_000
_DO_REGISTRO: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "sigilo_aplicado"}


class FiltroDeSigilo(logging.Filter):
    """Masks a record in place: message and arguments, exception and stack text, extra fields. It refuses nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "sigilo_aplicado", False):
            return True
        record.msg, record.args = mascarar_texto(_mensagem(record)), ()
        _mascarar_excecao(record)
        for nome in vars(record).keys() - _DO_REGISTRO:
            setattr(record, nome, mascarar_valor(getattr(record, nome)))
        record.sigilo_aplicado = True
        return True


class FormatoJson(logging.Formatter):
    """One line of JSON. Extra fields outside the allow-list are dropped, and their names listed in `omitidos`."""

    def __init__(self, sala: str, campos: frozenset[str] = CAMPOS_PERMITIDOS) -> None:
        super().__init__()
        self._sala = sala
        self._campos = campos

    def format(self, record: logging.LogRecord) -> str:
        linha: dict[str, Any] = {
            "em": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "nivel": record.levelname,
            "sala": self._sala,
            "origem": record.name,
            "mensagem": record.getMessage()[:_MAIOR_TEXTO],
        }
        extras = {nome: valor for nome, valor in vars(record).items() if nome not in _DO_REGISTRO}
        linha |= {nome: extras[nome] for nome in sorted(extras.keys() & self._campos)}
        if omitidos := sorted(extras.keys() - self._campos):
            linha["omitidos"] = omitidos
        if record.exc_text:
            # The end of a long trace says what happened; its beginning says only who called.
            linha["erro"] = record.exc_text[-_MAIOR_TEXTO:]
        if record.stack_info:
            linha["pilha"] = record.stack_info[-_MAIOR_TEXTO:]
        return json.dumps(linha, ensure_ascii=False, default=str)


def configurar(nivel: str, sala: str, *, campos: Iterable[str] = (), saida: TextIO | None = None) -> logging.Handler:
    """Sends every log of the process, warnings and uncaught exceptions included, masked to `saida` (stderr).

    `nivel` is a name of the standard library ("INFO"); `sala` goes into each line; `campos` adds to the fields
    allowed. May be called again: the last call holds. Returns the handler. Raises ValueError for an unknown level.
    """
    handler = logging.StreamHandler(saida or sys.stderr)
    handler.addFilter(FiltroDeSigilo())
    handler.setFormatter(FormatoJson(sala, CAMPOS_PERMITIDOS | frozenset(campos)))
    raiz = logging.getLogger()
    raiz.setLevel(nivel.upper())
    raiz.handlers[:] = [handler]
    for nome in _COM_SAIDA_PROPRIA:
        logger = logging.getLogger(nome)
        logger.handlers.clear()
        logger.propagate = True
        # A server set up earlier in the process may have left a level of its own.
        logger.setLevel(logging.NOTSET)
    for nome, minimo in NIVEIS_MINIMOS.items():
        logging.getLogger(nome).setLevel(max(minimo, raiz.level))
    logging.captureWarnings(capture=True)
    sys.excepthook = _registrar_nao_tratada
    threading.excepthook = _registrar_em_thread
    return handler


def campos(**valores: object) -> dict[str, object]:
    """For `extra=`: the values as fields of the line. Raises ValueError for a name outside CAMPOS_PERMITIDOS.

    A name that a log needs and that is safe to keep is added to that list, in review.
    """
    if fora := sorted(valores.keys() - CAMPOS_PERMITIDOS):
        raise ValueError(f"fields that logs may not carry: {', '.join(fora)}")
    return {nome: valor for nome, valor in valores.items() if valor is not None}


def _mensagem(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        # The standard library would print the arguments, unmasked, to stderr.
        return f"{record.msg} (argumentos que não cabem na mensagem)"


def _mascarar_excecao(record: logging.LogRecord) -> None:
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
    # Other handlers would format it again from here.
    record.exc_info = None
    if record.exc_text:
        record.exc_text = mascarar_texto(record.exc_text)
    if record.stack_info:
        record.stack_info = mascarar_texto(record.stack_info)


def _registrar_nao_tratada(tipo: type[BaseException], erro: BaseException, rastro: TracebackType | None) -> None:
    if issubclass(tipo, KeyboardInterrupt):
        sys.__excepthook__(tipo, erro, rastro)
        return
    logging.getLogger("kernel.logging").critical("erro não tratado", exc_info=(tipo, erro, rastro))


def _registrar_em_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _registrar_nao_tratada(args.exc_type, args.exc_value, args.exc_traceback)
