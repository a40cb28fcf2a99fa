//! The help of `propenso keys`.

use super::Texts;

const BY: (&str, &str) = ("by", "Quién lo pide [por defecto: el nombre del usuario]");
const EXPIRES: (&str, &str) = (
    "expires",
    "El último día de la clave (2027-01-31), o cuántos días vale (90d) [por defecto: no caduca]",
);

pub(super) const TEXTS: [Texts; 5] = [
    Texts {
        path: "keys",
        about: "Quién puede usar el servidor: claves y funciones",
        after: "\
Funciones:
  puntuar         puntuar clientes: /prediccion, /v1/predict
  carteras        enviar carteras, y quitarlas
  resultados      ver en qué quedaron las carteras y descargar las listas
  lectura         ver los modelos y lo que les pasó
  modelos         enviar modelos, ponerlos en servicio y volver atrás
  metricas        leer las métricas
  administracion  todo

Una clave se envía como «Authorization: Bearer prp_…», como «x-api-key: prp_…» o
como contraseña de Basic. Se muestra una sola vez y no se guarda: solo su huella.
Un servidor en marcha se entera en un segundo. Mientras no haya ninguna clave, un
servidor que solo escucha en este ordenador no la pide. Véase docs/claves.md.",
        arguments: &[],
    },
    Texts {
        path: "keys add",
        about: "Da entrada a alguien: muestra la clave, una sola vez",
        after: "\
Por la salida estándar va solo la clave; lo demás, por la de errores. A quien estuvo
de baja se le vuelve a dar entrada, con estas funciones y una clave nueva.",
        arguments: &[
            ("name", "Para quién es: una persona o un programa"),
            (
                "roles",
                "Qué puede hacer: puntuar, carteras, resultados, lectura, modelos, metricas, administracion",
            ),
            EXPIRES,
            BY,
        ],
    },
    Texts {
        path: "keys list",
        about: "Quién tiene entrada, con qué claves y cuándo se usaron",
        after: "",
        arguments: &[],
    },
    Texts {
        path: "keys disable",
        about: "Quita la entrada a alguien, o anula una sola clave",
        after: "",
        arguments: &[
            (
                "target",
                "El nombre de alguien, o el número de una clave (prp_1a2b3c4d)",
            ),
            BY,
        ],
    },
    Texts {
        path: "keys rotate",
        about: "Da otra clave a alguien; la anterior vale un tiempo más",
        after: "\
Nadie tiene más de dos claves que valen: anule antes la más antigua, con
«propenso keys disable NÚMERO».",
        arguments: &[
            ("name", "De quién es la clave"),
            (
                "keep",
                "Cuántos días vale la anterior; 0d la anula ya [por defecto: 7d]",
            ),
            (
                "expires",
                "El último día de la clave nueva (2027-01-31), o cuántos días vale (90d) [por defecto: no caduca]",
            ),
            BY,
        ],
    },
];
