//! `propenso predict`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{IntakeArgs, RegistryArgs};

/// Arguments of `predict`.
#[derive(Debug, Args)]
#[command(
    override_usage = "propenso predict [OPTIONS] [MODEL] <NAME=VALUE>...",
    after_help = "\
Inputs are named as in the query string (er=EMP) or by their long name
(ESCENARIO_RECOBRO=EMP). With `-` in their place, clients are read from
standard input, one query string a line (er=EMP&po=NO&…), and answered with
one JSON object a line.

Without MODEL, the model of --model, of PROPENSO_MODEL or of the configuration
answers, else the registry's champion.

Exit status: 0 scored, 1 could not start, 2 some client could not be scored."
)]
pub struct PredictArgs {
    /// The model file; without one, the model that `serve` would answer with
    #[arg(value_name = "MODEL")]
    pub file: PathBuf,

    /// The client's inputs, NAME=VALUE each; or `-` to read clients from standard input
    #[arg(value_name = "NAME=VALUE", required_unless_present = "file")]
    pub inputs: Vec<String>,

    /// The model file, as MODEL
    #[arg(
        long,
        value_name = "FILE",
        env = "PROPENSO_MODEL",
        hide_env_values = true
    )]
    pub model: Option<PathBuf>,

    /// What model files are read by.
    #[command(flatten)]
    pub intake: IntakeArgs,

    /// Where the registry and the configuration are.
    #[command(flatten)]
    pub registry: RegistryArgs,

    /// Tell also the smallest change of one input, else of two, that would flip the class
    #[arg(long)]
    pub counterfactual: bool,

    /// Tell also the K inputs that moved the answer most, and by how much
    #[arg(long, value_name = "K")]
    pub explain: Option<usize>,

    /// Answer with JSON instead of text in Spanish
    #[arg(long)]
    pub json: bool,
}

impl PredictArgs {
    /// The model that was named, if one was, and the client's inputs. The first word is a model unless it can only be an
    /// input.
    #[must_use]
    pub fn parts(&self) -> (Option<&Path>, Vec<&str>) {
        let inputs = self.inputs.iter().map(String::as_str);
        match self.file.to_str().filter(|word| is_input(word)) {
            Some(first) => (
                self.model.as_deref(),
                [first].into_iter().chain(inputs).collect(),
            ),
            None => (Some(&self.file), inputs.collect()),
        }
    }
}

fn is_input(word: &str) -> bool {
    word == "-" || (word.contains('=') && !Path::new(word).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_a_model_unless_it_is_an_input() {
        for (file, inputs, model, expected) in [
            ("m.pkl", &["er=EMP"][..], Some("m.pkl"), &["er=EMP"][..]),
            ("er=EMP", &["po=NO"], None, &["er=EMP", "po=NO"]),
            ("-", &[], None, &["-"]),
            ("m.pkl", &["-"], Some("m.pkl"), &["-"]),
        ] {
            let args = PredictArgs {
                file: file.into(),
                inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
                model: None,
                intake: IntakeArgs::default(),
                registry: RegistryArgs::default(),
                counterfactual: false,
                explain: None,
                json: false,
            };
            let (found, words) = args.parts();
            assert_eq!((found, &words[..]), (model.map(Path::new), expected));
        }
    }
}
