"""No cent is made or lost: payments of any kind, size and day, whatever else happens to plans and documents meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from kernel.messaging.envelope import Evento
from kernel.persistence.banco import abrir_banco
from parcelamento.domain import brcode
from parcelamento.domain.febraban import compor_barras
from tests.integration.parcelamento.test_documentos import com_norma
from tests.support.parcelamento_sala import DIA, SalaParcelamento, abrir_parcelamento, centavos, um_debito

T = TypeVar("T")

_SOMAS = """
select (select coalesce(sum(valor), 0) from parcelamento.pagamento)::bigint as recebido,
    (select coalesce(sum(valor + encargos), 0) from parcelamento.aplicacao)::bigint as aplicado,
    (select coalesce(sum(g.valor - g.excedente), 0) from parcelamento.pagamento g join parcelamento.documento d using (documento)
        where d.plano is null and g.resultado is not null)::bigint as de_debitos,
    (select coalesce(sum(excedente), 0) from parcelamento.pagamento where resultado is not null)::bigint as sobra,
    (select coalesce(sum(valor), 0) from parcelamento.pagamento where resultado is null)::bigint as espera
"""
_PLANOS = """
select p.situacao, p.total, p.ativado_em is null as nunca_ativo, p.encerrado_em is null as em_curso,
    (select sum(valor) from parcelamento.parcela x where x.plano = p.plano)::bigint as das_parcelas,
    (select sum(pago) from parcelamento.parcela x where x.plano = p.plano)::bigint as pago,
    (select pago = valor from parcelamento.parcela x where x.plano = p.plano and numero = 1) as entrada_paga,
    (select bool_and((x.quitada_em is not null) = (x.pago = x.valor)) from parcelamento.parcela x where x.plano = p.plano)
        as quitadas,
    (select coalesce(sum(valor), 0) from parcelamento.aplicacao a where a.plano = p.plano)::bigint as aplicado,
    (select sum(principal + multa + juros + honorarios) from parcelamento.plano_debito d where d.plano = p.plano)::bigint
        as devido,
    (select sum(saldo_principal + saldo_multa + saldo_juros + saldo_honorarios)
        from parcelamento.plano_debito d where d.plano = p.plano)::bigint as saldos,
    (select count(*) from parcelamento.debito_parcelado d where d.plano = p.plano) as presos
