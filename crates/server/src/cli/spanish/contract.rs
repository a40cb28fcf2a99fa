//! The help of `propenso contract`.

use super::Texts;

pub(super) const TEXTS: [Texts; 3] = [
    Texts {
        path: "contract",
        about: "Contratos: un borrador hecho del modelo, y la comprobación",
        after: "\
Un contrato dice qué puede enviar un cliente y cómo se convierte en las variables del
modelo; véase docs/contracts.md.",
        arguments: &[],
    },
    Texts {
        path: "contract draft",
        about: "Escribe un primer contrato para un modelo, con preguntas donde solo una persona sabe la respuesta",
        after: "\
Se escribe lo que dicen el archivo del modelo y la muestra; lo que no pueden decir es
una línea que empieza por # PREGUNTA, con algo en su lugar. Respóndala y borre la línea.
De la muestra se miran 20.000 filas como mucho.

Código de salida: 0 escrito, 1 los archivos no se pueden usar.",
        arguments: &[
            ("file", "El archivo del modelo"),
            (
                "sample",
                "Clientes tal como se van a enviar: .csv, .xlsx, .ods, .xls o .parquet",
            ),
            (
                "output",
                "El archivo del contrato, que todavía no debe existir [por defecto: la salida estándar]",
            ),
        ],
    },
    Texts {
        path: "contract check",
        about: "Dice todo lo que está mal en un contrato, y si encaja con un modelo",
        after: "\
Código de salida: 0 el contrato encaja y todas las filas de referencia dan lo esperado,
1 los archivos no se pueden usar, 2 el contrato está mal, no encaja con el modelo o
alguna fila difiere.",
        arguments: &[
            (
                "contract",
                "El contrato: un archivo, o el nombre de uno de los que se incluyen",
            ),
            ("file", "El archivo del modelo"),
            (
                "golden",
                "Filas con lo que respondió el original; véase «propenso verify --help»",
            ),
        ],
    },
];
