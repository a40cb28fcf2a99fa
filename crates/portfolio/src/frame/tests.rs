//! The same clients, however a program has them, come to the same bits as a file's.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use propenso_engine::Predictor;
use propenso_model::{Limits, ModelFile, Sha256};
use propenso_scoring::Contract;
use proptest::prelude::*;

use super::*;

fn scorer() -> Scorer {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path.join("../../examples/cobranza/modelo_final.pkl")).unwrap();
    let file = ModelFile::read(bytes, &Limits::default()).unwrap();
    let predictor = Predictor::compile(file.estimator().unwrap());
    let contract = Contract::shipped("casas-cobranzas").unwrap();
    Scorer::new(contract, predictor, Sha256::of(b"")).unwrap()
}

/// Clients of numbers where the contract has numbers, by columns.
#[derive(Debug, Clone)]
struct Clients {
    numbers: Vec<(String, Vec<f64>)>,
    texts: Vec<(String, Vec<&'static str>)>,
}

impl Clients {
    fn n_rows(&self) -> usize {
        self.numbers[0].1.len()
    }

    fn arrow(&self, rows_of_batch: usize) -> Frame {
        let numbers = self.numbers.iter().map(|(name, numbers)| {
            let column: ArrayRef = Arc::new(Float64Array::from(numbers.clone()));
            (name.clone(), column)
        });
        let texts = self.texts.iter().map(|(name, texts)| {
            let column: ArrayRef = Arc::new(StringArray::from(texts.clone()));
            (name.clone(), column)
        });
        let batch = RecordBatch::try_from_iter(numbers.chain(texts)).unwrap();
        let parts = (0..batch.num_rows()).step_by(rows_of_batch);
        let parts = parts.map(|at| batch.slice(at, rows_of_batch.min(batch.num_rows() - at)));
        Frame::of_arrow(&batch.schema(), parts.collect())
    }

    fn rows(&self) -> Frame {
        let names = self.numbers.iter().map(|(name, _)| name.clone());
        let names = names.chain(self.texts.iter().map(|(name, _)| name.clone()));
        let mut rows = ClientRows::new(names.collect());
        for row in 0..self.n_rows() {
            for (_, numbers) in &self.numbers {
                rows.number(numbers[row]);
            }
            for (_, texts) in &self.texts {
                rows.text(texts[row]);
            }
            rows.end_row();
        }
        Frame::of_rows(rows)
    }
}

fn clients(n_rows: usize) -> impl Strategy<Value = Clients> {
    let contract = Contract::shipped("casas-cobranzas").unwrap();
    let number = prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(-0.0),
        Just(1.0),
        (0.0..90_000.0),
        (1000..52_999).prop_map(f64::from),
        (-2.0..1e18),
        Just(1e-9),
    ];
    let text = prop::sample::select(vec![
        "", "S", "N", "PER", "EMP", "A", "NO", "N/A", "202311", "1.000", "1,5", "hola",
    ]);
    let (numbers, texts): (Vec<_>, Vec<_>) = contract
        .inputs()
        .iter()
        .partition(|input| input.is_number());
    let name = |inputs: &[&propenso_scoring::Input]| -> Vec<String> {
        inputs.iter().map(|input| input.name().to_owned()).collect()
    };
    let (number_names, text_names) = (name(&numbers), name(&texts));
    let columns = (
        prop::collection::vec(prop::collection::vec(number, n_rows), number_names.len()),
        prop::collection::vec(prop::collection::vec(text, n_rows), text_names.len()),
    );
    columns.prop_map(move |(numbers, texts)| Clients {
        numbers: number_names.iter().cloned().zip(numbers).collect(),
        texts: text_names.iter().cloned().zip(texts).collect(),
    })
}

