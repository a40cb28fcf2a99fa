//! Hostile tables: each is refused, or its rows are, and none takes the machine along.

use std::path::Path;

use propenso_portfolio::{PortfolioError, PortfolioRequest, Report, Silent, score_portfolio};

use crate::support::SCORER;

fn score(path: &Path) -> Result<Report, PortfolioError> {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("lista.csv");
    let request = PortfolioRequest::new(Some(path.to_owned()), Some(output.clone()));
    let scored = score_portfolio(&SCORER, &request, &Silent);
    assert_eq!(scored.is_ok(), output.exists(), "{}", path.display());
    scored
}

#[test]
fn every_hostile_table_is_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../attacks/tables");
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let lines: Vec<&str> = manifest.lines().skip(1).collect();
    let n_files = std::fs::read_dir(&folder).unwrap().count() - 1;
    assert_eq!(
        lines.len(),
        n_files,
        "a file without a line, or a line without a file"
    );
    for line in lines {
        let [file, _, answer] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let scored = score(&folder.join(file));
        match answer {
            "rejected" => {
                let summary = scored.unwrap().summary;
                assert!(
                    summary.is_reconciled() && summary.scored.rows == 0,
                    "{file}"
                );
                assert!(summary.rejected.rows > 0, "{file}");
            }
            answer => {
                let error = scored.unwrap_err().to_string();
                assert!(error.contains(answer), "{file}: {error}");
                assert!(error.len() < 600, "{file}: {error}");
            }
        }
    }
}
