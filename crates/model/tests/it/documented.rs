//! docs/models.md has the verified table as the code has it.

use std::fmt::Write as _;
use std::path::Path;

use propenso_model::Version;
use propenso_model::verified::TABLE;

/// The table as docs/models.md shows it.
fn rendered() -> String {
    let mut text = String::from("| library | class | paths | versions |\n|---|---|---|---|\n");
    // Its lines are by path, and follow each other class by class.
    for lines in TABLE.chunk_by(|a, b| (a.library, a.class) == (b.library, b.class)) {
        let mut versions: Vec<&str> = lines
            .iter()
            .flat_map(|line| line.versions)
            .copied()
            .collect();
        versions.sort_by_key(|version| (Version::parse(version), *version));
        versions.dedup();
        let versions = versions.iter().map(|version| match *version {
            "" => "not stated in the file",
            version => version,
        });
        let versions = versions.collect::<Vec<_>>().join(", ");
        let (library, class) = (lines[0].library.name(), lines[0].class);
        writeln!(
            text,
            "| {library} | `{class}` | {} | {versions} |",
            lines.len()
        )
        .unwrap();
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
