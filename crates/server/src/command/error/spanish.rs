//! What errors say in Spanish.
//!
//! What is wrong inside of a model or a configuration file is told as whoever made it reads it, in English, behind a sentence
//! that says which file it is and what to do.

use propenso_lifecycle::admission::AdmissionError;
use propenso_lifecycle::load_error::LoadError;
use propenso_lifecycle::registry::{Refusal, RegistryError, State};
use propenso_lifecycle::served::UnservableError;
use propenso_lifecycle::steward::TakeError;
use propenso_scoring::{AskedError, Language, unexplained_message};

use super::{CommandError, flag, store};
use crate::data_archive::ArchiveError;
use crate::decisions::DecisionsError;
use crate::logging::LogFileError;
use crate::profiles::ProfileError;
use crate::record::RecordError;
use crate::settings::SettingsError;
use crate::settings::log::{LEVELS, LogLevelError};
use propenso_portfolio::options::OptionError;

/// Says in Spanish what is wrong, and what to do.
pub(super) fn command(error: &CommandError) -> String {
    match error {
        CommandError::Settings(error) => settings(error),
        CommandError::Load(error) => load(error),
        CommandError::Registry(error) => registry(error),
        CommandError::Record(error) => record(error),
        CommandError::Letter(refusal) => refusal.message(Language::Spanish),
        CommandError::Decisions(error) => decisions(error),
        CommandError::Cause(_) => {
            "--why: diga por qué, en 1 a 500 caracteres: queda anotado con quién lo pide".to_owned()
        }
        CommandError::NotConfirmed => {
            "no se ha olvidado nada; añada --yes para hacerlo sin que se pregunte".to_owned()
        }
        CommandError::KeptForEver => {
            "no está dicho cuánto tiempo se guardan las decisiones; escriba keep_months = 24 bajo [record] o dé --keep-months".to_owned()
        }
        CommandError::Admission(AdmissionError::Registry(error)) => registry(error),
        CommandError::Admission(AdmissionError::Contract(error)) => load(error),
        CommandError::Take(error) => take(error),
        CommandError::NothingToServe => {
            "no hay modelo: nombre un archivo, como en «propenso serve modelo.pkl», o meta antes uno en el registro: \
             «propenso models add modelo.pkl» y luego «propenso models promote 1»"
                .to_owned()
        }
        CommandError::File { path, problem } => {
            format!("{}: {}", path.display(), problem.in_language(Language::Spanish))
        }
        CommandError::FilesOnly => {
            "--contract y --key son para archivos de modelo; una versión ya tiene su contrato y su clave".to_owned()
        }
        CommandError::NoShadow => {
            "ahora no hay ninguna versión a la sombra; nombre una: «propenso models compare N»".to_owned()
        }
        CommandError::Listen { option, address, error } => format!(
            "no se puede escuchar en {address} ({error}); elija otra dirección con {option}"
        ),
        CommandError::Unprotected(lacking) => lacking.message(Language::Spanish),
        CommandError::Key(refusal) => refusal.message(Language::Spanish),
        CommandError::EndsInThePast(day) => {
            format!("el {day} ya ha pasado; una clave acaba un día posterior")
        }
        CommandError::Io(error) => format!("la entrada o la salida estándar: {error}"),
        CommandError::Portfolio(error) => error.message(Language::Spanish),
        CommandError::Unanswered { error, line } => format!(
            "{}. Para que se pregunte una sola vez, añada --save-as NOMBRE y use desde entonces --profile NOMBRE, o escriba {line} bajo [portfolio] en la configuración",
            error.message(Language::Spanish)
        ),
        CommandError::Options(OptionError::Alone { name, other }) => format!(
            "{} necesita {}, y no lo tiene ni lo escrito ni lo recordado",
            flag(name),
            flag(other)
        ),
        CommandError::Options(error) => error.to_string(),
        CommandError::Profile(error) => profile(error),
        CommandError::NothingToSave => {
            "--save-as recuerda lo que se escribe sobre el archivo y su orden, y no se ha escrito nada de eso; añada, por ejemplo, \
             --decimal comma o --map \"COLUMNA=VARIABLE\""
                .to_owned()
        }
        CommandError::NoChampion => {
            "no hay ningún modelo en servicio: nombre uno con --model ARCHIVO, o meta uno en el registro con \
             «propenso models add ARCHIVO» y «propenso models promote N»"
                .to_owned()
        }
        CommandError::Champion(error) => {
            format!("el modelo en servicio no se puede cargar: {}", unservable(error))
        }
        CommandError::Version { number, reason } => {
            format!("la versión {number} no se puede cargar: {}", unservable(reason))
        }
        CommandError::Asked(AskedError::Reasons(error)) => {
            format!("--explain: {}", unexplained_message(*error, Language::Spanish))
        }
        CommandError::Asked(AskedError::Counterfactual(_)) => {
            "--counterfactual: el modelo predice un número y no hay clase que cambiar; pídalo sin esa opción".to_owned()
        }
        CommandError::NotAPair(text) => {
            format!("«{text}» no es NOMBRE=VALOR; escriba los datos como er=EMP po=NO …")
        }
        CommandError::Archive(ArchiveError::Registry(error)) => registry(error),
        CommandError::Archive(error) => error.message(Language::Spanish),
        CommandError::Log(LogFileError { path, error }) => format!(
            "no se puede escribir el registro de sucesos en {}: {error}; nombre con --log-file un archivo en el que pueda escribir esta cuenta, o \
             ninguno",
            path.display()
        ),
        CommandError::NoInputs => {
            "faltan los datos del cliente; escríbalos detrás del modelo, como er=EMP po=NO …, o «-» para leer clientes de la entrada \
             estándar"
                .to_owned()
        }
        CommandError::NoHost(name) => format!(
            "«{name}» no es el nombre de un equipo ni una dirección; escriba lo que va entre «https://» y el puerto, como puntuacion.agencia.local o 192.168.1.20"
        ),
        CommandError::Service(error) => error.message(Language::Spanish),
        CommandError::Certificate(problem) => {
            format!("no se puede hacer el certificado: {problem}")
        }
        // Only `serve` and `verify` meet these.
        CommandError::Token(_)
        | CommandError::Tls(_)
        | CommandError::Traces(_)
        | CommandError::Golden { .. }
        | CommandError::Jobs(_) => error.to_string(),
    }
}

