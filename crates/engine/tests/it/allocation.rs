//! What a prediction costs in allocations.

use propenso_engine::{Predictor, Scratch};

use crate::agreement::example;

#[test]
fn a_warm_row_allocates_nothing() {
    let estimator = example();
    let features = vec![0.5; estimator.signature.n_features];
    let predictor = Predictor::compile(estimator);
    let mut scratch = Scratch::default();
    let mut output = vec![0.0; predictor.signature().n_values()];
    predictor
        .predict(&features, &mut scratch, &mut output)
        .unwrap();
    let allocations = allocation_counter::measure(|| {
        for _ in 0..100 {
            predictor
                .predict(&features, &mut scratch, &mut output)
                .unwrap();
        }
    });
    assert_eq!(allocations.count_total, 0);
}
