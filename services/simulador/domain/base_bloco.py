"""What every block of the synthetic base is made of: the size asked for, the six files and their lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# file → header, to the letter of the outer interface
CABECALHOS: Mapping[str, str] = {
    "contribuintes": ("contribuinte;documento;nome;natureza;regime;municipio;cnae;inscricao_estadual;receita_bruta;beneficios"),
    "contatos": "contribuinte;canal;endereco;idioma;verificado;consentimento",
    "declaracoes": "contribuinte;tributo;competencia;prazo;entregue_em;valor_declarado;notas_emitidas",
    "debitos": (
        "debito;contribuinte;tributo;conta;origem;competencia;fato_gerador;vencimento;principal;multa;juros;situacao;"
        "ciencia_em;inscrito_em;agencia;natureza;lancado_em"
    ),
    "pagamentos": "pagamento;debito;contribuinte;tributo;codigo_receita;competencia;pago_em;valor",
    "veiculos": "renavam;placa;contribuinte;modelo;ano",
}


@dataclass(frozen=True, slots=True)
class Parametros:
    """What the base is made from. ICMS taxpayers come first (`AL-0000001` on), IPVA's after them.

    `inadimplencia_icms` and `inadimplencia_ipva` are shares of value, 0 to 0.5.
    """

    icms: int
    ipva: int
    semente: int
    hoje: date
    inadimplencia_icms: float = 0.0747
    inadimplencia_ipva: float = 0.20

    @property
    def total(self) -> int:
        return self.icms + self.ipva


@dataclass(frozen=True, slots=True)
class Bloco:
    """Lines of consecutive taxpayers, each with its line feed, by file."""

    contribuintes: list[str] = field(default_factory=list)
    contatos: list[str] = field(default_factory=list)
    declaracoes: list[str] = field(default_factory=list)
    debitos: list[str] = field(default_factory=list)
    pagamentos: list[str] = field(default_factory=list)
    veiculos: list[str] = field(default_factory=list)

    def linhas(self, arquivo: str) -> list[str]:
        """The lines of one of `CABECALHOS`."""
        por_arquivo: Mapping[str, list[str]] = {
            "contribuintes": self.contribuintes,
            "contatos": self.contatos,
            "declaracoes": self.declaracoes,
            "debitos": self.debitos,
            "pagamentos": self.pagamentos,
            "veiculos": self.veiculos,
        }
        return por_arquivo[arquivo]


def id_contribuinte(indice: int) -> str:
    """The authority's own id of the taxpayer at `indice` (from 0): never a document."""
    return f"AL-{indice + 1:07d}"
