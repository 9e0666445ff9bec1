"""What a policy says: a versioned document of criteria, rungs, heat map, channels and limits, frozen once read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from fractions import Fraction
from typing import Final, Literal

from kernel.domain.calendario import Calendario, Faixa, HorarioDeContato, JanelaDeContato

TipoDeFato = Literal["contagem", "dinheiro", "razao", "sim_nao"]

CANAIS: Final = ("messenger", "sms", "voz", "whatsapp")
HIPOTESES: Final = ("H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8")
ETAPAS: Final = 5
REINCIDENCIAS: Final = 4
NIVEIS: Final = 5

# What a criterion may ask about; the texts are the taxpayer's.
FATOS: Final[dict[str, tuple[TipoDeFato, str]]] = {
    "periodos_nao_pagos": ("contagem", "períodos não pagos nos últimos doze meses"),
    "periodos_consecutivos": ("contagem", "períodos seguidos não pagos"),
    "omissoes": ("contagem", "declarações não entregues"),
    "omissoes_com_movimento": ("contagem", "declarações não entregues em meses com notas emitidas"),
    "divergencias": ("contagem", "meses com diferença entre o que foi declarado e o que foi pago"),
    "lembretes_ignorados": ("contagem", "lembretes recebidos e sem resposta"),
    "valor_aberto": ("dinheiro", "valor em aberto"),
    "dias_atraso": ("contagem", "dias de atraso"),
    "queda_receita": ("razao", "queda da receita declarada"),
    "sem_condicoes": ("sim_nao", "informou que não tem condições de pagar agora, ou pediu parcelamento"),
    "reincidencia": ("contagem", "vezes em situação irregular"),
}


@dataclass(frozen=True, slots=True)
class Condicao:
    """A fact that reaches a minimum: a count, cents, a share, or 1 for yes."""

    fato: str
    minimo: Fraction


@dataclass(frozen=True, slots=True)
class Todos:
    """All of the criteria; of none, true: the last hypothesis takes what is left."""

    de: tuple[Criterio, ...]


@dataclass(frozen=True, slots=True)
class Algum:
    """At least one of the criteria."""

    de: tuple[Criterio, ...]


Criterio = Condicao | Todos | Algum


@dataclass(frozen=True, slots=True)
class Regra:
    """One hypothesis and what makes it hold; its place in the policy is its precedence."""

    hipotese: str
    nome: str
    criterio: Criterio


@dataclass(frozen=True, slots=True)
class Etapa:
    """A rung: earliest days after the date that `dias_atraso` counts from, and after the rung before was over."""

    etapa: int
    nome: str
    dias_de_atraso: int
    dias_apos_anterior: int


@dataclass(frozen=True, slots=True)
class CanalDoNivel:
    """A channel in its place, and how long it may take to deliver before the next has its turn."""

    canal: str
    espera_horas: int
    tentativas: int = 1
    intervalo_horas: int = 0


@dataclass(frozen=True, slots=True)
class Nivel:
    """What one rigidez does."""

    rigidez: int
    tom: str
    canais: tuple[CanalDoNivel, ...]
    tarefa: str | None
    aprovacao: str | None
    rigidez_se_recusada: int | None
    oferece_cotacao: frozenset[str]


@dataclass(frozen=True, slots=True)
class Definicoes:
    """The numbers inside the definitions of the facts."""

    janela_meses: int
    episodio_atraso_dias: int
    prescricao_anos: int
    lembrete_dias: int
    lembrete_meses: int
    sem_condicoes_dias: int
    reincidencia_meses: int
    tolerancia_centavos: int


@dataclass(frozen=True, slots=True)
class Limites:
    """Contacts of one person by local day and by days up to `data`; below the minimum nobody is called for debts alone."""

    por_dia: int
    por_janela: int
    janela_dias: int
    minimo_centavos: int


@dataclass(frozen=True, slots=True)
class Prazos:
    """Days that each suspension lasts: from the day it was told, or (promise, plan) after the day it names."""

    ja_pagou_dias: int
    contesta_dias: int
    sem_condicoes_dias: int
    promessa_dias: int
    parcelamento_dias: int


@dataclass(frozen=True, slots=True)
class Custos:
    """What a message is expected to cost, by channel, in millionths of `moeda`: for budgets and dry runs."""

    moeda: str
    micros: tuple[tuple[str, int], ...]

    def de(self, canal: str) -> int:
        return dict(self.micros).get(canal, 0)


@dataclass(frozen=True, slots=True)
class Politica:
    """A policy that passed every check of `politica_leitura.ler_politica`. `resumo` is its document's SHA-256."""

    versao: str
    resumo: str
    definicoes: Definicoes
    regras: tuple[Regra, ...]
    etapas: tuple[Etapa, ...]
    mapa: tuple[tuple[int, ...], ...]
    niveis: tuple[Nivel, ...]
    canal_de_conversa: CanalDoNivel
    limites: Limites
    horario: HorarioDeContato
    prazos: Prazos
    custos: Custos

    def rigidez(self, etapa: int, reincidencia: int) -> int:
        """The heat map's cell; 4 stands for 4 and more times."""
        return self.mapa[etapa - 1][min(reincidencia, REINCIDENCIAS) - 1]

    def nivel(self, rigidez: int) -> Nivel:
        return self.niveis[rigidez - 1]

    def espera_horas(self, rigidez: int, canal: str) -> int:
        """How long `canal` may take at this rigidez. Raises KeyError where it has no place there."""
        if canal == self.canal_de_conversa.canal:
            return self.canal_de_conversa.espera_horas
        return {c.canal: c.espera_horas for c in self.nivel(rigidez).canais}[canal]

    def janela(self, calendario: Calendario) -> JanelaDeContato:
        """When a person may be contacted under this policy."""
        return JanelaDeContato(calendario, self.horario)


def horario(fuso: str, semana: tuple[tuple[time, time] | None, ...]) -> HorarioDeContato:
    """Contact hours from pairs of local times, Monday first. Raises ValueError as `HorarioDeContato` does."""
    return HorarioDeContato(semana=tuple(Faixa(*par) if par else None for par in semana), fuso=fuso)