fn profile(error: &ProfileError) -> String {
    match error {
        ProfileError::Missing { name, known } if known.is_empty() => {
            format!("no hay perfil «{name}» ni ningún otro; se guarda uno con --save-as NOMBRE")
        }
        ProfileError::Missing { name, known } => {
            format!("no hay perfil «{name}»; hay {}", known.join(", "))
        }
        ProfileError::Name(name) => format!(
            "«{name}» no vale como nombre de perfil: son letras, cifras, «-» y «_», y no el nombre de un dispositivo, como «nul»"
        ),
        ProfileError::Configured(name) => format!(
            "la configuración ya tiene un perfil «{name}» bajo [portfolio.profiles]; guárdelo con otro nombre"
        ),
        ProfileError::Unusable { name, problem } => {
            format!("el perfil «{name}» no se puede usar: {problem}")
        }
        ProfileError::Unwritable { path, error } => {
            format!("el perfil no se puede guardar en {}: {error}", path.display())
        }
        ProfileError::NoFolder => {
            "este sistema no dice dónde guardar los datos; para guardar un perfil dígalo con --data-dir".to_owned()
        }
    }
}

fn settings(error: &SettingsError) -> String {
    match error {
        SettingsError::Unreadable { path, error } => {
            format!(
                "no se puede leer el archivo de configuración {}: {error}",
                path.display()
            )
        }
        SettingsError::Invalid {
            path,
            error,
            backslash,
        } => {
            let told = backslash.as_ref().map_or(String::new(), |backslash| {
                format!(
                    "entre comillas dobles, una barra invertida empieza un escape; escriba {}, o doble cada barra",
                    backslash.mended
                )
            });
            format!(
                "el archivo de configuración {} está mal: {}{told}",
                path.display(),
                crate::settings::told(error)
            )
        }
        SettingsError::Backslash { path, backslash } => format!(
            "el archivo de configuración {} está mal en la línea {}: entre comillas dobles, una barra invertida empieza un escape, como \\t \
             un tabulador; escriba {}, o doble cada barra",
            path.display(),
            backslash.line,
            backslash.mended
        ),
        SettingsError::LogLevel(LogLevelError(level)) => format!(
            "«{level}» no es un nivel del registro de sucesos (--log-level, PROPENSO_LOG_LEVEL o [log] level); los niveles son {LEVELS}"
        ),
        SettingsError::Value {
            key,
            value,
            problem,
        } => format!("{key} = {value}: {problem}"),
        SettingsError::Store(error) => format!("[store] url: {}", store::url(error)),
        SettingsError::HalfTls { missing } => {
            format!("TLS necesita un certificado y su clave: falta {missing}")
        }
        SettingsError::NoDataFolder => {
            "este sistema no dice dónde guardar los datos; dígalo con --data-dir".to_owned()
        }
    }
}

