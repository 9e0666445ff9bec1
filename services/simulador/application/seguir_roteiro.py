"""What the called person hears: fetches the call's TwiML, signed, and walks it to the end."""

from __future__ import annotations

from urllib.parse import urljoin

from simulador.application.avisos import Contas, aviso_twilio, campos_da_ligacao
from simulador.application.ports import ClienteHttp
from simulador.application.registro import Registro
from simulador.domain.mensagem import Mensagem
from simulador.domain.twiml import Destino, TwimlInvalidoError, percorrer

_DOCUMENTOS_NO_MAXIMO = 50


class SeguirRoteiro:
    """Leaves in m.extras: `duracao` (seconds of the call, computed: nobody waits for them), `ouvido`, `erro` (Twilio's code)."""

    def __init__(self, registro: Registro, cliente: ClienteHttp, contas: Contas) -> None:
        self._registro = registro
        self._cliente = cliente
        self._contas = contas

    async def __call__(self, m: Mensagem) -> None:
        """Walks until a document ends the call, a fetch fails (11200), or TwiML is bad (12100)."""
        teclas = self._registro.comportamento.canais["voz"].teclas
        url: str = m.extras.get("url") or ""
        documento = str(m.extras["twiml"]).encode() if m.extras.get("twiml") and not url else None
        destino = Destino(url, m.extras.get("url_metodo", "POST"), None)
        m.extras |= {"ouvido": [], "duracao": 1}
        for _ in range(_DOCUMENTOS_NO_MAXIMO):
            documento = documento if documento is not None else await self._buscar(m, url, destino)
            if documento is None or m.estado != "in-progress":
                return
            try:
                passagem = percorrer(documento, teclas)
            except TwimlInvalidoError:
                m.extras["erro"] = "12100"
                return
            m.extras["ouvido"] += passagem.ouvido
            m.extras["duracao"] += passagem.segundos
            if passagem.destino is None:
                return
            destino, teclas, documento = passagem.destino, passagem.teclas, None
            url = urljoin(url, destino.url)

    async def _buscar(self, m: Mensagem, url: str, destino: Destino) -> bytes | None:
        campos = campos_da_ligacao(self._contas, m, "in-progress")
        if destino.digitos is not None:
            campos += [("Digits", destino.digitos), ("msg", "Gather End")]
        aviso = aviso_twilio(self._contas, url, campos, destino.metodo)
        resposta = await self._cliente.pedir(aviso.metodo, aviso.url, aviso.corpo, aviso.cabecalhos)
        if resposta is None or not 200 <= resposta.status < 300:
            m.extras["erro"] = "11200"
            return None
        return resposta.corpo
