//! The help of `propenso tls`.

use super::Texts;

pub(super) const TEXTS: [Texts; 2] = [
    Texts {
        path: "tls",
        about: "Un certificado para la red propia",
        after: "",
        arguments: &[],
    },
    Texts {
        path: "tls self-signed",
        about: "Hace un certificado y su clave para la red propia",
        after: "\
Ejemplo:
  propenso tls self-signed --name puntuacion.agencia.local --name 192.168.1.20
  propenso serve --listen 0.0.0.0:5000 --tls-cert propenso.crt --tls-key propenso.key

Nadie responde de un certificado así: copie propenso.crt a los equipos que consultan
y haga que se fíen de él (curl --cacert propenso.crt …).",
        arguments: &[
            (
                "name",
                "Un nombre o una dirección por la que se llega al servidor; se puede dar varias veces [por defecto: localhost, 127.0.0.1 y ::1]",
            ),
            ("days", "Días que vale [por defecto: 825]"),
            (
                "output",
                "La carpeta en la que se escriben propenso.crt y propenso.key [por defecto: la actual]",
            ),
        ],
    },
];
