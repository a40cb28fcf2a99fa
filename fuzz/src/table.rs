//! What the targets of tables share.

use std::cell::RefCell;
use std::panic::{catch_unwind, set_hook};
use std::sync::{LazyLock, Once};

use propenso_portfolio::{Table, TableColumns, TypedLimits, TypedTable};
use propenso_scoring::Contract;

static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::shipped("casas-cobranzas").expect("a contract that ships"));

/// Cells that are looked at: a short row of a wide table has as many as the others, however few its bytes.
const MOST_CELLS: usize = 1 << 16;

static QUIET: Once = Once::new();

thread_local! {
    /// What the last panic said.
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Reads bytes as a table. Only a panic that reaches the caller is a finding: the readers of workbooks and of Parquet
/// panic on some damaged files, and that is caught. The fuzzer's own hook would end the process before.
pub fn read(bytes: &[u8]) {
    quietly(|| check(bytes));
}

/// Reads bytes as an Arrow stream, and every cell of it as each input's.
pub fn read_stream(bytes: &[u8]) {
    quietly(|| check_stream(bytes));
}

fn quietly(check: impl Fn() + std::panic::UnwindSafe) {
    QUIET.call_once(|| {
        set_hook(Box::new(|panic| LAST_PANIC.with(|last| *last.borrow_mut() = panic.to_string())));
    });
    if catch_unwind(check).is_err() {
        LAST_PANIC.with(|last| eprintln!("{}", last.borrow()));
        std::process::abort();
    }
}

/// Checks that what is read has its rows and cells.
fn check(bytes: &[u8]) {
    let Ok(table) = Table::read(bytes, &CONTRACT) else { return };
    let n_columns = table.header().len();
    let columns = (0..CONTRACT.inputs().len()).map(|at| (at < n_columns).then_some(at));
    let columns = TableColumns::new(columns.collect());
    for row in 0..table.n_rows().min(MOST_CELLS / n_columns.max(1)) {
        let n_cells = (0..n_columns).map(|column| table.cell(row, column).len());
        assert!(n_cells.sum::<usize>() <= bytes.len().max(1) << 12);
        let _ = table.row(row, &columns, &CONTRACT);
    }
}

/// Checks that a stream becomes no more than it may, and that whatever a column is, its cells are read.
fn check_stream(bytes: &[u8]) {
    let limits = TypedLimits { rows: 10_000, columns: 100, bytes: 1 << 20 };
    let bytes = bytes.to_vec().into();
    let Ok(table) = TypedTable::of_stream(bytes, &|name| !name.is_empty(), limits) else { return };
    assert!(table.n_rows() <= limits.rows && table.names().len() <= limits.columns);
    let n_columns = table.names().len();
    let inputs = CONTRACT.inputs();
    for at in 0..table.n_rows().min(MOST_CELLS / n_columns.max(1)) {
        let row = table.row(at).expect("it has so many rows");
        for column in 0..=n_columns {
            let _ = row.raw(column, inputs.get(at % (inputs.len() + 1)));
        }
    }
    assert!(table.row(table.n_rows()).is_none());
}
