"""The bank's return file, from upload's end to payments matched and told of, beside a bare COPY of the same columns.

    python -m tests.bench.retorno [--linhas N]

The largest file that the layout can count: 999,997 payments, and the two records around them. Nine in ten match a document;
one document in ten is of a plan, the others of one debt or, one in five, of two. The load runs in a process of its own, so
that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from kernel.cargas import registro
from kernel.cargas.armazem import Armazem
from kernel.cargas.execucao import TrabalhadorDeCargas
from kernel.clock import RelogioFixo
from kernel.metrics import Metricas
from kernel.persistence.banco import Banco, Conexao, abrir_banco
from kernel.persistence.migracoes import migrar
from kernel.persistence.servidor import servidor_embutido
from parcelamento.adapters.outbound.retorno_arquivo import TipoRetorno
from parcelamento.adapters.outbound.retorno_carga import DestinoRetorno
from parcelamento.domain.febraban import compor_barras
from parcelamento.domain.retorno import MAIS_REGISTROS, Cabecalho, PagamentoDoRetorno, escrever
from tests.bench.medida import Medida

LINHAS: Final = MAIS_REGISTROS - 2
META_LINHAS_POR_S: Final = 20_000
LIMITE_MEMORIA_MIB: Final = 300
_RAIZ: Final = Path(__file__).parents[2]
_AGORA: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
_DIA: Final = date(2026, 11, 20)
_SEM_DOCUMENTO: Final = 10
_BARE: Final = "linha bigint, pagamento uuid, nsr bigint, pago_em date, creditado_em date, barras char(44), valor bigint"


async def executar(url: str, dados: Path) -> dict[str, Any]:
    """Runs the load that waits and measures it."""
    async with abrir_banco(url, aplicacao="bench") as banco:
        trabalhador = TrabalhadorDeCargas(
            banco=banco,
            sala="parcelamento",
            destinos=[DestinoRetorno()],
            armazem=Armazem(dados, "parcelamento"),
            relogio=RelogioFixo(_AGORA),
            metricas=Metricas(),
        )
        antes_mib, inicio = _pico_mib(), time.perf_counter()
        await trabalhador.executar_pendentes()
        segundos = time.perf_counter() - inicio
        async with banco.conexao() as con:
            carga = await con.fetchrow("select estado, aceitos, motivo from parcelamento.carga where tipo = 'retorno'")
            estados = await con.fetch("select estado, count(*) from parcelamento.pagamento group by 1")
            eventos = await con.fetchval("select count(*) from parcelamento.outbox")
    assert carga is not None
    return {
        "segundos": segundos,
        "antes_mib": antes_mib,
        "pico_mib": _pico_mib(),
        "carga": dict(carga),
        "pagamentos": {str(estado): quantos for estado, quantos in estados},
        "eventos": eventos,
    }


def _pico_mib() -> float:
    # not getrusage: what it says of a new process begins with its parent's peak
    [linha] = [linha for linha in Path("/proc/self/status").read_text().splitlines() if linha.startswith("VmHWM:")]
    return int(linha.split()[1]) / 1024


async def medir() -> list[Medida]:
    """The largest file there can be."""
    return await asyncio.to_thread(medir_arquivo, LINHAS)


def medir_arquivo(linhas: int) -> list[Medida]:
    """The figures of a file of `linhas` payments. Starts event loops of its own: call it outside of one."""
    with tempfile.TemporaryDirectory(prefix="bench-retorno-") as pasta:
        Path(pasta).chmod(0o755)
        with servidor_embutido(Path(pasta)) as servidor:
            caminho = asyncio.run(_preparar(servidor.url, Path(pasta), linhas))
            nua_s = asyncio.run(_copia_nua(servidor.url, caminho))
            comando = [sys.executable, "-m", "tests.bench.retorno", "--executar", servidor.url, "--dados", pasta]
            saida = subprocess.run(comando, check=True, stdout=subprocess.PIPE, text=True, cwd=_RAIZ)  # noqa: S603
    medido = json.loads(saida.stdout)
    print(json.dumps({**medido, "copia_nua_s": nua_s, "linhas": linhas}, ensure_ascii=False), file=sys.stderr)  # noqa: T201
    if medido["carga"]["aceitos"] != linhas:
        raise RuntimeError(f"the load did not take it all: {medido}")
    return _tabela(medido, linhas, nua_s)


def _tabela(medido: dict[str, Any], linhas: int, nua_s: float) -> list[Medida]:
    por_s, nua_por_s, pico = linhas / medido["segundos"], linhas / nua_s, medido["pico_mib"]
    meta = f"{META_LINHAS_POR_S}/s ou 0,50 de COPY"
    parte = pico / LIMITE_MEMORIA_MIB
    return [
        Medida("retorno: linhas carregadas, contra COPY nu", por_s, "linhas/s", nua_por_s, por_s / nua_por_s, meta),
        Medida("retorno: pico de memória", pico, "MiB", LIMITE_MEMORIA_MIB, parte, f"menos de {LIMITE_MEMORIA_MIB}"),
    ]


async def _preparar(url: str, pasta: Path, linhas: int) -> Path:
    """The documents, and the file as an upload leaves it."""
    await migrar(url, sala="parcelamento", pasta=_RAIZ / "services" / "parcelamento" / "migrations")
    armazem, carga, resumo = Armazem(pasta, "parcelamento"), uuid4(), sha256()
    with armazem.criar(carga) as arquivo:
        for parte in escrever(Cabecalho("00012345", "SEFAZ", 1, "BANCO", _DIA, 1), _pagamentos(linhas)):
            arquivo.write(parte)
            resumo.update(parte)
    armazem.guardar(carga)
    async with abrir_banco(url, aplicacao="bench") as banco:
        await _documentar(banco, linhas)
        async with banco.transacao() as con:
            await registro.registrar(
                con, "parcelamento", carga=carga, tipo="retorno", resumo=resumo.digest(), agora=_AGORA, traceparent=None
            )
    return armazem.caminho(carga)


def _codigo(n: int) -> str:
    return compor_barras(1000 + n, _DIA, n, "0000").codigo


def _pagamentos(linhas: int) -> Iterator[PagamentoDoRetorno]:
    return (PagamentoDoRetorno(n, date(2026, 11, 19), _DIA, _codigo(n), 1000 + n) for n in range(1, linhas + 1))


async def _documentar(banco: Banco, linhas: int) -> None:
    async with banco.transacao() as con:
        plano = await _um_plano(con)
        # by text: asyncpg has no binary form of jsonb with a codec of ours
        await con.execute(
            "create temp table novo (n bigint, valor bigint, plano boolean, barras text, itens text) on commit drop"
        )
        await con.copy_records_to_table("novo", records=_documentos(linhas))
        await con.execute(
            """insert into parcelamento.documento (documento, nosso_numero, tipo, plano, parcela, contribuinte, tributo, uf,
                valor, vencimento, barras, linha, situacao, itens, emitido_em, autor)
            select gen_random_uuid(), n, case when plano then 'parcela' else 'cota_unica' end, case when plano then $1::uuid end,
                case when plano then 1 end, 'AL-' || n, 'ICMS', 'AL', valor, $2, barras, '', 'emitido', itens::jsonb, $3, 'bench'
            from novo order by n""",
            *(plano, _DIA, _AGORA),
        )
    async with banco.conexao() as con:
        await con.execute("vacuum analyze parcelamento.documento")


async def _um_plano(con: Conexao) -> UUID:
    plano, cotacao = uuid4(), uuid4()
    await con.execute("insert into parcelamento.norma values ('n', 1, '{}', '', '', $1)", _AGORA)
    await con.execute(
        """insert into parcelamento.cotacao
            (cotacao, norma, versao, data, valida_ate, entrada, resposta, resumo, autor, criada_em)
        values ($1, 'n', 1, $2, $2, '', '', '', '', $3)""",
        *(cotacao, _DIA, _AGORA),
    )
    await con.execute(
        """insert into parcelamento.plano (plano, cotacao, contribuinte, norma, versao, regime, reparcelamento, tributo, unidade,
            situacao, data, total, total_sem_reducao, formalizado_em, autor)
        values ($1, $2, 'C', 'n', 1, 'I', false, 'ICMS', '', 'ativo', $3, 1, 1, $4, '')""",
        *(plano, cotacao, _DIA, _AGORA),
    )
    return plano


def _documentos(linhas: int) -> Iterator[tuple[int, int, bool, str, str]]:
    for n in range(1, linhas + 1):
        if n % _SEM_DOCUMENTO:
            valor = 1000 + n
            partes = (valor - 1, 1) if n % 5 == 2 else (valor,)
            itens = [{"debito": f"AL-{n}-{i}", "principal": p, "multa": 0, "juros": 0, "valor": p} for i, p in enumerate(partes)]
            yield n, valor, n % _SEM_DOCUMENTO == 1, _codigo(n), json.dumps(itens)


async def _copia_nua(url: str, caminho: Path) -> float:
    """Seconds to COPY the same columns, ready as text, into a table without an index."""
    with caminho.open("rb") as arquivo:
        prontas = [lido.copia for lido in TipoRetorno().abrir(arquivo).lidos() if lido.copia]

    async def _partes() -> AsyncIterator[bytes]:
        for parte in prontas:
            yield parte

    async with abrir_banco(url, aplicacao="bench") as banco, banco.conexao() as con:
        await con.execute(f"create table public.nua ({_BARE})")
        inicio = time.perf_counter()
        await con.copy_to_table("nua", schema_name="public", source=_partes(), format="text")
        segundos = time.perf_counter() - inicio
        await con.execute("drop table public.nua")
    return segundos


def main() -> None:
    """The command line."""
    opcoes = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    opcoes.add_argument("--linhas", type=int, default=LINHAS, help="pagamentos do arquivo (padrão: o maior que o layout permite)")
    opcoes.add_argument("--executar", help=argparse.SUPPRESS)
    opcoes.add_argument("--dados", type=Path, help=argparse.SUPPRESS)
    pedido = opcoes.parse_args()
    if pedido.executar is not None:
        print(json.dumps(asyncio.run(executar(pedido.executar, pedido.dados)), ensure_ascii=False))  # noqa: T201
        return
    for m in medir_arquivo(pedido.linhas):
        print(f"{m.nome:<60} {m.valor:>12.1f} {m.unidade:<9} referência {m.referencia:>12.1f} razão {m.razao:.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
