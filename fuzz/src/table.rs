//! What the targets of tables share.

use std::sync::LazyLock;

use propenso_portfolio::{Table, TableColumns};
use propenso_scoring::Contract;

static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::shipped("casas-cobranzas").expect("a contract that ships"));

/// Reads bytes as a table; what is read must have its rows and cells.
pub fn read(bytes: &[u8]) {
    let Ok(table) = Table::read(bytes, &CONTRACT) else { return };
    let n_columns = table.header().len();
    let columns = (0..CONTRACT.inputs().len()).map(|at| (at < n_columns).then_some(at));
    let columns = TableColumns::new(columns.collect());
    for row in 0..table.n_rows() {
        let n_cells = (0..n_columns).map(|column| table.cell(row, column).len());
        assert!(n_cells.sum::<usize>() <= bytes.len().max(1) << 12);
        let _ = table.row(row, &columns, &CONTRACT);
    }
}
