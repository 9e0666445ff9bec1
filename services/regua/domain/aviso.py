"""The warning that a plan is about to be lost: a contact beside the ladder, decided from its inputs alone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from kernel.domain.canonico import canonico
from regua.domain.canais import canais_do_degrau
from regua.domain.evidencia import Classificacao, Evidencia
from regua.domain.politica import Politica

MODELO: Final = "parcelamento_em_risco"
"""The template's name at canais and ura, and the kind of these inputs."""
CAMPANHA: Final = "parcelamento"
"""What these contacts are counted under; no row of `campanha`: they are nobody's campaign, and have no control group."""
ETAPA: Final = 1
RIGIDEZ: Final = 2
"""Informative: nothing is asked for that the person has not agreed to."""
HIPOTESE_PADRAO: Final = "H2"
"""Whoever asked for a plan could not pay at once (regua.md, `sem_condicoes`)."""
_VOZ: Final = "voz"


@dataclass(frozen=True, slots=True)
class Situacao:
    """Everything that the decision uses. `alcance`: channels served, valid and not refused; `optou`: refused ones."""

    caso: str
    contribuinte: str
    tributo: str
    parcelamento: str
    perda_em: date
    data: date
    tentativa: int
    hipotese: str
    reincidencia: int
    alcance: tuple[str, ...]
    optou: tuple[str, ...]
    suspenso: bool
    promessa: bool
    contatos_hoje: int
    contatos_na_janela: int
    janela_aberta: bool

    def com_contato_hoje(self) -> Situacao:
        """The same, after another contact of the person today."""
        novo = 0 if self.contatos_hoje else 1
        return replace(self, contatos_hoje=1, contatos_na_janela=self.contatos_na_janela + novo)


@dataclass(frozen=True, slots=True)
class Aviso:
    """`canais` in order; of a `suprimido` one none is used."""

    resultado: str
    motivo: str | None
    canais: tuple[str, ...]


def caso_do_risco(parcelamento: UUID, perda_em: date) -> UUID:
    """One warning for each plan and date of loss."""
    return uuid5(parcelamento, f"risco|{perda_em.isoformat()}")


def decidir(s: Situacao, politica: Politica) -> Aviso:
    """Whether the warning goes out now, by which channels; else the first reason against it, in the ladder's order."""
    canais = _canais(politica, s.alcance)
    cheio = s.contatos_hoje >= politica.limites.por_dia or s.contatos_na_janela >= politica.limites.por_janela
    razoes = {
        "perda_passada": s.perda_em <= s.data,
        "suspenso": s.suspenso,
        "promessa": s.promessa,
        "optou_sair": not canais and bool(_canais(politica, s.optou)),
        "sem_contato": not canais,
        "teto_de_contatos": cheio,
        "fora_da_janela": not s.janela_aberta,
    }
    motivo = next((nome for nome, vale in razoes.items() if vale), None)
    return Aviso("acionado" if motivo is None else "suprimido", motivo, canais)


def _canais(politica: Politica, alcance: Collection[str]) -> tuple[str, ...]:
    """Those of the policy's rigidity, a call first: it is heard in time more often than a message is read."""
    ordem = canais_do_degrau(politica, RIGIDEZ, alcance, conversa=False)
    return tuple(sorted(ordem, key=lambda canal: canal != _VOZ))


def escrever(s: Situacao, politica: Politica) -> tuple[str, str]:
    """The inputs as canonical JSON, and their SHA-256 in hexadecimal."""
    texto = canonico({"tipo": MODELO, "politica": {"versao": politica.versao, "resumo": politica.resumo}, **asdict(s)})
    return texto.decode(), hashlib.sha256(texto).hexdigest()


def ler(insumos: str) -> tuple[Situacao, str] | None:
    """What `escrever` wrote, with the policy's hash; None where these are not the inputs of a warning. Raises ValueError."""
    d: dict[str, Any] = orjson.loads(insumos)
    if d.get("tipo") != MODELO:
        return None
    campos = {campo.name: d[campo.name] for campo in fields(Situacao)}
    datas = {nome: date.fromisoformat(campos[nome]) for nome in ("perda_em", "data")}
    listas = {nome: tuple(campos[nome]) for nome in ("alcance", "optou")}
    return Situacao(**{**campos, **datas, **listas}), d["politica"]["resumo"]


def classificacao(s: Situacao, politica: Politica) -> Classificacao:
    """The warning's reasons in the shape of a rung's, for whoever asks why it was sent."""
    nome = next((r.nome for r in politica.regras if r.hipotese == s.hipotese), s.hipotese)
    dias = (s.perda_em - s.data).days
    evidencia = Evidencia(
        fato="dias_ate_a_perda",
        descricao="Dias até o parcelamento se perder",
        valor=str(dias),
        minimo="o prazo de aviso da norma",
        atingido=True,
    )
    textos = (
        f"Um parcelamento seu se perde em {s.perda_em:%d/%m/%Y} se nada for pago antes.",
        "Este aviso não é um degrau da cobrança: ele existe para que o acordo não se perca por esquecimento.",
    )
    return Classificacao(s.hipotese, nome, (evidencia,), None, textos)
