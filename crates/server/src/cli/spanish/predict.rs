//! The help of `propenso predict`.

use super::Texts;

pub(super) const TEXTS: [Texts; 1] = [Texts {
    path: "predict",
    about: "Puntúa a un cliente desde la consola, o a muchos por la entrada estándar",
    after: "\
Las variables se nombran como en la consulta (er=EMP) o con su nombre largo
(ESCENARIO_RECOBRO=EMP). Con «-» en su lugar, los clientes se leen de la entrada
estándar, una consulta por línea (er=EMP&po=NO&…), y a cada uno se responde con un
objeto JSON en una línea.

Sin MODELO responde el de --model, el de PROPENSO_MODEL o el de la configuración, y si
no lo hay, el modelo en servicio del registro.

Código de salida: 0 puntuado, 1 no se pudo empezar, 2 algún cliente no se pudo
puntuar, 64 la orden está mal escrita.",
    arguments: &[
        (
            "file",
            "El archivo del modelo; sin él, el modelo con el que respondería «serve»",
        ),
        ("model", "El archivo del modelo, como MODELO"),
        (
            "inputs",
            "Los datos del cliente, NOMBRE=VALOR cada uno; o «-» para leer clientes de la entrada estándar",
        ),
        (
            "counterfactual",
            "Dice también el menor cambio de un dato, o si no de dos, que cambiaría la respuesta",
        ),
        (
            "explain",
            "Dice también las K variables que más movieron la respuesta, y cuánto",
        ),
    ],
}];
