"""`python -m schemas.gerar`: writes what follows from the event classes, the topic pages and the examples.

`--publicar` also freezes the present form of every version in `gerados/publicados.json`, and refuses where a published
one would change.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from schemas.asyncapi import documento
from schemas.compatibilidade import Forma, de_json, forma_de, incompatibilidades, para_json
from schemas.esquema import esquema_do_evento
from schemas.registro import EVENTOS
from schemas.topicos import PASTA, Pagina, pagina_de

PUBLICADOS = PASTA / "gerados" / "publicados.json"


def paginas_escritas() -> tuple[Pagina, ...]:
    """The pages as they stand in `schemas/topics`, by topic name."""
    arquivos = sorted((PASTA / "topics").glob("*.yaml"))
    return tuple(pagina_de(yaml.safe_load(arquivo.read_text("utf-8"))) for arquivo in arquivos)


def exemplos_escritos() -> dict[str, list[dict[str, Any]]]:
    """The examples in `schemas/examples`, by event type, in the order of their names."""
    exemplos: dict[str, list[dict[str, Any]]] = {}
    for arquivo in sorted((PASTA / "examples").glob("*/*/*.json")):
        exemplos.setdefault(tipo_da_pasta(arquivo), []).append(json.loads(arquivo.read_text("utf-8")))
    return exemplos


def tipo_da_pasta(exemplo: Path) -> str:
    """The event type whose example this file is: `examples/divida.prometida/v1/x.json` → `cobranca.divida.prometida.v1`."""
    return f"cobranca.{exemplo.parent.parent.name}.{exemplo.parent.name}"


def formas_atuais() -> dict[str, Forma]:
    """The present form of each version."""
    return {evento.tipo: forma_de(esquema_do_evento(evento)) for evento in EVENTOS}


def formas_publicadas(congelado: Path = PUBLICADOS) -> dict[str, Forma]:
    """The frozen form of each published version; none before the first publication."""
    if not congelado.exists():
        return {}
    return {tipo: de_json(forma) for tipo, forma in json.loads(congelado.read_text("utf-8")).items()}


def quebras(publicadas: Mapping[str, Forma], atuais: Mapping[str, Forma]) -> list[str]:
    """Every reason why `atuais` may not be published over `publicadas`; a version that went away has no field left."""
    return [
        f"{tipo}: {motivo}"
        for tipo, publicada in publicadas.items()
        for motivo in incompatibilidades(publicada, atuais.get(tipo, {}))
    ]


def arquivos() -> dict[str, str]:
    """All that is generated, by path within `schemas`. Deterministic; `publicados.json` is not among it, since it is frozen."""
    paginas = paginas_escritas()
    esquemas = {f"gerados/{evento.tipo}.json": _json(esquema_do_evento(evento)) for evento in EVENTOS}
    return esquemas | {
        "gerados/topicos.json": _json([asdict(pagina) for pagina in paginas]),
        "asyncapi.yaml": _yaml(documento(paginas, EVENTOS, exemplos_escritos())),
    }


def gerar(destino: Path = PASTA) -> None:
    """Writes all files below `destino`, and removes schemas of events that are no more."""
    novos = {destino / caminho: texto for caminho, texto in arquivos().items()}
    congelado = destino / "gerados" / PUBLICADOS.name
    for velho in set((destino / "gerados").glob("*.json")) - {*novos, congelado}:
        velho.unlink()
    for caminho, texto in novos.items():
        caminho.write_text(texto, "utf-8")


def publicar(congelado: Path = PUBLICADOS) -> None:
    """Freezes the present forms in `congelado`. Raises `SystemExit` where a published version would change."""
    atuais = formas_atuais()
    motivos = quebras(formas_publicadas(congelado), atuais)
    if motivos:
        raise SystemExit("Uma versão publicada não muda; crie outra ao lado dela:\n" + "\n".join(motivos))
    congelado.write_text(_json({tipo: para_json(forma) for tipo, forma in atuais.items()}), "utf-8")


def _json(valor: Any) -> str:
    return json.dumps(valor, ensure_ascii=False, indent=2) + "\n"


class _SemAncoras(yaml.SafeDumper):
    """Anchors would make the document depend on which objects happen to be shared."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _yaml(valor: Any) -> str:
    return yaml.dump(valor, Dumper=_SemAncoras, allow_unicode=True, sort_keys=False, width=120)


if __name__ == "__main__":
    if "--publicar" in sys.argv[1:]:
        publicar()
    gerar()
