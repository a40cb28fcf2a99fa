//! The help of `propenso service`.

use super::{Text, Texts};

#[cfg(not(windows))]
mod system {
    pub(super) const SERVICE: &str = "Quien instaló el .deb ya tiene el servicio.";
    pub(super) const INSTALL: &str = "\
Crea la cuenta «propenso», /etc/propenso/propenso.toml si no está, /var/lib/propenso,
/var/log/propenso y la unidad /etc/systemd/system/propenso.service. Si el programa no
está en /usr ni en /opt, lo copia a /usr/local/bin/propenso. Repetido con un programa
más nuevo, sustituye el programa y la unidad y respeta lo demás.";
    pub(super) const FIREWALL: &str =
        "Cada Linux tiene su cortafuegos: docs/instalar.md dice qué escribir en cada uno.";
    pub(super) const CONFIG: &str = "El archivo de configuración que leerá el servicio; si no está, se escribe el de siempre \
                                     [por defecto: /etc/propenso/propenso.toml]";
}

#[cfg(windows)]
mod system {
    pub(super) const SERVICE: &str = "\
Todo menos «status» y «health» es para administradores: abra el terminal con
«Ejecutar como administrador». Quien instaló el .msi ya tiene el servicio.";
    pub(super) const INSTALL: &str = "\
Crea el servicio «propenso», que arranca con el equipo y otra vez si falla, como
LocalService, la carpeta C:\\ProgramData\\propenso, con propenso.toml si no está, y el
origen de los sucesos. Si el programa no está en C:\\Program Files, lo copia a
C:\\Program Files\\propenso. Repetido con un programa más nuevo, sustituye el programa y
el servicio y respeta lo demás.";
    pub(super) const FIREWALL: &str = "\
La regla es para el puerto de la configuración, para este programa y para redes
privadas o de la empresa: de una red pública no entra nadie.";
    pub(super) const CONFIG: &str = "El archivo de configuración que leerá el servicio; si no está, se escribe el de siempre \
                                     [por defecto: C:\\ProgramData\\propenso\\propenso.toml]";
}

const CONFIG: &str = "El archivo de configuración que lee el servicio";
const DRY_RUN: Text = ("dry_run", "Dice lo que haría, y no hace nada");
const ROOT: Text = (
    "root",
    "Escribe en esta carpeta como si fuera la raíz del sistema; no toca las cuentas ni el gestor de servicios",
);

pub(super) const TEXTS: [Texts; 9] = [
    Texts {
        path: "service",
        about: "propenso como servicio: que arranque con el equipo",
        after: system::SERVICE,
        arguments: &[],
    },
    Texts {
        path: "service install",
        about: "Hace que propenso arranque con el equipo, con una cuenta propia",
        after: system::INSTALL,
        arguments: &[
            ("config", system::CONFIG),
            #[cfg(windows)]
            (
                "no_start",
                "Lo deja parado hasta que arranque el equipo, o hasta «service start»",
            ),
            DRY_RUN,
            ROOT,
        ],
    },
    Texts {
        path: "service start",
        about: "Arranca el servicio",
        after: "",
        arguments: &[],
    },
    Texts {
        path: "service stop",
        about: "Para el servicio; las peticiones en curso acaban",
        after: "",
        arguments: &[],
    },
    Texts {
        path: "service firewall",
        about: "Deja que otros ordenadores lleguen al servicio por el cortafuegos de Windows",
        after: system::FIREWALL,
        arguments: &[("config", CONFIG), DRY_RUN],
    },
    Texts {
        path: "service run",
        about: "Es el servicio: lo dice el administrador de servicios de Windows, y nadie más",
        after: "",
        arguments: &[("config", CONFIG)],
    },
    Texts {
        path: "service status",
        about: "Dice si el servicio está en marcha, y si responde",
        after: "\
Al salir: 0 está en marcha y responde, 1 no se le puede preguntar, 2 no está en marcha
o no responde.",
        arguments: &[("config", CONFIG)],
    },
    Texts {
        path: "service uninstall",
        about: "Para el servicio y lo quita; modelos, claves y configuración se quedan",
        after: "",
        arguments: &[
            (
                "purge",
                "Borra también modelos, claves, carteras, configuración y la cuenta; no hay vuelta atrás",
            ),
            #[cfg(windows)]
            (
                "ask",
                "Pregunta a quien esté delante si se borra también eso, como hace el instalador",
            ),
            DRY_RUN,
            ROOT,
        ],
    },
    Texts {
        path: "service health",
        about: "Pregunta a un servidor de este ordenador si responde, como hace quien cuida de un contenedor",
        after: "\
La dirección se averigua como lo hace «propenso serve»: opción, entorno, archivo de
configuración; si no, 127.0.0.1:5000. No hace falta clave. Con TLS solo se dice que
alguien escucha.

Al salir: 0 responde, con o sin modelo en servicio, 1 no responde.",
        arguments: &[
            (
                "listen",
                "Dirección y puerto en los que escucha el servidor",
            ),
            ("tls_cert", "El certificado del servidor (PEM)"),
            ("tls_key", "Su clave privada (PEM)"),
            (
                "tls_client_ca",
                "Los certificados (PEM) de quien responde de los clientes",
            ),
        ],
    },
];
