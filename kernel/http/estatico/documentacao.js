// Starts Swagger UI on this process's own description and says its controls in Portuguese.
'use strict';

(function () {
  // Swagger UI has no translations: its own words, exactly as it writes them.
  const PALAVRAS = new Map(Object.entries({
    'Authorize': 'Identificar-se',
    'Authorized': 'Identificado',
    'Available authorizations': 'Formas de identificação',
    'Cancel': 'Cancelar',
    'Clear': 'Limpar',
    'Close': 'Fechar',
    'Code': 'Código',
    'Controls ': 'Controla o cabeçalho ',
    'Curl': 'Comando curl',
    'Default value': 'Valor padrão',
    'Description': 'Descrição',
    'Details': 'Detalhes',
    'Download': 'Baixar',
    'Edit Value': 'Editar',
    'Example Value': 'Exemplo',
    'Execute': 'Executar',
    'Explore': 'Explorar',
    'Links': 'Ligações',
    'Loading...': 'Carregando…',
    'Logout': 'Sair',
    'Media type': 'Tipo de conteúdo',
    'Model': 'Modelo',
    'Name': 'Nome',
    'No links': 'Sem ligações',
    'No parameters': 'Sem parâmetros',
    'Parameters': 'Parâmetros',
    'Request URL': 'Endereço da requisição',
    'Request body': 'Corpo da requisição',
    'Reset': 'Recomeçar',
    'Response body': 'Corpo da resposta',
    'Response headers': 'Cabeçalhos da resposta',
    'Responses': 'Respostas',
    'Schema': 'Esquema',
    'Schemas': 'Esquemas',
    'Send empty value': 'Enviar vazio',
    'Server response': 'Resposta do servidor',
    'Servers': 'Servidores',
    'Try it out': 'Experimentar',
    'Try it out ': 'Experimentar',
    'Value': 'Valor',
    'Value:': 'Valor:',
    'header.': '',
    'required': 'obrigatório',
  }));

  // 'Error: Not Found' and the like: the number beside it says which
  const ERRO = /^Error: [A-Z][A-Za-z ]*$/;

  function traducao(texto) {
    return ERRO.test(texto.trim()) ? 'Recusada' : PALAVRAS.get(texto) ?? PALAVRAS.get(texto.trim());
  }

  function traduzir(raiz) {
    const textos = document.createTreeWalker(raiz, NodeFilter.SHOW_TEXT);
    for (let no = textos.nextNode(); no; no = textos.nextNode()) {
      const palavra = traducao(no.nodeValue);
      // the check on the value keeps this observer from waking itself
      if (palavra !== undefined && palavra !== no.nodeValue) {
        no.nodeValue = palavra;
      }
    }
  }

  const lugar = document.getElementById('documentacao');
  new MutationObserver(function () { traduzir(lugar); })
    .observe(lugar, { childList: true, subtree: true, characterData: true });

  window.SwaggerUIBundle({
    url: 'docs/openapi.json',
    domNode: lugar,
    deepLinking: true,
    displayRequestDuration: true,
    // null: never ask another host to validate the description
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: 'BaseLayout',
  });
}());
