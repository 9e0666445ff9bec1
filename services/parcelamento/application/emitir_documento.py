"""Documents that can be paid: of an installment, of a plan's balance, of debts; priced on the day they are issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from kernel.domain.datas import Competencia
from parcelamento.application.cotar import reabrir
from parcelamento.application.ports import PlanoEmVida, Unidade
from parcelamento.application.ports_documentos import Documento, NormasDeDocumentos
from parcelamento.domain.atualizacao import DebitoEmAberto, atualizar
from parcelamento.domain.calendarios import calendario_de
from parcelamento.domain.cotacao import consolidar
from parcelamento.domain.documento import ItemImpresso
from parcelamento.domain.documento_norma import NormaDeDocumentos, TipoDeDocumento
from parcelamento.domain.febraban import compor_barras
from parcelamento.domain.norma import Uf
from parcelamento.domain.pagamento import atrasada, quitacao_em, valor_em
from parcelamento.domain.plano import Parcela
from parcelamento.domain.reparticao import ratear
from parcelamento.errors import EstadoNaoPermite, NaoExiste, recusar

MAIOR_VALOR: Final = 99_999_999_999
"""In cents: the eleven digits that the bar code has. Source: FEBRABAN, arrecadação v07, positions 5 to 15."""


@dataclass(frozen=True, slots=True)
class Emissor:
    """Issues documents. `normas`: what each state's documents say; `estatico`: Pix by static code, whose txid is short."""

    normas: NormasDeDocumentos
    estatico: bool

    async def da_parcela(self, uow: Unidade, *, plano: UUID, numero: int, documento: UUID, autor: str) -> Documento:
        """The installment's document as of today: the one in force, if it still says the right thing, else a new one.

        Raises `NaoExiste`; `EstadoNaoPermite`: `parcelamento_encerrado`, `parcela_paga`, `quitacao_pendente`.
        """
        vivo = await _em_curso(uow, plano)
        parcela = vivo.plano.parcela(numero)
        if not parcela.aberto:
            raise EstadoNaoPermite(f"A parcela {numero} já está paga.", codigo="parcela_paga")
        # Portaria 46/2015, Anexo II, item 10: installments go on only once the document of the balance is taken back
        if any(d.vencimento >= uow.hoje for d in await uow.documentos.emitidos(plano, "quitacao", None)):
            raise EstadoNaoPermite(
                "Há um documento do saldo total em vigor: cancele-o antes de emitir o da parcela.", codigo="quitacao_pendente"
            )
        vencimento, valor, encargos = await self._preco(uow, vivo, parcela)
        em_vigor = await uow.documentos.emitidos(plano, "parcela", numero)
        if em_vigor and (em_vigor[0].valor, em_vigor[0].vencimento) == (valor + encargos, vencimento):
            return em_vigor[0]
        await uow.documentos.situar([d.documento for d in em_vigor], "substituido")
        return await self._emitir(
            uow,
            _Rascunho("parcela", vivo.plano.contribuinte, vivo.tributo, vivo.norma.norma.uf, vencimento, encargos, autor),
            [self._item(vivo, valor, f"parcela {numero}/{len(vivo.plano.parcelas)}")],
            documento=documento,
            plano=plano,
            parcela=numero,
        )

    async def da_quitacao(self, uow: Unidade, *, plano: UUID, documento: UUID, autor: str) -> Documento:
        """The document of the whole balance, payable until the end of today's business day.

        Raises `NaoExiste`, `EstadoNaoPermite` (`parcelamento_encerrado`).
        """
        vivo = await _em_curso(uow, plano)
        calendario = calendario_de(vivo.norma.norma.uf)
        dia = calendario.proximo_dia_util(uow.hoje)
        partes = quitacao_em(vivo.plano, dia, await uow.encargos.mora(vivo.norma.norma.encargos), calendario)
        valor, encargos = sum(p.valor for p in partes), sum(p.encargos for p in partes)
        em_vigor = await uow.documentos.emitidos(plano, "quitacao", None)
        if em_vigor and (em_vigor[0].valor, em_vigor[0].vencimento) == (valor + encargos, dia):
            return em_vigor[0]
        await uow.documentos.situar([d.documento for d in em_vigor], "substituido")
        return await self._emitir(
            uow,
            _Rascunho("quitacao", vivo.plano.contribuinte, vivo.tributo, vivo.norma.norma.uf, dia, encargos, autor),
            [self._item(vivo, valor, "saldo")],
            documento=documento,
            plano=plano,
        )

    async def da_cotacao(self, uow: Unidade, *, cotacao: UUID, documento: UUID, autor: str) -> Documento:
        """Single payment of all the debts of a quote, with the reduction of its plan of one installment.

        Raises `NaoExiste`, `EstadoNaoPermite` (`cotacao_vencida`, `debito_parcelado`), `DadosRecusados` (`contribuinte_ausente`,
        `parcelas_indisponiveis`).
        """
        cotada = await reabrir(uow, cotacao)
        if cotada.guardada.valida_ate < uow.hoje or cotada.pedido.data != uow.hoje:
            raise EstadoNaoPermite("A cotação não é de hoje: peça outra.", codigo="cotacao_vencida")
        if cotada.pedido.optante.id is None:
            raise recusar("cotacao", "Foi feita sem `contribuinte.id`.", codigo="contribuinte_ausente")
        unico = next((p for p in cotada.cotacao.planos if p.parcelas == 1), None)
        if unico is None:
            motivo = next((i.motivo for i in cotada.cotacao.indisponiveis if i.parcelas == 1), "sem_debitos")
            raise recusar("cotacao", f"Não há pagamento em cota única ({motivo}).", codigo="parcelas_indisponiveis")
        norma, debitos = cotada.norma.norma, {d.debito: d for d in cotada.pedido.debitos}
        documentos = self.normas(norma.uf)
        itens = [
            ItemImpresso(
                debito=c.debito,
                tributo=debitos[c.debito].tributo,
                referencia=_referencia(debitos[c.debito].fato_gerador),
                receita=documentos.receita(
                    debitos[c.debito].tributo, parcelado=False, divida_ativa=debitos[c.debito].divida_ativa
                ),
                principal=c.principal,
                multa=c.multa_reduzida,
                juros=c.juros_reduzidos,
                honorarios=c.honorarios,
            )
            for c in consolidar(cotada.pedido, norma, 1)
        ]
        rascunho = _Rascunho("cota_unica", cotada.pedido.optante.id, _unico(itens), norma.uf, unico.vencimentos[0], 0, autor)
        return await self._cota_unica(uow, rascunho, itens, documento)

    async def dos_debitos(
        self,
        uow: Unidade,
        *,
        contribuinte: str,
        uf: Uf,
        regra: str,
        debitos: Sequence[Mapping[str, Any]],
        documento: UUID,
        autor: str,
    ) -> Documento:
        """Single payment of debts, each with the charges of today by `regra`, or with those that it came with.

        Raises what the rule does (`SelicAusente`, `SemVersaoVigente`); `EstadoNaoPermite` (`debito_parcelado`); and
        `DadosRecusados` where there is nothing to pay.
        """
        calendario = calendario_de(uf)
        dia = calendario.proximo_dia_util(uow.hoje)
        de_encargos, selic = await uow.encargos.regra(regra), await uow.encargos.selic()
        norma = self.normas(uf)
        itens = []
        for d in debitos:
            em_aberto = DebitoEmAberto(
                debito=d["debito"], principal=d["principal"], vencimento=d["vencimento"], multa=d["multa"], juros=d["juros"]
            )
            atual = atualizar(em_aberto, dia, de_encargos, selic, calendario=calendario)
            receita = norma.receita(d["tributo"], parcelado=False, divida_ativa=d["divida_ativa"])
            itens.append(
                ItemImpresso(d["debito"], d["tributo"], d["referencia"], receita, atual.principal, atual.multa, atual.juros, 0)
            )
        if not sum(item.total for item in itens):
            raise recusar("debitos", "Não há o que pagar.", codigo="nada_a_pagar")
        return await self._cota_unica(
            uow, _Rascunho("cota_unica", contribuinte, _unico(itens), uf, dia, 0, autor), itens, documento
        )

    async def _cota_unica(self, uow: Unidade, rascunho: _Rascunho, itens: Sequence[ItemImpresso], documento: UUID) -> Documento:
        """Of the same debts one document is in force: asked for twice, nobody pays them twice."""
        debitos = {item.debito for item in itens}
        if presos := await uow.planos.em_plano_ativo(rascunho.contribuinte, sorted(debitos)):
            raise EstadoNaoPermite(
                f"Estão em parcelamento ativo: {', '.join(presos[:5])}{'…' if len(presos) > 5 else ''}. "
                "Pague as parcelas, ou peça o documento do saldo do parcelamento.",
                codigo="debito_parcelado",
            )
        iguais = [d for d in await uow.documentos.cotas_unicas(rascunho.contribuinte) if {i.debito for i in d.itens} == debitos]
        for d in iguais:
            if (d.itens, d.vencimento, d.uf) == (tuple(itens), rascunho.vencimento, rascunho.uf):
                return d
        await uow.documentos.situar([d.documento for d in iguais], "substituido")
        return await self._emitir(uow, rascunho, itens, documento=documento)

    async def _preco(self, uow: Unidade, vivo: PlanoEmVida, parcela: Parcela) -> tuple[date, int, int]:
        """Due date, value and charges of an installment as of today; a late one is priced for today's business day."""
        calendario = calendario_de(vivo.norma.norma.uf)
        if not atrasada(parcela, uow.hoje, calendario):
            return parcela.vencimento, parcela.aberto, 0
        dia = calendario.proximo_dia_util(uow.hoje)
        mora = await uow.encargos.mora(vivo.norma.norma.encargos)
        return dia, *valor_em(parcela, dia, mora, calendario)

    def _item(self, vivo: PlanoEmVida, valor: int, referencia: str) -> ItemImpresso:
        itens = vivo.plano.itens
        principal, multa, juros, honorarios = ratear(
            valor,
            (
                sum(i.principal for i in itens),
                sum(i.multa_reduzida for i in itens),
                sum(i.juros_reduzidos for i in itens),
                sum(i.honorarios for i in itens),
            ),
        )
        receita = self.normas(vivo.norma.norma.uf).receita(vivo.tributo, parcelado=True, divida_ativa=bool(honorarios))
        return ItemImpresso(str(vivo.plano.plano), vivo.tributo, referencia, receita, principal, multa, juros, honorarios)

    async def _emitir(
        self,
        uow: Unidade,
        rascunho: _Rascunho,
        itens: Sequence[ItemImpresso],
        *,
        documento: UUID,
        plano: UUID | None = None,
        parcela: int | None = None,
    ) -> Documento:
        norma = self.normas(rascunho.uf)
        numero = await uow.documentos.proximo_numero()
        valor = sum(item.total for item in itens) + rascunho.encargos
        if valor > MAIOR_VALOR:
            raise recusar("debitos", "O total não cabe em um documento: separe os débitos.", codigo="valor_excedido")
        barras = compor_barras(valor, rascunho.vencimento, numero, norma.empresa, norma.identificador)
        feito = Documento(
            documento=documento,
            nosso_numero=numero,
            tipo=rascunho.tipo,
            plano=plano,
            parcela=parcela,
            contribuinte=rascunho.contribuinte,
            tributo=rascunho.tributo,
            uf=rascunho.uf,
            valor=valor,
            encargos=rascunho.encargos,
            vencimento=rascunho.vencimento,
            barras=barras.codigo,
            linha=barras.linha,
            txid=txid(documento, numero, norma, estatico=self.estatico),
            pix=None,
            situacao="emitido",
            itens=tuple(itens),
            emitido_em=uow.agora,
            autor=rascunho.autor,
        )
        await uow.documentos.guardar(feito)
        return feito


