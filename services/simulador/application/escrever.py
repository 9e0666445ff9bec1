"""The taxpayer writes: a message comes in, and the platform's webhook is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from simulador.application.avisos import Contas
from simulador.application.registro import Registro
from simulador.domain.decisao import Passo
from simulador.domain.mensagem import Mensagem, chave_de_endereco
from simulador.errors import EntradaInvalida

_CANAIS = ("sms", "whatsapp", "messenger")
_CAMPOS = {"de", "canal", "texto"}
_RECEBIDA = (Passo("received", None, 0, 1, False),)


def _ler(dados: object) -> tuple[str, str, str]:
    if not isinstance(dados, dict):
        raise EntradaInvalida(("", "o corpo deve ser um objeto JSON"))
    erros = [(str(nome), "campo desconhecido; use de, canal, texto") for nome in dados if nome not in _CAMPOS]
    erros += [
        (nome, "é obrigatório e deve ser um texto")
        for nome in sorted(_CAMPOS)
        if not isinstance(dados.get(nome), str) or not dados[nome]
    ]
    if not erros and dados["canal"] not in _CANAIS:
        erros.append(("canal", f"deve ser um destes: {', '.join(_CANAIS)}"))
    if not erros and not re.fullmatch(r"\d{1,32}", chave_de_endereco(dados["de"])):
        erros.append(("de", "deve ser um telefone (+5582…) ou, no Messenger, o número da pessoa na página"))
    if erros:
        raise EntradaInvalida(*erros)
    return chave_de_endereco(dados["de"]), dados["canal"], dados["texto"]


class Escrever:
    """Puts the message in the truth and sends its webhook, signed; the number it goes to is the one that wrote last, if any."""

    def __init__(
        self,
        registro: Registro,
        contas: Contas,
        *,
        agora: Callable[[], datetime],
        novo_id: Callable[[str], str],
        agendar: Callable[[Mensagem], None],
    ) -> None:
        self._registro = registro
        self._contas = contas
        self._agora = agora
        self._novo_id = novo_id
        self._agendar = agendar

    def __call__(self, dados: object) -> Mensagem:
        """`{"de", "canal", "texto"}`. Raises EntradaInvalida."""
        pessoa, canal, texto = _ler(dados)
        ultima = next((m for m in reversed(self._registro.para(pessoa)) if m.canal == canal and m.sentido == "saida"), None)
        provedor = ultima.provedor if ultima else self._provedor(canal)
        de, para, prefixo = self._enderecos(pessoa, canal, provedor)
        m = Mensagem(
            id=self._novo_id(prefixo),
            canal=canal,
            provedor=provedor,
            sentido="entrada",
            de=de,
            para=ultima.de if ultima and ultima.de else para,
            texto=texto,
            envio=None,
            em=self._agora().timestamp(),
            retorno=self._contas.url_meta if provedor == "meta" else f"{self._contas.url_publica}/webhooks/twilio/entrada",
            passos=_RECEBIDA,
            estado="receiving",
        ).preparar()
        self._registro.aceitar(m)
        self._agendar(m)
        return m

    def _provedor(self, canal: str) -> str:
        if canal == "whatsapp":
            return self._contas.whatsapp_por
        return "twilio" if canal == "sms" else "meta"

    def _enderecos(self, pessoa: str, canal: str, provedor: str) -> tuple[str, str, str]:
        """(from, to, how the id begins), as the provider writes them."""
        contas = self._contas
        match canal, provedor:
            case "sms", _:
                return f"+{pessoa}", contas.sms_de, "SM"
            case "whatsapp", "twilio":
                return f"whatsapp:+{pessoa}", contas.whatsapp_de, "SM"
            case "whatsapp", _:
                return pessoa, contas.whatsapp_id, "wamid."
            case _:
                return pessoa, contas.pagina_id, "m_"
