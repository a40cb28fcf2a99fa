//! What the targets of tables share.

use std::cell::RefCell;
use std::panic::{catch_unwind, set_hook};
use std::sync::{LazyLock, Once};

use propenso_portfolio::{Table, TableColumns};
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
    QUIET.call_once(|| {
        set_hook(Box::new(|panic| LAST_PANIC.with(|last| *last.borrow_mut() = panic.to_string())));
    });
    if catch_unwind(|| check(bytes)).is_err() {
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
