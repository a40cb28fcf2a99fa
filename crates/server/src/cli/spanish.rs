//! Help in Spanish, for the commands that collections staff use.
//!
//! The English of the arguments' own documentation is replaced when Spanish is spoken; a test sees to it that
//! nothing is left out.

mod contract;
mod decisions;
mod evaluate;
mod keys;
mod letter;
mod looked_after;
mod models;
mod predict;
mod score;
mod service;
mod tls;

use clap::{Arg, Command};

/// An argument's id, or a command's name, and its help.
type Text = (&'static str, &'static str);

/// What stands in the help of a command.
struct Texts {
    /// The subcommand's path: `models add`.
    path: &'static str,
    about: &'static str,
    /// What stands at its end behind the examples: exit status and the like.
    after: &'static str,
    arguments: &'static [Text],
}

const TEXTS: [&[Texts]; 11] = [
    &letter::TEXTS,
    &score::TEXTS,
    &models::TEXTS,
    &predict::TEXTS,
    &evaluate::TEXTS,
    &contract::TEXTS,
    &keys::TEXTS,
    &tls::TEXTS,
    &looked_after::TEXTS,
    &service::TEXTS,
    &decisions::TEXTS,
];

/// Arguments that several commands have.
const SHARED: [Text; 11] = [
    (
        "lang",
        "Idioma de la ayuda, los errores y el progreso: es, en [por defecto: el del sistema]",
    ),
    ("help", "Muestra esta ayuda (con «-h», resumida)"),
    ("version", "Muestra la versión"),
    (
        "data_dir",
        "Carpeta del registro de modelos [por defecto: la de datos del sistema]",
    ),
    (
        "store_url",
        "Base de datos del registro: «sqlite:», en su carpeta, o «postgres://…»; véase docs/postgresql.md",
    ),
    (
        "store_ca",
        "Certificados (PEM) de quien responde por esa base de datos",
    ),
    (
        "config",
        "Archivo de configuración (TOML); véase docs/configuration.md",
    ),
    (
        "key",
        "Clave con la que el archivo, un diccionario o una lista, guarda el modelo (en una lista, su posición desde 0)",
    ),
    (
        "named",
        "Un contrato de los que se incluyen (casas-cobranzas, casas-cobranzas-flask), «model» para las columnas del propio modelo, o un archivo de contrato",
    ),
    (
        "strict",
        "Rechaza los archivos que nombran clases fuera de la tabla comprobada, o algo ajeno",
    ),
    ("json", "Responde en JSON en vez de con texto"),
];

/// Commands whose own help stays English.
const OTHERS: [Text; 3] = [
    ("serve", "Responde a /prediccion y a /v1/predict por HTTP"),
    (
        "inspect",
        "Dice qué contiene un archivo de modelo, sin ejecutar nada de él",
    ),
    (
        "verify",
        "Comprueba que propenso responde como el original, con un archivo de filas de referencia",
    ),
];

/// Puts a command line's help into Spanish.
pub(super) fn in_spanish(mut cli: Command) -> Command {
    // Its usage lines and the arguments that it adds itself are there from then on.
    cli.build();
    for (name, about) in OTHERS {
        cli = cli.mut_subcommand(name, |command| command.about(about));
    }
    cli = cli.about("Sirve un modelo de propensión de pago de scikit-learn sin Python");
    cli = cli.long_about(
        "Sirve un modelo de propensión de pago de scikit-learn sin Python.\n\n\
         propenso lee el .pkl que envía el equipo de análisis, no ejecuta nada de él y responde exactamente lo que\n\
         respondería scikit-learn.",
    );
    cli = with_texts(cli, &[], "");
    for texts in TEXTS.into_iter().flatten() {
        let path: Vec<&str> = texts.path.split(' ').collect();
        cli = at(cli, &path, &|command| {
            with_texts(command.about(texts.about), texts.arguments, texts.after)
        });
    }
    cli
}

/// Changes the subcommand at the end of a path.
fn at(command: Command, path: &[&str], change: &dyn Fn(Command) -> Command) -> Command {
    match path {
        [] => change(command),
        [first, rest @ ..] => command.mut_subcommand(*first, |command| at(command, rest, change)),
    }
}

