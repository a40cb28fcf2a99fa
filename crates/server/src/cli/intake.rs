//! What model files are read by, the same in every command that has it.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;
use propenso_lifecycle::load::ModelPath;

/// The model file a command works on, and where in it the model is.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// The model file
    #[arg(value_name = "MODEL")]
    pub file: PathBuf,

    /// The key under which the file, a dict or a list, has the model (of a list: its place, from 0)
    #[arg(long, value_name = "KEY", env = "PROPENSO_KEY", hide_env_values = true)]
    pub key: Option<String>,
}

impl ModelArgs {
    /// The file and the key, as models are loaded by.
    #[must_use]
    pub fn path(&self) -> ModelPath<'_> {
        ModelPath::new(&self.file, self.key.as_deref())
    }
}

/// The contract that inputs are read by.
#[derive(Debug, Default, Clone, Args)]
pub struct ContractArg {
    /// A contract that ships (casas-cobranzas, casas-cobranzas-flask), `model` for the model's own columns,
    /// or a contract file; see docs/contracts.md
    #[arg(
        long = "contract",
        value_name = "NAME|FILE",
        env = "PROPENSO_CONTRACT",
        hide_env_values = true
    )]
    pub named: Option<String>,
}

/// What model files are read by, where nothing nearer to the file says otherwise.
#[derive(Debug, Default, Clone, Args)]
pub struct IntakeArgs {
    /// The key under which a file, a dict or a list, has the model (of a list: its place, from 0)
    #[arg(long, value_name = "KEY", env = "PROPENSO_KEY", hide_env_values = true)]
    pub key: Option<String>,

    /// The contract that inputs are read by.
    #[command(flatten)]
    pub contract: ContractArg,

    /// Refuse model files that name classes outside the verified table, or anything foreign
    #[arg(
        long,
        env = "PROPENSO_STRICT",
        hide_env_values = true,
        num_args = 0..=1,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new(),
        value_name = "BOOL"
    )]
    pub strict: Option<bool>,
}
