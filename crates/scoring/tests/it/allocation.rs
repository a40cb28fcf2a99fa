//! A row in order costs no memory, nor does a number that fits the stack.

use propenso_scoring::number::{self, Notation};
use propenso_scoring::{Raw, Row};

use crate::client::{EXAMPLE, flask, training};

#[test]
fn a_clean_row_in_warm_buffers_allocates_nothing() {
    for contract in [training(), flask()] {
        let mut row = Row::new(&contract);
        let (mut features, mut warnings) = (Vec::new(), Vec::new());
        let mut once = || {
            row.clear();
            for (name, value) in EXAMPLE {
                // Nothing clipped, nothing missing, nothing unseen.
                let value = match name {
                    "vt" => "N",
                    "ed" => "45",
                    "dt" => "100.82",
                    "nl" => "2",
                    _ => value,
                };
                row.set(&contract, name, Raw::text(value));
            }
            contract.encode(&row, &mut features, &mut warnings).unwrap();
            assert!(warnings.is_empty(), "{warnings:?}");
        };
        once();
        let measured = allocation_counter::measure(once);
        assert_eq!(measured.count_total, 0, "{}", contract.name());
    }
}

#[test]
fn a_number_of_64_bytes_allocates_nothing() {
    for text in ["1".repeat(64), format!("-{}.5", "1".repeat(61))] {
        let measured = allocation_counter::measure(|| {
            number::parse(&text, Notation::Plain).unwrap();
        });
        assert_eq!(measured.count_total, 0, "{text}");
    }
}
