//! The arrows of ARCHITECTURE.md, held against the sources: which crate may depend on which, what a crate must never
//! know, and that no modules of the upper floors import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each crate, the crates of the house that it may depend on, and what it must never depend on.
const CRATES: [(&str, &[&str], &[&str]); 10] = [
    ("pickle", &[], &["tokio", "axum", "rusqlite"]),
    ("model", &["pickle"], &["tokio", "axum", "rusqlite"]),
    ("engine", &["model"], &["tokio", "axum", "rusqlite"]),
    (
        "scoring",
        &["model", "engine"],
        &[
            "tokio", "axum", "rusqlite", "csv", "calamine", "parquet", "tempfile",
        ],
    ),
    (
        "portfolio",
        &["model", "engine", "scoring"],
        &["tokio", "axum", "rusqlite", "clap", "toml"],
    ),
    (
        "store",
        &["model", "engine", "scoring"],
        &["axum", "hyper", "clap", "toml"],
    ),
    (
        "lifecycle",
        &["model", "engine", "scoring", "portfolio", "store"],
        &["tokio", "axum", "hyper", "clap", "toml", "rusqlite"],
    ),
    (
        "server",
        &[
            "model",
            "engine",
            "scoring",
            "portfolio",
            "store",
            "lifecycle",
            "windows",
        ],
        &[
            "rusqlite",
            "calamine",
            "parquet",
            "windows-service",
            "windows-sys",
        ],
    ),
    ("windows", &[], &["tokio", "tracing", "serde"]),
    (
        "../python",
        &["model", "engine", "scoring", "portfolio", "lifecycle"],
        &["tokio", "axum", "rusqlite", "clap", "calamine", "parquet"],
    ),
];

/// Crates whose modules must not import each other in a circle. A file and the folder of its name are one thing.
const WITHOUT_CIRCLES: [&str; 5] = ["scoring", "portfolio", "store", "lifecycle", "server"];

/// Modules, what their code must not name, and why.
const RULES: [(&str, &[&str], &str); 12] = [
    (
        "server/http",
        &["crate::cli", "crate::command"],
        "a route knows nothing of the command line",
    ),
    (
        "server/jobs",
        &[
            "crate::cli",
            "crate::command",
            "crate::http",
            "crate::inbox",
        ],
        "a service is below the faces that use it",
    ),
    (
        "server/data_archive",
        &[
            "crate::cli",
            "crate::command",
            "crate::http",
            "crate::settings",
        ],
        "an archive is of a folder, whoever asks for it",
    ),
    (
        "server/inbox",
        &[
            "crate::cli",
            "crate::command",
            "crate::http",
            "score_portfolio",
        ],
        "a folder hands jobs in, and knows no other face",
    ),
    (
        "server/limits",
        &[
            "crate::cli",
            "crate::command",
            "crate::http",
            "crate::serving",
        ],
        "what is worked on is for others to know",
    ),
    (
        "server/figures",
        &[
            "crate::cli",
            "crate::command",
            "crate::http",
            "crate::jobs",
            "crate::serving",
            "crate::settings",
        ],
        "whoever counts knows the figures, not the other way round",
    ),
    (
        "server/traces",
        &[
            "crate::cli",
            "crate::command",
            "crate::http",
            "crate::serving",
            "crate::settings",
        ],
        "a span is asked for by whoever works, and asks nobody",
    ),
    (
        "server/http",
        &["propenso_engine"],
        "nothing but a scorer scores",
    ),
    (
        "server/access",
        &[
            "crate::cli",
            "crate::command",
            "crate::http",
            "crate::settings",
        ],
        "who may call is told to every face alike",
    ),
    (
        "lifecycle/keys",
        &["propenso_store", "crate::registry"],
        "what keys are does not depend on where they are kept",
    ),
    (
        "lifecycle/gates",
        &[
            "propenso_store",
            "crate::registry",
            "crate::inbox",
            "crate::steward",
        ],
        "gates judge a model and keep nothing",
    ),
    (
        "lifecycle/inbox",
        &["propenso_store"],
        "what is kept is the registry's business",
    ),
];

/// A module's name, as `gates/drift`, and its code without comments and tests.
type Modules = BTreeMap<String, String>;

