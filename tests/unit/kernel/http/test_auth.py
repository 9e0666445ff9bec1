"""Roles are checked in one place: who may do what, and what a refusal says."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends

from kernel.http.auth import Identidade, Papel, exigir, pode
from tests.unit.kernel.http.apoio import cliente, um_app

O, S, A, I, D = Papel.OPERADOR, Papel.SUPERVISOR, Papel.AUDITOR, Papel.INTEGRACAO, Papel.ADMIN  # noqa: E741


def rotas() -> APIRouter:
    r = APIRouter()

    @r.api_route("/campanhas", methods=["GET", "POST"])
    async def campanhas(quem: Annotated[Identidade, Depends(exigir(O))]) -> dict[str, str]:
        return {"nome": quem.nome}

    @r.post("/aprovar", dependencies=[Depends(exigir(S))])
    async def aprovar() -> None:
        return None

    @r.post("/cargas", dependencies=[Depends(exigir(I, S))])
    async def cargas() -> None:
        return None

    @r.get("/eu")
    async def eu(quem: Annotated[Identidade, Depends(exigir())]) -> dict[str, str]:
        return {"papel": quem.papel}

    return r


@pytest.mark.parametrize(
    ("metodo", "caminho", "passam"),
    [
        ("GET", "/campanhas", {O, S, A, D}),
        ("POST", "/campanhas", {O, S, D}),
        ("POST", "/aprovar", {S, D}),
        ("POST", "/cargas", {I, S, D}),
        ("GET", "/eu", set(Papel)),
    ],
)
async def test_quem_pode_o_que(metodo: str, caminho: str, passam: set[Papel]) -> None:
    app = um_app(rotas())
    aceitos = set()
    for papel in Papel:
        async with cliente(app, papel) as http:
            resposta = await http.request(metodo, caminho)
        assert resposta.status_code in (200, 403)
        if resposta.status_code == 200:
            aceitos.add(papel)
    assert aceitos == passam


async def test_403_diz_os_papeis() -> None:
    async with cliente(um_app(rotas()), A) as http:
        resposta = await http.post("/cargas")
    assert resposta.json()["codigo"] == "sem_permissao"
    assert "integracao, supervisor" in resposta.json()["detail"]


@pytest.mark.parametrize("cabecalho", [None, "Bearer", "Bearer inventado", "Basic YTpi", "Bearer   ", "operador"])
async def test_sem_token_valido_e_401(cabecalho: str | None) -> None:
    async with cliente(um_app(rotas())) as http:
        resposta = await http.get("/eu", headers={"authorization": cabecalho} if cabecalho is not None else {})
    assert (resposta.status_code, resposta.json()["codigo"]) == (401, "nao_autenticado")
    assert resposta.headers["www-authenticate"].startswith("Bearer")


async def test_401_vem_antes_dos_erros_de_campo() -> None:
    r = APIRouter()

    @r.post("/itens/{numero}", dependencies=[Depends(exigir(O))])
    async def criar(numero: int) -> None:
        return None

    async with cliente(um_app(r)) as http:
        assert (await http.post("/itens/abc")).status_code == 401


def test_auditor_nao_escreve_em_lugar_nenhum() -> None:
    for papel in set(Papel) - {A}:
        assert not pode(A, frozenset({papel}), leitura=False)
        assert pode(A, frozenset({papel}), leitura=True)
