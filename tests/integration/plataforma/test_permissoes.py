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


# what an auditor may do besides reading: they write nothing
ENSAIOS = {
    "/v1/politicas/{versao}/simular",
    "/v1/acionamentos/{acionamento}/reexecutar",
    "/v1/parcelamentos/cotacoes/{cotacao}/reexecutar",
    "/v1/encargos/calcular",
}
# what other systems, the chatbot among them, may call besides loading files
DE_INTEGRACAO = {
    ("POST", "/v1/veiculos/consultar"),
    ("POST", "/v1/identificacoes/conferir"),
    ("POST", "/v1/identificacoes/devedor"),
    ("POST", "/v1/contribuintes/{contribuinte}/suspensoes"),
    ("GET", "/v1/contribuintes/{contribuinte}/oferta"),
    ("POST", "/v1/parcelamentos/cotacoes"),
    ("POST", "/v1/parcelamentos/cotacoes/{cotacao}/reexecutar"),
    ("POST", "/v1/parcelamentos/ofertas"),
    ("POST", "/v1/parcelamentos"),
    ("POST", "/v1/parcelamentos/{plano}/quitacao"),
    ("DELETE", "/v1/parcelamentos/{plano}/quitacao"),
    ("POST", "/v1/documentos"),
    ("POST", "/v1/encargos/calcular"),
    ("GET", "/v1/parcelamentos"),
    ("GET", "/v1/parcelamentos/{plano}"),
    ("GET", "/v1/parcelamentos/{plano}/termo.pdf"),
    ("GET", "/v1/parcelamentos/{plano}/parcelas/{numero}/documento"),
    ("GET", "/v1/parcelamentos/{plano}/parcelas/{numero}/documento.pdf"),
    ("GET", "/v1/parcelamentos/cotacoes/{cotacao}"),
    ("GET", "/v1/documentos/{documento}"),
    ("GET", "/v1/documentos/{documento}/documento.pdf"),
    ("GET", "/v1/normas/parcelamento"),
    ("GET", "/v1/normas/parcelamento/{norma}"),
    ("GET", "/v1/encargos"),
    ("GET", "/v1/encargos/selic"),
    ("GET", "/v1/retornos/pendentes"),
}
# what changes rules or ends and mends agreements
SO_DO_SUPERVISOR = {
    ("PUT", "/v1/normas/parcelamento"),
    ("PUT", "/v1/encargos/selic"),
    ("POST", "/v1/parcelamentos/{plano}/cancelar"),
    ("POST", "/v1/parcelamentos/{plano}/restabelecer"),
    ("DELETE", "/v1/parcelamentos/{plano}/contatos/{contato}"),
}


def _e_carga(caminho: str) -> bool:
    """Files that other systems send, and what became of them."""
    retorno = caminho.startswith("/v1/retornos") and not caminho.startswith("/v1/retornos/pendentes")
    return retorno or caminho.startswith(("/v1/cargas", "/v1/contatos/cargas"))


def _proibido(papel: str, metodo: str, caminho: str) -> bool:
    match papel:
        case "auditor":
            return metodo != "GET" and caminho not in ENSAIOS
        case "integracao":
            return not _e_carga(caminho) and (metodo, caminho) not in DE_INTEGRACAO
        case _:
            so_outros = caminho.endswith(("/aprovar", "/recusar")) or _e_carga(caminho)
            return (metodo, caminho) in SO_DO_SUPERVISOR or (metodo != "GET" and so_outros)


@pytest.mark.parametrize("papel", ["operador", "auditor", "integracao"])
async def test_papel_errado_403(mundo: Mundo, papel: str) -> None:
    proibidas = [(m, c) for m, c, _ in await operacoes(mundo) if _proibido(papel, m, c)]
    assert len(proibidas) > 5
    antes = await mundo.retrato()
    for metodo, caminho in proibidas:
        resposta = await mundo.api.request(metodo, com_um_id(caminho), headers=mundo.de(papel), json={})
        assert (resposta.status_code, resposta.json()["codigo"]) == (403, "sem_permissao"), (metodo, caminho, resposta.text)
    assert await mundo.retrato() == antes
