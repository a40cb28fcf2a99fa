# The project's verbs. Each is one command, so that nothing needs `just`.

# What CI runs
ci:
    bash .ci/run

# Serve the example model
run:
    cargo run --release --locked -- serve examples/cobranza/modelo_final.pkl

# All tests; PROPENSO_CORPUS=FOLDER adds every model file of that folder
test:
    cargo test --workspace --locked

# Formatting, lints and documentation, as CI checks them
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Random models against the libraries themselves for so many minutes: just differential 60
differential minutes="5" *options="":
    cargo build --locked -p propenso
    python3 tools/differential --minutes {{minutes}} {{options}}

# Which changes of the code no test notices, in the files of .cargo/mutants.toml: just mutants -F number.rs
# Commit first: each change is made in place, so that nothing but its crate is compiled again. All of them take hours.
mutants *options="":
    PROPTEST_DISABLE_FAILURE_PERSISTENCE=1 cargo mutants --workspace --in-place --no-shuffle {{options}}

# One fuzz target for so many seconds: just fuzz pickle 600
fuzz target seconds="60":
    bash fuzz/run {{target}} {{seconds}}

# Start, memory and answers per second beside a no-op handler
bench:
    cargo build --profile dist --locked
    cargo run --profile dist --locked -p propenso-bench -- --results bench/results

# What answers take, and memory, while the model is replaced
bench-swap:
    cargo build --profile dist --locked
    cargo run --profile dist --locked -p propenso-bench -- --results bench/results swap

# Kill processes in the middle of the ceremony so many times
kills number="2000":
    PROPENSO_KILLS={{number}} cargo test -p propenso --test it --locked -- kills --nocapture

# Beside other engines for tree models, in one run
compare *options:
    python3 bench/compare.py {{options}}

# A million rows beside pandas and scikit-learn, in one run; PYTHON has bench/requirements-portfolio.txt
bench-portfolio python="python3" *options="":
    cargo build --profile dist --locked
    {{python}} bench/portfolio.py {{options}}

# The wheel for Linux, by maturin and zig, in target/wheels: just wheel aarch64-unknown-linux-gnu for the other processor
wheel target="x86_64-unknown-linux-gnu":
    bash python/build {{target}}

# The wheel's tests, as CI runs them
test-wheel:
    bash python/run

# The wheel beside scikit-learn and shap, in one run; PYTHON has what bench/python.py names
bench-python python="python3" *options="":
    {{python}} bench/python.py {{options}}

# What is given out: tarball, Debian package, image and their checksums, in target/packages; PROPENSO_BINARY=FILE takes a built binary
dist *folder:
    bash deploy/dist {{folder}}

# The program for Windows, on Debian; says what it needs. `just windows windows` makes what is given out
windows profile="release":
    bash deploy/windows/build {{profile}}

# What is given out for Windows: installer, ZIP and their checksums, in target/packages; PROPENSO_EXE=FILE takes a built program
dist-windows *folder:
    bash deploy/windows/package {{folder}}

# The program for Windows under wine, beside the one of this machine; with --all every test that makes sense there
try-windows *options="":
    cargo build --locked
    bash deploy/windows/check target/debug/propenso {{options}}

# The unit, the package, the image and the commands of docs/instalar.md, tried: sudo just try-packages target/release/propenso
try-packages *binary:
    bash deploy/check {{binary}}