from parcelamento.plano p
"""
_CONTADOS = """
select g.pagamento::text, g.valor, d.plano is null as de_debitos, jsonb_array_length(d.itens) as itens
from parcelamento.pagamento g join parcelamento.documento d using (documento)
where g.motivo_pendencia is distinct from 'sem_documento'
"""

# of a document of debts nothing is applied beyond its value, and nothing is left over before that
_DE_DEBITOS = """
select d.valor, sum(g.valor)::bigint, sum(g.excedente)::bigint from parcelamento.pagamento g
join parcelamento.documento d using (documento) where d.plano is null and g.resultado is not null group by d.documento
"""
TODOS_OS_RESULTADOS = {"parcial", "em_atraso", "antecipado", "excedente", "em_duplicidade", "plano_cancelado", "exato"}

Quanto = st.sampled_from(["exato", "metade", "um centavo", "a mais", "muito a mais"])


class Caixa(RuleBasedStateMachine):
    """What cashiers, payers, banks and calendars do, in any order."""

    sala: SalaParcelamento
    runner: asyncio.Runner
    vistos: set[str | None]

    def __init__(self) -> None:
        super().__init__()
        self.planos: list[str] = []
        self.documentos: list[dict[str, Any]] = []
        self.pedidos: list[tuple[str, Any]] = []
        self.numero = 0

    def fazer(self, acao: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(acao)

    @initialize(dias=st.sampled_from([0, 36, 70]))
    def comecar(self, dias: int) -> None:
        """A plan that is active, some days after; its norm charges for being late."""

        async def limpar() -> None:
            async with self.sala.banco.transacao() as con:
                await con.execute(
                    "truncate parcelamento.cotacao, parcelamento.documento, parcelamento.pagamento, parcelamento.retorno,"
                    " parcelamento.outbox, parcelamento.carga cascade"
                )
            self.sala.ir_para(DIA)

        self.fazer(limpar())
        self.acordar(parcelas=4, juros=123_45, entrada=True)
        self.passar_dias(dias)

    # what people do

    @rule(parcelas=st.integers(2, 5), juros=st.integers(0, 200_000), entrada=st.booleans())
    def acordar(self, parcelas: int, juros: int, entrada: bool) -> None:
        """With every installment's document; the entry paid at once, or not."""
        self.numero += 1
        debito = um_debito(f"D{self.numero}", juros=f"{juros // 100}.{juros % 100:02d}")
        dia = self.sala.hoje.isoformat()
        # the norm gives nothing after May 29
        if dia > "2015-05-29":
            return
        plano = self.fazer(self.sala.formalizar(parcelas, debito, data=dia))["id"]
        documentos = [self.fazer(self.sala.documento(plano, n)) for n in range(1, parcelas + 1)]
        self.planos.append(plano)
        self.documentos += documentos
        if entrada:
            primeiro = documentos[0]
            self.fazer(self.sala.retornar((primeiro["barras"], self.sala.hoje, centavos(primeiro["valor"]))))

    @rule(
        principal=st.integers(1, 50_000),
        quantos=st.integers(1, 3),
        pagos=st.lists(Quanto, min_size=1, max_size=3),
        por_pix=st.booleans(),
    )
    def pedir_cota_unica(self, principal: int, quantos: int, pagos: list[str], por_pix: bool) -> None:
        """And pay it, more than once perhaps."""
        debitos = [
            {
                "debito": f"U{n}",
                "referencia": "2015-02",
                "vencimento": "2015-03-20",
                "principal": f"{principal // 100}.{principal % 100:02d}",
            }
            for n in range(quantos)
        ]
        corpo = {"contribuinte": "MA-1", "debitos": debitos, "encargos": "nenhum"}
        self.documentos.append(self.fazer(self.sala.criar("/v1/documentos", corpo)))
        self._pagar([(self.documentos[-1], quanto, 0) for quanto in pagos], por_pix=por_pix)

    @precondition(lambda self: self.planos)
    @rule(qual=st.integers(0, 99), parcela=st.integers(1, 5))
    def pedir_documento(self, qual: int, parcela: int) -> None:
        caminho = f"/v1/parcelamentos/{self.planos[qual % len(self.planos)]}/parcelas/{parcela}/documento"
        self._guardar(self.fazer(self.sala.pedir("GET", caminho)))

    @precondition(lambda self: self.planos)
    @rule(qual=st.integers(0, 99))
    def pedir_quitacao(self, qual: int) -> None:
        self._guardar(self.fazer(self.sala.pedir("POST", f"/v1/parcelamentos/{self.planos[qual % len(self.planos)]}/quitacao")))

    @precondition(lambda self: self.planos)
    @rule(qual=st.integers(0, 99))
    def desistir_da_quitacao(self, qual: int) -> None:
        resposta = self.fazer(self.sala.pedir("DELETE", f"/v1/parcelamentos/{self.planos[qual % len(self.planos)]}/quitacao"))
        assert resposta.status_code in {204, 409}

    @precondition(lambda self: self.planos)
    @rule(qual=st.integers(0, 99))
    def cancelar(self, qual: int) -> None:
        caminho = f"/v1/parcelamentos/{self.planos[qual % len(self.planos)]}/cancelar"
        assert self.fazer(self.sala.pedir("POST", caminho, json={"motivo": "a pedido"})).status_code in {200, 409}

    @precondition(lambda self: self.documentos)
    @rule(
        pagos=st.lists(st.tuples(st.integers(0, 99), Quanto, st.integers(0, 10)), min_size=1, max_size=4), por_pix=st.booleans()
    )
    def pagar(self, pagos: list[tuple[int, str, int]], por_pix: bool) -> None:
        feitos = [(self.documentos[qual % len(self.documentos)], quanto, atras) for qual, quanto, atras in pagos]
        self._pagar(feitos, por_pix=por_pix)

    def _pagar(self, feitos: list[tuple[dict[str, Any], str, int]], *, por_pix: bool) -> None:
        if por_pix:
            itens = [
                self.sala.um_pix(brcode.ler(d["pix"])["txid"], _quantia(d, quanto), self.sala.hoje - timedelta(days=atras))
                for d, quanto, atras in feitos
            ]
            self.pedidos.append(("pix", itens))
        else:
            linhas = [(d["barras"], self.sala.hoje - timedelta(days=atras), _quantia(d, quanto)) for d, quanto, atras in feitos]
            self.pedidos.append(("retorno", self.sala.arquivo(*linhas)))
        self._entregar(self.pedidos[-1])

    @precondition(lambda self: self.pedidos)
    @rule(qual=st.integers(0, 99))
    def repetir(self, qual: int) -> None:
        """The bank's file again, or the provider's notice."""
        self._entregar(self.pedidos[qual % len(self.pedidos)])

    @rule(valor=st.integers(1, 100_000), por_pix=st.booleans())
    def pagar_o_que_nao_ha(self, valor: int, por_pix: bool) -> None:
        if por_pix:
            assert self.fazer(self.sala.avisar(self.sala.um_pix("naoHaEsteDocumento0000001", valor))) == 200
        else:
            barras = compor_barras(valor, self.sala.hoje, 999_999_999, "0000").codigo
            self.fazer(self.sala.retornar((barras, self.sala.hoje, valor)))

    @rule(qual=st.integers(0, 99), documento=st.integers(0, 99), acao=st.sampled_from(["restituir", "ignorar", "documento"]))
    def resolver(self, qual: int, documento: int, acao: str) -> None:
        pendentes = self.fazer(self.sala.pendentes())
        if not pendentes or (acao == "documento" and not self.documentos):
            return
        pendente = pendentes[qual % len(pendentes)]
        alvo = self.documentos[documento % len(self.documentos)]["id"] if acao == "documento" else None
        corpo = {"nota": "teste", **({"documento": alvo} if alvo else {"acao": acao})}
        caminho = f"/v1/retornos/pendentes/{pendente['pagamento']}/resolver"
        assert self.fazer(self.sala.pedir("POST", caminho, json=corpo)).status_code in {200, 409}
        self.fazer(self.sala.trabalhar())

    @rule(dias=st.integers(1, 20))
    def passar_dias(self, dias: int) -> None:
        self.sala.ir_para(self.sala.hoje + timedelta(days=dias))
        self.fazer(self.sala.trabalhar())

    @precondition(lambda self: self.planos)
    @rule(qual=st.integers(0, 99), dias=st.integers(31, 50), quanto=Quanto, velho=st.booleans())
    def atrasar_e_pagar(self, qual: int, dias: int, quanto: str, velho: bool) -> None:
        """By the document of before, or by one of the day."""
        self.sala.ir_para(self.sala.hoje + timedelta(days=dias))
        plano = self.fazer(self.sala.plano(self.planos[qual % len(self.planos)]))
        vencida = next((p["numero"] for p in plano["parcelas"] if p["situacao"] == "vencida"), None)
        if vencida is None or plano["situacao"] != "ativo":
            return
        if not velho:
            self.pedir_documento(qual, vencida)
        dela = [d for d in self.documentos if (d["parcelamento"], d["parcela"]) == (plano["id"], vencida)]
        if dela:
            self.fazer(self.sala.retornar((dela[-1]["barras"], self.sala.hoje, _quantia(dela[-1], quanto))))

    @precondition(lambda self: self.planos)
    @rule(qual=st.integers(0, 99), quanto=Quanto)
    def pagar_no_vencimento(self, qual: int, quanto: str) -> None:
        plano = self.fazer(self.sala.plano(self.planos[qual % len(self.planos)]))
        abertas = [p for p in plano["parcelas"] if p["situacao"] == "aberta"]
        if plano["situacao"] not in {"aguardando_entrada", "ativo"} or not abertas:
            return
        self.sala.ir_para(date.fromisoformat(abertas[0]["vencimento"]))
        resposta = self.fazer(
            self.sala.pedir("GET", f"/v1/parcelamentos/{plano['id']}/parcelas/{abertas[0]['numero']}/documento")
        )
        self._guardar(resposta)
        if resposta.status_code == 200:
            d = resposta.json()
            self.fazer(self.sala.retornar((d["barras"], self.sala.hoje, _quantia(d, quanto))))

    # what must hold after each of them

    @invariant()
    def nenhum_centavo_se_perde(self) -> None:
        [(recebido, aplicado, de_debitos, sobra, espera)] = self.fazer(self.sala.linhas(_SOMAS))
        assert recebido == aplicado + de_debitos + sobra + espera
        for valor, pago, excedente in self.fazer(self.sala.linhas(_DE_DEBITOS)):
            assert excedente == max(pago - valor, 0)
        for (resultado,) in self.fazer(self.sala.linhas("select distinct resultado from parcelamento.pagamento")):
            self.vistos.add(resultado)

    @invariant()
    def cada_plano_diz_o_que_os_centavos_dizem(self) -> None:
        for linha in self.fazer(self.sala.linhas(_PLANOS)):
            situacao, total, nunca_ativo, em_curso, das_parcelas, pago, entrada, quitadas, aplicado, devido, saldos, presos = (
                linha
            )
            assert (total, pago, quitadas) == (das_parcelas, aplicado, True), linha
            assert (situacao == "quitado") == (pago == total), linha
            if situacao in {"aguardando_entrada", "ativo"}:
                assert (entrada, nunca_ativo) == ((True, False) if situacao == "ativo" else (False, True)), linha
            assert em_curso == (situacao in {"aguardando_entrada", "ativo"}), linha
            assert (presos > 0) == (situacao != "cancelado"), linha
            # the norm takes the reduction back: what was owed is what was paid and what goes back
            assert saldos == (devido - pago if situacao == "cancelado" else None), linha

    @invariant()
    def cada_pagamento_e_contado_uma_vez(self) -> None:
        eventos = self.fazer(self.sala.eventos("pagamento.confirmado"))
        por_pagamento: dict[str, list[Evento]] = {}
        for evento in eventos:
            por_pagamento.setdefault(evento.dados["pagamento"], []).append(evento)
        assert all(len(repetidos) == 1 for repetidos in por_pagamento.values())
        contados = self.fazer(self.sala.linhas(_CONTADOS))
        assert len(eventos) == sum(itens if de_debitos else 1 for _, _, de_debitos, itens in contados)
        assert sum(centavos(e.dados["valor"]) for e in eventos) == sum(valor for _, valor, _, _ in contados)

    def _guardar(self, resposta: Any) -> None:
        assert resposta.status_code in {200, 201, 404, 409}, resposta.text
        if resposta.status_code in {200, 201}:
            self.documentos.append(resposta.json())

    def _entregar(self, pedido: tuple[str, Any]) -> None:
        meio, conteudo = pedido
        if meio == "pix":
            assert self.fazer(self.sala.avisar(*conteudo)) == 200
        else:
            carga = self.fazer(self.sala.carregar(conteudo))
            assert carga["estado"] == "concluida", carga


