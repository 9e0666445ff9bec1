"""Who may call what, over every operation that the API describes."""

from __future__ import annotations

import pytest

from tests.support.mundo import Mundo, com_um_id, operacoes

pytestmark = [pytest.mark.timeout(300)]


async def test_sem_token_ou_com_um_que_nao_existe_401(mundo: Mundo) -> None:
    todas = await operacoes(mundo)
    assert len(todas) > 40
    for autorizacao in ("", "Basic dXN1YXJpbzpzZW5oYQ==", "Bearer inventado", "Bearer"):
        for metodo, caminho, _ in todas:
            resposta = await mundo.api.request(metodo, com_um_id(caminho), headers={"Authorization": autorizacao})
            assert (resposta.status_code, resposta.json()["codigo"]) == (401, "nao_autenticado"), (metodo, caminho)


async def test_so_ficam_abertos_os_enderecos_de_sempre(mundo: Mundo) -> None:
    abertos = {caminho for _, caminho, _ in await operacoes(mundo, com_token=False)}
    assert {c for c in abertos if not c.startswith("/webhooks/")} == {"/saude/vivo", "/saude/pronto", "/metrics"}


# what an auditor may do besides reading: both write nothing
ENSAIOS = {"/v1/politicas/{versao}/simular", "/v1/acionamentos/{acionamento}/reexecutar"}
# what other systems may call
DE_INTEGRACAO = {"/v1/veiculos/consultar", "/v1/identificacoes/conferir", "/v1/contribuintes/{contribuinte}/suspensoes"}


def _proibido(papel: str, metodo: str, caminho: str) -> bool:
    carga = caminho.startswith(("/v1/cargas", "/v1/contatos/cargas"))
    match papel:
        case "auditor":
            return metodo != "GET" and caminho not in ENSAIOS
        case "integracao":
            return not carga and not (metodo == "POST" and caminho in DE_INTEGRACAO)
        case _:
            return metodo != "GET" and (caminho.endswith(("/aprovar", "/recusar")) or carga)


@pytest.mark.parametrize("papel", ["operador", "auditor", "integracao"])
async def test_papel_errado_403(mundo: Mundo, papel: str) -> None:
    proibidas = [(m, c) for m, c, _ in await operacoes(mundo) if _proibido(papel, m, c)]
    assert len(proibidas) > 5
    antes = await mundo.retrato()
    for metodo, caminho in proibidas:
        resposta = await mundo.api.request(metodo, com_um_id(caminho), headers=mundo.de(papel), json={})
        assert (resposta.status_code, resposta.json()["codigo"]) == (403, "sem_permissao"), (metodo, caminho, resposta.text)
    assert await mundo.retrato() == antes
