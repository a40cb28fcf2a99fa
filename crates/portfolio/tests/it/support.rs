//! The example's scorer.

use std::sync::LazyLock;

use propenso_engine::Predictor;
use propenso_model::{Limits, ModelFile};
use propenso_scoring::{Contract, Scorer};

pub(crate) static SCORER: LazyLock<Scorer> = LazyLock::new(|| {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/cobranza/modelo_final.pkl"
    );
    let file = ModelFile::read(std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    let hash = file.sha256();
    let predictor = Predictor::compile(file.estimator().unwrap());
    let contract = Contract::shipped("casas-cobranzas").unwrap();
    Scorer::new(contract, predictor, hash).unwrap()
});
