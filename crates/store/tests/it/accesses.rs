//! What every log of accesses does, whichever database keeps it: one suite, run on each, beside the log of decisions that it
//! is about.

mod suite;

use propenso_store::access_log::AccessLog;
use propenso_store::access_log::sqlite::SqliteAccesses;
use propenso_store::decision_log::DecisionLog;
use propenso_store::decision_log::sqlite::SqliteDecisions;

use crate::decisions::now;

/// Both logs of one place.
struct Logs {
    decisions: Box<dyn DecisionLog>,
    accesses: Box<dyn AccessLog>,
}

macro_rules! on_sqlite {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            use super::*;
            $(
                #[test]
                fn $test() {
                    let folder = tempfile::tempdir().expect("a folder");
                    let open = || Logs {
                        decisions: Box::new(SqliteDecisions::at_time(folder.path(), now)),
                        accesses: Box::new(SqliteAccesses::open(folder.path()).expect("a file")),
                    };
                    suite::$test(&open);
                }
            )*
        }
    };
}

#[cfg(all(unix, feature = "postgres"))]
macro_rules! on_postgres {
    ($($test:ident),* $(,)?) => {
        mod postgres {
            use propenso_store::decision::ChainId;
            use propenso_store::postgres::address::Address;
            use propenso_store::postgres::{PostgresAccesses, PostgresDecisions};

            use super::*;
            use crate::postgres::database;
            $(
                #[test]
                fn $test() {
                    let Some(url) = database() else { return };
                    let address = Address::new(&url, None).expect("an address");
                    let open = || {
                        let decisions = PostgresDecisions::at_time(&address, ChainId(7), now);
                        Logs {
                            decisions: Box::new(decisions.expect("it opens")),
                            accesses: Box::new(PostgresAccesses::open(&address).expect("it opens")),
                        }
                    };
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
            accesses_are_read_back_in_order,
            a_client_is_held_once_and_released,
            what_was_let_go_is_read_back,
            a_held_client_is_not_forgotten,
            clients_of_one_entry_are_forgotten_at_the_same_time,
            months_whose_time_is_over_go_and_the_current_one_never_does,
            what_was_held_goes_when_it_is_released,
        );
    };
}

parts!(on_sqlite);
#[cfg(all(unix, feature = "postgres"))]
parts!(on_postgres);
