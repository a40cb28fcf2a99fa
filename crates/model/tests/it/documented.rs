//! docs/models.md has the verified table as the code has it.

use std::fmt::Write as _;
use std::path::Path;

use propenso_model::verified::TABLE;

/// The table as docs/models.md shows it.
fn rendered() -> String {
    let mut text = String::from("| library | class | versions |\n|---|---|---|\n");
    for line in TABLE {
        let versions: Vec<&str> = line
            .versions
            .iter()
            .map(|version| {
                if version.is_empty() {
                    "not stated in the file"
                } else {
                    version
                }
            })
            .collect();
        let (library, class) = (line.library.name(), line.class);
        writeln!(text, "| {library} | `{class}` | {} |", versions.join(", ")).unwrap();
    }
    text
}

#[test]
fn the_verified_table_in_the_docs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/models.md");
    let page = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    let expected = rendered();
    assert!(
        page.contains(&expected),
        "docs/models.md must have this table:\n{expected}"
    );
}
