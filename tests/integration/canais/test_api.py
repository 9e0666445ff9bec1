"""The API of canais over ASGI and PostgreSQL: who may do what, shapes, and what other rooms are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from canais.adapters.inbound.api import CAMINHO_DAS_CARGAS, Dependencias, rotas_de_canais
from canais.adapters.inbound.problemas import ERROS
from canais.adapters.outbound.contatos_carga import DestinoContatos
from canais.adapters.outbound.modelos import semear_modelos
from canais.adapters.outbound.postgres_provedores import semear
from canais.application.registrar import envio_de
from kernel.clock import RelogioFixo
from kernel.http.auth import Papel
from kernel.http.mortas import rotas_de_mortas
from kernel.messaging import mortas
from kernel.messaging.log import Registro
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar
from tests.support.cargas import Mesa, mesa
from tests.unit.kernel.http.apoio import cliente, um_app

RAIZ = Path(__file__).parents[3]
AGORA = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEXTO = "SEFAZ-AL: ha uma pendencia sua. Codigo {codigo}, confira em {link}. SAIR p/ parar."
NOVO = {"hipotese": "H1", "rigidez": 1, "canal": "sms", "texto": TEXTO}

Abrir = Callable[[Papel | None], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
async def canais(banco: Banco, url_banco: str, tmp_path: Path) -> Mesa:
    await migrar(url_banco, sala="canais", pasta=RAIZ / "services/canais/migrations")
    async with banco.transacao() as con:
        await semear(con, [("twilio-sms", "sms", None), ("meta-whatsapp", "whatsapp", 80.0)])
    return mesa(banco, "canais", [DestinoContatos()], tmp_path, RelogioFixo(AGORA))


@pytest.fixture
def abrir(canais: Mesa, tmp_path: Path) -> Abrir:
    dependencias = Dependencias(canais.banco, canais.relogio, tmp_path, "https://www.sefaz.al.gov.br", "0800 284 1060")
    app = um_app(
        *rotas_de_canais(dependencias),
        rotas_de_mortas(canais.banco, ["canais"], canais.relogio),
        corpo_por_caminho={CAMINHO_DAS_CARGAS: None},
        erros=ERROS,
    )
    return lambda papel: cliente(app, papel)


@pytest.fixture
async def operador(abrir: Abrir) -> AsyncIterator[httpx.AsyncClient]:
    async with abrir(Papel.OPERADOR) as aberto:
        yield aberto


async def _um_envio(canais: Mesa, n: int, **outros: Any) -> UUID:
    acionamento = UUID(int=n)
    linha = {
        "envio": envio_de(acionamento, "sms"),
        "acionamento": acionamento,
        "contribuinte": f"C{n % 2}",
        "canal": "sms",
        "estado": "entregue",
        "motivo": None,
        "modelo": "h1_r1",
        "idioma": "pt-BR",
        "codigo": "ABCD2345",
        "hipotese": "H1",
        "rigidez": 1,
        "campanha": "permanente",
        "criado_em": AGORA + timedelta(minutes=n),
        "nao_antes": AGORA,
        "valido_ate": AGORA + timedelta(hours=24),
        "endereco": "+5582999990000",
        "provedor": "twilio-sms",
        "id_provedor": f"SM{n}",
        "tentativas": 1,
        "custo_micros": 6800,
        "moeda": "USD",
        "atualizado_em": AGORA,
    } | outros
    valores = ", ".join(f"${i}::canais.estado" if campo == "estado" else f"${i}" for i, campo in enumerate(linha, 1))
    async with canais.banco.conexao() as con:
        await con.execute(f"insert into canais.envio ({', '.join(linha)}) values ({valores})", *linha.values())
    return UUID(str(linha["envio"]))


# envios


async def test_envio_conta_sua_historia_em_portugues(canais: Mesa, operador: httpx.AsyncClient) -> None:
    envio = await _um_envio(canais, 1, estado="falhou", motivo="falha_na_entrega")
    async with canais.banco.conexao() as con:
        await con.executemany(
            """insert into canais.envio_historico (envio, estado, em, provedor_em, codigo)
               values ($1, $2::canais.estado, $3, $4, $5)""",
            [(envio, "aceito", AGORA, None, None), (envio, "falhou", AGORA, AGORA, "30005")],
        )
    resposta = await operador.get(f"/v1/envios/{envio}")
    assert resposta.status_code == 200
    corpo = resposta.json()
    historico = corpo.pop("historico")
    assert {
        k: corpo[k] for k in ("id", "contribuinte", "canal", "estado", "motivo", "provedor", "id_provedor", "tentativas")
    } == {
        "id": str(envio),
        "contribuinte": "C1",
        "canal": "sms",
        "estado": "falhou",
        "motivo": "falha_na_entrega",
        "provedor": "twilio-sms",
        "id_provedor": "SM1",
        "tentativas": 1,
    }
    assert corpo["custo"] == {"valor": "0.006800", "moeda": "USD"}
    assert [p["estado"] for p in historico] == ["pendente", "aceito", "falhou"]
    assert historico[2]["codigo"] == "30005"
    assert historico[2]["descricao"] == "O número de destino não existe."
    assert "codigo" not in historico[1]
    assert "provedor_em" not in historico[1]


async def test_envio_na_fila_diz_so_o_que_ha(canais: Mesa, operador: httpx.AsyncClient) -> None:
    vazios = dict.fromkeys(("provedor", "id_provedor", "endereco", "custo_micros", "moeda"))
    envio = await _um_envio(canais, 1, estado="suprimido", motivo="sem_contato", tentativas=0, **vazios)
    async with canais.banco.conexao() as con:
        await con.execute("insert into canais.envio_historico (envio, estado, em) values ($1, 'suprimido', $2)", envio, AGORA)
    corpo = (await operador.get(f"/v1/envios/{envio}")).json()
    assert corpo["provedor"] is None
    assert "id_provedor" not in corpo
    assert corpo["custo"] == {"valor": "0.000000", "moeda": "USD"}
    assert corpo["historico"][1]["descricao"] == "Não foi enviada: não há contato válido neste canal."
    assert (await operador.get("/v1/envios")).json()["itens"] == [corpo]


async def test_envio_desconhecido(operador: httpx.AsyncClient) -> None:
    resposta = await operador.get(f"/v1/envios/{uuid4()}")
    assert (resposta.status_code, resposta.json()["codigo"]) == (404, "nao_encontrado")


async def test_lista_de_envios_por_filtro_e_em_paginas(canais: Mesa, operador: httpx.AsyncClient) -> None:
    ids = [str(await _um_envio(canais, n, estado="lido" if n == 3 else "entregue")) for n in range(1, 6)]
    assert [e["id"] for e in (await operador.get("/v1/envios?contribuinte=C1")).json()["itens"]] == [ids[0], ids[2], ids[4]]
    assert [e["id"] for e in (await operador.get("/v1/envios?estado=lido")).json()["itens"]] == [ids[2]]
    assert [e["id"] for e in (await operador.get(f"/v1/envios?acionamento={UUID(int=2)}")).json()["itens"]] == [ids[1]]
    assert (await operador.get("/v1/envios?canal=whatsapp")).json() == {"itens": [], "proximo": None}
    vistos: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        pagina = (await operador.get("/v1/envios", params={"limite": 2, **({"cursor": cursor} if cursor else {})})).json()
        vistos += [e["id"] for e in pagina["itens"]]
        cursor = pagina["proximo"]
    assert sorted(vistos) == sorted(ids)


async def test_estado_que_nao_existe_e_recusado(operador: httpx.AsyncClient) -> None:
    resposta = await operador.get("/v1/envios?estado=perdido")
    assert (resposta.status_code, resposta.json()["campos"][0]["campo"]) == (422, "estado")


# provedores


async def test_provedor_pausado_e_visto_assim(canais: Mesa, operador: httpx.AsyncClient) -> None:
    await _um_envio(canais, 1, estado="pendente", provedor=None)
    resposta = await operador.patch("/v1/provedores/twilio-sms", json={"pausado": True, "motivo": "manutenção"})
    assert (resposta.status_code, resposta.json()["situacao"], resposta.json()["peso"]) == (200, "pausado", 1)
    lidos = {p["id"]: p for p in (await operador.get("/v1/provedores")).json()["itens"]}
    assert lidos["twilio-sms"]["pausado"] is True
    assert lidos["twilio-sms"]["saude"] == {"na_fila": 1, "em_curso": 0, "incertos": 0}
    assert lidos["meta-whatsapp"]["taxa_por_s"] == 80.0
    assert (await operador.patch("/v1/provedores/meta-whatsapp", json={"taxa_por_s": None})).json()["taxa_por_s"] is None


@pytest.mark.parametrize("ajuste", [{"peso": -1}, {"pausado": None}, {"taxa_por_s": 0}, {"cor": "azul"}])
async def test_ajuste_errado_de_provedor(operador: httpx.AsyncClient, ajuste: dict[str, Any]) -> None:
    assert (await operador.patch("/v1/provedores/twilio-sms", json=ajuste)).status_code == 422


# modelos


async def test_modelo_e_aprovado_por_outra_pessoa_e_substitui_o_anterior(canais: Mesa, abrir: Abrir) -> None:
    async with canais.banco.transacao() as con:
        assert await semear_modelos(con, AGORA) == 82
        assert await semear_modelos(con, AGORA) == 0
    async with abrir(Papel.SUPERVISOR) as supervisor, abrir(Papel.OPERADOR) as operador:
        criado = (await operador.post("/v1/modelos", json=NOVO)).json()
        assert (criado["nome"], criado["versao"], criado["estado"]) == ("h1_r1", 2, "rascunho")
        assert (await operador.post(f"/v1/modelos/{criado['id']}/aprovar")).status_code == 403
        aprovado = await supervisor.post(f"/v1/modelos/{criado['id']}/aprovar")
        assert (aprovado.status_code, aprovado.json()["estado"], aprovado.json()["aprovador"]) == (
            200,
            "aprovado",
            "pessoa supervisor",
        )
        assert (await supervisor.post(f"/v1/modelos/{criado['id']}/aprovar")).json()["codigo"] == "modelo_ja_decidido"
        proprio = (await supervisor.post("/v1/modelos", json=NOVO)).json()
        recusa = await supervisor.post(f"/v1/modelos/{proprio['id']}/aprovar")
        assert (recusa.status_code, recusa.json()["codigo"]) == (403, "autor_nao_aprova")
        versoes = (await operador.get("/v1/modelos?hipotese=H1&rigidez=1&canal=sms")).json()["itens"]
        assert [(v["versao"], v["estado"]) for v in versoes] == [(1, "substituido"), (2, "aprovado"), (3, "rascunho")]


async def test_modelo_com_valor_e_recusado_com_os_motivos(operador: httpx.AsyncClient) -> None:
    resposta = await operador.post("/v1/modelos", json=NOVO | {"texto": TEXTO + " Débito de {nome}: R$ 10,00 ç"})
    assert (resposta.status_code, resposta.json()["codigo"]) == (422, "modelo_recusado")
    assert len(resposta.json()["campos"]) >= 4
    assert (await operador.get("/v1/modelos")).json()["itens"] == []


async def test_previa_diz_segmentos_codificacao_e_custo(operador: httpx.AsyncClient) -> None:
    criado = (await operador.post("/v1/modelos", json=NOVO)).json()
    previa = (await operador.post(f"/v1/modelos/{criado['id']}/previa")).json()
    assert previa["texto"] == (
        "SEFAZ-AL: ha uma pendencia sua. Codigo ABCD2345, confira em https://www.sefaz.al.gov.br. SAIR p/ parar."
    )
    assert (previa["codificacao"], previa["segmentos"], previa["unidades"]) == ("GSM-7", 1, len(previa["texto"]))
    assert previa["custo"] == {"provedor": "twilio-sms", "valor": "0.045000", "moeda": "USD", "verificado": False}
    assert previa["problemas"] == []


async def test_modelo_de_contato_fora_da_escada_tem_nome_proprio(canais: Mesa, abrir: Abrir, operador: httpx.AsyncClient) -> None:
    async with canais.banco.transacao() as con:
        await semear_modelos(con, AGORA)
    com_nome = {"nome": "parcelamento_em_risco", "canal": "sms", "texto": TEXTO}
    criado = await operador.post("/v1/modelos", json=com_nome)
    corpo = criado.json()
    assert (criado.status_code, corpo["nome"], corpo["versao"]) == (201, "parcelamento_em_risco", 2)
    assert (corpo["hipotese"], corpo["rigidez"]) == (None, None)
    assert (await operador.post(f"/v1/modelos/{corpo['id']}/previa")).json()["segmentos"] == 1
    async with abrir(Papel.SUPERVISOR) as supervisor:
        assert (await supervisor.post(f"/v1/modelos/{corpo['id']}/aprovar")).json()["estado"] == "aprovado"
    lista = (await operador.get("/v1/modelos?nome=parcelamento_em_risco")).json()["itens"]
    assert [(m["canal"], m["versao"], m["estado"]) for m in lista] == [
        ("sms", 1, "substituido"),
        ("sms", 2, "aprovado"),
        ("whatsapp", 1, "aprovado"),
    ]


@pytest.mark.parametrize(
    "campos",
    [
        {},
        {"hipotese": "H1"},
        {"rigidez": 1},
        {"hipotese": "H1", "rigidez": 1, "nome": "outro"},
        {"nome": "h1_r1"},
        {"nome": "Outro nome"},
    ],
)
async def test_modelo_e_de_um_degrau_ou_tem_nome(operador: httpx.AsyncClient, campos: dict[str, Any]) -> None:
    resposta = await operador.post("/v1/modelos", json={"canal": "sms", "texto": TEXTO, **campos})
    assert resposta.status_code == 422
    assert (await operador.get("/v1/modelos")).json()["itens"] == []


async def test_lista_de_modelos_em_paginas(canais: Mesa, operador: httpx.AsyncClient) -> None:
    async with canais.banco.transacao() as con:
        await semear_modelos(con, AGORA)
    vistos: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        pagina = (await operador.get("/v1/modelos", params={"limite": 33, **({"cursor": cursor} if cursor else {})})).json()
        vistos += [m["id"] for m in pagina["itens"]]
        cursor = pagina["proximo"]
    assert len(vistos) == len(set(vistos)) == 82


# contatos


async def test_contatos_sao_mudados_e_contados(canais: Mesa, abrir: Abrir, operador: httpx.AsyncClient) -> None:
    assert (await operador.get("/v1/contatos/C1")).status_code == 404
    corpo = {"contatos": [{"canal": "sms", "endereco": "82 8888-7777"}, {"canal": "whatsapp", "endereco": "82988887777"}]}
    mudado = (await operador.put("/v1/contatos/C1", json=corpo)).json()
    assert [(c["canal"], c["endereco"], c["situacao"]) for c in mudado["contatos"]] == [
        ("sms", "+5582988887777", "valido"),
        ("whatsapp", "+5582988887777", "valido"),
    ]
    eventos = {e["data"]["canal"]: e["data"]["situacao"] for e in await canais.eventos()}
    assert eventos == {"sms": "valido", "whatsapp": "ausente"}  # no consent
    await operador.put("/v1/contatos/C1", json=corpo)
    assert await canais.eventos() == []
    saiu = (await operador.put("/v1/contatos/C1", json={"contatos": corpo["contatos"][:1], "descadastros": ["sms"]})).json()
    assert [d["canal"] for d in saiu["descadastros"]] == ["sms"]
    eventos = {e["data"]["canal"]: e["data"]["situacao"] for e in await canais.eventos()}
    assert eventos == {"sms": "optou_sair", "whatsapp": "ausente"}
    voltou = (await operador.put("/v1/contatos/C1", json={"contatos": corpo["contatos"][:1], "descadastros": []})).json()
    assert voltou["descadastros"] == []
    assert [e["data"]["situacao"] for e in await canais.eventos()] == ["valido"]
    assert await canais.linhas("select * from canais.descadastro_endereco") == []
    async with abrir(Papel.AUDITOR) as auditor:
        assert (await auditor.get("/v1/contatos/C1")).json()["contatos"][0]["endereco"] == "+55 82 *******77"
        assert (await auditor.put("/v1/contatos/C1", json=corpo)).status_code == 403


@pytest.mark.parametrize(
    ("caminho", "corpo", "campo"),
    [
        ("C1", {"contatos": [{"canal": "sms", "endereco": "nada"}]}, "contatos[0].endereco"),
        ("C1", {"contatos": [{"canal": "sms", "endereco": "82988887777", "idioma": "x"}]}, "contatos[0].idioma"),
        ("C1", {"contatos": [{"canal": "fax", "endereco": "1"}]}, "contatos[0].canal"),
        ("C1", {"contatos": [{"canal": "sms", "endereco": None}] * 2}, "corpo"),
        ("52998224725", {"contatos": []}, "contribuinte"),
    ],
)
async def test_contato_errado_e_recusado(operador: httpx.AsyncClient, caminho: str, corpo: dict[str, Any], campo: str) -> None:
    resposta = await operador.put(f"/v1/contatos/{caminho}", json=corpo)
    assert (resposta.status_code, resposta.json()["campos"][0]["campo"]) == (422, campo)


async def test_pessoa_e_exportada_e_apagada_e_sua_saida_fica(canais: Mesa, abrir: Abrir, operador: httpx.AsyncClient) -> None:
    await canais.carregar(
        "contatos",
        "contribuinte;canal;endereco;idioma;verificado;consentimento\nC1;sms;82988887777;;1;1\nC1;fax;82988887777;;1;1\n",
    )
    await _um_envio(canais, 1)
    await operador.put(
        "/v1/contatos/C1", json={"contatos": [{"canal": "sms", "endereco": "82988887777"}], "descadastros": ["sms"]}
    )
    await canais.eventos()
    assert (await operador.get("/v1/contatos/C1/exportar")).status_code == 403
    assert (await operador.delete("/v1/contatos/C1")).status_code == 403
    async with abrir(Papel.ADMIN) as admin:
        exportado = (await admin.get("/v1/contatos/C1/exportar")).json()
        assert exportado["contatos"][0]["endereco"] == "+5582988887777"
        assert [e["endereco"] for e in exportado["envios"]] == ["+5582999990000"]
        assert (await admin.delete("/v1/contatos/C1")).status_code == 204
        assert (await admin.delete("/v1/contatos/C2")).status_code == 404
    assert await canais.linhas("select * from canais.contato") == []
    assert await canais.linhas("select endereco from canais.envio") == [(None,)]
    assert "82988887777" not in str(await canais.linhas("select conteudo from canais.carga_rejeitado"))
    assert await canais.linhas("select canal from canais.descadastro") == [("sms",)]
    assert [e["data"]["situacao"] for e in await canais.eventos()] == ["ausente"]


# cargas and dead letters


async def test_arquivo_de_contatos_por_http(canais: Mesa, abrir: Abrir, operador: httpx.AsyncClient) -> None:
    arquivo = b"contribuinte;canal;endereco;idioma;verificado;consentimento\nC1;sms;82988887777;;1;1\n=1+1;sms;8;;1;1\n"
    async with abrir(Papel.INTEGRACAO) as integracao:
        resposta = await integracao.post("/v1/contatos/cargas", files={"arquivo": ("c.csv", arquivo)}, data={"tipo": "contatos"})
        assert (resposta.status_code, resposta.json()["estado"]) == (202, "recebida")
        carga = resposta.json()["id"]
        assert (
            await integracao.post("/v1/contatos/cargas", files={"arquivo": arquivo}, data={"tipo": "debitos"})
        ).status_code == 422
    assert (await operador.post("/v1/contatos/cargas", files={"arquivo": arquivo})).status_code == 403
    await canais.trabalhador.executar_pendentes()
    lida = (await operador.get(f"/v1/contatos/cargas/{carga}")).json()
    assert (lida["estado"], lida["total"], lida["aceitos"], lida["rejeitados"], lida["progresso"]) == ("concluida", 2, 1, 1, 1)
    csv = (await operador.get(f"/v1/contatos/cargas/{carga}/rejeitados")).text.split("\r\n")
    assert csv[0] == "linha;campo;motivo;conteudo"
    assert csv[1].startswith("3;contribuinte;")
    assert csv[1].endswith('"\'=1+1;sms;8;;1;1"')
    assert [c["id"] for c in (await operador.get("/v1/contatos/cargas")).json()["itens"]] == [carga]


async def test_carta_morta_e_listada_e_repetida(canais: Mesa, operador: httpx.AsyncClient) -> None:
    async with canais.banco.transacao() as con:
        for chave in ("C1", "C2", "C1"):
            registro = Registro("cobranca-acionamento-sms", 0, 0, chave, orjson.dumps({}))
            await mortas.enterrar(
                con, "canais", "canais", registro, tipo="t", evento=None, motivo="defeito", tentativas=5, agora=AGORA
            )
    primeira = (await operador.get("/v1/mortas?limite=2")).json()
    resto = (await operador.get("/v1/mortas", params={"limite": 2, "cursor": primeira["proximo"]})).json()
    ids = [m["id"] for m in (*primeira["itens"], *resto["itens"])]
    assert ids == ["canais-1", "canais-2", "canais-3"]
    assert resto["proximo"] is None
    resposta = await operador.post("/v1/mortas/canais-1/repetir")
    assert (resposta.status_code, resposta.json()["id"]) == (202, "canais-1")
    pedidas = {m["id"]: m["repetir_em"] is not None for m in (await operador.get("/v1/mortas")).json()["itens"]}
    assert pedidas == {"canais-1": True, "canais-2": False, "canais-3": True}
    for errado in ("canais-99", "regua-1", "x", "canais-"):
        assert (await operador.post(f"/v1/mortas/{errado}/repetir")).status_code == 404


async def test_sem_token_nada_se_ve(abrir: Abrir) -> None:
    async with abrir(None) as anonimo:
        caminhos = ("envios", "provedores", "modelos", "contatos/C1", "contatos/cargas", "mortas")
        respostas = await asyncio.gather(*(anonimo.get(f"/v1/{caminho}") for caminho in caminhos))
    assert {r.status_code for r in respostas} == {401}
