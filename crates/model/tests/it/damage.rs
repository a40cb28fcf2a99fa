//! Honest files, cut short and with single bits flipped: an estimator or an error, never a panic,
//! never long, never large. One small file of each format and container.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flate2::read::ZlibDecoder;
use propenso_model::{Limits, ModelFile};

/// Longest that a file below a megabyte may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Most memory that a damaged small file may take at once.
const PEAK_BYTES: u64 = 64 << 20;

/// Variants of one file, of each kind of damage.
const VARIANTS: usize = 600;

/// The smallest committed file of each kind, by the end of its name.
fn smallest_of_each_kind() -> Vec<PathBuf> {
    let kinds = [
        ".joblib",
        ".joblib.bz2",
        ".joblib.gz",
        ".joblib.lz4",
        ".joblib.lzma",
        ".joblib.xz",
        ".pkl",
        ".ubj",
        ".xgb.json",
        ".lgb.txt",
        ".keras",
        ".onnx",
        ".skops",
        "_p0.pkl",
        "_p1.pkl",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut files = Vec::new();
    let mut folders = vec![root.join("models"), root.join("made")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((fs::metadata(&path).unwrap().len(), path));
            }
        }
    }
    files.sort();
    kinds
        .iter()
        .map(|kind| {
            let is_kind = |path: &PathBuf| path.to_string_lossy().ends_with(kind);
            let found = files.iter().find(|(_, path)| is_kind(path));
            found
                .unwrap_or_else(|| panic!("no file ends with {kind}"))
                .1
                .clone()
        })
        .collect()
}

/// Reads and imports; an estimator must answer a row or refuse it.
fn try_all(bytes: Vec<u8>, what: &str) {
    let start = Instant::now();
    let memory = allocation_counter::measure(|| {
        let Ok(file) = ModelFile::read(bytes, &Limits::default()) else {
            return;
        };
        let Ok(estimator) = file.estimator() else {
            return;
        };
        let row = vec![0.5; estimator.signature.n_inputs()];
        let _ = estimator.predict(&row);
    });
    assert!(start.elapsed() < PATIENCE, "{what}: {:?}", start.elapsed());
    assert!(
        memory.bytes_max < PEAK_BYTES,
        "{what}: {} bytes",
        memory.bytes_max
    );
}

#[test]
fn cut_short() {
    for path in smallest_of_each_kind() {
        let bytes = fs::read(&path).unwrap();
        for end in (0..bytes.len()).step_by(bytes.len() / VARIANTS + 1) {
            try_all(
                bytes[..end].to_vec(),
                &format!("{} cut at {end}", path.display()),
            );
        }
    }
}

#[test]
fn single_bits_flipped() {
    for path in smallest_of_each_kind() {
        let bytes = fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(bytes.len() / VARIANTS + 1) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            try_all(
                damaged,
                &format!("{} bit flipped in byte {at}", path.display()),
            );
        }
    }
}

/// The example's file without its container, and where each leaf's record begins in it: no children, no feature, no threshold.
fn leaves_of_the_example() -> (Vec<u8>, Vec<usize>) {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/cobranza/modelo_final.pkl"
    );
    let mut file = Vec::new();
    let packed = fs::read(path).unwrap();
    ZlibDecoder::new(&packed[..])
        .read_to_end(&mut file)
        .unwrap();
    let numbers = [
        (-1_i64).to_le_bytes(),
        (-1_i64).to_le_bytes(),
        (-2_i64).to_le_bytes(),
    ];
    let record = [numbers.concat(), (-2.0_f64).to_le_bytes().to_vec()].concat();
    let starts = file.windows(record.len()).enumerate();
    let leaves = starts.filter(|(_, window)| *window == record);
    let leaves = leaves.map(|(start, _)| start).collect();
    (file, leaves)
}

#[test]
fn of_trees_that_are_refused_the_first_is_told() {
    let (file, leaves) = leaves_of_the_example();
    let refusal = |damaged: &[usize]| {
        let mut file = file.clone();
        for leaf in damaged {
            // A left child, and no feature to ask for.
            file[leaves[*leaf]] = 0xfe;
        }
        let file = ModelFile::read(file, &Limits::default()).unwrap();
        file.estimator().unwrap_err().to_string()
    };
    // Of a tree in the middle, of a later one, and of the last.
    let [middle, later, last] = [leaves.len() / 2, leaves.len() / 2 + 400, leaves.len() - 1];
    let first = refusal(&[middle]);
    assert_ne!(first, refusal(&[later]));
    assert_ne!(first, refusal(&[last]));
    for _ in 0..20 {
        assert_eq!(refusal(&[last, later, middle]), first);
    }
}
