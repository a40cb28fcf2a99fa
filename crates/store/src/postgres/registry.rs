//! Versions, what happened to them and what their shadows were compared with, over PostgreSQL.

use tokio_postgres::Row;

use super::transaction::{PostgresRows, number, number_if_any, number_of, text, text_if_any};
use crate::StoreError;
use crate::registry::{
    ContractSought, DayRow, EventRow, RegistryRows, ShadowDayRow, VersionContent, VersionFindings,
    VersionRow,
};

const VERSION: &str = "SELECT number, state, model_hash, contract_name, contract_text, golden_hash, deciles, \
                       file_name, way_in, added_at, added_by, note, report FROM versions";

impl RegistryRows for PostgresRows<'_> {
    fn versions(&self) -> Result<Vec<VersionRow>, StoreError> {
        let rows = self.query(&format!("{VERSION} ORDER BY number"), Vec::new())?;
        rows.iter().map(version_of_row).collect()
    }

    fn version(&self, of: u32) -> Result<Option<VersionRow>, StoreError> {
        let row = self.query_one(&format!("{VERSION} WHERE number = $1"), vec![number(of)])?;
        row.as_ref().map(version_of_row).transpose()
    }

    fn newest_version(&self) -> Result<u32, StoreError> {
        let query = "SELECT coalesce(max(number), 0)::bigint FROM versions";
        let row = self.query_one(query, Vec::new())?;
        row.map_or(Ok(0), |row| number_of(&row, 0, VERSIONS))
    }

    fn version_in(&self, state: &str) -> Result<Option<VersionRow>, StoreError> {
        let row = self.query_one(&format!("{VERSION} WHERE state = $1"), vec![text(state)])?;
        row.as_ref().map(version_of_row).transpose()
    }

    fn find_version(
        &self,
        model_hash: &str,
        contract: ContractSought<'_>,
    ) -> Result<Option<VersionRow>, StoreError> {
        let (of, contract) = match contract {
            ContractSought::Any => ("true", None),
            ContractSought::Own => ("contract_text IS NULL", None),
            ContractSought::Text(text) => ("contract_text = $2", Some(text)),
        };
        let sql = format!(
            "{VERSION} WHERE model_hash = $1 AND {of} AND state <> 'rejected' ORDER BY number DESC LIMIT 1"
        );
        let mut key = vec![text(model_hash)];
        key.extend(contract.map(text));
        let row = self.query_one(&sql, key)?;
        row.as_ref().map(version_of_row).transpose()
    }

    fn insert_version(
        &self,
        state: &str,
        content: &VersionContent,
        findings: &VersionFindings,
    ) -> Result<u32, StoreError> {
        // Nobody writes beside, and no version is ever removed.
        let row = self.query_one(
            "INSERT INTO versions (number, state, model_hash, contract_name, contract_text, golden_hash, deciles, \
             file_name, way_in, added_at, added_by, note, report) \
             SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM versions \
             RETURNING number",
            vec![
                text(state),
                text(&content.model_hash),
                text(&content.contract_name),
                text_if_any(content.contract_text.as_deref()),
                text_if_any(findings.golden_hash.as_deref()),
                text_if_any(findings.deciles.as_deref()),
                text(&content.file_name),
                text(&content.way_in),
                text(&content.added_at),
                text(&content.added_by),
                text(&content.note),
                text(&findings.report),
            ],
        )?;
        let row = row.ok_or_else(|| StoreError::row(VERSIONS, "it was not added"))?;
        number_of(&row, 0, VERSIONS)
    }

    fn set_findings(&self, of: u32, findings: &VersionFindings) -> Result<(), StoreError> {
        self.execute(
            "UPDATE versions SET golden_hash = $2, deciles = $3, report = $4 WHERE number = $1",
            vec![
                number(of),
                text_if_any(findings.golden_hash.as_deref()),
                text_if_any(findings.deciles.as_deref()),
                text(&findings.report),
            ],
        )
    }

    fn set_state(&self, of: u32, state: &str) -> Result<(), StoreError> {
        let key = vec![number(of), text(state)];
        self.execute("UPDATE versions SET state = $2 WHERE number = $1", key)
    }

    fn insert_event(&self, event: &EventRow) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO events (at, version, action, from_state, to_state, who, why, previous_champion) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            vec![
                text(&event.at),
                number(event.version),
                text(&event.action),
                text_if_any(event.from_state.as_deref()),
                text(&event.to_state),
                text(&event.who),
                text(&event.why),
                number_if_any(event.previous_champion),
            ],
        )
    }

    fn events(&self, limit: u32) -> Result<Vec<EventRow>, StoreError> {
        let rows = self.query(
            "SELECT id, at, version, model_hash, action, from_state, to_state, who, why, previous_champion \
             FROM events JOIN versions ON number = version ORDER BY id DESC LIMIT $1",
            vec![number(limit)],
        )?;
        rows.iter().rev().map(event_of_row).collect()
    }

    fn last_event(&self) -> Result<i64, StoreError> {
        let row = self.query_one("SELECT coalesce(max(id), 0) FROM events", Vec::new())?;
        Ok(row.map_or(Ok(0), |row| row.try_get(0))?)
    }

    fn former_champions(&self) -> Result<Vec<u32>, StoreError> {
        let rows = self.query(
            "SELECT version FROM events WHERE to_state = 'champion' AND action NOT IN ('fallback', 'check') \
             GROUP BY version ORDER BY max(id) DESC",
            Vec::new(),
        )?;
        rows.iter().map(|row| number_of(row, 0, EVENTS)).collect()
    }

    fn promoted_at(&self, of: u32) -> Result<Option<String>, StoreError> {
        let row = self.query_one(
            "SELECT at FROM events WHERE version = $1 AND to_state = 'champion' \
             AND action NOT IN ('fallback', 'check') ORDER BY id DESC LIMIT 1",
            vec![number(of)],
        )?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    fn expired_files(&self, before: &str) -> Result<Vec<String>, StoreError> {
        let rows = self.query(
            "WITH named AS (
                 SELECT model_hash AS hash, number, state FROM versions
                 UNION ALL SELECT golden_hash, number, state FROM versions WHERE golden_hash IS NOT NULL
             )
             SELECT hash FROM named GROUP BY hash
             HAVING bool_and(state = 'rejected') AND max((SELECT max(at) FROM events WHERE version = number)) < $1",
            vec![text(before)],
        )?;
        Ok(rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?)
    }

    fn shadow_days(&self, version: u32) -> Result<Vec<ShadowDayRow>, StoreError> {
        let rows = self.query(
            "SELECT champion, day, tally FROM shadow_days WHERE version = $1 ORDER BY day, champion",
            vec![number(version)],
        )?;
        let days = rows.iter().map(|row| {
            Ok(ShadowDayRow {
                champion: number_of(row, 0, "shadow_days")?,
                day: row.try_get(1)?,
                tally: row.try_get(2)?,
            })
        });
        days.collect()
    }

    fn shadow_day(
        &self,
        version: u32,
        champion: u32,
        day: &str,
    ) -> Result<Option<String>, StoreError> {
        let row = self.query_one(
            "SELECT tally FROM shadow_days WHERE version = $1 AND champion = $2 AND day = $3",
            vec![number(version), number(champion), text(day)],
        )?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    fn set_shadow_day(&self, version: u32, day: &ShadowDayRow) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO shadow_days (version, champion, day, tally) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (version, champion, day) DO UPDATE SET tally = $4",
            vec![
                number(version),
                number(day.champion),
                text(&day.day),
                text(&day.tally),
            ],
        )
    }

    fn days_since(&self, day: &str) -> Result<Vec<DayRow>, StoreError> {
        let rows = self.query(
            "SELECT day, version, route, counts FROM day_counts WHERE day >= $1 ORDER BY day, version, route",
            vec![text(day)],
        )?;
        let days = rows.iter().map(|row| {
            Ok(DayRow {
                day: row.try_get(0)?,
                version: number_of(row, 1, "day_counts")?,
                route: row.try_get(2)?,
                counts: row.try_get(3)?,
            })
        });
        days.collect()
    }

    fn day(&self, day: &str, version: u32, route: &str) -> Result<Option<String>, StoreError> {
        let row = self.query_one(
            "SELECT counts FROM day_counts WHERE day = $1 AND version = $2 AND route = $3",
            vec![text(day), number(version), text(route)],
        )?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    fn set_day(&self, row: &DayRow) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO day_counts (day, version, route, counts) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (day, version, route) DO UPDATE SET counts = $4",
            vec![
                text(&row.day),
                number(row.version),
                text(&row.route),
                text(&row.counts),
            ],
        )
    }
}