def _quantia(documento: dict[str, Any], quanto: str) -> int:
    valor = centavos(documento["valor"])
    return {
        "exato": valor,
        "metade": max(valor // 2, 1),
        "um centavo": 1,
        "a mais": valor + 1,
        "muito a mais": 3 * valor,
    }[quanto]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """A loop of its own: the machine's steps are plain calls."""
    with asyncio.Runner() as aberto:
        yield aberto


def test_nenhum_centavo_se_perde(runner: asyncio.Runner, url_parcelamento: str, tmp_path: Path) -> None:
    async def abrir() -> tuple[AsyncExitStack, SalaParcelamento]:
        pilha = AsyncExitStack()
        banco = await pilha.enter_async_context(abrir_banco(url_parcelamento, aplicacao="testes", maximo=8))
        sala = await pilha.enter_async_context(abrir_parcelamento(banco, tmp_path))
        await com_norma(sala, lambda d: d.update(encargos="federal"))
        return pilha, sala

    pilha, sala = runner.run(abrir())

    class Desta(Caixa):
        pass

    Desta.sala, Desta.runner, Desta.vistos = sala, runner, set()
    try:
        run_state_machine_as_test(
            Desta,
            settings=settings(
                max_examples=20,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                # each step is many statements: making a failure smaller takes minutes, and its steps are printed anyway
                phases=(Phase.explicit, Phase.generate),
                suppress_health_check=list(HealthCheck),
            ),
        )
        # a machine that never got there would prove nothing
        assert Desta.vistos >= TODOS_OS_RESULTADOS
    finally:
        runner.run(pilha.aclose())
