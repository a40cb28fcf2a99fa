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