/// Puts what stands around the arguments into Spanish, and the arguments.
fn with_texts(command: Command, arguments: &[Text], after: &str) -> Command {
    let after = examples(&command).unwrap_or_default() + after;
    let mut command = command.mut_args(|argument| in_argument(argument, arguments));
    command = command.after_help(after);
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let usage = usage
        .replace("[OPTIONS]", "[OPCIONES]")
        .replace("<COMMAND>", "<ORDEN>")
        .replace("[MODEL]", "[MODELO]")
        .replace("<NAME=VALUE>", "<NOMBRE=VALOR>");
    command = command
        .override_usage(usage)
        .help_template("{before-help}{about-with-newline}\nUso: {usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("Órdenes")
        .subcommand_value_name("ORDEN");
    if command.find_subcommand("help").is_some() {
        command = command.mut_subcommand("help", |help| {
            help.about("Muestra esta ayuda, o la de la orden que se nombre")
        });
    }
    command
}

/// Gives the examples that a command's English help ends with: commands are typed alike in both languages.
fn examples(command: &Command) -> Option<String> {
    let after = command.get_after_help()?.to_string();
    let examples = after.strip_prefix("Examples:\n")?;
    Some(match examples.split_once("\n\n") {
        Some((examples, _)) => format!("Ejemplos:\n{examples}\n\n"),
        None => format!("Ejemplos:\n{examples}"),
    })
}

fn in_argument(argument: Arg, arguments: &[Text]) -> Arg {
    let id = argument.get_id().as_str();
    let text = arguments
        .iter()
        .chain(&SHARED)
        .find(|(name, _)| *name == id);
    let heading = match argument.get_help_heading() {
        None if argument.is_positional() => "Argumentos",
        None => "Opciones",
        Some(heading) => heading_in_spanish(heading),
    };
    let name = argument
        .get_value_names()
        .and_then(|names| value_in_spanish(names.first()?));
    let mut argument = argument.help_heading(heading);
    if let Some(name) = name {
        argument = argument.value_name(name);
    }
    match text {
        // What the values are and which is the default, clap says in English: the text says it.
        Some((_, text)) => argument
            .help(*text)
            .long_help(*text)
            .hide_possible_values(true)
            .hide_default_value(true),
        None => argument,
    }
}

/// Names what an argument takes; `None` where that is no word.
fn value_in_spanish(name: &str) -> Option<&'static str> {
    Some(match name {
        "BEFORE" => "ANTES",
        "AFTER" => "DESPUÉS",
        "DAY|DAYS" => "DÍA|DÍAS",
        "DAYS" => "DÍAS",
        "NAME|ID" => "NOMBRE|NÚMERO",
        "ROLE,…" => "FUNCIÓN,…",
        "CHAIN:PLACE:HASH" => "CADENA:LUGAR:HUELLA",
        "COLUMN" => "COLUMNA",
        "DAY" => "DÍA",
        "REFERENCE" => "REFERENCIA",
        "COLUMN=INPUT" => "COLUMNA=VARIABLE",
        "END" => "EXTREMO",
        "ADDR:PORT" => "DIRECCIÓN:PUERTO",
        "BYTES" => "BYTES",
        "FILE" => "ARCHIVO",
        "LEVEL" => "NIVEL",
        "LOG_FORMAT" => "FORMA",
        "SECONDS" => "SEGUNDOS",
        "FILE.html" => "ARCHIVO.html",
        "FOLDER" => "CARPETA",
        "FORM" => "FORMA",
        "HOLDOUT" => "CLIENTES",
        "INPUT" => "CARTERA",
        "KEY" => "CLAVE",
        "MARK" => "SIGNO",
        "MODEL" => "MODELO",
        "NAME" => "NOMBRE",
        "NAME|FILE" => "NOMBRE|ARCHIVO",
        "NAME|FILE.toml" => "NOMBRE|ARCHIVO.toml",
        "NAME=VALUE" => "NOMBRE=VALOR",
        "ORDER" | "RANK_BY" => "ORDEN",
        "REPORT" => "INFORME",
        "ROW" => "FILA",
        "SHARE" => "PARTE",
        "TEXT" => "TEXTO",
        "VERSION" => "VERSIÓN",
        "WHAT" => "QUÉ",
        "WHY" => "PORQUÉ",
        _ => return None,
    })
}

fn heading_in_spanish(heading: &str) -> &'static str {
    match heading {
        "Model" => "Modelo",
        "Input" => "Lectura",
        "Output" => "Salida",
        "Order and capacity" => "Orden y capacidad",
        "Remembered options" => "Opciones recordadas",
        "Reports" => "Informes",
        "Log" => "Registro de sucesos",
        "TLS" => "TLS",
        _ => "Opciones",
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    /// Walks over a command and its subcommands that staff use.
    fn each(command: &Command, path: &str, visit: &mut dyn FnMut(&str, &Command)) {
        visit(path, command);
        for command in command.get_subcommands() {
            let name = command.get_name();
            if matches!(name, "help" | "serve" | "inspect" | "verify") {
                continue;
            }
            each(command, format!("{path} {name}").trim(), visit);
        }
    }

    #[test]
    fn nothing_is_left_in_english() {
        let mut english = Vec::new();
        each(&Cli::command(), "", &mut |path, command| {
            let help = command.get_arguments();
            let help = help.filter_map(|argument| {
                Some((
                    argument.get_id().to_string(),
                    argument.get_help()?.to_string(),
                ))
            });
            english.extend(help.map(|(id, help)| (path.to_owned(), id, help)));
            let about = command
                .get_about()
                .map(ToString::to_string)
                .unwrap_or_default();
            english.push((path.to_owned(), "about".to_owned(), about));
            if let Some(after) = command.get_after_help() {
                english.push((path.to_owned(), "after".to_owned(), after.to_string()));
            }
        });
        let mut left = Vec::new();
        each(&in_spanish(Cli::command()), "", &mut |path, command| {
            let mut check = |id: &str, text: String| {
                if english
                    .iter()
                    .any(|(of, name, help)| of == path && name == id && *help == text)
                {
                    left.push(format!("{path} {id}: {text}"));
                }
            };
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string);
                check(argument.get_id().as_str(), help.unwrap_or_default());
            }
            check(
                "about",
                command
                    .get_about()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            );
            check(
                "after",
                command
                    .get_after_help()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            );
        });
        assert!(left.is_empty(), "{left:#?}");
    }

    /// A text of an argument that there is no more would stay for ever.
    #[test]
    fn every_text_has_its_argument() {
        let cli = in_spanish(Cli::command());
        for texts in TEXTS.into_iter().flatten() {
            let command = texts.path.split(' ').fold(&cli, |command, name| {
                command
                    .find_subcommand(name)
                    .unwrap_or_else(|| panic!("no {name}"))
            });
            for (id, _) in texts.arguments {
                let mut arguments = command.get_arguments();
                assert!(
                    arguments.any(|argument| argument.get_id() == id),
                    "{} {id}",
                    texts.path
                );
            }
        }
    }
}
