"""The journal file and the state that it gives back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulador.adapters.outbound.diario import DiarioEmArquivo
from simulador.application.registro import Registro
from simulador.config import ler_config
from simulador.domain.decisao import Passo
from simulador.domain.mensagem import Mensagem
from simulador.errors import DiarioCorrompido


def uma_mensagem(n: int, *, canal: str = "sms", provedor: str = "twilio") -> Mensagem:
    passos = (Passo("sent", None, 0, 1, False), Passo("delivered", "30003", 5, 2, False))
    return Mensagem(
        id=f"SM{n}", canal=canal, provedor=provedor, sentido="saida", de="+1500", para=f"+55829999900{n % 3:02d}", texto="olá",
        envio=f"e{n % 4}", em=float(n), retorno="http://x", passos=passos, estado="queued",
    ).preparar()  # fmt: skip


def retrato(registro: Registro) -> object:
    mensagens = [
        (m.id, m.posicao, m.acoes, m.estado, m.chegou, m.a_repetir, m.texto, m.removida, m.ordem)
        for m in registro.mensagens.values()
    ]
    contagem = (registro.aceitos, registro.recusados, registro.devidos, registro.por_envio)
    return contagem, mensagens, [registro.proximo_n(c) for c in ("sms", "whatsapp")], registro.desvio_s


def avancar(registro: Registro, n: int) -> None:
    m = registro.mensagens[f"SM{n}"]
    if m.posicao < len(m.acoes):
        m.posicao += 1
        m.chegou[0] = True
        registro.anotar(m)


ACOES: dict[str, Callable[[Registro, int], None]] = {
    "recusar": lambda r, _: r.recusar("whatsapp"),
    "avancar": avancar,
    "apagar": lambda r, n: r.apagar_texto(r.mensagens[f"SM{n}"]),
    "remover": lambda r, n: r.remover(r.mensagens[f"SM{n}"]),
    "cancelar": lambda r, n: r.interromper(r.mensagens[f"SM{n}"], "canceled"),
    "desligar": lambda r, n: r.interromper(r.mensagens[f"SM{n}"], "completed"),
    "relogio": lambda r, n: r.acertar_relogio(float(n)),
}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["aceitar", *ACOES]), st.integers(0, 1000)), max_size=30), st.booleans())
def test_o_diario_relido_da_o_mesmo_estado(
    tmp_path_factory: pytest.TempPathFactory, passos: list[tuple[str, int]], compacta: bool
) -> None:
    pasta = tmp_path_factory.mktemp("diario")
    bytes_ = 1 if compacta else 1 << 30
    with contextlib.closing(DiarioEmArquivo(pasta)) as diario:
        registro = Registro(diario, compactar_em_bytes=bytes_)
        aceitas = 0
        for acao, n in passos:
            if acao == "aceitar":
                registro.aceitar(uma_mensagem(aceitas, canal="voz" if n % 3 == 0 else "sms"))
                aceitas += 1
            elif aceitas:
                ACOES[acao](registro, n % aceitas)
        antes = retrato(registro)
    with contextlib.closing(DiarioEmArquivo(pasta)) as diario:
        assert retrato(Registro(diario, compactar_em_bytes=bytes_)) == antes


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_cortado_em_qualquer_byte_perde_so_o_fim(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    pasta = tmp_path_factory.mktemp("diario")
    with contextlib.closing(DiarioEmArquivo(pasta)) as diario:
        for n in range(5):
            diario.anexar({"n": n, "texto": "ação"})
    caminho = pasta / "simulador.diario"
    inteiro = caminho.read_bytes()
    corte = data.draw(st.integers(0, len(inteiro)))
    caminho.write_bytes(inteiro[:corte])
    inteiras = inteiro[:corte].count(b"\n")
    with contextlib.closing(DiarioEmArquivo(pasta)) as diario:
        assert [linha["n"] for linha in diario.ler()] == list(range(inteiras))
        diario.anexar({"n": 99})
        assert [linha["n"] for linha in diario.ler()] == [*range(inteiras), 99]


def test_linha_ilegivel_no_meio_nao_e_passada_por_cima(tmp_path: Path) -> None:
    (tmp_path / "simulador.diario").write_bytes(b'{"t":"x","c":"sms"}\n\x00\x00\n{"t":"x","c":"sms"}\n')
    with contextlib.closing(DiarioEmArquivo(tmp_path)) as diario, pytest.raises(DiarioCorrompido, match="a linha 2"):
        list(diario.ler())


def test_esquece_as_mais_antigas_ja_assentadas_e_nao_as_outras(tmp_path: Path) -> None:
    with contextlib.closing(DiarioEmArquivo(tmp_path)) as diario:
        registro = Registro(diario, limite_mensagens=3)
        for n in range(5):
            registro.aceitar(uma_mensagem(n))
        assert len(registro.mensagens) == 5
        for n in range(5):
            registro.mensagens[f"SM{n}"].posicao = 99
            registro.anotar(registro.mensagens[f"SM{n}"])
        registro.aceitar(uma_mensagem(5))
        registro.aceitar(uma_mensagem(6))
        assert [m.id for m in registro.mensagens.values()] == ["SM4", "SM5", "SM6"]
        assert registro.aceitos == 7
        assert [m.id for m in registro.para("+5582999990001")] == ["SM4"]


def test_configuracao_do_ambiente() -> None:
    config = ler_config({"PORTA": "9000", "DADOS": "/x", "TWILIO_WHATSAPP_DE": "+1", "URL_PUBLICA": "https://x.br/"})
    assert (config.porta, config.dados, config.contas.whatsapp_de) == (9000, Path("/x"), "whatsapp:+1")
    assert config.contas.url_meta == "https://x.br/webhooks/meta"
    assert ler_config({}).contas.twilio_token != ler_config({}).contas.twilio_token
    for ruim in ({"PORTA": "x"}, {"PORTA": "70000"}, {"WHATSAPP_PROVEDOR": "fax"}):
        with pytest.raises(ValueError, match="deve ser"):
            ler_config(ruim)
