//! What is wrong with a database, in Spanish.

#[cfg(feature = "postgres")]
use propenso_store::postgres::address::AddressError;
use propenso_store::url::FILE;
use propenso_store::{StoreError, StoreUrlError};

/// Why a database could not do something.
pub(super) fn failure(error: &StoreError) -> String {
    match error {
        StoreError::Unreachable(cause) => {
            format!("{cause}; compruebe que está en marcha, y que [store] url dice dónde")
        }
        error => error.to_string(),
    }
}

/// Why a text names no database.
pub(super) fn url(error: &StoreUrlError) -> String {
    match error {
        StoreUrlError::Unknown => {
            "es sqlite: o postgres://USUARIO:CONTRASEÑA@MÁQUINA/BASE".to_owned()
        }
        StoreUrlError::Elsewhere => format!(
            "el archivo de SQLite es {FILE} en la carpeta de datos: escriba sqlite: a secas, y con data_dir dónde está"
        ),
        #[cfg(feature = "postgres")]
        StoreUrlError::Address(error) => address(error),
        #[cfg(not(feature = "postgres"))]
        StoreUrlError::WithoutPostgres => "este programa se hizo sin PostgreSQL".to_owned(),
    }
}

#[cfg(feature = "postgres")]
fn address(error: &AddressError) -> String {
    match error {
        AddressError::Unreadable => "no es la dirección de una base de datos PostgreSQL: es \
             postgres://USUARIO:CONTRASEÑA@MÁQUINA/BASE, en la contraseña con %40 por @ y demás"
            .to_owned(),
        AddressError::Missing(what) => {
            let what = match *what {
                "host" => "la máquina",
                "user" => "el usuario",
                _ => "la base de datos",
            };
            format!("falta {what}: es postgres://USUARIO:CONTRASEÑA@MÁQUINA/BASE")
        }
        AddressError::SslMode => {
            "sslmode es disable, prefer, require, verify-ca o verify-full".to_owned()
        }
        AddressError::NoAuthorities(mode) => format!(
            "sslmode={mode} necesita los certificados que responden por la base de datos: [store] ca = \"ARCHIVO\""
        ),
        AddressError::InTheClear => "la base de datos está en otra máquina: dé [store] ca = \"ARCHIVO\" para hablar por TLS, o \
             escriba ?sslmode=disable si nadie escucha por el camino"
            .to_owned(),
    }
}
