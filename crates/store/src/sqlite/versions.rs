//! Versions as rows.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::StoreError;
use crate::registry::{ContractSought, VersionContent, VersionFindings, VersionRow};

const VERSION: &str = "SELECT number, state, model_hash, contract_name, contract_text, golden_hash, deciles, \
                       file_name, way_in, added_at, added_by, note, report FROM versions";

pub(super) fn all(connection: &Connection) -> Result<Vec<VersionRow>, StoreError> {
    let mut query = connection.prepare_cached(&format!("{VERSION} ORDER BY number"))?;
    let rows = query.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn one(connection: &Connection, number: u32) -> Result<Option<VersionRow>, StoreError> {
    let mut query = connection.prepare_cached(&format!("{VERSION} WHERE number = ?1"))?;
    Ok(query.query_row([number], read).optional()?)
}

pub(super) fn newest(connection: &Connection) -> Result<u32, StoreError> {
    let query = "SELECT coalesce(max(number), 0) FROM versions";
    Ok(connection.query_row(query, [], |row| row.get(0))?)
}

pub(super) fn in_state(
    connection: &Connection,
    state: &str,
) -> Result<Option<VersionRow>, StoreError> {
    let mut query = connection.prepare_cached(&format!("{VERSION} WHERE state = ?1"))?;
    Ok(query.query_row([state], read).optional()?)
}

pub(super) fn find(
    connection: &Connection,
    model_hash: &str,
    contract: ContractSought<'_>,
) -> Result<Option<VersionRow>, StoreError> {
    // Registries of before kept the byte order mark of a contract that was uploaded.
    let sql = format!(
        "{VERSION} WHERE model_hash = ?1 AND (?3 OR contract_text IS ?2 OR contract_text = char(65279) || ?2) \
         AND state <> 'rejected' ORDER BY number DESC LIMIT 1"
    );
    let mut query = connection.prepare_cached(&sql)?;
    let (text, is_any) = match contract {
        ContractSought::Any => (None, true),
        ContractSought::Own => (None, false),
        ContractSought::Text(text) => (Some(text), false),
    };
    let key = params![model_hash, text, is_any];
    Ok(query.query_row(key, read).optional()?)
}

pub(super) fn insert(
    connection: &Connection,
    state: &str,
    content: &VersionContent,
    findings: &VersionFindings,
) -> Result<u32, StoreError> {
    connection.execute(
        "INSERT INTO versions (state, model_hash, contract_name, contract_text, golden_hash, deciles, file_name, \
         way_in, added_at, added_by, note, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            state,
            content.model_hash,
            content.contract_name,
            content.contract_text,
            findings.golden_hash,
            findings.deciles,
            content.file_name,
            content.way_in,
            content.added_at,
            content.added_by,
            content.note,
            findings.report,
        ],
    )?;
    let number = connection.last_insert_rowid();
    u32::try_from(number).map_err(|error| StoreError::row("versions", error))
}

pub(super) fn set_findings(
    connection: &Connection,
    number: u32,
    findings: &VersionFindings,
) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE versions SET golden_hash = ?2, deciles = ?3, report = ?4 WHERE number = ?1",
        params![
            number,
            findings.golden_hash,
            findings.deciles,
            findings.report
        ],
    )?;
    Ok(())
}

pub(super) fn set_state(
    connection: &Connection,
    number: u32,
    state: &str,
) -> Result<(), StoreError> {
    connection.execute(
        "UPDATE versions SET state = ?2 WHERE number = ?1",
        params![number, state],
    )?;
    Ok(())
}

/// Files of rejected versions of which nothing was said since, and that no other version has.
pub(super) fn expired_files(
    connection: &Connection,
    before: &str,
) -> Result<Vec<String>, StoreError> {
    let mut query = connection.prepare_cached(
        "WITH files AS (
             SELECT model_hash AS hash, number, state FROM versions
             UNION ALL SELECT golden_hash, number, state FROM versions WHERE golden_hash IS NOT NULL
         )
         SELECT hash FROM files GROUP BY hash
         HAVING min(state = 'rejected') AND max((SELECT max(at) FROM events WHERE version = number)) < ?1",
    )?;
    let rows = query.query_map([before], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<VersionRow> {
    Ok(VersionRow {
        number: row.get(0)?,
        state: row.get(1)?,
        content: VersionContent {
            model_hash: row.get(2)?,
            contract_name: row.get(3)?,
            contract_text: row.get(4)?,
            file_name: row.get(7)?,
            way_in: row.get(8)?,
            added_at: row.get(9)?,
            added_by: row.get(10)?,
            note: row.get(11)?,
        },
        findings: VersionFindings {
            golden_hash: row.get(5)?,
            deciles: row.get(6)?,
            report: row.get(12)?,
        },
    })
}
