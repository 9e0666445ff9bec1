"""The registry cannot rot: names, versions, topics, and no personal data in events."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections import defaultdict
from importlib import import_module

import pytest
from pydantic import BaseModel

import schemas
from schemas.compatibilidade import forma_de
from schemas.esquema import esquema_do_evento
from schemas.evento import Dados
from schemas.gerar import paginas_escritas
from schemas.registro import EVENTOS, POR_TIPO

CADA_EVENTO = pytest.mark.parametrize("evento", EVENTOS, ids=lambda evento: evento.tipo)
TIPO = re.compile(r"cobranca\.(?P<assunto>[a-z_]+)\.(?P<fato>[a-z_]+)\.v(?P<versao>[1-9][0-9]*)")

# the types of the outer interface's Events table
TIPOS = {
    "divida": "classificada regularizada suspensa contestada pagamento_alegado prometida sem_condicoes_declarada",
    "acionamento": "emitido cancelado retido",
    "entrega": "atualizada",
    "tarefa": "solicitada",
    "mensagem": "recebida",
    "resposta": "solicitada",
    "conversa": "transbordada encerrada",
    "contato": "alterado nao_reconhecido",
    "pagamento": "confirmado",
    "parcelamento": "formalizado ativado parcela_vencida em_risco cancelado quitado",
}

PESSOAIS = frozenset(
    {
        *("telefone", "celular", "fone", "email", "endereco", "logradouro", "bairro", "cep"),
        *("documento", "cpf", "cnpj", "rg", "cnh", "inscricao", "placa", "renavam", "chassi"),
        *("nome", "sobrenome", "nascimento", "mae", "pai", "texto"),
    }
)
PERMITIDOS = {
    ("cobranca.mensagem.recebida.v1", "data.texto"): "what the person wrote; the topic is kept 24 hours",
    ("cobranca.resposta.solicitada.v1", "data.texto"): "what is answered; the topic is kept 24 hours",
    ("cobranca.resposta.solicitada.v1", "data.documento"): "the address of a file to attach, not a CPF or CNPJ",
}


def test_registro_tem_exatamente_os_tipos_da_interface() -> None:
    versoes_1 = {f"cobranca.{assunto}.{fato}.v1" for assunto, fatos in TIPOS.items() for fato in fatos.split()}
    assert {tipo for tipo in POR_TIPO if tipo.endswith(".v1")} == versoes_1


def test_nenhum_tipo_se_repete() -> None:
    assert len(POR_TIPO) == len(EVENTOS)


def test_toda_classe_de_evento_esta_no_registro() -> None:
    modulos = [
        import_module(f"schemas.{modulo.name}") for modulo in pkgutil.iter_modules(schemas.__path__) if modulo.name != "gerar"
    ]
    classes = {
        classe for modulo in modulos for _, classe in inspect.getmembers(modulo, inspect.isclass) if issubclass(classe, Dados)
    }
    assert {classe for classe in classes if "tipo" in vars(classe)} == set(EVENTOS)


@CADA_EVENTO
def test_tipo_segue_a_forma(evento: type[Dados]) -> None:
    assert TIPO.fullmatch(evento.tipo)
    assert evento.__doc__


def test_versoes_nao_tem_lacuna() -> None:
    versoes = defaultdict(list)
    for tipo in POR_TIPO:
        assunto, _, versao = tipo.rpartition(".v")
        versoes[assunto].append(int(versao))
    assert {assunto: lista for assunto, lista in versoes.items() if sorted(lista) != list(range(1, len(lista) + 1))} == {}


@CADA_EVENTO
def test_tipo_esta_exatamente_nos_topicos_das_paginas(evento: type[Dados]) -> None:
    paginas = {pagina.topico for pagina in paginas_escritas() if evento.tipo in {linha.tipo for linha in pagina.eventos}}
    assert paginas == set(evento.topicos)


def test_pagina_nao_tem_tipo_fora_do_registro() -> None:
    assert {linha.tipo for pagina in paginas_escritas() for linha in pagina.eventos} <= set(POR_TIPO)


@CADA_EVENTO
def test_evento_nao_leva_dado_pessoal(evento: type[Dados]) -> None:
    campos = [caminho for caminho in forma_de(esquema_do_evento(evento)) if caminho.startswith("data.")]
    suspeitos = {caminho for caminho in campos if PESSOAIS & set(caminho.rpartition(".")[2].split("_"))}
    assert {caminho for caminho in suspeitos if (evento.tipo, caminho) not in PERMITIDOS} == set()


def test_excecoes_de_dado_pessoal_existem_e_so_ficam_um_dia() -> None:
    retencao = {linha.tipo: pagina.retencao_dias for pagina in paginas_escritas() for linha in pagina.eventos}
    for tipo, caminho in PERMITIDOS:
        assert caminho in forma_de(esquema_do_evento(POR_TIPO[tipo]))
        assert retencao[tipo] == 1


@CADA_EVENTO
def test_evento_e_imutavel_e_fechado(evento: type[BaseModel]) -> None:
    assert evento.model_config.get("frozen") is True
    assert evento.model_config.get("extra") == "forbid"
