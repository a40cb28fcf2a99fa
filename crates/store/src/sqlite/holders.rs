//! Holders and their keys as rows.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::SqliteRows;
use crate::StoreError;
use crate::keys::{HolderRow, KeyEventRow, KeyRow, KeyRows};

const HOLDER: &str = "SELECT id, name, roles, created, disabled FROM holders";

impl KeyRows for SqliteRows<'_> {
    fn holders(&self) -> Result<Vec<HolderRow>, StoreError> {
        let mut query = self.0.prepare_cached(&format!("{HOLDER} ORDER BY name"))?;
        let rows = query.query_map([], read_holder)?;
        let found: Vec<(i64, HolderRow)> = rows.collect::<Result<_, _>>()?;
        let with_keys = found.into_iter().map(|found| with_keys(&self.0, found));
        with_keys.collect()
    }

    fn holder(&self, name: &str) -> Result<Option<HolderRow>, StoreError> {
        let mut query = self
            .0
            .prepare_cached(&format!("{HOLDER} WHERE name = ?1"))?;
        let found = query.query_row([name], read_holder).optional()?;
        found.map(|found| with_keys(&self.0, found)).transpose()
    }

    fn holder_of(&self, key: &str) -> Result<Option<String>, StoreError> {
        let query = "SELECT name FROM holders JOIN keys ON holders.id = holder WHERE keys.id = ?1";
        let found = self.0.query_row(query, [key], |row| row.get(0));
        Ok(found.optional()?)
    }

    fn enrol(&self, name: &str, roles: &str, at: &str) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO holders (name, roles, created) VALUES (?1, ?2, ?3) \
             ON CONFLICT (name) DO UPDATE SET roles = ?2, disabled = NULL",
            params![name, roles, at],
        )?;
        Ok(())
    }

    fn insert_key(&self, holder: &str, key: &KeyRow) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO keys (id, holder, hash, created, expires) \
             SELECT ?1, id, ?3, ?4, ?5 FROM holders WHERE name = ?2",
            params![key.id, holder, key.hash, key.created, key.expires],
        )?;
        Ok(())
    }

    fn disable_holder(&self, name: &str, at: &str) -> Result<(), StoreError> {
        let key = params![name, at];
        self.0
            .execute("UPDATE holders SET disabled = ?2 WHERE name = ?1", key)?;
        let of_holder = "UPDATE keys SET disabled = ?2 WHERE disabled IS NULL AND holder = (SELECT id FROM holders WHERE name = ?1)";
        self.0.execute(of_holder, key)?;
        Ok(())
    }

    fn disable_key(&self, id: &str, at: &str) -> Result<(), StoreError> {
        self.0.execute(
            "UPDATE keys SET disabled = ?2 WHERE id = ?1 AND disabled IS NULL",
            params![id, at],
        )?;
        Ok(())
    }

    fn set_end(&self, id: &str, end: &str) -> Result<(), StoreError> {
        let key = params![id, end];
        self.0
            .execute("UPDATE keys SET expires = ?2 WHERE id = ?1", key)?;
        Ok(())
    }

    fn set_used(&self, id: &str, at: &str) -> Result<(), StoreError> {
        // Whole seconds, all of one length: texts are in the order of time.
        self.0.execute(
            "UPDATE keys SET last_used = ?2 WHERE id = ?1 AND (last_used IS NULL OR last_used < ?2)",
            params![id, at],
        )?;
        Ok(())
    }

    fn insert_key_event(&self, event: &KeyEventRow<'_>) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO key_events (at, holder, key, action, who) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![event.at, event.holder, event.key, event.action, event.who],
        )?;
        Ok(())
    }

    fn last_key_event(&self) -> Result<i64, StoreError> {
        let query = "SELECT coalesce(max(id), 0) FROM key_events";
        let mut query = self.0.prepare_cached(query)?;
        Ok(query.query_row([], |row| row.get(0))?)
    }
}

fn read_holder(row: &Row<'_>) -> rusqlite::Result<(i64, HolderRow)> {
    let holder = HolderRow {
        name: row.get(1)?,
        roles: row.get(2)?,
        created: row.get(3)?,
        disabled: row.get(4)?,
        keys: Vec::new(),
    };
    Ok((row.get(0)?, holder))
}

fn with_keys(
    connection: &Connection,
    (id, mut holder): (i64, HolderRow),
) -> Result<HolderRow, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT id, hash, created, expires, disabled, last_used FROM keys WHERE holder = ?1 ORDER BY created, rowid",
    )?;
    let rows = query.query_map([id], read_key)?;
    holder.keys = rows.collect::<Result<_, _>>()?;
    Ok(holder)
}

fn read_key(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    Ok(KeyRow {
        id: row.get(0)?,
        hash: row.get(1)?,
        created: row.get(2)?,
        expires: row.get(3)?,
        disabled: row.get(4)?,
        last_used: row.get(5)?,
    })
}