fn load(error: &LoadError) -> String {
    match error {
        LoadError::Unreadable { path, error } => {
            format!("no se puede leer {}: {error}", path.display())
        }
        LoadError::Memory {
            path,
            needed,
            available,
        } => format!(
            "{}: cargarlo ocupa unos {needed} MiB de memoria y hay {available} MiB disponibles; cierre otros programas, dé más a la máquina o al contenedor, o entrene menos árboles o menos profundos",
            path.display()
        ),
        LoadError::Model { path, error } => format!(
            "{}: el archivo no se puede usar como modelo; muestre esto a quien lo hizo: {error}",
            path.display()
        ),
        LoadError::UnknownContract { name, shipped } => format!(
            "no hay ningún contrato «{name}»; se incluyen: {shipped}; un contrato propio se nombra por su archivo, que acaba en .toml"
        ),
        LoadError::Contract { name, error } => {
            format!("contrato {name}: {}", error.message(Language::Spanish))
        }
        LoadError::Strict { path, reasons } => format!(
            "{}: la política estricta lo rechaza:\n  {}",
            path.display(),
            reasons.join("\n  ")
        ),
        LoadError::Fit { model, error, hint } => format!(
            "el modelo {model} y el contrato no encajan; muestre esto a quien hizo el modelo: {}{hint}",
            error.message(Language::Spanish)
        ),
    }
}

fn registry(error: &RegistryError) -> String {
    match error {
        RegistryError::Refused(refusal) => refused(refusal),
        RegistryError::Key(refusal) => refusal.message(Language::Spanish),
        RegistryError::File { path, error } => format!(
            "{}: {error}; compruebe que la carpeta de datos existe y se puede escribir en ella",
            path.display()
        ),
        RegistryError::NotKept(number) => format!(
            "la versión {number} se rechazó, y su archivo ya no se guarda ([models] keep_days); añada otra vez el archivo"
        ),
        RegistryError::Damaged { path } => format!(
            "{} está dañado; ponga ahí el archivo original, o añada otra vez el modelo",
            path.display()
        ),
        RegistryError::Newer { found, known } => format!(
            "el registro tiene el formato {found} y este programa conoce hasta el {known}; use el propenso más nuevo que lo escribió"
        ),
        RegistryError::Database(error) => {
            format!("la base de datos del registro: {}", store::failure(error))
        }
    }
}

fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unknown(number) => {
            format!("no hay versión {number}; «propenso models list» las muestra todas")
        }
        Refusal::Already { number, state } => {
            let state = match state {
                State::Candidate => "es candidata",
                State::Shadow => "está a la sombra",
                State::Champion => "está en servicio",
                State::Retired => "está retirada",
                State::Rejected => "está rechazada",
            };
            format!("la versión {number} ya {state}")
        }
        Refusal::Rejected(number) => format!(
            "la versión {number} se rechazó; «propenso models show {number}» dice por qué. Si el archivo está bien y los límites no, \
             cambie [models.gates] en la configuración y añada otra vez el archivo, o póngala con --despite \"porqué\""
        ),
        Refusal::NotOverruled(number) => format!(
            "la versión {number} se rechazó antes de pasar por todas las comprobaciones, y no hay nada que poner en servicio a pesar de ellas; \
             «propenso models show {number}» dice por qué"
        ),
        Refusal::Retired(number) => format!(
            "la versión {number} está retirada; «propenso models promote {number}» la pone en servicio, también si ya lo estuvo"
        ),
        Refusal::NeverChampion(number) => format!(
            "la versión {number} nunca estuvo en servicio, así que no se puede volver a ella; póngala con «propenso models promote {number}»"
        ),
        Refusal::NoFormer => {
            "no hubo ningún modelo en servicio antes de este al que volver".to_owned()
        }
        Refusal::Champion(number) => {
            format!("la versión {number} está en servicio; ponga antes otra")
        }
    }
}

fn take(error: &TakeError) -> String {
    match error {
        TakeError::Registry(error) => registry(error),
        TakeError::Unloadable { number, reason } => format!(
            "la versión {number} no se puede cargar, así que no se ha cambiado nada: {}",
            unservable(reason)
        ),
    }
}

fn unservable(error: &UnservableError) -> String {
    match error {
        UnservableError::Registry(error) => registry(error),
        UnservableError::Load(error) => load(error),
    }
}

fn decisions(error: &DecisionsError) -> String {
    match error {
        DecisionsError::NoSuch(id) => format!(
            "aquí no hay ninguna decisión {id}: es de otro servidor, su tiempo pasó, o nunca se guardó"
        ),
        DecisionsError::Held(hold) => format!(
            "este cliente está retenido desde el {} por {} ({}): no se olvida nada suyo hasta que se libere",
            hold.since.at.strftime("%d/%m/%Y"),
            hold.since.by,
            hold.since.why
        ),
        DecisionsError::NotHeld => "este cliente no está retenido".to_owned(),
        DecisionsError::HeldAlready => "este cliente ya está retenido".to_owned(),
        DecisionsError::Store(error) => {
            format!("el registro de decisiones no se puede usar: {error}")
        }
        DecisionsError::Unreadable(error) => format!("la decisión no se puede leer: {error}"),
    }
}

fn record(error: &RecordError) -> String {
    match error {
        RecordError::File { path, error } => format!(
            "no se puede usar {}, que el registro de decisiones necesita: {error}",
            path.display()
        ),
        RecordError::Key { path } => format!(
            "{} no contiene la clave de los seudónimos, que son 64 cifras hexadecimales; recupérela de una copia de seguridad: \
             con otra clave no se volvería a encontrar a los clientes",
            path.display()
        ),
        RecordError::NoKey { path } => format!(
            "no existe {}: allí todavía no se ha registrado nada, o --data-dir no es la carpeta del servidor; donde haya decisiones, \
             recupérela de una copia de seguridad",
            path.display()
        ),
        RecordError::Store(error) => {
            format!("el registro de decisiones no se puede usar: {error}")
        }
        RecordError::Thread(error) => {
            format!("el registro de decisiones no puede empezar: {error}")
        }
        RecordError::Accesses(error) => {
            format!("el registro de quién ha visto las decisiones no se puede usar: {error}")
        }
    }
}
