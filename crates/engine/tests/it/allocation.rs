//! What a prediction costs in allocations.

use propenso_engine::{Answer, Predictor, Scratch};

use crate::agreement::example;

#[test]
fn a_warm_row_allocates_nothing() {
    let estimator = example();
    let features = vec![0.5; estimator.signature.n_inputs()];
    let predictor = Predictor::compile(estimator);
    let mut scratch = Scratch::default();
    let mut answer = Answer::default();
    predictor
        .predict(&features, &mut scratch, &mut answer)
        .unwrap();
    let allocations = allocation_counter::measure(|| {
        for _ in 0..100 {
            predictor
                .predict(&features, &mut scratch, &mut answer)
                .unwrap();
        }
    });
    assert_eq!(allocations.count_total, 0);
}
