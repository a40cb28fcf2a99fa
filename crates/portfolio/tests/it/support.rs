//! The example's model, and what it scores.

use std::sync::LazyLock;

use propenso_engine::Predictor;
use propenso_model::{Limits, ModelFile};
use propenso_scoring::{Contract, Scorer};

pub(crate) static SCORER: LazyLock<Scorer> =
    LazyLock::new(|| scorer(Contract::shipped("casas-cobranzas").unwrap()));

/// The example's model by a contract.
pub(crate) fn scorer(contract: Contract) -> Scorer {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/cobranza/modelo_final.pkl"
    );
    let file = ModelFile::read(std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    let hash = file.sha256();
    let predictor = Predictor::compile(file.estimator().unwrap());
    Scorer::new(contract, predictor, hash).unwrap()
}

/// An id, and the example's inputs.
pub(crate) const HEADER: [&str; 14] = [
    "CUST_CODE",
    "CANTIDAD_FACTURAS",
    "IMPORTE_FACTURA",
    "ESCENARIO_RECOBRO",
    "DEUDA_TOTAL",
    "PORTADO",
    "VPT",
    "CODIGO_POSTAL",
    "NUM_LINEAS_ACTIVAS",
    "ESTADO_CLIENTE",
    "VAP_SCF",
    "VAP_OB",
    "FECHA_BPI",
    "EDAD",
];
