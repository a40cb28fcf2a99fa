//! What the fuzz targets share.

#[cfg(feature = "wire")]
pub mod calls;
#[cfg(feature = "tables")]
pub mod table;
#[cfg(feature = "wire")]
pub mod tensors;

use propenso_engine::{Answer, Predictor, Scratch};
use propenso_model::ModelFile;
use propenso_pickle::Limits;

/// Budgets so small that a run spends its time on paths, not on megabytes.
pub fn small_limits() -> Limits {
    Limits {
        output_bytes: 1 << 20,
        opcodes: 200_000,
        nodes: 100_000,
        memo_entries: 100_000,
        stack_depth: 10_000,
        owned_bytes: 1 << 20,
        dictionary_bytes: 8 << 20,
        decode_steps: 1_000_000,
        ..Limits::default()
    }
}

/// Reads bytes as a model file; what is imported must answer some rows, and the engine must agree
/// with the reference predictor.
pub fn import_and_answer(bytes: &[u8]) {
    let Ok(file) = ModelFile::read(bytes.to_vec(), &small_limits()) else { return };
    // Of a dict or a list, what it has beside its model too.
    let file = file.with_only_model();
    let _ = file.company();
    let Ok(estimator) = file.estimator() else { return };
    let n_inputs = estimator.signature.n_inputs();
    let predictor = Predictor::compile(estimator.clone());
    let (mut scratch, mut answer) = (Scratch::default(), Answer::default());
    for value in [0.0, -0.0, 1.0, -1.0, 0.5, 1e30, -1e30, f64::MAX, f64::INFINITY, f64::NAN] {
        let row = vec![value; n_inputs];
        let fast = predictor.predict(&row, &mut scratch, &mut answer);
        match (estimator.predict(&row), fast) {
            (Ok(reference), Ok(())) => {
                let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&reference.values), bits(&answer.values));
                assert_eq!(reference.class, answer.class);
            }
            (Err(reference), Err(fast)) => assert_eq!(reference, fast),
            (reference, fast) => panic!("{reference:?} against {fast:?}"),
        }
    }
}
