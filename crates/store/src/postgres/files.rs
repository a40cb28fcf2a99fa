//! Files in parts, over PostgreSQL.

use super::transaction::{Param, PostgresRows, number, text};
use crate::StoreError;
use crate::files::{FileRows, PART_BYTES};

impl FileRows for PostgresRows<'_> {
    fn has_file(&self, hash: &str) -> Result<bool, StoreError> {
        let found = self.query_one("SELECT 1 FROM files WHERE hash = $1", vec![text(hash)])?;
        Ok(found.is_some())
    }

    fn file(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT n_parts FROM files WHERE hash = $1";
        let Some(row) = self.query_one(sql, vec![text(hash)])? else {
            return Ok(None);
        };
        let n_parts: i64 = row.try_get(0)?;
        let mut bytes = Vec::new();
        let sql = "SELECT bytes FROM file_parts WHERE hash = $1 AND part = $2";
        for part in 0..n_parts {
            let key: Vec<Param> = vec![text(hash), Box::new(part)];
            let row = self.query_one(sql, key)?;
            let row = row.ok_or_else(|| StoreError::row("file_parts", "a part is missing"))?;
            bytes.extend_from_slice(row.try_get::<_, &[u8]>(0)?);
        }
        Ok(Some(bytes))
    }

    fn put_file(&self, hash: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let n_parts = bytes.len().div_ceil(PART_BYTES);
        let n_parts = u32::try_from(n_parts).map_err(|error| StoreError::Failed(error.into()))?;
        // Who puts the same file at the same time is waited for, and has put it then.
        let sql =
            "INSERT INTO files (hash, n_parts) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1";
        if self
            .query_one(sql, vec![text(hash), number(n_parts)])?
            .is_none()
        {
            return Ok(());
        }
        let sql = "INSERT INTO file_parts (hash, part, bytes) VALUES ($1, $2, $3)";
        for (part, bytes) in (0..n_parts).zip(bytes.chunks(PART_BYTES)) {
            self.execute(
                sql,
                vec![text(hash), number(part), Box::new(bytes.to_vec())],
            )?;
        }
        Ok(())
    }

    fn remove_file(&self, hash: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM files WHERE hash = $1", vec![text(hash)])
    }
}
