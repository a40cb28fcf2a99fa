//! The engine against the reference predictor where rounding could tell them apart.

use std::path::Path;

use propenso_engine::{Predictor, Scratch};
use propenso_model::{Answer, Estimator, Limits, ModelFile, Node, Scoring};

/// The example model of the repository.
pub(crate) fn example() -> Estimator {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cobranza/modelo_final.pkl");
    let bytes = std::fs::read(path).expect("the example model is there");
    ModelFile::read(bytes, &Limits::default())
        .unwrap()
        .estimator()
        .unwrap()
}

/// Rows that put one feature on a threshold of the model or on its float32 and float64 neighbours,
/// the others at values drawn from other thresholds.
#[test]
fn thresholds_and_their_neighbours() {
    let estimator = example();
    let n_features = estimator.signature.n_inputs();
    let Scoring::Forest(forest) = &estimator.pipeline.scoring else {
        panic!("the example is a forest");
    };
    let splits: Vec<(usize, f64)> = forest
        .trees()
        .iter()
        .flat_map(propenso_model::Tree::nodes)
        .filter_map(|node| match node {
            Node::Split(split) => Some((split.feature as usize, split.threshold)),
            Node::Categories(_) | Node::Leaf(_) => None,
        })
        .collect();
    let predictor = Predictor::compile(estimator.clone());
    let mut scratch = Scratch::default();
    let mut answer = Answer::default();
    let mut features = vec![0.0; n_features];
    for (feature, threshold) in splits.iter().step_by(splits.len() / 2_000) {
        let single = *threshold as f32;
        let edges = [
            *threshold,
            threshold.next_up(),
            threshold.next_down(),
            f64::from(single),
            f64::from(single.next_up()),
            f64::from(single.next_down()),
            -0.0,
            f64::from(f32::MAX),
            f64::MIN_POSITIVE,
        ];
        for value in edges {
            features[*feature] = value;
            predictor
                .predict(&features, &mut scratch, &mut answer)
                .unwrap();
            let reference = estimator.predict(&features).unwrap();
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(
                bits(&answer.values),
                bits(&reference.values),
                "feature {feature} at {value:e}"
            );
        }
    }
}

#[test]
fn rows_scikit_learn_refuses_are_refused() {
    let estimator = example();
    let mut features = vec![0.0; estimator.signature.n_inputs()];
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e39, -1e39] {
        features[3] = value;
        let error = estimator.predict(&features).unwrap_err();
        assert_eq!(error.input, 3, "{value}");
    }
    features[3] = f64::from(f32::MAX);
    assert!(estimator.predict(&features).is_ok());
    assert!(estimator.predict(&features[1..]).is_err());
}
