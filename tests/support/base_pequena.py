"""Small bases as CSV lines, for tests that go from a file to a delivered message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kernel.domain.documento import digitos_verificadores


@dataclass(frozen=True, slots=True)
class Devedor:
    """A person with one ICMS debt and the contact points named."""

    numero: int
    vencimento: str
    canais: tuple[str, ...] = ("whatsapp", "sms")
    principal: str = "1000,00"

    @property
    def id(self) -> str:
        return f"T-{self.numero:06d}"

    @property
    def debito(self) -> str:
        return f"D-{self.numero:06d}"

    @property
    def telefone(self) -> str:
        return f"+558299{self.numero:07d}"

    @property
    def cpf(self) -> str:
        corpo = f"{self.numero + 100_000_000:09d}"
        return corpo + digitos_verificadores(corpo)


def contribuintes(devedores: Iterable[Devedor]) -> Iterator[str]:
    yield "contribuinte;documento;nome;natureza;regime;municipio;cnae;inscricao_estadual;receita_bruta;beneficios"
    for d in devedores:
        yield f"{d.id};{d.cpf};Pessoa de Teste {d.numero};PF;normal;Maceió;;;;"


def contatos(devedores: Iterable[Devedor]) -> Iterator[str]:
    yield "contribuinte;canal;endereco;idioma;verificado;consentimento"
    for d in devedores:
        for canal in d.canais:
            yield f"{d.id};{canal};{d.telefone};pt-BR;1;1"


def debitos(devedores: Iterable[Devedor]) -> Iterator[str]:
    yield (
        "debito;contribuinte;tributo;conta;origem;competencia;fato_gerador;vencimento;principal;multa;juros;"
        "situacao;ciencia_em;inscrito_em;agencia"
    )
    for d in devedores:
        competencia = d.vencimento[:7]
        quando = f"{competencia};{competencia};{d.vencimento}"
        yield f"{d.debito};{d.id};ICMS;1;declarado;{quando};{d.principal};0,00;0,00;aberto;;;Maceió"


def pagamentos(pagos: Sequence[tuple[Devedor, str, str]]) -> Iterator[str]:
    """(who, day, amount)."""
    yield "pagamento;debito;contribuinte;tributo;codigo_receita;competencia;pago_em;valor"
    for d, dia, valor in pagos:
        yield f"P-{d.numero:06d}-{dia};{d.debito};{d.id};ICMS;1317;{d.vencimento[:7]};{dia};{valor}"
