"""What is forgotten, and what is not yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from canais.adapters.outbound.postgres_limpeza import esquecer
from canais.inject import MIGRACOES
from kernel.messaging.consumer import limpar_inbox
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar

_AGORA = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def test_so_o_que_ja_nao_serve_e_esquecido(banco: Banco) -> None:
    await migrar(banco.url, sala="canais", pasta=MIGRACOES)
    async with banco.transacao() as con:
        for n, dias in enumerate((1, 30, 40)):
            quando = _AGORA - timedelta(days=dias)
            await con.execute("insert into canais.endereco_dia values ($1, $2, $3)", f"c{n}", quando.date(), UUID(int=n))
            await con.execute("insert into canais.cancelamento values ($1, 'sms', 'pago', $2)", UUID(int=n), quando)
            await con.execute("insert into canais.inbox values ('canais', $1, $2)", UUID(int=n), quando)
        await esquecer(con, _AGORA)
        await limpar_inbox(con, "canais", _AGORA)
        assert await con.fetchval("select array_agg(chave) from canais.endereco_dia") == ["c0"]
        assert await con.fetchval("select count(*) from canais.cancelamento") == 2
        assert await con.fetchval("select count(*) from canais.inbox") == 2
