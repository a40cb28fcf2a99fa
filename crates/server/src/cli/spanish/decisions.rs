//! The help of `propenso decisions`.

use super::{Text, Texts};

const BY: Text = ("by", "Quién lo pide [por defecto: el nombre del usuario]");
const WHY: Text = ("why", "Por qué: queda anotado con quién lo pide");
const CLIENT: Text = (
    "client",
    "La referencia del cliente, como se dio con la pregunta",
);
const FROM: Text = (
    "from",
    "Desde este día (2026-11-01) o este momento (2026-11-01T08:15:00Z)",
);
const UNTIL: Text = (
    "until",
    "Hasta el final de este día, o antes de este momento",
);

pub(super) const TEXTS: [Texts; 13] = [
    Texts {
        path: "decisions",
        about: "Qué se respondió, a quién y con qué modelo: el registro de decisiones",
        after: "\
Un servidor guarda lo que responde cuando [record] lo dice, y nombra cada decisión en
la cabecera x-propenso-decision. Quien ve datos de una persona dice por qué, y queda
anotado con quién fue. El servidor puede estar en marcha. Véase docs/decisiones.md.",
        arguments: &[],
    },
    Texts {
        path: "decisions show",
        about: "Una decisión: quién preguntó, con qué datos, qué salió y su lugar en la cadena",
        after: "",
        arguments: &[
            (
                "id",
                "El número de la decisión, como lo dio x-propenso-decision",
            ),
            WHY,
            BY,
        ],
    },
    Texts {
        path: "decisions search",
        about: "Las decisiones sobre un cliente",
        after: "",
        arguments: &[
            CLIENT,
            FROM,
            UNTIL,
            ("limit", "Como mucho tantas [por defecto: 100]"),
            WHY,
            BY,
        ],
    },
    Texts {
        path: "decisions verify",
        about: "Comprueba que el registro es lo que se escribió: se rehace cada huella",
        after: "\
Lo que se quita del final no deja rastro en el propio registro; sí en el registro de
sucesos del servidor, donde cada día y al parar se anota el final de la cadena. Dé con
--head el «head» de una de esas líneas.

Código de salida: 0 es lo que se escribió, 1 no lo es, o no se puede leer.",
        arguments: &[(
            "head",
            "El final de una cadena, como lo anotó el registro de sucesos; se puede repetir",
        )],
    },
    Texts {
        path: "decisions replay",
        about: "Vuelve a puntuar con los modelos de entonces y compara los bits",
        after: "\
Sin ID se puntúan otra vez todas las decisiones de esos días, con todos los hilos, y se
cuenta en qué quedaron; no se muestra nada de nadie.

Código de salida: 0 todas son iguales, o se olvidaron o no se guardan; 1 alguna no.",
        arguments: &[
            ("id", "Una sola decisión; necesita --why"),
            FROM,
            UNTIL,
            WHY,
            BY,
        ],
    },
    Texts {
        path: "decisions export",
        about: "Escribe decisiones en un archivo: una fila por decisión",
        after: "\
ARCHIVO.csv es lo que abre un Excel en español; ARCHIVO.parquet lleva los números bit a
bit y los textos como se enviaron. Los datos enviados van detrás de las demás columnas,
con los nombres de sus parámetros. El archivo tiene datos de personas y solo lo puede
leer esta cuenta.",
        arguments: &[
            (
                "output",
                "El archivo que se escribe, .csv o .parquet; no debe existir",
            ),
            FROM,
            UNTIL,
            WHY,
            BY,
        ],
    },
    Texts {
        path: "decisions forget",
        about: "Olvida a un cliente: se va lo personal de cada decisión; las cuentas y la cadena siguen",
        after: "\
Lo olvidado no se recupera, salvo de copias de seguridad. A un cliente retenido no se le
olvida: antes hay que liberarlo.",
        arguments: &[CLIENT, ("yes", "No pregunta si va en serio"), WHY, BY],
    },
    Texts {
        path: "decisions hold",
        about: "Retiene las decisiones de un cliente pase lo que pase, hasta que se libere",
        after: "",
        arguments: &[CLIENT, WHY, BY],
    },
    Texts {
        path: "decisions release",
        about: "Termina la retención de un cliente",
        after: "",
        arguments: &[CLIENT, WHY, BY],
    },
    Texts {
        path: "decisions holds",
        about: "Los clientes que están retenidos, y los que lo estuvieron",
        after: "",
        arguments: &[],
    },
    Texts {
        path: "decisions accesses",
        about: "Quién ha visto qué, cuándo y por qué",
        after: "",
        arguments: &[
            ("client", "Los accesos a las decisiones de este cliente"),
            ("decision", "Los accesos a esta decisión"),
        ],
    },
    Texts {
        path: "decisions months",
        about: "Qué se guarda de cada mes, y qué meses se soltaron",
        after: "",
        arguments: &[],
    },
    Texts {
        path: "decisions clear",
        about: "Suelta los meses cuyo tiempo ha pasado, como hace un servidor en marcha",
        after: "",
        arguments: &[
            (
                "keep_months",
                "Meses que se guardan además del actual [por defecto: keep_months de [record]]",
            ),
            BY,
        ],
    },
];
