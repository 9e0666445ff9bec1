"""Somebody pays: the charge is settled and its notices become due."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kernel.domain.calendario import Calendario
from simulador.application.registro import Registro
from simulador.application.registro_pix import RegistroPix
from simulador.domain.pix import ATIVA, FUSO, CobrancaPix, PixPago
from simulador.domain.sorteio import Sorteio
from simulador.domain.valor_pix import Composicao, compor, decimal, ultimo_dia
from simulador.errors import EntradaInvalida

_CAMPOS = ("txid", "location", "chave", "valor", "vezes", "em")
_VALOR = re.compile(r"[0-9]{1,10}\.[0-9]{2}")
_TXID = re.compile(r"[a-zA-Z0-9]{1,25}")
_VEZES_NO_MAXIMO = 1000
# what our own side must never keep or log: it is in every payment, so that a leak shows
INFO = "texto livre do pagador"


@dataclass(frozen=True, slots=True)
class _Ordem:
    """What is to be paid, read. cobranca None: a static QR Code, which no charge stands behind."""

    cobranca: CobrancaPix | None
    txid: str
    chave: str
    valor: str | None
    vezes: int
    em: datetime


class PagarPix:
    """`POST /pix/pagar`. vezes: as many payments of the same charge, which providers do let through when payers press at once."""

    def __init__(
        self,
        registro: RegistroPix,
        mensagens: Registro,
        *,
        agora: Callable[[], datetime],
        novo_id: Callable[[], str],
        agendar: Callable[[PixPago], None],
    ) -> None:
        self._registro = registro
        self._mensagens = mensagens
        self._agora = agora
        self._novo_id = novo_id
        self._agendar = agendar
        self._calendario = Calendario.bancario()

    def __call__(self, dados: object) -> list[PixPago]:
        """`{"txid"|"location", "valor"?, "vezes"?, "em"?}`; with `chave`, a static QR Code's txid and amount.

        The amount is the charge's on that day where none is given. Raises EntradaInvalida.
        """
        ordem = self._ler(dados)
        partes = self._partes(ordem)
        valor = ordem.valor or decimal(partes.final if partes else 0)
        pagos = []
        for _ in range(ordem.vezes):
            pix = self._pix(ordem, valor, partes)
            self._registro.pagar(pix)
            guardado = self._registro.pagos[pix.end_to_end]
            self._agendar(guardado)
            pagos.append(guardado)
        return pagos

    def _ler(self, dados: object) -> _Ordem:
        if not isinstance(dados, Mapping):
            raise EntradaInvalida(("", "o corpo deve ser um objeto JSON"))
        erros = [(str(nome), f"campo desconhecido; use {', '.join(_CAMPOS)}") for nome in dados if nome not in _CAMPOS]
        valor, vezes, em = dados.get("valor"), dados.get("vezes", 1), self._instante(dados.get("em"))
        if valor is not None and not (isinstance(valor, str) and _VALOR.fullmatch(valor) and valor.strip("0.")):
            erros.append(("valor", 'deve ser um texto maior que zero, como "123.45"'))
        if isinstance(vezes, bool) or not isinstance(vezes, int) or not 1 <= vezes <= _VEZES_NO_MAXIMO:
            erros.append(("vezes", f"deve ser um número inteiro de 1 a {_VEZES_NO_MAXIMO}"))
        if em is None:
            erros.append(("em", "deve ser um instante ISO 8601 com fuso, como 2026-11-23T09:00:00-03:00"))
        if erros or em is None:
            raise EntradaInvalida(*erros)
        if "chave" in dados:
            return self._estatico(dados, valor, vezes, em)
        cobranca = self._achar(dados)
        return _Ordem(cobranca, cobranca.txid, cobranca.pedido["chave"], valor, vezes, em)

    def _instante(self, texto: object) -> datetime | None:
        if texto is None:
            return self._agora()
        try:
            lido = datetime.fromisoformat(texto) if isinstance(texto, str) else None
        except ValueError:
            return None
        return lido if lido is not None and lido.tzinfo is not None and 1900 < lido.year < 2200 else None

    @staticmethod
    def _estatico(dados: Mapping[str, Any], valor: str | None, vezes: int, em: datetime) -> _Ordem:
        txid, chave = dados.get("txid"), dados["chave"]
        erros = []
        if not isinstance(txid, str) or not _TXID.fullmatch(txid):
            erros.append(("txid", "o QR Code estático tem de 1 a 25 letras e dígitos"))
        if not isinstance(chave, str) or not 1 <= len(chave) <= 77:
            erros.append(("chave", "deve ser um texto de até 77 caracteres"))
        if valor is None:
            erros.append(("valor", "é obrigatório no QR Code estático"))
        if erros:
            raise EntradaInvalida(*erros)
        return _Ordem(None, str(txid), str(chave), valor, vezes, em)

    def _achar(self, dados: Mapping[str, Any]) -> CobrancaPix:
        if ("txid" in dados) == ("location" in dados):
            raise EntradaInvalida(("txid", "informe txid ou location, e só um deles"))
        nome = "txid" if "txid" in dados else "location"
        dado = dados[nome] if isinstance(dados[nome], str) else ""
        registro = self._registro
        cobranca = registro.cobrancas.get(dado) if nome == "txid" else registro.por_acesso.get(dado.rpartition("/")[2])
        if cobranca is None:
            raise EntradaInvalida((nome, "não há cobrança assim"))
        if cobranca.status != ATIVA:
            raise EntradaInvalida((nome, f"a cobrança não pode ser paga: {cobranca.status}"))
        return cobranca

    def _partes(self, ordem: _Ordem) -> Composicao | None:
        cobranca = ordem.cobranca
        if cobranca is None:
            return None
        dia = ordem.em.astimezone(FUSO).date()
        if dia > ultimo_dia(cobranca.vencimento, cobranca.validade_dias, self._calendario):
            raise EntradaInvalida(("em", "passou o último dia em que a cobrança pode ser paga"))
        return compor(cobranca.pedido["valor"], cobranca.vencimento, dia, self._calendario)

    def _pix(self, ordem: _Ordem, valor: str, partes: Composicao | None) -> PixPago:
        geral = self._mensagens.comportamento
        c = geral.canais["pix"]
        sorteio = Sorteio(geral.semente, "pix-aviso", self._registro.proximo_pagamento)
        atraso_ms = sorteio.entre(*c.latencia_ms)
        descarta, duplica = sorteio.acontece(c.descartar), sorteio.acontece(c.duplicar)
        adia, agrupa = sorteio.acontece(c.reordenar), sorteio.acontece(c.agrupar)
        avisa = ordem.chave in self._registro.webhooks and not descarta
        em = ordem.em.astimezone(UTC)
        return PixPago(
            end_to_end=f"E00000000{em:%Y%m%d%H%M}{self._novo_id()[:11]}",
            txid=ordem.txid,
            chave=ordem.chave,
            valor=valor,
            horario=em.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            componentes=_componentes(valor, partes),
            info=INFO,
            a_enviar=1 + duplica if avisa else 0,
            atraso_ms=atraso_ms,
            adiado=adia,
            agrupado=agrupa,
        )


def _componentes(valor: str, partes: Composicao | None) -> dict[str, Any]:
    """componentesValor; just the amount where it is not the charge's."""
    if partes is None or decimal(partes.final) != valor:
        return {"original": {"valor": valor}}
    nomes = ("multa", "juros", "abatimento", "desconto")
    somados = {nome: {"valor": decimal(getattr(partes, nome))} for nome in nomes if getattr(partes, nome)}
    return {"original": {"valor": decimal(partes.original)}, **somados}
