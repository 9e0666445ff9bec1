"""IPVA debts and payments of one vehicle owner as file lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from simulador.domain.base_calendario import Prazo, acrescimos
from simulador.domain.base_contribuinte import Cadastro
from simulador.domain.base_frota import Conduta, Frota, Veiculo
from simulador.domain.base_icms_linhas import pago_a_menor
from simulador.domain.base_sorteio import reais

CODIGO_RECEITA = "1910"
PARCELAS_TROCADAS = 3
SITUACAO_DO_ANO = {
    Conduta.ABERTO: "aberto",
    Conduta.PARCELADO: "parcelado",
    Conduta.SUSPENSO: "suspenso",
}
# years back → shares left open by who fails this year and by who does not
ABERTO_ANTES: Mapping[int, tuple[float, float]] = {1: (0.35, 0.020), 2: (0.20, 0.012)}
PAGO_COM_ATRASO = 0.06
# years back → share and situação of the odd old debt
ANTIGAS: Mapping[int, tuple[float, str]] = {4: (0.004, "ajuizado"), 7: (0.006, "aberto")}


class EmissorIpva:
    """Writes owners' years into blocks, as seen on `hoje`. `calendario`: year → prazo by the plate's last digit."""

    __slots__ = ("_ano", "_calendario", "_hoje", "_mes")

    def __init__(self, hoje: date, calendario: Mapping[int, Sequence[Prazo]]) -> None:
        self._hoje = hoje.toordinal()
        self._ano = hoje.year
        self._mes = hoje.month
        self._calendario = calendario

    def escrever_ano(self, cadastro: Cadastro, frota: Frota, conduta: Conduta) -> None:
        """Appends this year's debts and what was paid of them."""
        calendario = self._calendario[self._ano]
        if conduta in SITUACAO_DO_ANO:
            for veiculo in frota:
                self._nao_pago(cadastro, veiculo, 0, SITUACAO_DO_ANO[conduta])
            return
        demais: Frota = frota
        if conduta is not Conduta.PAGA:
            demais = frota[1:]
            self._com_erro(cadastro, frota[0], conduta)
        for veiculo in demais:
            self._pago(cadastro, veiculo, 0, calendario[veiculo.final].pagamentos[cadastro.sorteio.getrandbits(3)])

    def escrever_anteriores(self, cadastro: Cadastro, frota: Frota, *, faltoso: bool) -> None:
        """Appends the two years before and, seldom, an old debt in court or past the five years."""
        for atras, (de_faltoso, dos_outros) in ABERTO_ANTES.items():
            sorte = cadastro.sorteio.random()
            aberto = de_faltoso if faltoso else dos_outros
            atraso = cadastro.sorteio.randint(35, 150) if aberto <= sorte < aberto + PAGO_COM_ATRASO else 0
            for veiculo in frota:
                if veiculo.ano > self._ano - atras:
                    continue
                if sorte < aberto:
                    self._nao_pago(cadastro, veiculo, atras, "aberto")
                else:
                    self._pago_em_dia_ou_depois(cadastro, veiculo, atras, atraso)
        sorte = cadastro.sorteio.random()
        for atras, (parte, situacao) in ANTIGAS.items():
            if sorte < parte and frota[0].ano <= self._ano - atras:
                self._nao_pago(cadastro, frota[0], atras, situacao)
                return

    def _pago_em_dia_ou_depois(self, cadastro: Cadastro, veiculo: Veiculo, atras: int, atraso: int) -> None:
        prazo = self._calendario[self._ano - atras][veiculo.final]
        if not atraso or prazo.vencimento_dia + atraso > self._hoje:
            self._pago(cadastro, veiculo, atras, prazo.pagamentos[cadastro.sorteio.getrandbits(3)])
            return
        pago_em = date.fromordinal(prazo.vencimento_dia + atraso).isoformat()
        self._pago(cadastro, veiculo, atras, pago_em, atraso)

    def _debito(
        self,
        cadastro: Cadastro,
        veiculo: Veiculo,
        atras: int,
        *,
        situacao: str,
        dias: int = 0,
        inscrito_em: str = "",
    ) -> tuple[str, int]:
        """Appends one debt; returns its id and its total in cents."""
        ano = self._ano - atras
        prazo = self._calendario[ano][veiculo.final]
        principal = veiculo.imposto_de(atras)
        multa, juros = acrescimos(principal, dias)
        debito = f"IPVA-{veiculo.numero + 1:07d}-{ano}"
        cadastro.bloco.debitos.append(
            f"{debito};{cadastro.contribuinte};IPVA;3;lancamento;{prazo.competencia};{prazo.competencia};{prazo.vencimento};"
            f"{principal // 100},{principal % 100:02d};{reais(multa)};{reais(juros)};{situacao};;{inscrito_em};"
            f"{cadastro.agencia};;{prazo.entregas[0]}\n"
        )
        return debito, principal + multa + juros

    def _nao_pago(self, cadastro: Cadastro, veiculo: Veiculo, atras: int, situacao: str) -> None:
        prazo = self._calendario[self._ano - atras][veiculo.final]
        # the following year's assessment closes the year: unpaid IPVA is enrolled then
        inscrito_em = f"{self._ano - atras + 1:04d}-07-01" if atras > 1 else ""
        self._debito(
            cadastro,
            veiculo,
            atras,
            situacao=situacao,
            dias=self._hoje - prazo.vencimento_dia,
            inscrito_em=inscrito_em,
        )

    def _pago(self, cadastro: Cadastro, veiculo: Veiculo, atras: int, pago_em: str, atraso: int = 0) -> None:
        debito, total = self._debito(cadastro, veiculo, atras, situacao="pago", dias=atraso)
        competencia = f"{self._ano - atras:04d}-01"
        _pagar(cadastro, debito, competencia, pago_em, total)

    def _com_erro(self, cadastro: Cadastro, veiculo: Veiculo, conduta: Conduta) -> None:
        """This year's debt of one vehicle, paid wrongly on its due date, or today where that is to come."""
        situacao = "pago" if conduta is Conduta.PAGA_A_MAIOR else "aberto"
        debito, total = self._debito(cadastro, veiculo, 0, situacao=situacao)
        dia = min(self._hoje, self._calendario[self._ano][veiculo.final].vencimento_dia)
        pago_em, competencia = date.fromordinal(dia).isoformat(), f"{self._ano:04d}-01"
        match conduta:
            case Conduta.A_MENOR:
                _pagar(cadastro, debito, competencia, pago_em, pago_a_menor(total))
            case Conduta.PAGA_A_MAIOR:
                _pagar(cadastro, debito, competencia, pago_em, total + total // 5)
            case Conduta.DEBITO_DESCONHECIDO:
                _pagar(cadastro, debito, competencia, pago_em, total, nomeado=f"DOC-{debito[5:]}")
            case _:
                self._parcelas_trocadas(cadastro, debito, total)

    def _parcelas_trocadas(self, cadastro: Cadastro, debito: str, total: int) -> None:
        """Installments of the last three months, each filed under the month it was paid in: three divergências."""
        for mes in range(max(2, self._mes - PARCELAS_TROCADAS), self._mes):
            competencia = f"{self._ano:04d}-{mes:02d}"
            _pagar(cadastro, f"{debito}-{mes}", competencia, f"{competencia}-20", total // 3, nomeado="")


def _pagar(cadastro: Cadastro, debito: str, competencia: str, pago_em: str, valor: int, *, nomeado: str | None = None) -> None:
    """Appends a payment for `debito`; `nomeado` is what it says instead, where it errs."""
    cadastro.bloco.pagamentos.append(
        f"PG-{debito};{debito if nomeado is None else nomeado};{cadastro.contribuinte};IPVA;{CODIGO_RECEITA};{competencia};"
        f"{pago_em};{valor // 100},{valor % 100:02d}\n"
    )
