"""Who the taxpayers of the synthetic base are: documents, names, places; some persons hold more than one registration."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from simulador.domain.base_bloco import Bloco, id_contribuinte
from simulador.domain.base_contato import escrever_contatos
from simulador.domain.base_identificador import cnpj, cpf, inscricao_estadual, raiz_cnpj
from simulador.domain.base_sorteio import reais
from simulador.domain.base_texto import (
    BENEFICIOS,
    CNAE_PRODUTOR_RURAL,
    MUNICIPIOS,
    RAMOS,
    endereco_postal,
    nome_empresa,
    nome_pessoa,
)

# one ICMS registration in 17 is a branch of the one before it, and one in 31 is a rural producer with a CPF
CICLO_FILIAL = 17
CICLO_PRODUTOR = 31
# one IPVA registration in 40 belongs to a person who is also an ICMS taxpayer
CICLO_FROTA = 40
ORDEM_FROTA = 51
TIPO_IE = {"normal": "0", "simples": "8", "mei": "7"}
TIPO_IE_PRODUTOR = "3"


@dataclass(frozen=True, slots=True)
class Cadastro:
    """A taxpayer being written: what the other files repeat, the block that takes the lines, and its generator."""

    contribuinte: str
    agencia: str
    regime: str
    bloco: Bloco
    sorteio: Random


def produtor_rural(indice: int) -> bool:
    """Whether the ICMS taxpayer at `indice` is a person with a CPF; never a branch or a head office with branches."""
    return indice % CICLO_PRODUTOR == 3 and indice % CICLO_FILIAL not in (0, CICLO_FILIAL - 1)


def documento_icms(indice: int) -> str:
    """CPF of a rural producer, else the CNPJ; a branch carries the root of the registration before it."""
    if produtor_rural(indice):
        return cpf(indice)
    if indice and indice % CICLO_FILIAL == 0:
        return cnpj(raiz_cnpj(indice - 1), 2)
    return cnpj(raiz_cnpj(indice), 1)


def documento_ipva(indice: int, posicao: int, total_icms: int) -> str:
    """The CPF of the vehicle owner at `posicao` among IPVA's; for one in 40, a person known from ICMS."""
    empresa, resto = divmod(posicao, CICLO_FROTA)
    if resto != 7:
        return cpf(indice)
    if empresa >= total_icms:
        return cnpj(raiz_cnpj(indice), 1)
    if produtor_rural(empresa):
        return cpf(empresa)
    raiz = documento_icms(empresa)[:8]
    return cnpj(raiz, ORDEM_FROTA + empresa % CICLO_FILIAL)


def escrever_icms(bloco: Bloco, indice: int, regime: str, receita: int, sorteio: Random) -> Cadastro:
    """Appends the taxpayer and the contacts; `receita` is last year's gross revenue in cents."""
    id_ = id_contribuinte(indice)
    produtor = produtor_rural(indice)
    cidade, cep, agencia = MUNICIPIOS[sorteio.randrange(len(MUNICIPIOS))]
    ramo, cnae = RAMOS[sorteio.randrange(len(RAMOS))]
    texto = sorteio.getrandbits(32)
    nome = nome_pessoa(texto) if produtor else nome_empresa(texto, ramo, mei=regime == "mei")
    bloco.contribuintes.append(
        f"{id_};{documento_icms(indice)};{nome};{'PF' if produtor else 'PJ'};{regime};{cidade};"
        f"{CNAE_PRODUTOR_RURAL if produtor else cnae};"
        f"{inscricao_estadual(indice, TIPO_IE_PRODUTOR if produtor else TIPO_IE[regime])};{reais(receita)};"
        f"{_beneficios(regime, texto)}\n"
    )
    postal = endereco_postal(sorteio.getrandbits(32), cidade, cep)
    escrever_contatos(bloco, id_, indice, postal, sorteio=sorteio, empresa=True)
    return Cadastro(id_, agencia, regime, bloco, sorteio)


def _beneficios(regime: str, sorte: int) -> str:
    """One company of the normal regime in eight holds a tax benefit, one in 64 two."""
    if regime != "normal" or sorte & 7:
        return ""
    primeiro = sorte >> 8 & 3
    return BENEFICIOS[primeiro] if sorte & 56 else f"{BENEFICIOS[primeiro]}|{BENEFICIOS[4]}"


def escrever_ipva(bloco: Bloco, indice: int, posicao: int, total_icms: int, sorteio: Random) -> Cadastro:
    """Appends the vehicle owner and the contacts."""
    id_ = id_contribuinte(indice)
    cidade, cep, agencia = MUNICIPIOS[sorteio.randrange(len(MUNICIPIOS))]
    documento = documento_ipva(indice, posicao, total_icms)
    pessoa = len(documento) == 11
    texto = sorteio.getrandbits(32)
    nome = nome_pessoa(texto) if pessoa else nome_empresa(texto, "Locadora", mei=False)
    bloco.contribuintes.append(f"{id_};{documento};{nome};{'PF' if pessoa else 'PJ'};nenhum;{cidade};;;;\n")
    postal = endereco_postal(sorteio.getrandbits(32), cidade, cep)
    escrever_contatos(bloco, id_, indice, postal, sorteio=sorteio, empresa=False)
    return Cadastro(id_, agencia, "nenhum", bloco, sorteio)
