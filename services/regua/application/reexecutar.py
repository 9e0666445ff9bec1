"""A stored decision executed again from its inputs alone, to the byte."""

from __future__ import annotations

from dataclasses import dataclass

from regua.application.ports_ciclo import RegrasDoCiclo
from regua.domain import aviso, insumos
from regua.domain.decisao import Reexecucao, reexecutar
from regua.domain.evidencia import Classificacao, classificar
from regua.domain.fatos import FATOS_DO_CASO


@dataclass(frozen=True, slots=True)
class DecisaoGuardada:
    """A row of `decisao`. `resumo`: SHA-256 of `insumos`, in hexadecimal."""

    resultado: str
    motivo: str | None
    hipotese: str
    etapa: int
    reincidencia: int
    rigidez: int
    insumos: str
    resumo: str


@dataclass(frozen=True, slots=True)
class Conferencia:
    """Whether the decision comes out the same, with the hash of the inputs as written again."""

    igual: bool
    hash: str


async def reexecutar_decisao(regras: RegrasDoCiclo, guardada: DecisaoGuardada) -> Conferencia:
    """Executes `guardada` again under the policy that its inputs name, by hash.

    `igual`: the same result, class, rung and firmness, and inputs that are written again byte by byte. Raises
    PoliticaAusente, and ValueError for inputs that are none of ours.
    """
    feita = await _de_novo(regras, guardada.insumos)
    campos = ("resultado", "motivo", "hipotese", "etapa", "reincidencia", "rigidez", "insumos", "resumo")
    igual = all(getattr(feita, campo) == getattr(guardada, campo) for campo in campos)
    return Conferencia(igual, feita.resumo)


async def _de_novo(regras: RegrasDoCiclo, guardados: str) -> Reexecucao:
    lido = aviso.ler(guardados)
    if lido is None:
        resumo = insumos.ler(guardados).item(0, "politica_resumo")
        return reexecutar(guardados, await regras.politica_por_resumo(resumo))
    situacao, resumo = lido
    politica = await regras.politica_por_resumo(resumo)
    feito = aviso.decidir(situacao, politica)
    texto, resumo_do_texto = aviso.escrever(situacao, politica)
    return Reexecucao(
        resultado=feito.resultado,
        motivo=feito.motivo,
        hipotese=situacao.hipotese,
        etapa=aviso.ETAPA,
        reincidencia=situacao.reincidencia,
        rigidez=aviso.RIGIDEZ,
        insumos=texto,
        resumo=resumo_do_texto,
    )


async def explicar_decisao(regras: RegrasDoCiclo, guardados: str) -> Classificacao:
    """Why a stored decision (its `insumos`) took its class, by the policy of then. Raises as `reexecutar_decisao`."""
    lido = aviso.ler(guardados)
    if lido is not None:
        return aviso.classificacao(lido[0], await regras.politica_por_resumo(lido[1]))
    linha = insumos.ler(guardados).row(0, named=True)
    politica = await regras.politica_por_resumo(linha["politica_resumo"])
    return classificar({fato: linha[fato] for fato in FATOS_DO_CASO}, politica)
