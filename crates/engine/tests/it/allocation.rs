//! What predictions cost in allocations.

use propenso_engine::{Answer, Answers, Predictor, Rows, Scratch};
use propenso_model::Estimator;

use crate::agreement::example;
use crate::synthetic;

fn models() -> impl Iterator<Item = (&'static str, Estimator)> {
    std::iter::once(("the example", example())).chain(synthetic::estimators())
}

#[test]
fn a_warm_row_allocates_nothing() {
    for (name, estimator) in models() {
        let row = vec![0.5; estimator.signature.n_inputs()];
        let predictor = Predictor::compile(estimator);
        let mut scratch = Scratch::default();
        let mut answer = Answer::default();
        let mut predict = || predictor.predict(&row, &mut scratch, &mut answer).unwrap();
        predict();
        let allocations = allocation_counter::measure(|| (0..100).for_each(|_| predict()));
        assert_eq!(allocations.count_total, 0, "{name}");
    }
}

#[test]
fn warm_blocks_allocate_nothing() {
    for (name, estimator) in models() {
        let n_rows = 3_000;
        let values = vec![0.5; n_rows * estimator.signature.n_inputs()];
        let rows = Rows::new(&values, n_rows).unwrap();
        let predictor = Predictor::compile(estimator);
        let mut scratches = [Scratch::default()];
        let mut answers = Answers::default();
        let mut predict = || {
            predictor
                .predict_rows(rows, &mut scratches, &mut answers)
                .unwrap();
        };
        predict();
        let allocations = allocation_counter::measure(predict);
        // What a scope of threads takes, whatever the rows.
        assert!(
            allocations.count_total <= 4,
            "{name}: {} allocations for {n_rows} rows",
            allocations.count_total
        );
    }
}
