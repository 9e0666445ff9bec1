"""The AsyncAPI 3.0 document of the whole platform, made from the topic pages and the event classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.evento import Dados
from schemas.topicos import RETENCAO_DLQ_DIAS, SALAS, SUFIXO_DLQ, Pagina

_DIA_MS = 86_400_000
_BINDING = "0.5.0"
_DESCRICAO = (
    "Eventos entre as salas da Régua Multicanal, em CloudEvents 1.0 (JSON estruturado). "
    "Os eventos de um mesmo contribuinte chegam em ordem. "
    f"Cada canal tem um gêmeo `{SUFIXO_DLQ}`, guardado por {RETENCAO_DLQ_DIAS} dias, "
    "para o que não pôde ser tratado, com o motivo nos cabeçalhos."
)
_CHAVE = {
    "contribuinte": "O identificador do contribuinte no fisco.",
    "contribuinte_ou_conversa": "O identificador do contribuinte ou, enquanto não se sabe quem é, o da conversa.",
}


def documento(
    paginas: Sequence[Pagina], eventos: Sequence[type[Dados]], exemplos: Mapping[str, Sequence[Mapping[str, Any]]]
) -> dict[str, Any]:
    """The document. `exemplos` has the normative examples by event type."""
    chaves = {evento.tipo: pagina.chave for pagina in paginas for evento in pagina.eventos}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Régua Multicanal", "version": "1.0.0", "description": _DESCRICAO},
        "defaultContentType": "application/cloudevents+json",
        "servers": {"kafka": _servidor()},
        "channels": {pagina.topico: _canal(pagina) for pagina in paginas},
        "operations": {nome: operacao for sala in SALAS for nome, operacao in _operacoes(sala, paginas)},
        "components": {
            "messages": {evento.tipo: _mensagem(evento, chaves[evento.tipo], exemplos.get(evento.tipo, ())) for evento in eventos}
        },
    }


def _servidor() -> dict[str, Any]:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "Apache Kafka 3.9 ou mais novo. Sem `KAFKA_BOOTSTRAP`, os mesmos tópicos ficam no banco embutido.",
        "variables": {"bootstrap": {"default": "localhost:9092", "description": "O valor de `KAFKA_BOOTSTRAP`."}},
    }


def _canal(pagina: Pagina) -> dict[str, Any]:
    configuracao = {"cleanup.policy": ["delete"], "retention.ms": pagina.retencao_dias * _DIA_MS}
    return {
        "address": pagina.topico,
        "title": pagina.titulo,
        "description": pagina.descricao,
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {evento.tipo: {"$ref": f"#/components/messages/{evento.tipo}"} for evento in pagina.eventos},
        "bindings": {"kafka": {"partitions": pagina.particoes, "topicConfiguration": configuracao, "bindingVersion": _BINDING}},
    }


def _operacoes(sala: str, paginas: Sequence[Pagina]) -> Iterator[tuple[str, dict[str, Any]]]:
    for pagina in paginas:
        escritos = [evento.tipo for evento in pagina.eventos if sala in evento.escritores]
        if escritos:
            yield f"{sala}.envia.{pagina.topico}", _operacao("send", sala, pagina, escritos)
        if sala in pagina.leitores:
            yield f"{sala}.recebe.{pagina.topico}", _operacao("receive", sala, pagina, [evento.tipo for evento in pagina.eventos])


def _operacao(acao: str, sala: str, pagina: Pagina, tipos: Sequence[str]) -> dict[str, Any]:
    verbo = {"send": "envia", "receive": "recebe"}[acao]
    return {
        "action": acao,
        "channel": {"$ref": f"#/channels/{pagina.topico}"},
        "title": f"{sala} {verbo}: {pagina.titulo}",
        "tags": [{"name": sala}],
        "messages": [{"$ref": f"#/channels/{pagina.topico}/messages/{tipo}"} for tipo in tipos],
    }


def _mensagem(evento: type[Dados], chave: str, exemplos: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "name": evento.tipo,
        "title": evento.__name__,
        "summary": (evento.__doc__ or "").strip(),
        "contentType": "application/cloudevents+json",
        "payload": {"$ref": f"./gerados/{evento.tipo}.json"},
        "bindings": {"kafka": {"key": {"type": "string", "description": _CHAVE[chave]}, "bindingVersion": _BINDING}},
        "examples": [{"payload": dict(exemplo)} for exemplo in exemplos],
    }