@dataclass(frozen=True, slots=True)
class _Rascunho:
    """What a document is about, before it has a number."""

    tipo: TipoDeDocumento
    contribuinte: str
    tributo: str | None
    uf: Uf
    vencimento: date
    encargos: int
    autor: str


async def cancelar_quitacao(uow: Unidade, plano: UUID) -> None:
    """Takes back the document of the balance. Paid all the same, the money counts."""
    await _em_curso(uow, plano)
    em_vigor = await uow.documentos.emitidos(plano, "quitacao", None)
    await uow.documentos.situar([d.documento for d in em_vigor], "cancelado")


def txid(documento: UUID, numero: int, norma: NormaDeDocumentos, *, estatico: bool) -> str:
    """How a Pix names the document: a charge's id, or the 25 characters at most of a static code."""
    return f"{norma.uf}{norma.rotulo}{numero:017d}" if estatico else documento.hex


async def _em_curso(uow: Unidade, plano: UUID) -> PlanoEmVida:
    vivos = await uow.planos.travar([plano])
    if not vivos:
        raise NaoExiste("Não há parcelamento com este identificador.")
    if not vivos[0].plano.em_curso:
        raise EstadoNaoPermite(f"O parcelamento está {vivos[0].plano.situacao}.", codigo="parcelamento_encerrado")
    return vivos[0]


def _referencia(mes: Competencia) -> str:
    return f"{mes.mes:02d}/{mes.ano}"


def _unico(itens: Sequence[ItemImpresso]) -> str | None:
    """The tax of all of them, if it is one."""
    tributos = {item.tributo for item in itens}
    return tributos.pop() if len(tributos) == 1 else None
