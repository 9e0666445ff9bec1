"""The templates that ship with canais: one text for each hipótese, rigidez and channel, and those of other contacts."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final


def modelos_pt_br() -> list[dict[str, Any]]:
    """The 80 texts of the ladder (`hipotese`, `rigidez`, `canal`, `texto` of each) and those beside it (`nome` in place of
    the first two)."""
    modelos: list[dict[str, Any]] = json.loads(files(__package__).joinpath("modelos_pt_br.json").read_bytes())["modelos"]
    return modelos


PROIBIDAS: Final[tuple[tuple[str, str], ...]] = (
    (r"r\$|\breais\b|\breal\b(?= de\b)", "valores em dinheiro"),
    (r"\b\d[\d.]*,\d{2}\b|\b\d+\.\d{2}\b|\b\d{3,}\b|\b\d+\s*%", "números que parecem valores"),
    (r"\b(?:ipva|icms|itcd|iptu|iss|simples nacional|dare|gnre|cda)\b", "nomes de tributos e de documentos"),
    (r"\b(?:impostos?|tributos?|tributari[oa]s?|taxas?|fisc(?:o|al|ais))\b", "palavras sobre tributos"),
    (r"\bdivid\w*|\bdebitos?\b|\bdeve(?:dor\w*|ndo|m|u)?\b|\binadimpl\w*|\bcontumaz\w*|\bsonega\w*", "palavras sobre dívidas"),
    (r"\b(?:valor(?:es)?|quantias?|montantes?|saldos?|multas?|juros|honorarios)\b", "palavras sobre valores"),
    (r"\b(?:pag(?:ar|o|a|ue|uem|amentos?|ou|amos)|parcel\w*|boletos?|pix|guias?|quit\w*)\b", "palavras sobre pagamento"),
    (r"\b(?:cobranc\w*|cobrar|protest\w*|serasa|spc|negativ\w*|execuc\w*|penhora\w*|judicia\w*|crime\w*)\b", "ameaças"),
    (r"\b(?:placa|renavam|veiculos?|cpf|cnpj|inscricao)\b", "dados da pessoa ou de seus bens"),
)
"""What no template may say, as patterns on text without accents and in lower case, each with what it gives away.

Ground: CTN, art. 198 (fiscal secrecy): the phone may be anybody's; CDC, art. 42, taken as the bar for threats.
"""