#[test]
fn crates_depend_downwards_only() {
    for (name, below, never) in CRATES {
        let manifest = fs::read_to_string(crates().join(name).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let of_targets = manifest.get("target").and_then(toml::Value::as_table);
        let of_targets = of_targets.into_iter().flat_map(toml::Table::values);
        let of_targets = of_targets.filter_map(|target| target.get("dependencies"));
        let dependencies: Vec<&String> = of_targets
            .chain(manifest.get("dependencies"))
            .filter_map(toml::Value::as_table)
            .flat_map(toml::Table::keys)
            .collect();
        assert!(!dependencies.is_empty());
        for dependency in dependencies {
            let is_of_the_house = dependency.strip_prefix("propenso-");
            assert!(
                is_of_the_house.is_none_or(|dependency| below.contains(&dependency)),
                "{name} must not depend on {dependency}"
            );
            assert!(
                !never.contains(&dependency.as_str()),
                "{name} must never know {dependency}"
            );
        }
    }
}

#[test]
fn modules_keep_to_their_floor() {
    for (place, never, why) in RULES {
        let (name, prefix) = place.split_once('/').unwrap();
        let modules = modules(name);
        for (module, code) in &modules {
            let is_meant = module == prefix || module.starts_with(&format!("{prefix}/"));
            let imported = imports(module, code, &modules);
            for words in never.iter().filter(|_| is_meant) {
                let never = words.strip_prefix("crate::").unwrap_or(words);
                let is_below =
                    |other: &&str| *other == never || other.starts_with(&format!("{never}/"));
                assert!(
                    !imported.iter().any(is_below),
                    "{name}/{module} imports {words}: {why}"
                );
                assert!(
                    !code.contains(words),
                    "{name}/{module} names {words}: {why}"
                );
            }
        }
    }
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    for name in WITHOUT_CIRCLES {
        let modules = modules(name);
        let arrows: BTreeMap<&str, BTreeSet<&str>> = modules
            .iter()
            .map(|(module, code)| (module.as_str(), imports(module, code, &modules)))
            .collect();
        for module in arrows.keys() {
            let circle = way_back(module, &arrows);
            assert!(
                circle.is_none(),
                "{name}: a circle of imports: {}",
                circle.unwrap_or_default().join(" -> ")
            );
        }
    }
}

/// The reader of imports sees every form that they are written in.
#[test]
fn imports_are_seen() {
    let modules: Modules = ["gates", "gates/drift", "gates/limits", "registry", "live"]
        .map(|module| (module.to_owned(), String::new()))
        .into();
    let code = "use super::limits::GateLimits;\npub(crate) use crate::{\n    live::Live,\n    registry::{self, State},\n};\n";
    let seen = |module, code| Vec::from_iter(imports(module, code, &modules));
    assert_eq!(
        seen("gates/drift", code),
        ["gates/limits", "live", "registry"]
    );
    assert_eq!(
        seen("live", "fn f() -> crate::registry::State {}"),
        ["registry"]
    );
    // Its own children, and a parent's other items, are no arrows.
    assert!(seen("gates", "use self::drift::Drift;").is_empty());
    assert!(seen("gates/drift", "use super::Gate;").is_empty());
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn modules(name: &str) -> Modules {
    let root = crates().join(name).join("src");
    let mut modules = Modules::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let module = path.strip_prefix(&root).unwrap().with_extension("");
                let module = module.to_string_lossy().replace('\\', "/");
                modules.insert(module, code_of(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(modules.len() > 5, "{name} has its sources elsewhere");
    // What is re-exported there is no floor of its own.
    modules.remove("lib");
    modules.remove("main");
    modules
}

fn code_of(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let code = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules that a module's code names, less its own parents and children.
fn imports<'m>(module: &str, code: &str, modules: &'m Modules) -> BTreeSet<&'m str> {
    let mut found = BTreeSet::new();
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    for root in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|before| is_word(before) || before == ':') {
                continue;
            }
            for path in expand(tree(&code[at..])) {
                found.extend(resolve(module, &path, modules));
            }
        }
    }
    let is_family = |other: &&str| {
        let under = |a: &str, b: &str| a == b || a.starts_with(&format!("{b}/"));
        under(module, other) || under(other, module)
    };
    found.retain(|other| !is_family(other));
    found
}

/// The path, or tree of paths, that a text begins with.
fn tree(text: &str) -> &str {
    let mut depth = 0_usize;
    let end = text.find(|character: char| {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => {
                depth -= 1;
                return false;
            }
            _ => {}
        }
        let is_path = character.is_alphanumeric() || "_:".contains(character);
        depth == 0 && !is_path
    });
    &text[..end.unwrap_or(text.len())]
}

/// `a::{b, c::{d}}` as `a::b` and `a::c::d`.
fn expand(tree: &str) -> Vec<String> {
    let Some((before, inside)) = tree.split_once('{') else {
        return vec![tree.trim().to_owned()];
    };
    // A block after a path, as in `impl crate::Trait {`, is no tree of imports.
    if !before.ends_with("::") {
        return vec![before.trim().to_owned()];
    }
    let inside = inside.strip_suffix('}').unwrap_or(inside);
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, character) in inside.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let whole = |part: &str| expand(&format!("{before}{}", part.trim()));
    parts.into_iter().flat_map(whole).collect()
}

/// The module that a path leads into.
fn resolve<'m>(module: &str, path: &str, modules: &'m Modules) -> Option<&'m str> {
    let mut steps: Vec<&str> = path.split("::").collect();
    let mut place: Vec<&str> = module.split('/').collect();
    match steps.first().copied() {
        Some("crate") => place.clear(),
        Some("self") => {}
        _ => {
            while steps.first() == Some(&"super") {
                place.pop();
                steps.remove(0);
            }
            steps.insert(0, "");
        }
    }
    place.extend(&steps[1..]);
    let known = |length: usize| modules.get_key_value(&place[..length].join("/"));
    let (name, _) = (1..=place.len()).rev().find_map(known)?;
    Some(name.as_str())
}

/// A way from a module along the arrows back to it.
fn way_back<'m>(
    start: &'m str,
    arrows: &BTreeMap<&'m str, BTreeSet<&'m str>>,
) -> Option<Vec<&'m str>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for next in &arrows[way[way.len() - 1]] {
            let longer = || [&way[..], &[*next]].concat();
            if *next == start {
                return Some(longer());
            }
            if seen.insert(*next) {
                ways.push(longer());
            }
        }
    }
    None
}
