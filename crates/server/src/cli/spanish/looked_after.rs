//! The help of what is run beside a server.

use super::{Text, Texts};

/// What `serve` takes, which two of them take too.
const SERVE: [Text; 17] = [
    (
        "model",
        "El archivo del modelo: .pkl o .joblib, comprimido o no; sin él, el modelo en servicio del registro",
    ),
    (
        "admin_token_file",
        "Un archivo con un secreto: quien lo envía como «Authorization: Bearer …» puede hacerlo todo",
    ),
    (
        "listen",
        "Dirección y puerto en los que escuchar [por defecto: 127.0.0.1:5000]",
    ),
    (
        "grpc_listen",
        "Una segunda dirección, para clientes de gRPC que lo buscan en un puerto propio, como el 8001 de Triton; las dos responden a todo",
    ),
    (
        "behind_proxy",
        "Delante hay un proxy con TLS y todas las peticiones pasan por él: todas necesitan clave",
    ),
    (
        "insecure_lan",
        "Responde a una red sin TLS: quien escuche en ella ve claves y clientes",
    ),
    (
        "max_body_bytes",
        "El cuerpo más largo de una petición, en bytes [por defecto: 16777216]",
    ),
    (
        "shutdown_seconds",
        "Segundos que tienen para terminar las peticiones en curso al parar [por defecto: 30]",
    ),
    (
        "tls_cert",
        "El certificado (PEM) y, detrás, los que responden de él; se vuelve a leer cuando cambia",
    ),
    ("tls_key", "Su clave privada (PEM)"),
    (
        "tls_client_ca",
        "Certificados (PEM) de quien responde de los clientes: con ellos, los clientes también muestran uno",
    ),
    (
        "log_format",
        "Forma del registro de sucesos: text, json [por defecto: text]",
    ),
    (
        "log_level",
        "Cuánto se anota: error, warn, info, debug (una línea por petición), trace, off [por defecto: info]",
    ),
    (
        "log_file",
        "Un archivo para el registro de sucesos en vez de la salida de errores; a los 50 MiB se empieza otro y se guardan cinco",
    ),
    (
        "traces_endpoint",
        "Un colector de OpenTelemetry al que se envían las trazas (OTLP por HTTP): http://colector:4318",
    ),
    (
        "traces_service",
        "Cómo se llama allí este servidor [por defecto: propenso]",
    ),
    (
        "traces_ratio",
        "Parte de las peticiones que se trazan, de 0 a 1; quien llama con una traza propia decide por sí mismo [por defecto: 1]",
    ),
];

pub(super) const TEXTS: [Texts; 4] = [
    Texts {
        path: "check-config",
        about: "Dice qué entendería «serve» de su configuración y qué está mal en ella",
        after: "\
Recibe lo que recibe «propenso serve», lee lo que leería, dice qué ha entendido y qué
está mal, y qué hacer. No arranca ni cambia nada.

Código de salida: 0 el servidor arrancaría, 1 algo se lo impide.",
        arguments: &SERVE,
    },
    Texts {
        path: "doctor",
        about: "Revisa el ordenador y la carpeta de datos, con el servidor en marcha o sin él",
        after: "\
Mira la carpeta de datos y sus permisos, el espacio en disco, el reloj, la base de
datos, el certificado, las claves, el puerto, los buzones, y si el modelo en servicio
se carga y responde como el original. El servidor puede estar en marcha. Recibe lo que
recibe «propenso serve».

Código de salida: 0 nada está mal, 1 algo lo está.",
        arguments: &SERVE,
    },
    Texts {
        path: "backup",
        about: "Copia toda la carpeta de datos en un archivo, con el servidor en marcha",
        after: "\
El registro con sus modelos, las huellas de las claves, los perfiles guardados, las
carteras, las decisiones y la clave de sus seudónimos, en un archivo zip con la
huella de cada uno. El servidor puede estar en
marcha. La configuración y el certificado están en otro sitio: cópielos también. El
archivo tiene deudas de personas y solo lo puede leer esta cuenta.

Código de salida: 0 completa, 1 no se pudo escribir, 2 escrita, pero algo está dañado
en la carpeta de datos.",
        arguments: &[
            ("file", "El archivo que se escribe; no debe existir"),
            ("force", "Sustituye el archivo si existe"),
        ],
    },
    Texts {
        path: "restore",
        about: "Recupera una copia hecha con «backup»",
        after: "\
Ningún servidor puede usar la carpeta mientras tanto. Se comprueba todo antes de poner
nada en su sitio.

Código de salida: 0 recuperada, 1 no se pudo.",
        arguments: &[
            ("file", "Un archivo que escribió «propenso backup»"),
            (
                "force",
                "Recupera en una carpeta que no está vacía; lo que hay se guarda en ella, en una carpeta «before-restore-…»",
            ),
        ],
    },
];
