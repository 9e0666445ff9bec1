"""What must be true after any failure, counted at the provider's side and at ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from tests.support.base_pequena import Devedor
from tests.support.instalacao import Instalacao

POSTOS = {
    estado: posto
    for posto, estado in enumerate(
        ("pendente", "enviando", "incerto", "aceito", "enviado", "expirado", "falhou", "entregue", "lido", "suprimido")
    )
}
# what the providers' own words mean in ours
DO_PROVEDOR = {
    "queued": "aceito",
    "accepted": "aceito",
    "sending": "aceito",
    "sent": "enviado",
    "delivered": "entregue",
    "undelivered": "falhou",
    "failed": "falhou",
    "read": "lido",
}
ACABADOS = {"entregue", "lido", "falhou", "expirado", "incerto", "suprimido"}


async def mensagens_do_provedor(instalacao: Instalacao) -> list[dict[str, Any]]:
    """Every message that the provider accepted from us."""
    itens: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        pagina = (
            await instalacao.simulador.get("/mensagens", params={"limite": 1000, **({"cursor": cursor} if cursor else {})})
        ).json()
        itens += [item for item in pagina["itens"] if item.get("sentido") != "entrada"]
        cursor = pagina.get("proximo")
        if cursor is None:
            return itens


async def conferir(instalacao: Instalacao, devedores: Sequence[Devedor]) -> Counter[str]:
    """Raises `AssertionError` at the first thing that a taxpayer would not forgive; answers how many envios are in each state."""
    envios = await instalacao.todos("/v1/envios")
    por_id = {envio["id"]: envio for envio in envios}
    contagem = (await instalacao.simulador.get("/contagem")).json()
    duplicados = {envio: vezes for envio, vezes in contagem["por_envio"].items() if vezes > 1}
    assert not duplicados, f"(i) aceitos mais de uma vez pelo provedor: {list(duplicados.items())[:5]}"
    _todos_tem_destino(envios, devedores)
    await _estados_iguais(instalacao, por_id)
    abaixo = [e for e in envios if POSTOS[e["estado"]] < POSTOS["expirado"] and e["estado"] != "incerto"]
    assert not abaixo, f"(iv) {len(abaixo)} em estado de passagem depois do último prazo: {abaixo[:3]}"
    return Counter(envio["estado"] for envio in envios)


def _todos_tem_destino(envios: Sequence[dict[str, Any]], devedores: Sequence[Devedor]) -> None:
    por_pessoa: dict[str, list[dict[str, Any]]] = {}
    for envio in envios:
        por_pessoa.setdefault(envio["contribuinte"], []).append(envio)
    for devedor in devedores:
        seus = por_pessoa.get(devedor.id, [])
        assert seus, f"(ii) {devedor.id} não tem nenhum envio"
        assert all(e["estado"] in ACABADOS for e in seus), f"(ii) sem desfecho: {seus}"
        chegou = any(e["estado"] in {"entregue", "lido"} for e in seus)
        assert chegou or all(_tem_motivo(e) for e in seus), f"(ii) sem entrega nem motivo: {seus}"
        for acionamento in {e["acionamento"] for e in seus}:
            _um_canal_de_cada_vez([e for e in seus if e["acionamento"] == acionamento])


def _tem_motivo(envio: dict[str, Any]) -> bool:
    """A state that says by itself what happened, or a reason beside it."""
    return envio["estado"] in {"expirado", "incerto"} or bool(envio.get("motivo") or envio["historico"][-1].get("codigo"))


def _um_canal_de_cada_vez(envios: Sequence[dict[str, Any]]) -> None:
    em_ordem = sorted(envios, key=lambda e: str(e["historico"][0]["em"]))
    for antes, depois in pairwise(em_ordem):
        acabou = [h["em"] for h in antes["historico"] if h["estado"] in {"falhou", "expirado", "suprimido"}]
        comecou = depois["historico"][0]["em"]
        em_duvida = any(h["estado"] == "incerto" for h in antes["historico"])
        assert em_duvida or (acabou and min(acabou) <= comecou), f"(ii) segundo canal antes do fim do primeiro: {antes} {depois}"


async def _estados_iguais(instalacao: Instalacao, por_id: dict[str, dict[str, Any]]) -> None:
    for mensagem in await mensagens_do_provedor(instalacao):
        nosso = por_id[mensagem["envio"]]
        chegados = [DO_PROVEDOR[r["estado"]] for r in mensagem["recibos"] if r["chegou"]]
        if not chegados:
            continue
        dele = max(chegados, key=POSTOS.__getitem__)
        assert POSTOS[nosso["estado"]] >= POSTOS[dele], f"(iii) nosso {nosso['estado']}, do provedor {dele}: {nosso}"
        if POSTOS[dele] >= POSTOS["falhou"]:
            assert nosso["estado"] == dele, f"(iii) nosso {nosso['estado']}, do provedor {dele}: {nosso}"
