"""Declarations, debts and payments of one ICMS taxpayer as file lines; the hot loop of the synthetic base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random

from simulador.domain.base_calendario import Prazo, acrescimos, mes_deslocado, prazo_icms
from simulador.domain.base_contribuinte import Cadastro
from simulador.domain.base_padrao import Ocorrencia, Ocorrencias, Padrao
from simulador.domain.base_sorteio import reais

CODIGO_RECEITA = {"normal": "1317", "simples": "1520", "mei": "1520"}
NATUREZA = {"normal": "icms", "simples": "simples", "mei": "simples"}
# an unpaid debt is enrolled (dívida ativa) this long after it fell due
DIAS_ATE_INSCRICAO = 300
# and the owner of an assessed one is told of it this long after
DIAS_ATE_CIENCIA = 60
SITUACAO = {
    Ocorrencia.ABERTO: "aberto",
    Ocorrencia.PAGO_A_MENOR: "aberto",
    Ocorrencia.COMPETENCIA_TROCADA: "aberto",
    Ocorrencia.DEBITO_DESCONHECIDO: "aberto",
    Ocorrencia.PARCELADO: "parcelado",
    Ocorrencia.SUSPENSO: "suspenso",
}
SEM_PAGAMENTO = frozenset(
    {Ocorrencia.ABERTO, Ocorrencia.PARCELADO, Ocorrencia.SUSPENSO, Ocorrencia.PAGO_SEM_REGISTRO},
)
COM_ACRESCIMOS = frozenset({Ocorrencia.ABERTO, Ocorrencia.PARCELADO, Ocorrencia.SUSPENSO})


def pago_a_menor(valor: int) -> int:
    """What someone pays who mistypes: 60 to 94% of it."""
    return valor * (60 + valor % 35) // 100


def em_aberto(valor: int, ocorrencia: Ocorrencia | None) -> int:
    """Cents of a declared `valor` that stay unpaid and claimable."""
    match ocorrencia:
        case Ocorrencia.ABERTO | Ocorrencia.COMPETENCIA_TROCADA | Ocorrencia.DEBITO_DESCONHECIDO:
            return valor
        case Ocorrencia.PAGO_A_MENOR:
            return valor - pago_a_menor(valor)
        case _:
            return 0


class Emissor:
    """Writes the months of taxpayers into blocks, as seen on `hoje`."""

    __slots__ = ("_calendario", "_hoje")

    def __init__(self, hoje: date, calendario: Mapping[str, Sequence[Prazo]]) -> None:
        self._hoje = hoje
        self._calendario = calendario

    def escrever(self, cadastro: Cadastro, valores: Sequence[int], ocorrencias: Ocorrencias) -> None:
        """Appends the 24 competências: a month without occurrence is declared and paid on time."""
        id_, numero, regime, bloco = cadastro.contribuinte, cadastro.contribuinte[3:], cadastro.regime, cadastro.bloco
        fim_debito = f";{cadastro.agencia};{NATUREZA[regime]};"
        inicio_pagamento = f";{id_};ICMS;{CODIGO_RECEITA[regime]};"
        declaracoes, debitos, pagamentos = bloco.declaracoes, bloco.debitos, bloco.pagamentos
        for mes, (prazo, valor) in enumerate(zip(self._calendario[regime], valores, strict=True)):
            if mes in ocorrencias:
                self._excecao(cadastro, mes, valor, ocorrencias[mes])
                continue
            bits = cadastro.sorteio.getrandbits(16)
            texto = f"{valor // 100},{valor % 100:02d}"
            entrega = prazo.entregas[bits & 7]
            competencia = prazo.competencia
            debito = f"ICMS-{numero}-{prazo.compacta}"
            declaracoes.append(f"{id_};ICMS;{competencia};{prazo.prazo};{entrega};{texto};{1 + (bits >> 8)}\n")
            debitos.append(
                f"{debito};{id_};ICMS;1;declaracao;{competencia};{competencia};{prazo.vencimento};{texto};0,00;0,00;pago;;"
                f"{fim_debito}{entrega}\n"
            )
            pago_em = prazo.pagamentos[bits >> 3 & 7]
            pagamentos.append(f"PG-{debito};{debito}{inicio_pagamento}{competencia};{pago_em};{texto}\n")

    def _excecao(self, cadastro: Cadastro, mes: int, valor: int, ocorrencia: Ocorrencia) -> None:
        notas = 1 + cadastro.sorteio.getrandbits(8)
        prazo = self._calendario[cadastro.regime][mes]
        inicio = f"{cadastro.contribuinte};ICMS;{prazo.competencia};{prazo.prazo};"
        entrega = prazo.entregas[notas & 7]
        declarar = cadastro.bloco.declaracoes.append
        match ocorrencia:
            case Ocorrencia.OMISSAO:
                declarar(f"{inicio};;0\n")
            case Ocorrencia.OMISSAO_COM_MOVIMENTO:
                declarar(f"{inicio};;{notas}\n")
            case Ocorrencia.SEM_MOVIMENTO:
                declarar(f"{inicio}{entrega};0,00;0\n")
            case _:
                declarar(f"{inicio}{entrega};{reais(valor)};{notas}\n")
                self._debito(cadastro, mes, valor, ocorrencia, entrega)

    def _debito(self, cadastro: Cadastro, mes: int, valor: int, ocorrencia: Ocorrencia, entrega: str) -> None:
        prazo = self._calendario[cadastro.regime][mes]
        pago_dia = self._dia_do_pagamento(prazo, ocorrencia, cadastro.sorteio)
        # up to the base's date for what stays unpaid, up to the payment for the rest
        fim = self._hoje.toordinal() if ocorrencia in COM_ACRESCIMOS else pago_dia
        multa, juros = acrescimos(valor, fim - prazo.vencimento_dia)
        inscrito = self._inscrito_em(prazo) if ocorrencia is Ocorrencia.ABERTO else ""
        cadastro.bloco.debitos.append(
            f"{_id_debito(cadastro, prazo)};{cadastro.contribuinte};ICMS;1;declaracao;{prazo.competencia};{prazo.competencia};"
            f"{prazo.vencimento};{reais(valor)};{reais(multa)};{reais(juros)};{SITUACAO.get(ocorrencia, 'pago')};;{inscrito};"
            f"{cadastro.agencia};{NATUREZA[cadastro.regime]};{entrega}\n"
        )
        if ocorrencia not in SEM_PAGAMENTO:
            self._pagamento(cadastro, mes, valor + multa + juros, ocorrencia, pago_dia)

    def _dia_do_pagamento(self, prazo: Prazo, ocorrencia: Ocorrencia, sorteio: Random) -> int:
        """Late for the two delays, and never after the base's date; else the due date, or today where it is to come."""
        hoje = self._hoje.toordinal()
        if ocorrencia is Ocorrencia.ATRASO_LONGO:
            return min(hoje, prazo.vencimento_dia + sorteio.randint(35, 90))
        if ocorrencia is Ocorrencia.ATRASO:
            return min(hoje, prazo.vencimento_dia + sorteio.randint(1, 25))
        return min(hoje, prazo.vencimento_dia)

    def _inscrito_em(self, prazo: Prazo) -> str:
        dia = prazo.vencimento_dia + DIAS_ATE_INSCRICAO
        return date.fromordinal(dia).isoformat() if dia < self._hoje.toordinal() else ""

    def _pagamento(self, cadastro: Cadastro, mes: int, total: int, ocorrencia: Ocorrencia, pago_dia: int) -> None:
        """One payment, right or wrong: short, over, typed into the month before, or for a document nobody knows."""
        prazo = self._calendario[cadastro.regime][mes]
        debito = _id_debito(cadastro, prazo)
        nomeado, competencia, valor = debito, prazo.competencia, total
        match ocorrencia:
            case Ocorrencia.PAGO_A_MENOR:
                valor = pago_a_menor(total)
            case Ocorrencia.PAGO_A_MAIOR:
                valor = total + max(1_000, total // 7)
            case Ocorrencia.COMPETENCIA_TROCADA:
                nomeado, competencia = "", self._calendario[cadastro.regime][mes - 1].competencia
            case Ocorrencia.DEBITO_DESCONHECIDO:
                nomeado = f"DOC-{debito[5:]}"
            case _:
                valor = total
        cadastro.bloco.pagamentos.append(
            f"PG-{debito};{nomeado};{cadastro.contribuinte};ICMS;{CODIGO_RECEITA[cadastro.regime]};{competencia};"
            f"{date.fromordinal(pago_dia).isoformat()};{reais(valor)}\n"
        )

    def escrever_antigas(self, cadastro: Cadastro, padrao: Padrao) -> None:
        """Debts older than the 24 competências: assessed and in court, or past the five years."""
        if padrao is Padrao.AJUIZADO:
            self._antiga(cadastro, cadastro.sorteio.randint(30, 50), "ajuizado")
        elif padrao is Padrao.PRESCRITO:
            self._antiga(cadastro, cadastro.sorteio.randint(64, 80), "aberto")

    def _antiga(self, cadastro: Cadastro, meses_atras: int, situacao: str) -> None:
        ano, mes = mes_deslocado(self._hoje.year, self._hoje.month, -meses_atras)
        prazo = prazo_icms(ano, mes, cadastro.regime, self._hoje)
        valor = cadastro.sorteio.randint(20_000, 900_000)
        multa, juros = acrescimos(valor, self._hoje.toordinal() - prazo.vencimento_dia)
        ciencia = date.fromordinal(prazo.vencimento_dia + DIAS_ATE_CIENCIA).isoformat()
        cadastro.bloco.debitos.append(
            f"{_id_debito(cadastro, prazo)};{cadastro.contribuinte};ICMS;2;auto_de_infracao;{prazo.competencia};"
            f"{prazo.competencia};{prazo.vencimento};{reais(valor)};{reais(multa)};{reais(juros)};{situacao};{ciencia};"
            f"{self._inscrito_em(prazo)};{cadastro.agencia};{NATUREZA[cadastro.regime]};{prazo.vencimento}\n"
        )


def _id_debito(cadastro: Cadastro, prazo: Prazo) -> str:
    return f"ICMS-{cadastro.contribuinte[3:]}-{prazo.compacta}"
