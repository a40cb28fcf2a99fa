//! Any bytes at all, as a model file: whatever is imported can be walked, and the engine agrees
//! with the reference predictor.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_engine::{Predictor, Scratch};
use propenso_fuzz::small_limits;
use propenso_model::ModelFile;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = ModelFile::read(bytes.to_vec(), &small_limits()) else { return };
    let Ok(estimator) = file.estimator() else { return };
    let n_features = estimator.signature.n_features;
    // A row this wide would be the target's own memory bomb.
    if n_features > 4_096 {
        return;
    }
    let predictor = Predictor::compile(estimator.clone());
    let mut scratch = Scratch::default();
    let mut output = vec![0.0; estimator.signature.n_values()];
    for value in [0.0, -1.0, 0.5, 1e30, f64::NAN] {
        let features = vec![value; n_features];
        let reference = estimator.predict(&features);
        let answered = predictor.predict(&features, &mut scratch, &mut output);
        assert_eq!(reference.is_ok(), answered.is_ok());
        if let Ok(reference) = reference {
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&reference), bits(&output));
        }
    }
});