fn bits(scores: &FrameScores) -> Vec<u64> {
    scores.values.iter().map(|value| value.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn however_a_program_has_them(clients in clients(40), rows_of_batch in 1usize..50) {
        let scorer = scorer_once();
        let reading = FrameReading::default();
        let arrow = clients.arrow(rows_of_batch);
        let by_numbers = arrow.bind(scorer, &reading).unwrap().score().unwrap();
        let rows = clients.rows();
        let by_cells = rows.bind(scorer, &reading).unwrap().score().unwrap();
        prop_assert_eq!(bits(&by_numbers), bits(&by_cells));
        prop_assert_eq!(&by_numbers.classes, &by_cells.classes);
        prop_assert_eq!(&by_numbers.notes, &by_cells.notes);
        prop_assert_eq!(&by_numbers.refused, &by_cells.refused);
        // Explained, numbers are cells.
        let explained = arrow.bind(scorer, &reading).unwrap().explain(3).unwrap();
        prop_assert_eq!(bits(&explained), bits(&by_cells));
        prop_assert_eq!(explained.explanations.iter().flatten().count(), 40 - explained.refused.len());
        prop_assert_eq!(&explained.refused, &by_cells.refused);
    }
}

fn scorer_once() -> &'static Scorer {
    static SCORER: std::sync::OnceLock<Scorer> = std::sync::OnceLock::new();
    SCORER.get_or_init(scorer)
}

#[test]
fn a_matrix_is_read_by_rows_and_by_columns() {
    let scorer = scorer_once();
    let own = Contract::of_model(scorer.predictor().signature()).unwrap();
    let own = scorer.with_contract(own).unwrap();
    let names = own.contract().feature_names().to_vec();
    let n_rows = 5_000;
    let by_row: Vec<f64> = (0..n_rows * names.len())
        .map(|at| (at % 97) as f64 / 31.0)
        .collect();
    let by_column: Vec<f64> = (0..names.len())
        .flat_map(|column| by_row.iter().skip(column).step_by(names.len()).copied())
        .collect();
    let reading = FrameReading {
        by_position: true,
        ..FrameReading::default()
    };
    let rows = Frame::of_matrix(names.clone(), by_row, n_rows).unwrap();
    let columns = Frame::of_columns(names.clone(), by_column, n_rows).unwrap();
    let scores = |frame: &Frame| frame.bind(&own, &reading).unwrap().score().unwrap();
    assert_eq!(bits(&scores(&rows)), bits(&scores(&columns)));
    assert_eq!(scores(&rows).classes.len(), n_rows);
    assert!(Frame::of_matrix(names, vec![0.0; 17], 2).is_none());
}

#[test]
fn whole_numbers_are_the_doubles_their_texts_are() {
    let numbers = vec![Some(i64::MAX), Some(-(1 << 53) - 1), None, Some(7)];
    let column: ArrayRef = Arc::new(Int64Array::from(numbers));
    let batch = RecordBatch::try_from_iter([("a", column)]).unwrap();
    let frame = Frame::of_arrow(&batch.schema(), vec![batch]);
    let piece = frame.content.pieces(10).next().unwrap();
    let mut written = Vec::new();
    piece.write_numbers(&piece.numbers(0).unwrap(), &mut written);
    let texts = piece.cells(&[0]).unwrap();
    for (row, number) in written.iter().enumerate() {
        let text = texts.cell(row, 0);
        let read: f64 = text.parse().unwrap_or(f64::NAN);
        assert_eq!(number.to_bits(), read.to_bits(), "{text}");
    }
}

#[test]
fn what_a_frame_lacks_is_told() {
    let frame = Frame::of_matrix(vec!["EDAD".to_owned()], vec![40.0], 1).unwrap();
    let error = frame.bind(scorer_once(), &FrameReading::default());
    assert!(matches!(error, Err(PortfolioError::MissingColumns { .. })));
    let by_position = FrameReading {
        by_position: true,
        ..FrameReading::default()
    };
    let error = frame.bind(scorer_once(), &by_position).unwrap_err();
    assert!(error.to_string().contains("1 columns"), "{error}");
}
