"""Sending on a real database: what is claimed, what an answer does, what a stop leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from canais.adapters.outbound.metricas import MetricasDeCanais
from canais.adapters.outbound.postgres import TransacoesPostgres, TravaDeTrabalhador, UnidadePostgres
from canais.adapters.outbound.transporte import abrir_cliente
from canais.adapters.outbound.twilio_mensagens import TwilioMensagens, abrir_twilio
from canais.application.enviar import Remetente, Rota
from canais.application.ritmo import Balde, Pausa
from canais.domain.preco import Tabela
from canais.domain.redacao import preparar
from canais.inject import Canais
from kernel.domain.calendario import Calendario, JanelaDeContato
from kernel.metrics import Metricas
from tests.support.canais import SEGUNDA, Bancada, ate_que, envio_id, um_acionamento
from tests.support.provedor_de_teste import Acao, Cala, Corta, ProvedorDeTeste, Requisicao, Responde, erro_meta, erro_twilio


async def test_acionamento_vira_mensagem_aceita(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    await mesa.contatos(range(200))
    async with mesa.trabalhando() as canais:
        await mesa.tratar(*(um_acionamento(n) for n in range(200)))
        await ate_que(lambda: _todos(mesa, "aceito", 200))
        assert not (await canais.pendencias(mesa.relogio.agora())).ociosa  # the outbox waits for its relay
    assert sorted(provedor.aceitas()) == sorted(str(envio_id(n)) for n in range(200))
    campos = provedor.pedidos[0].campos
    assert campos["StatusCallback"].startswith("http://publico.exemplo/webhooks/twilio/estado/")
    assert campos["From"] == "+5582900000000"
    assert "https://exemplo.al.gov.br" in campos["Body"]
    entregas = await mesa.entregas()
    assert len(entregas) == 200
    assert {(e["estado"], e["esgotado"], e["requisitado"], e["tentativas"], e["provedor"]) for e in entregas} == {
        ("aceito", False, True, 1, "twilio-sms")
    }
    assert entregas[0]["custo"] == {"valor": "0.045000", "moeda": "USD"}
    historia = await mesa.linhas("select estado::text, count(*) from canais.envio_historico group by 1")
    assert [tuple(h) for h in historia] == [("aceito", 200)]


async def test_whatsapp_sai_pela_meta_com_modelo(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    await mesa.contatos([1], canal="whatsapp")
    async with mesa.trabalhando():
        await mesa.tratar(um_acionamento(1, canal="whatsapp"))
        await ate_que(lambda: _todos(mesa, "aceito", 1))
    corpo = provedor.pedidos[0].json
    assert provedor.pedidos[0].caminho == "/v25.0/1001/messages"
    assert provedor.pedidos[0].cabecalhos["authorization"] == "Bearer token-da-meta"
    assert corpo["biz_opaque_callback_data"] == str(envio_id(1, "whatsapp"))
    assert corpo["template"]["language"]["code"] == "pt_BR"
    parametros = [p["text"] for p in corpo["template"]["components"][0]["parameters"]]
    assert parametros == ["https://exemplo.al.gov.br", mesa.config.telefone_sefaz, um_acionamento(1).codigo]
    assert "custo" not in (await mesa.entregas())[0]  # Meta charges what is delivered


async def test_nunca_ha_mais_linhas_enviando_que_vagas(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    provedor.regra = lambda _: Cala()
    await mesa.contatos(range(60))
    await mesa.tratar(*(um_acionamento(n) for n in range(60)))
    async with mesa.trabalhando(envio_vagas=16, envio_prazo_s=0.5):
        vistos = set()

        async def acabou() -> bool:
            estados = list((await mesa.estados()).values())
            vistos.add(estados.count("enviando"))
            return estados.count("incerto") == 60

        await ate_que(acabou)
    assert max(vistos) == 16
    assert len(provedor.pedidos) == 60


@pytest.mark.parametrize(
    ("canal", "resposta", "estado", "tentativas", "requisitado", "motivo"),
    [
        ("sms", erro_twilio(400, 21211), "falhou", 1, True, "recusado_pelo_provedor"),
        ("sms", erro_twilio(401, 20003), "falhou", 1, True, "recusado_pelo_provedor"),
        ("sms", erro_twilio(503, 20503), "pendente", 1, True, None),
        ("sms", erro_twilio(429, 20429), "pendente", 0, False, None),
        ("sms", Responde(429, b"", (("retry-after", "7"),)), "pendente", 0, False, None),
        ("sms", Responde(502, b"<html>bad gateway</html>"), "incerto", 1, True, None),
        ("sms", Responde(200, b"isto nao e json"), "incerto", 1, True, None),
        ("sms", Responde(302, b"", (("location", "http://127.0.0.1:9/x"),)), "incerto", 1, True, None),
        ("sms", Responde(404, b"proxy"), "incerto", 1, True, None),
        ("sms", Cala(), "incerto", 1, True, None),
        ("sms", Corta(), "incerto", 1, True, None),
        ("whatsapp", erro_meta(400, 131026), "falhou", 1, True, "recusado_pelo_provedor"),
        ("whatsapp", erro_meta(400, 130429), "pendente", 0, False, None),
        ("whatsapp", erro_meta(500, 131016), "pendente", 1, True, None),
        ("whatsapp", erro_meta(429, 80007, retry_after="7"), "pendente", 0, False, None),
        ("whatsapp", Responde(500, b""), "incerto", 1, True, None),
        ("whatsapp", Responde(200, b"{}"), "incerto", 1, True, None),
        ("whatsapp", Cala(), "incerto", 1, True, None),
        ("whatsapp", Corta(), "incerto", 1, True, None),
    ],
)
async def test_o_que_uma_resposta_faz_de_um_envio(  # noqa: PLR0917 - the columns of the table
    mesa: Bancada,
    provedor: ProvedorDeTeste,
    canal: str,
    resposta: Acao,
    estado: str,
    tentativas: int,
    requisitado: bool,
    motivo: str | None,
) -> None:
    provedor.regra = lambda _: resposta
    await mesa.contatos([1], canal=canal)
    await mesa.tratar(um_acionamento(1, canal=canal))

    async def respondido() -> bool:
        linha = (await mesa.linhas("select estado::text, trava from canais.envio"))[0]
        return bool(provedor.pedidos) and linha["estado"] != "enviando"

    async with mesa.trabalhando(envio_prazo_s=0.5):
        await ate_que(respondido)
    linha = (await mesa.linhas("select estado::text, tentativas, requisitado, motivo, trava, nao_antes from canais.envio"))[0]
    assert tuple(linha)[:5] == (estado, tentativas, requisitado, motivo, None)
    assert len(provedor.pedidos) == 1
    if estado == "pendente":
        assert linha["nao_antes"] > SEGUNDA
        assert await mesa.entregas() == []
    if isinstance(resposta, Responde) and ("retry-after", "7") in resposta.cabecalhos:
        assert linha["nao_antes"] == SEGUNDA + timedelta(seconds=7)


async def test_conexao_recusada_nao_conta_como_tentativa(mesa: Bancada) -> None:
    await mesa.contatos([1])
    await mesa.tratar(um_acionamento(1))
    async with mesa.sala(twilio_base_url="http://127.0.0.1:9") as canais:
        tarefa = asyncio.create_task(canais.executar_worker())
        await ate_que(lambda: _ha(mesa, "estado = 'pendente' and nao_antes > $1", SEGUNDA))
        tarefa.cancel()
        await asyncio.gather(tarefa, return_exceptions=True)
    linha = (await mesa.linhas("select tentativas, requisitado from canais.envio"))[0]
    assert tuple(linha) == (0, False)


async def test_429_atrasa_a_fila_do_provedor_e_ninguem_falha(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    def regra(r: Requisicao) -> Acao:
        return erro_twilio(429, 20429, retry_after="30") if len(provedor.pedidos) <= 3 else provedor.aceitar(r)

    provedor.regra = regra
    await mesa.contatos(range(10))
    await mesa.tratar(*(um_acionamento(n) for n in range(10)))
    async with mesa.trabalhando(envio_vagas=3) as canais:
        await ate_que(lambda: _ha(mesa, "estado = 'pendente' and nao_antes > $1", SEGUNDA))
        await ate_que(lambda: _ociosa(canais, SEGUNDA))
        pendencias = await canais.pendencias(SEGUNDA)
        assert pendencias.proximo == SEGUNDA + timedelta(seconds=30)
        assert len(provedor.pedidos) == 3
        await mesa.passar(31)
        canais.acordar()
        await ate_que(lambda: _todos(mesa, "aceito", 10))
    assert {r[0] for r in await mesa.linhas("select tentativas from canais.envio")} == {1}


async def test_fora_do_horario_espera_as_horas_abrirem(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    domingo = datetime(2026, 1, 4, 15, tzinfo=UTC)
    mesa.relogio.ir_para(domingo)
    await mesa.contatos([1])
    await mesa.tratar(um_acionamento(1, agora=domingo))
    async with mesa.trabalhando() as canais:
        pendencias = await canais.pendencias(domingo)
        assert (pendencias.ociosa, pendencias.proximo) == (True, datetime(2026, 1, 5, 11, tzinfo=UTC))
        assert provedor.pedidos == []
        mesa.relogio.ir_para(datetime(2026, 1, 5, 11, tzinfo=UTC))
        canais.acordar()
        await ate_que(lambda: _todos(mesa, "aceito", 1))


async def test_um_endereco_recebe_um_acionamento_por_dia(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    await mesa.contatos(range(5), endereco="+5582999990000", chave="8299990000")
    await mesa.contatos([3], canal="whatsapp", endereco="+5582999990000", chave="8299990000")
    async with mesa.trabalhando():
        await mesa.tratar(*(um_acionamento(n) for n in range(5)))
        await ate_que(lambda: _ninguem_em(mesa, "pendente", "enviando"))
        quem = next(k for k, v in (await mesa.estados()).items() if v == "aceito")
        assert len(provedor.pedidos) == 1
        suprimidos = [e for e in await mesa.entregas() if e["estado"] == "suprimido"]
        assert {(e["motivo"], e["esgotado"], e["requisitado"]) for e in suprimidos} == {("endereco_ja_contatado", True, False)}
        assert len(suprimidos) == 4
        await mesa.passar(24 * 3600)
        outro = next(n for n in range(5) if f"c{n}" != quem)
        await mesa.tratar(um_acionamento(outro + 100, agora=mesa.relogio.agora(), contribuinte=f"c{outro}"))
        await ate_que(lambda: _ha(mesa, "estado = 'aceito' and acionamento <> $1", _acionamento(quem)))
    assert len(provedor.pedidos) == 2


async def test_parada_espera_as_respostas_e_nada_fica_em_duvida(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    soltar = asyncio.Event()
    original = provedor.atender
    presos = 0

    async def devagar(leitor: asyncio.StreamReader, escritor: asyncio.StreamWriter) -> None:
        nonlocal presos
        presos += 1
        await soltar.wait()
        await original(leitor, escritor)

    servidor = await asyncio.start_server(devagar, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{servidor.sockets[0].getsockname()[1]}"
    await mesa.contatos(range(50))
    await mesa.tratar(*(um_acionamento(n) for n in range(50)))
    async with mesa.sala(envio_vagas=8, twilio_base_url=url) as canais:
        tarefa = asyncio.create_task(canais.executar_worker())
        await ate_que(lambda: _ha(mesa, "estado = 'enviando'"))
        tarefa.cancel()
        await asyncio.sleep(0)
        soltar.set()
        await asyncio.gather(tarefa, return_exceptions=True)
    servidor.close()
    estados = list((await mesa.estados()).values())
    assert estados.count("aceito") == len(provedor.pedidos) == 8
    assert estados.count("pendente") == 42
    assert await mesa.linhas("select from canais.trabalhador") == []


async def test_linha_de_trabalhador_morto_fica_incerta_e_so_e_reenviada_depois_de_perguntar(
    mesa: Bancada, provedor: ProvedorDeTeste
) -> None:
    await mesa.contatos([1, 2])
    await mesa.tratar(um_acionamento(1), um_acionamento(2))
    async with mesa.banco.conexao() as con:
        await con.execute(
            """update canais.envio set estado = 'enviando', trava = 999, tentativas = 1, provedor = 'twilio-sms',
               endereco = (select endereco from canais.contato c where c.contribuinte = envio.contribuinte)"""
        )
    # the first had reached the provider before the worker died
    aceito = {"StatusCallback": f"x/{envio_id(1)}", "Body": f"Codigo {um_acionamento(1).codigo}", "To": "+5582900000001"}
    provedor.aceitar(
        Requisicao("POST", "/Messages.json", {}, {}, "&".join(f"{k}={v.replace('+', '%2B')}" for k, v in aceito.items()).encode())
    )
    async with mesa.trabalhando() as canais:
        await ate_que(lambda: _todos(mesa, "incerto", 2))
        assert {(e["estado"], e["requisitado"], e["esgotado"]) for e in await mesa.entregas()} == {("incerto", True, False)}
        assert provedor.pedidos == []
        await mesa.passar(36)
        canais.acordar()
        await ate_que(lambda: _ha(mesa, "verificacoes = 1"))
        assert (await mesa.estados()) == {"c1": "aceito", "c2": "incerto"}
        assert provedor.pedidos == []
        await mesa.passar(31)
        canais.acordar()
        await ate_que(lambda: _todos(mesa, "aceito", 2))
    assert provedor.aceitas() == [str(envio_id(2))]
    assert len(provedor.consultas) == 3
    linha = (await mesa.linhas("select tentativas, id_provedor from canais.envio order by contribuinte"))[0]
    assert (linha["tentativas"], linha["id_provedor"]) == (1, f"SM{1:032x}")


async def test_incerto_da_meta_nunca_e_reenviado_e_esgota_no_prazo(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    provedor.regra = lambda _: Corta()
    await mesa.contatos([1], canal="whatsapp")
    await mesa.tratar(um_acionamento(1, canal="whatsapp"))
    async with mesa.trabalhando() as canais:
        await ate_que(lambda: _todos(mesa, "incerto", 1))
        pendencias = await canais.pendencias(mesa.relogio.agora())
        assert pendencias.proximo == SEGUNDA + timedelta(hours=24)
        await mesa.passar(24 * 3600 + 1)
        canais.acordar()
        await ate_que(lambda: _ha(mesa, "esgotado"))
    assert len(provedor.pedidos) == 1
    assert [(e["estado"], e["esgotado"]) for e in await mesa.entregas()] == [("incerto", False), ("incerto", True)]


class _PerdeARespostaUmaVez(TransacoesPostgres):
    """Commits, and fails to say so: what a cut connection does at the worst moment."""

    perdidas = 0

    @asynccontextmanager
    async def abrir(self) -> AsyncIterator[UnidadePostgres]:
        async with super().abrir() as uow:
            yield uow
        if not self.perdidas:
            self.perdidas += 1
            raise ConnectionResetError


async def test_linha_reivindicada_e_nunca_requisitada_volta_para_a_fila(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    """The claim was committed and its answer lost: the worker lives, so nobody calls the rows orphans."""
    await mesa.contatos(range(20))
    await mesa.tratar(*(um_acionamento(n) for n in range(20)))
    async with mesa.sala(), abrir_cliente(prazo_s=5, conexoes=8) as http:
        trava = TravaDeTrabalhador(mesa.banco, mesa.relogio, "teste")
        transacoes = _PerdeARespostaUmaVez(mesa.banco, mesa.relogio)
        config = mesa.config
        sms = TwilioMensagens("twilio-sms", abrir_twilio(http, config), "+5582900000000", "http://x.exemplo/e", 5)
        remetente = Remetente(
            Rota("sms", sms, consultavel=True, vagas=8, redigir=lambda m: preparar(m, link="l", telefone_sefaz="t")),
            transacoes=transacoes,
            trava=trava,
            relogio=mesa.relogio,
            janela=JanelaDeContato(Calendario.contato()),
            precos=Tabela(()),
            metricas=MetricasDeCanais(Metricas()),
            balde=Balde(None),
            pausa=Pausa(),
        )
        tarefa = asyncio.create_task(remetente.executar())
        await ate_que(lambda: _todos(mesa, "aceito", 20))
        remetente.parar()
        await tarefa
        await trava.soltar()
    assert transacoes.perdidas == 1
    assert len(provedor.pedidos) == 20
    assert {r[0] for r in await mesa.linhas("select tentativas from canais.envio")} == {1}


def _acionamento(contribuinte: str) -> object:
    return um_acionamento(int(contribuinte[1:])).acionamento


async def _ociosa(canais: Canais, agora: datetime) -> bool:
    return (await canais.pendencias(agora)).ociosa


async def _todos(mesa: Bancada, estado: str, n: int) -> bool:
    return list((await mesa.estados()).values()) == [estado] * n


async def _ninguem_em(mesa: Bancada, *estados: str) -> bool:
    return not set((await mesa.estados()).values()) & set(estados)


async def _ha(mesa: Bancada, condicao: str, *valores: object) -> bool:
    return bool(await mesa.linhas(f"select from canais.envio where {condicao}", *valores))
