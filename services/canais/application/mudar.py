"""Writes what happened to envios: the rows, their history, the events, and what a failure tells about a contact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from canais.application.eventos import contatos_alterados, entrega_atualizada
from canais.application.ports import ContatoMudado, Metricas, Mudanca, Unidade
from canais.domain.envio import Envio, mudou
from canais.domain.falha import Falha, Familia, falha_de


def familia_de(provedor: str | None) -> Familia:
    """Which table of codes a provider's failures are in."""
    return "meta" if provedor is not None and provedor.startswith("meta") else "twilio"


async def gravar_mudancas(uow: Unidade, mudancas: Iterable[Mudanca], metricas: Metricas) -> None:
    """All in the caller's transaction, whose rows are locked. Rows that did not change are left alone."""
    feitas = [m for m in mudancas if m.antes is not m.depois and m.antes != m.depois]
    if not feitas:
        return
    await uow.envios.gravar(feitas, uow.agora)
    await relatar_mudancas(uow, feitas, metricas)


async def relatar_mudancas(uow: Unidade, feitas: Sequence[Mudanca], metricas: Metricas) -> None:
    """The events of rows that were written, and what their failures tell."""
    contadas = [m.depois for m in feitas if mudou(m.antes, m.depois)]
    saidas = [entrega_atualizada(e, uow.agora) for e in contadas]
    falhos = [e for e in contadas if e.estado == "falhou" and e.codigo_falha is not None]
    if falhos:
        saidas += contatos_alterados(await _marcar_contatos(uow, falhos, metricas), uow.agora)
    await uow.saidas.gravar(saidas)
    _contar(feitas, metricas)


async def _marcar_contatos(uow: Unidade, falhos: list[Envio], metricas: Metricas) -> list[ContatoMudado]:
    invalidos, saidos = [], []
    for e in falhos:
        falha: Falha = falha_de(familia_de(e.provedor), e.codigo_falha or "")
        if falha.natureza.alertar:
            metricas.alerta(e.provedor or "", falha.codigo)
        if falha.natureza.invalida and e.endereco is not None:
            invalidos.append((e.contribuinte, e.canal, e.endereco, falha.codigo))
        if falha.natureza.descadastra:
            saidos.append((e.contribuinte, e.canal))
    mudados = await uow.contatos.invalidar(invalidos, uow.agora) if invalidos else []
    if saidos:
        mudados += await uow.contatos.descadastrar(saidos, "provedor", uow.agora)
    return mudados


def _contar(feitas: Sequence[Mudanca], metricas: Metricas) -> None:
    for (canal, estado), n in Counter(
        (m.depois.canal, m.depois.estado) for m in feitas if m.antes.estado != m.depois.estado
    ).items():
        metricas.estado(canal, estado, n)
    custos: Counter[tuple[str, str]] = Counter()
    for m in feitas:
        if m.depois.custo_micros is not None and m.antes.custo_micros is None:
            custos[m.depois.canal, m.depois.moeda or ""] += m.depois.custo_micros
    for (canal, moeda), micros in custos.items():
        metricas.custo(canal, moeda, micros)
