//! The help of `propenso models`.

use super::Texts;

const GOLDEN: (&str, &str) = (
    "golden",
    "Filas con las respuestas que dio el original; véase «propenso verify --help»",
);
const HOLDOUT: (&str, &str) = (
    "holdout",
    "Clientes con una columna que dice quién pagó, para medir el modelo: .csv, .xlsx, .ods, .xls o .parquet",
);
const VERSION: (&str, &str) = ("version", "El número de la versión");
const WHY: (&str, &str) = ("why", "Por qué, para que conste");
const BY: (&str, &str) = ("by", "Quién lo pide [por defecto: el nombre del usuario]");

pub(super) const TEXTS: [Texts; 11] = [
    Texts {
        path: "models",
        about: "El registro: el modelo del mes que viene entra, se comprueba, se pone en servicio y se vuelve atrás",
        after: "\
Un mes, de principio a fin:
  propenso models add modelo_diciembre.pkl --holdout resultados.csv
  propenso models compare 2       cuando lleva un tiempo a la sombra
  propenso models promote 2       un servidor en marcha responde con él enseguida
  propenso models rollback        y otra vez con el de antes

Un servidor en marcha sigue al registro en un segundo. docs/cambiar-el-modelo.md
cuenta toda la ceremonia en una página.",
        arguments: &[],
    },
    Texts {
        path: "models list",
        about: "Todas las versiones, y qué hace cada una",
        after: "",
        arguments: &[(
            "events",
            "En su lugar, los últimos hechos: quién hizo qué, cuándo y por qué",
        )],
    },
    Texts {
        path: "models show",
        about: "Una versión: de dónde vino y el veredicto sobre ella",
        after: "",
        arguments: &[VERSION],
    },
    Texts {
        path: "models add",
        about: "Comprueba un archivo de modelo y lo guarda: como candidato, o como rechazado",
        after: "\
Junto a ARCHIVO, se toma ARCHIVO.golden.csv por filas de referencia y
ARCHIVO.holdout.csv por clientes con su resultado, salvo que se nombren. Un modelo
que ya está se examina otra vez cuando viene con algo que no se conocía: otras
filas, otros clientes, otra columna de resultado, otra cartera u otros límites.

Código de salida: 0 guardado, 1 no se pudo examinar, 2 rechazado.",
        arguments: &[
            ("file", "El archivo del modelo"),
            (
                "contract",
                "Un contrato de los que se incluyen, «model» para las columnas del propio modelo, o un archivo de contrato [por defecto: el del modelo en servicio]",
            ),
            GOLDEN,
            HOLDOUT,
            ("note", "Lo que haya que decir de él"),
            BY,
        ],
    },
    Texts {
        path: "models check",
        about: "Examina otra vez una versión: con otros clientes de resultado conocido u otras filas, o con la configuración de ahora",
        after: "\
Lo que no se nombra queda como estaba: se preguntan otra vez las filas de la versión,
y se conserva lo que se midió con clientes de resultado conocido. Una candidata o a la
sombra que no pasa queda rechazada; una rechazada que pasa queda candidata; la que está
en servicio sigue en servicio.

Código de salida: 0 pasa, 1 no se pudo examinar, 2 no pasa.",
        arguments: &[VERSION, GOLDEN, HOLDOUT, WHY, BY],
    },
    Texts {
        path: "models promote",
        about: "Pone una versión a responder",
        after: "\
Si ya estuvo en servicio, es volver a ella. --despite pone en servicio una versión que
rechazaron las comprobaciones, y solo eso: un archivo que no se puede leer, o un contrato
que no encaja, se queda fuera. Quién lo hizo y por qué queda anotado como lo demás.",
        arguments: &[
            VERSION,
            (
                "despite",
                "La pone en servicio aunque la rechazaran las comprobaciones, y por qué",
            ),
            WHY,
            BY,
        ],
    },
    Texts {
        path: "models rollback",
        about: "Vuelve a poner el modelo de antes",
        after: "",
        arguments: &[
            (
                "version",
                "Una versión que ya estuvo en servicio [por defecto: la última que lo estuvo]",
            ),
            WHY,
            BY,
        ],
    },
    Texts {
        path: "models retire",
        about: "Descarta una versión candidata o a la sombra",
        after: "",
        arguments: &[VERSION, WHY, BY],
    },
    Texts {
        path: "models compare",
        about: "Compara, día a día, las respuestas de la versión a la sombra con las de la que está en servicio",
        after: "",
        arguments: &[(
            "version",
            "El número de la versión [por defecto: la que está a la sombra]",
        )],
    },
    Texts {
        path: "models diff",
        about: "Quién pasa de qué decil a cuál entre dos versiones, cliente a cliente",
        after: "\
La tabla tiene una línea por cliente: su fila en el archivo, el valor de la columna
de identificadores y, de cada versión, la probabilidad, la clase y el decil (1 = los
que más probablemente pagan).",
        arguments: &[
            ("before", "La versión de antes"),
            ("after", "La versión de después"),
            ("on", "Los clientes: .csv, .xlsx, .ods, .xls o .parquet"),
            (
                "output",
                "Dónde se escribe la tabla [por defecto: la salida estándar]",
            ),
            (
                "id_column",
                "La columna que distingue a los clientes [por defecto: CUST_CODE]",
            ),
            (
                "all",
                "Todos los clientes, no solo los que cambian de decil o de clase",
            ),
        ],
    },
    Texts {
        path: "models export",
        about: "Escribe el archivo del modelo de una versión",
        after: "",
        arguments: &[VERSION, ("output", "Dónde se escribe; no debe existir")],
    },
];
