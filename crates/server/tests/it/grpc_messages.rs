//! The messages of gRPC: what is committed is what their files say. No build between a clone and the first command needs a compiler of
//! such files; this test has one.
//!
//! After a change of `crates/server/proto`: `PROPENSO_GENERATE=1 cargo test --test it grpc_messages`.

use std::path::{Path, PathBuf};

use prost::Message;
use protox::Compiler;

use crate::support::repository;

/// The files, and what is made of each.
const FILES: [(&str, &str, &str); 2] = [
    ("open_inference.proto", "inference.rs", "inference.rs"),
    (
        "grpc/health/v1/health.proto",
        "grpc.health.v1.rs",
        "health.rs",
    ),
];

fn protos() -> PathBuf {
    repository("crates/server/proto")
}

fn committed(name: &str) -> PathBuf {
    repository("crates/server/src/http/grpc/generated").join(name)
}

/// Reads the files, with what they say about themselves or without.
fn compiler(with_comments: bool) -> Compiler {
    let mut compiler = Compiler::new([protos()]).unwrap();
    compiler.include_source_info(with_comments);
    let files = FILES.map(|(file, ..)| file);
    compiler.open_files(files).unwrap();
    compiler
}

fn hold(committed: &Path, made: &[u8]) {
    if std::env::var_os("PROPENSO_GENERATE").is_some() {
        std::fs::write(committed, made).unwrap();
    }
    let found = std::fs::read(committed).unwrap_or_default();
    assert!(
        found == made,
        "{} is not what the files of crates/server/proto say; see the beginning of this test",
        committed.display()
    );
}

#[test]
fn what_is_committed_is_what_the_files_say() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = prost_build::Config::new();
    // Without copying; in an order that is always the same.
    config.bytes(["."]).btree_map(["."]).out_dir(folder.path());
    config
        .compile_fds(compiler(true).file_descriptor_set())
        .unwrap();
    for (_, made, name) in FILES {
        let made = std::fs::read(folder.path().join(made)).unwrap();
        hold(&committed(name), &made);
    }
    let described = compiler(false).file_descriptor_set().encode_to_vec();
    hold(&committed("descriptors.bin"), &described);
}
