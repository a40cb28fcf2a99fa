//! What every log of decisions does, whichever database keeps it: one suite, run on each.

pub(crate) mod clients;
mod suite;
mod writing;

use std::cell::Cell;

use jiff::Timestamp;
use propenso_store::decision_log::DecisionLog;
use propenso_store::decision_log::sqlite::SqliteDecisions;

/// When every test begins: the 8th of November 2026, in seconds.
const BEGINNING: i64 = 1_794_096_000;

thread_local! {
    static OFFSET: Cell<i64> = const { Cell::new(0) };
}

/// The time in a test: it moves when the test says so.
pub(crate) fn now() -> Timestamp {
    let seconds = BEGINNING + OFFSET.get();
    Timestamp::from_second(seconds).expect("a moment")
}

/// Moves this test's clock.
pub(crate) fn later(seconds: i64) {
    OFFSET.set(OFFSET.get() + seconds);
}

pub(crate) const MONTH: i64 = 31 * 24 * 3600;

#[cfg(all(unix, feature = "postgres"))]
macro_rules! on_postgres {
    ($($test:ident),* $(,)?) => {
        mod postgres {
            use propenso_store::decision::ChainId;
            use propenso_store::postgres::PostgresDecisions;
            use propenso_store::postgres::address::Address;

            use super::*;
            use crate::postgres::database;
            $(
                #[test]
                fn $test() {
                    let Some(url) = database() else { return };
                    let address = Address::new(&url, None).expect("an address");
                    let open = || -> Box<dyn DecisionLog> {
                        let log = PostgresDecisions::at_time(&address, ChainId(7), now);
                        Box::new(log.expect("it opens"))
                    };
                    suite::$test(&open);
                }
            )*
        }
    };
}

macro_rules! on_sqlite {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            use super::*;
            $(
                #[test]
                fn $test() {
                    let folder = tempfile::tempdir().expect("a folder");
                    let open = || -> Box<dyn DecisionLog> { Box::new(SqliteDecisions::at_time(folder.path(), now)) };
                    suite::$test(&open);
                }
            )*
        }
    };
}

/// The tests, by a macro that says what each runs on.
macro_rules! parts {
    ($on:ident) => {
        $on!(
            what_was_answered_is_found_with_its_bits,
            a_page_is_in_the_order_of_the_chain,
            clients_are_found_among_single_and_many,
            a_month_ends_and_the_chain_goes_on,
            a_second_writer_goes_on_with_the_chain,
            a_changed_entry_is_named,
            what_is_forgotten_is_gone_and_the_chain_holds,
            a_month_that_is_let_go_leaves_what_is_held,
            a_portfolio_counts_what_it_kept,
        );
    };
}

parts!(on_sqlite);
#[cfg(all(unix, feature = "postgres"))]
parts!(on_postgres);
