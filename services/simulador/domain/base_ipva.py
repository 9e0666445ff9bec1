"""A block of vehicle owners: vehicles, the IPVA of this year and the two before, and who leaves it unpaid.

Owners are drawn in random order until the unpaid value reaches the share asked for; an owner of two vehicles pays both or
none, since paying one alone would read as a divergência.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from simulador.domain.base_bloco import Bloco, Parametros
from simulador.domain.base_calendario import Prazo, prazo_ipva
from simulador.domain.base_contribuinte import Cadastro, escrever_ipva
from simulador.domain.base_frota import Conduta, Frota, Veiculo, condutas
from simulador.domain.base_identificador import placa, renavam
from simulador.domain.base_ipva_linhas import EmissorIpva
from simulador.domain.base_sorteio import QUANTIS, gerador, tabela_lognormal
from simulador.domain.base_texto import MODELOS

TAMANHO = 5_000
ANOS = 3
MEDIANA_CENTAVOS, SIGMA = 90_000, 0.7
MENOR_VALOR = 12_000
MAXIMO_DE_VEICULOS = 3
# first Mercosul plates in Brazil: Alagoas changed over in 2020
ANO_MERCOSUL = 2020


@dataclass(frozen=True, slots=True)
class PlanejadorIpva:
    """What all IPVA blocks of one base share."""

    parametros: Parametros
    tabela: Sequence[int]
    calendario: Mapping[int, Sequence[Prazo]]

    @classmethod
    def de(cls, parametros: Parametros) -> PlanejadorIpva:
        ano = parametros.hoje.year
        anos = [*range(ano - ANOS + 1, ano + 1), ano - 4, ano - 7]
        return cls(
            parametros=parametros,
            tabela=tabela_lognormal(MEDIANA_CENTAVOS, SIGMA),
            calendario={a: tuple(prazo_ipva(a, final, parametros.hoje) for final in range(10)) for a in anos},
        )

    def blocos(self) -> Iterator[Bloco]:
        """The vehicle owners in order of id, `TAMANHO` at a time."""
        emissor = EmissorIpva(self.parametros.hoje, self.calendario)
        for inicio in range(0, self.parametros.ipva, TAMANHO):
            yield self._bloco(inicio, min(inicio + TAMANHO, self.parametros.ipva), emissor)

    def _bloco(self, inicio: int, fim: int, emissor: EmissorIpva) -> Bloco:
        sorteio = gerador(self.parametros.semente, "ipva", inicio)
        frotas = [self._frota(posicao, sorteio) for posicao in range(inicio, fim)]
        quais = condutas(frotas, self.parametros.inadimplencia_ipva, sorteio)
        bloco = Bloco()
        for posicao, frota, conduta in zip(range(inicio, fim), frotas, quais, strict=True):
            total_icms = self.parametros.icms
            cadastro = escrever_ipva(bloco, total_icms + posicao, posicao, total_icms, sorteio)
            _escrever_veiculos(cadastro, frota)
            emissor.escrever_ano(cadastro, frota, conduta)
            emissor.escrever_anteriores(cadastro, frota, faltoso=conduta is Conduta.ABERTO)
        return bloco

    def _frota(self, posicao: int, sorteio: Random) -> list[Veiculo]:
        """One vehicle for 88 owners in 100, else two or three, up to 14 years old."""
        sorte = sorteio.getrandbits(8)
        quantos = 1 if sorte < 225 else 2 if sorte < 250 else MAXIMO_DE_VEICULOS
        return [self._veiculo(posicao * MAXIMO_DE_VEICULOS + k, sorteio) for k in range(quantos)]

    def _veiculo(self, numero: int, sorteio: Random) -> Veiculo:
        bits = sorteio.getrandbits(24)
        ano = self.parametros.hoje.year - (bits & 0xFFFF) % 15
        # a quarter of the older vehicles have changed plates
        mercosul = ano >= ANO_MERCOSUL or bits >> 16 < 64
        imposto = max(MENOR_VALOR, self.tabela[sorteio.randrange(QUANTIS)])
        return Veiculo(numero, placa(numero, mercosul=mercosul), ano, imposto)


def _escrever_veiculos(cadastro: Cadastro, frota: Frota) -> None:
    for veiculo in frota:
        modelo = MODELOS[cadastro.sorteio.randrange(len(MODELOS))]
        cadastro.bloco.veiculos.append(
            f"{renavam(veiculo.numero)};{veiculo.placa};{cadastro.contribuinte};{modelo};{veiculo.ano}\n"
        )
