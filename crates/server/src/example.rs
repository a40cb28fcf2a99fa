//! The example's model, for unit tests.

use std::path::Path;

use propenso_lifecycle::load;
use propenso_scoring::Scorer;

/// What scores the example's clients by their own contract.
pub(crate) fn scorer() -> Scorer {
    let model = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/cobranza/modelo_final.pkl"
    );
    load::scorer(Path::new(model), Some("casas-cobranzas")).unwrap()
}
