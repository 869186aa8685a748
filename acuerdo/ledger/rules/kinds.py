"""The kinds of credit of each regulator, behind the words that lenders' files use."""

from acuerdo.kernel.text import header_key

# How lenders' files write the kinds of credit of each regulator.
_KIND_WORDS = {
    "micro": "microcredito",
    "microcreditos": "microcredito",
    "hipotecaria": "hipotecario",
    "hipotecario_para_vivienda": "hipotecario",
    "mediana": "mediana_empresa",
    "medianas_empresas": "mediana_empresa",
    "pequena": "pequena_empresa",
    "pequenas_empresas": "pequena_empresa",
    "microempresas": "microempresa",
    "mes": "microempresa",
    "corporativos": "corporativo",
    "grandes_empresas": "gran_empresa",
    "consumo_revolvente": "consumo",
    "consumo_no_revolvente": "consumo",
    "consumo_ordinario": "consumo",
}


def kind_key(text: str) -> str:
    """The kind of credit behind a lender's words: «Crédito de Consumo» is `consumo`, «Pequeñas empresas» `pequena_empresa`."""
    bare = header_key(text).removeprefix("credito_").removeprefix("creditos_").removeprefix("de_").removeprefix("a_")
    return _KIND_WORDS.get(bare, bare)
