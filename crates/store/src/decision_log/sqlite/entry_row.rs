//! An entry as a row, and back.

use jiff::civil::Date;
use propenso_model::Sha256;
use rusqlite::Row;

use crate::decision::entry::Body;
use crate::decision::link::{ChainId, Link};
use crate::decision::{DecisionId, Entry};
use crate::decision_log::contexts::Contexts;
use crate::error::StoreError;

/// What is asked of the table of entries, in the order that `read_entry` wants. The entry before is in the row before,
/// or gone.
pub(super) const ENTRY: &str = "SELECT e.place, e.at, e.chance, e.decisions, e.hash, e.clients, e.body, \
     coalesce(e.before, (SELECT hash FROM entries b WHERE b.place = e.place - 1), (SELECT hash FROM chain)), \
     c.body, c.digest, (SELECT chain FROM chain) \
     FROM entries e JOIN contexts c ON c.id = e.context";

/// Reads an entry of a month.
pub(super) fn read_entry(
    row: &Row<'_>,
    month: Date,
    contexts: &mut Contexts,
) -> Result<Entry, StoreError> {
    let at: i64 = row.get(1)?;
    let chance: [u8; 10] = row.get(2)?;
    let mut first = [0; 16];
    first[..6].copy_from_slice(&at.to_be_bytes()[2..]);
    first[6..].copy_from_slice(&chance);
    let digest = Sha256::from_bytes(row.get(9)?);
    let context = row.get_ref(8)?.as_blob().unwrap_or_default();
    Ok(Entry {
        month,
        link: Link {
            chain: ChainId(row.get::<_, i64>(10)?.cast_unsigned()),
            place: row.get::<_, i64>(0)?.cast_unsigned(),
            before: Sha256::from_bytes(row.get(7)?),
        },
        hash: Sha256::from_bytes(row.get(4)?),
        first: DecisionId::from_bytes(first),
        count: usize::try_from(row.get::<_, i64>(3)?).unwrap_or_default(),
        context: contexts.of(digest, context)?,
        context_digest: digest,
        body: Body::from_bytes(row.get(6)?),
        clients: row.get::<_, Option<Vec<u8>>>(5)?.unwrap_or_default(),
    })
}

/// Pseudonyms of clients as a column: nothing where there is none.
pub(super) fn clients_column(clients: &[u8]) -> Option<&[u8]> {
    (clients.iter().any(|byte| *byte != 0)).then_some(clients)
}
