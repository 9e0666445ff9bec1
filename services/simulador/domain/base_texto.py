"""Words of the synthetic base: names, places, streets, trades. Every name ends in "Exemplo": nobody is meant."""

from __future__ import annotations

PRENOMES = (
    *("Adriana", "Alice", "Amélia", "Ana", "Antônia", "Aparecida", "Beatriz", "Bruna", "Camila", "Carla", "Cecília"),
    *("Cícera", "Clara", "Daniela", "Débora", "Edna", "Eduarda", "Elisa", "Fabiana", "Fernanda", "Francisca", "Gabriela"),
    *("Helena", "Inês", "Íris", "Jaciara", "Joana", "Josefa", "Júlia", "Larissa", "Lúcia", "Luzia", "Maria", "Marta"),
    *("Natália", "Patrícia", "Quitéria", "Rita", "Rosa", "Sílvia", "Tereza", "Vera", "Abel", "Afonso", "Alberto"),
    *("André", "Antônio", "Arnaldo", "Benedito", "Bruno", "Caio", "Carlos", "Cícero", "Daniel", "Davi", "Edson"),
    *("Eduardo", "Elias", "Fábio", "Felipe", "Francisco", "Gilberto", "Heitor", "Ivo", "João", "Joaquim", "Jorge"),
    *("José", "Lucas", "Luiz", "Manoel", "Marcos", "Mateus", "Otávio", "Paulo", "Pedro", "Rafael", "Raimundo"),
    *("Roberto", "Samuel", "Severino", "Tiago", "Valdir", "Vicente", "Vítor"),
)
SOBRENOMES = (
    *("Albuquerque", "Almeida", "Alves", "Amorim", "Araújo", "Barbosa", "Barros", "Bezerra", "Brandão", "Calheiros"),
    *("Campos", "Cardoso", "Carvalho", "Cavalcante", "Correia", "Costa", "Cunha", "Dantas", "Dias", "Duarte", "Farias"),
    *("Fernandes", "Ferreira", "Fonseca", "Freitas", "Gomes", "Guedes", "Lima", "Lins", "Lopes", "Macedo", "Machado"),
    *("Marinho", "Martins", "Medeiros", "Melo", "Mendes", "Monteiro", "Moraes", "Moura", "Nascimento", "Nunes"),
    *("Oliveira", "Pereira", "Pimentel", "Pinto", "Queiroz", "Ramos", "Rocha", "Rodrigues", "Sampaio", "Santos"),
    *("Silva", "Soares", "Souza", "Tavares", "Teixeira", "Tenório", "Torres", "Vasconcelos", "Vieira", "Xavier"),
)
# each trade and its CNAE
RAMOS = (
    ("Mercadinho", "4712100"),
    ("Supermercado", "4711302"),
    ("Padaria", "4721102"),
    ("Farmácia", "4771701"),
    ("Armarinho", "4755502"),
    ("Calçados", "4782201"),
    ("Confecções", "4781400"),
    ("Material de Construção", "4744099"),
    ("Autopeças", "4530703"),
    ("Móveis", "4754701"),
    ("Papelaria", "4761003"),
    ("Restaurante", "5611201"),
    ("Lanchonete", "5611203"),
    ("Distribuidora de Bebidas", "4635499"),
    ("Atacado de Alimentos", "4639701"),
    ("Laticínio", "1052000"),
    ("Cerâmica", "2342702"),
    ("Transportes", "4930202"),
    ("Posto", "4731800"),
    ("Agropecuária", "4771704"),
)
CNAE_PRODUTOR_RURAL = "0111302"
FANTASIAS = (
    *("Aurora", "Alvorada", "Boa Vista", "Caatinga", "Canavial", "Coqueiral", "Encontro das Águas", "Estrela", "Farol"),
    *("Girassol", "Horizonte", "Jangada", "Juazeiro", "Lagoa Azul", "Mandacaru", "Mangaba", "Maré Mansa", "Mundaú"),
    *("Nova Era", "Paraíso", "Pontal", "Primavera", "Recanto", "Sertão", "Sol Nascente", "Três Irmãos", "Umbu", "Velho Chico"),
)
# each município with its CEP prefix and agency: Maceió first and most often
MUNICIPIOS = (
    *((("Maceió", "57020", "0101"),) * 12),
    *((("Arapiraca", "57300", "0201"),) * 4),
    ("Rio Largo", "57100", "0102"),
    ("Marechal Deodoro", "57160", "0102"),
    ("Palmeira dos Índios", "57600", "0202"),
    ("Penedo", "57200", "0301"),
    ("União dos Palmares", "57800", "0103"),
    ("São Miguel dos Campos", "57240", "0302"),
    ("Delmiro Gouveia", "57480", "0203"),
    ("Coruripe", "57230", "0301"),
    ("Santana do Ipanema", "57500", "0203"),
    ("Maragogi", "57955", "0103"),
    ("Porto Calvo", "57900", "0103"),
    ("Viçosa", "57700", "0103"),
    ("Atalaia", "57690", "0102"),
    ("Murici", "57820", "0103"),
    ("Pilar", "57150", "0102"),
    ("Traipu", "57370", "0201"),
)
RUAS = (
    *("Rua das Acácias", "Rua do Sol", "Avenida das Palmeiras", "Rua Nova", "Travessa do Porto", "Rua da Feira"),
    *("Avenida Beira-Rio", "Rua dos Coqueiros", "Rua São José", "Rua da Matriz", "Ladeira do Farol", "Rua do Engenho"),
)
BAIRROS = ("Centro", "Farol", "Jardim Exemplo", "Alto da Boa Vista", "Cidade Nova", "Beira-Mar", "Santo Antônio")
BENEFICIOS = ("PRODESIN", "ATACADISTA", "CENTRAL-DISTRIBUICAO", "LEITE", "BARES-RESTAURANTES")
MODELOS = (
    *("Hatch 1.0", "Hatch 1.3", "Sedã 1.0", "Sedã 1.6", "Sedã 2.0", "SUV 1.4 Turbo", "SUV 2.0", "Picape 1.4"),
    *("Picape Diesel 2.8", "Minivan 1.8", "Motocicleta 125", "Motocicleta 160", "Motocicleta 300", "Furgão 1.6"),
)


def nome_pessoa(sorteio: int) -> str:
    """A person's name out of 32 random bits."""
    resto, a = divmod(sorteio, len(PRENOMES))
    resto, b = divmod(resto, len(SOBRENOMES))
    return f"{PRENOMES[a]} {SOBRENOMES[b]} {SOBRENOMES[resto % len(SOBRENOMES)]} Exemplo"


def nome_empresa(sorteio: int, ramo: str, *, mei: bool) -> str:
    """A company's name out of 32 random bits and its trade."""
    resto, a = divmod(sorteio, len(FANTASIAS))
    sobrenome = SOBRENOMES[resto % len(SOBRENOMES)]
    return f"{ramo} {FANTASIAS[a]} {sobrenome} Exemplo {'MEI' if mei else 'Ltda'}"


def endereco_postal(sorteio: int, cidade: str, cep: str) -> str:
    """A street address out of 32 random bits."""
    resto, a = divmod(sorteio, len(RUAS))
    resto, b = divmod(resto, len(BAIRROS))
    numero, fim = divmod(resto % 900_000, 1000)
    return f"{RUAS[a]}, {numero + 1}, {BAIRROS[b]}, {cidade} - AL, {cep}-{fim:03d}"
