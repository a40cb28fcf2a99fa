//! Holders and their keys, over PostgreSQL.

use tokio_postgres::Row;

use super::transaction::{Param, PostgresRows, text, text_if_any};
use crate::StoreError;
use crate::keys::{HolderRow, KeyEventRow, KeyRow, KeyRows};

const HOLDER: &str = "SELECT id, name, roles, created, disabled FROM holders";

impl KeyRows for PostgresRows<'_> {
    fn holders(&self) -> Result<Vec<HolderRow>, StoreError> {
        let found = self.query(&format!("{HOLDER} ORDER BY name"), Vec::new())?;
        found.iter().map(|row| self.holder_of_row(row)).collect()
    }

    fn holder(&self, name: &str) -> Result<Option<HolderRow>, StoreError> {
        let found = self.query_one(&format!("{HOLDER} WHERE name = $1"), vec![text(name)])?;
        found.map(|row| self.holder_of_row(&row)).transpose()
    }

    fn holder_of(&self, key: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT name FROM holders JOIN keys ON holders.id = holder WHERE keys.id = $1";
        let found = self.query_one(sql, vec![text(key)])?;
        Ok(found.map(|row| row.try_get(0)).transpose()?)
    }

    fn enrol(&self, name: &str, roles: &str, at: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO holders (name, roles, created) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET roles = $2, disabled = NULL",
            vec![text(name), text(roles), text(at)],
        )
    }

    fn insert_key(&self, holder: &str, key: &KeyRow) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO keys (id, holder, hash, created, expires) \
             SELECT $1, id, $3, $4, $5 FROM holders WHERE name = $2",
            vec![
                text(&key.id),
                text(holder),
                text(&key.hash),
                text(&key.created),
                text_if_any(key.expires.as_deref()),
            ],
        )
    }

    fn disable_holder(&self, name: &str, at: &str) -> Result<(), StoreError> {
        let key = || -> Vec<Param> { vec![text(name), text(at)] };
        self.execute("UPDATE holders SET disabled = $2 WHERE name = $1", key())?;
        self.execute(
            "UPDATE keys SET disabled = $2 WHERE disabled IS NULL AND holder = (SELECT id FROM holders WHERE name = $1)",
            key(),
        )
    }

    fn disable_key(&self, id: &str, at: &str) -> Result<(), StoreError> {
        self.execute(
            "UPDATE keys SET disabled = $2 WHERE id = $1 AND disabled IS NULL",
            vec![text(id), text(at)],
        )
    }

    fn set_end(&self, id: &str, end: &str) -> Result<(), StoreError> {
        let key = vec![text(id), text(end)];
        self.execute("UPDATE keys SET expires = $2 WHERE id = $1", key)
    }

    fn set_used(&self, id: &str, at: &str) -> Result<(), StoreError> {
        // Whole seconds, all of one length: texts are in the order of time.
        self.execute(
            "UPDATE keys SET last_used = $2 WHERE id = $1 AND (last_used IS NULL OR last_used < $2)",
            vec![text(id), text(at)],
        )
    }

    fn insert_key_event(&self, event: &KeyEventRow<'_>) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO key_events (at, holder, key, action, who) VALUES ($1, $2, $3, $4, $5)",
            vec![
                text(event.at),
                text(event.holder),
                text_if_any(event.key),
                text(event.action),
                text(event.who),
            ],
        )
    }

    fn last_key_event(&self) -> Result<i64, StoreError> {
        let row = self.query_one("SELECT coalesce(max(id), 0) FROM key_events", Vec::new())?;
        Ok(row.map_or(Ok(0), |row| row.try_get(0))?)
    }
}

impl PostgresRows<'_> {
    fn holder_of_row(&self, row: &Row) -> Result<HolderRow, StoreError> {
        let id: i64 = row.try_get(0)?;
        let keys = self.query(
            "SELECT id, hash, created, expires, disabled, last_used FROM keys WHERE holder = $1 ORDER BY created, made",
            vec![Box::new(id)],
        )?;
        Ok(HolderRow {
            name: row.try_get(1)?,
            roles: row.try_get(2)?,
            created: row.try_get(3)?,
            disabled: row.try_get(4)?,
            keys: keys.iter().map(key_of_row).collect::<Result<_, _>>()?,
        })
    }
}

fn key_of_row(row: &Row) -> Result<KeyRow, StoreError> {
    Ok(KeyRow {
        id: row.try_get(0)?,
        hash: row.try_get(1)?,
        created: row.try_get(2)?,
        expires: row.try_get(3)?,
        disabled: row.try_get(4)?,
        last_used: row.try_get(5)?,
    })
}
