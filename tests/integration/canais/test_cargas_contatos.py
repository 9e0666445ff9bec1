"""Loads of contacts on PostgreSQL: phones repaired, what is told to the régua, and wishes that no file undoes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from canais.adapters.outbound.contatos_carga import DestinoContatos
from kernel.clock import RelogioFixo
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar
from schemas.contato import ContatoAlterado
from tests.support.cargas import Mesa, mesa

RAIZ = Path(__file__).parents[3]
AGORA = datetime(2026, 11, 23, 12, tzinfo=UTC)
CABECALHO = "contribuinte;canal;endereco;idioma;verificado;consentimento\n"


@pytest.fixture
async def canais(banco: Banco, url_banco: str, tmp_path: Path) -> Mesa:
    await migrar(url_banco, sala="canais", pasta=RAIZ / "services/canais/migrations")
    return mesa(banco, "canais", [DestinoContatos()], tmp_path, RelogioFixo(AGORA))


async def _situacoes(canais: Mesa) -> dict[tuple[str, str], str]:
    """What other rooms were told since the last look, by (contribuinte, canal)."""
    eventos = await canais.eventos()
    for evento in eventos:
        assert ContatoAlterado.model_validate(evento["data"]).tipo == evento["type"]
    return {(e["data"]["contribuinte"], e["data"]["canal"]): e["data"]["situacao"] for e in eventos}


@pytest.mark.parametrize(
    ("canal", "endereco", "guardado", "situacao"),
    [
        ("sms", "(82) 99999-0000", "+5582999990000", "valido"),
        ("sms", "82 8888 7777", "+5582988887777", "valido"),  # from before the ninth digit
        ("sms", "(82) 3315-2000", "+558233152000", "invalido"),
        ("whatsapp", "8233152000", "+558233152000", "invalido"),
        ("voz", "8233152000", "+558233152000", "valido"),
        ("whatsapp", "BR.1502576394655843", "BR.1502576394655843", "valido"),
        ("messenger", "24680135792", "24680135792", "valido"),
        ("email", "Ana@example.com", "Ana@example.com", "valido"),
        ("postal", "Rua A, 10", "Rua A, 10", "valido"),
        ("sms", "", None, "ausente"),
    ],
)
async def test_endereco_de_cada_canal(canais: Mesa, canal: str, endereco: str, guardado: str | None, situacao: str) -> None:
    carga = await canais.carregar("contatos", f"{CABECALHO}C1;{canal};{endereco};pt-BR;1;1\n")
    assert carga.aceitos == 1
    assert await canais.linhas("select endereco, situacao from canais.contato") == [(guardado, situacao)]
    contado = {} if canal in {"email", "postal"} else {("C1", canal): situacao}
    assert await _situacoes(canais) == contado


@pytest.mark.parametrize(
    ("linha", "campo"),
    [
        ("C1;sms;não informado;pt-BR;1;1", "endereco"),
        ("C1;sms;0800 082 0000;pt-BR;1;1", "endereco"),
        ("C1;sms;BR.1502576394655843;pt-BR;1;1", "endereco"),
        ("C1;email;ana;pt-BR;1;1", "endereco"),
        ("C1;fax;8299990000;pt-BR;1;1", "canal"),
        ("C1;sms;82999990000;português;1;1", "idioma"),
        ("C1;sms;82999990000;pt-BR;sim;1", "verificado"),
        ("C1;sms;82999990000;pt-BR;1;", "consentimento"),
        ("529.982.247-25;sms;82999990000;pt-BR;1;1", "contribuinte"),
        ("12ABC34501DE35;sms;82999990000;pt-BR;1;1", "contribuinte"),
    ],
)
async def test_linha_ruim_fica_de_fora_sozinha(canais: Mesa, linha: str, campo: str) -> None:
    boas = "C8;whatsapp;BR.1502576394655843;pt-BR;1;1\nC9;sms;82999990000;pt-BR;1;1\n"
    carga = await canais.carregar("contatos", f"{CABECALHO}{boas}{linha}\n")
    assert (carga.aceitos, carga.rejeitados) == (2, 1)
    (rejeitada,) = await canais.rejeitadas(carga)
    assert (rejeitada.linha, rejeitada.campo, rejeitada.conteudo) == (4, campo, linha)


async def test_sem_consentimento_so_o_whatsapp_e_ausente(canais: Mesa) -> None:
    await canais.carregar("contatos", CABECALHO + "C1;whatsapp;82999990000;;1;0\nC1;sms;82999990000;;1;0\n")
    assert await _situacoes(canais) == {("C1", "whatsapp"): "ausente", ("C1", "sms"): "valido"}


async def test_o_que_nao_mudou_nao_e_contado(canais: Mesa) -> None:
    linhas = "C1;sms;82999990000;pt-BR;1;1\nC2;sms;82999990001;pt-BR;1;1\n"
    await canais.carregar("contatos", CABECALHO + linhas)
    foto = await canais.fotografia("contato")
    await canais.eventos()
    await canais.carregar("contatos", CABECALHO + linhas)  # the same file
    carga = await canais.carregar("contatos", CABECALHO + linhas.replace("82999990000", "(82) 99999-0000"))
    assert (carga.estado, carga.aceitos) == ("concluida", 2)
    assert await canais.fotografia("contato") == foto
    assert await _situacoes(canais) == {}
    await canais.carregar("contatos", CABECALHO + linhas.replace("82999990001;pt-BR;1", "82999990001;pt-BR;0"))
    assert await _situacoes(canais) == {("C2", "sms"): "valido"}


async def test_descadastro_vence_toda_carga_posterior(canais: Mesa) -> None:
    async with canais.banco.conexao() as con:
        await con.execute("insert into canais.descadastro values ('C1', 'sms', 'operador', $1)", AGORA)
        await con.execute("insert into canais.descadastro_endereco values ('sms', '8299990001', 'mensagem', $1)", AGORA)
    await canais.carregar("contatos", CABECALHO + "C1;sms;82999990000;;1;1\nC2;sms;82999990001;;1;1\nC3;sms;82999990002;;1;1\n")
    assert await _situacoes(canais) == {("C1", "sms"): "optou_sair", ("C2", "sms"): "optou_sair", ("C3", "sms"): "valido"}


async def test_endereco_que_se_soube_invalido_so_volta_com_outro(canais: Mesa) -> None:
    linha = "C1;sms;82999990000;pt-BR;1;1\n"
    await canais.carregar("contatos", CABECALHO + linha)
    async with canais.banco.conexao() as con:
        await con.execute("update canais.contato set situacao = 'invalido', motivo = '30005'")
    await canais.eventos()
    await canais.carregar("contatos", CABECALHO + linha + "C2;sms;82999990002;pt-BR;1;1\n")
    assert await _situacoes(canais) == {("C2", "sms"): "valido"}
    await canais.carregar("contatos", CABECALHO + linha.replace("90000", "90009"))
    assert await _situacoes(canais) == {("C1", "sms"): "valido"}
    assert await canais.valor("select motivo from canais.contato where contribuinte = 'C1'") is None


async def test_repetido_no_arquivo_vale_a_ultima_linha(canais: Mesa) -> None:
    carga = await canais.carregar("contatos", CABECALHO + "C1;sms;82999990000;;1;1\nC1;sms;82999990001;;1;1\n")
    assert (carga.total, carga.aceitos) == (2, 2)
    assert await canais.linhas("select endereco from canais.contato") == [("+5582999990001",)]
    assert len(await canais.eventos()) == 1