const VERSIONS: &str = "versions";
const EVENTS: &str = "events";

fn version_of_row(row: &Row) -> Result<VersionRow, StoreError> {
    Ok(VersionRow {
        number: number_of(row, 0, VERSIONS)?,
        state: row.try_get(1)?,
        content: VersionContent {
            model_hash: row.try_get(2)?,
            contract_name: row.try_get(3)?,
            contract_text: row.try_get(4)?,
            file_name: row.try_get(7)?,
            way_in: row.try_get(8)?,
            added_at: row.try_get(9)?,
            added_by: row.try_get(10)?,
            note: row.try_get(11)?,
        },
        findings: VersionFindings {
            golden_hash: row.try_get(5)?,
            deciles: row.try_get(6)?,
            report: row.try_get(12)?,
        },
    })
}

fn event_of_row(row: &Row) -> Result<EventRow, StoreError> {
    let before: Option<i64> = row.try_get(9)?;
    let before = before.map(u32::try_from).transpose();
    Ok(EventRow {
        id: row.try_get(0)?,
        at: row.try_get(1)?,
        version: number_of(row, 2, EVENTS)?,
        model_hash: row.try_get(3)?,
        action: row.try_get(4)?,
        from_state: row.try_get(5)?,
        to_state: row.try_get(6)?,
        who: row.try_get(7)?,
        why: row.try_get(8)?,
        previous_champion: before.map_err(|error| StoreError::row(EVENTS, error))?,
    })
}
