//! What is done with versions, over SQLite.

use super::{SqliteRows, day_counts, events, shadow_days, versions};
use crate::StoreError;
use crate::registry::{
    ContractSought, DayRow, EventRow, RegistryRows, ShadowDayRow, VersionContent, VersionFindings,
    VersionRow,
};

impl RegistryRows for SqliteRows<'_> {
    fn versions(&self) -> Result<Vec<VersionRow>, StoreError> {
        versions::all(&self.0)
    }

    fn version(&self, number: u32) -> Result<Option<VersionRow>, StoreError> {
        versions::one(&self.0, number)
    }

    fn newest_version(&self) -> Result<u32, StoreError> {
        versions::newest(&self.0)
    }

    fn version_in(&self, state: &str) -> Result<Option<VersionRow>, StoreError> {
        versions::in_state(&self.0, state)
    }

    fn find_version(
        &self,
        model_hash: &str,
        contract: ContractSought<'_>,
    ) -> Result<Option<VersionRow>, StoreError> {
        versions::find(&self.0, model_hash, contract)
    }

    fn insert_version(
        &self,
        state: &str,
        content: &VersionContent,
        findings: &VersionFindings,
    ) -> Result<u32, StoreError> {
        versions::insert(&self.0, state, content, findings)
    }

    fn set_findings(&self, number: u32, findings: &VersionFindings) -> Result<(), StoreError> {
        versions::set_findings(&self.0, number, findings)
    }

    fn set_state(&self, number: u32, state: &str) -> Result<(), StoreError> {
        versions::set_state(&self.0, number, state)
    }

    fn insert_event(&self, event: &EventRow) -> Result<(), StoreError> {
        events::insert(&self.0, event)
    }

    fn events(&self, limit: u32) -> Result<Vec<EventRow>, StoreError> {
        events::last(&self.0, limit)
    }

    fn last_event(&self) -> Result<i64, StoreError> {
        events::last_number(&self.0)
    }

    fn former_champions(&self) -> Result<Vec<u32>, StoreError> {
        events::former_champions(&self.0)
    }

    fn promoted_at(&self, number: u32) -> Result<Option<String>, StoreError> {
        events::promoted_at(&self.0, number)
    }

    fn expired_files(&self, before: &str) -> Result<Vec<String>, StoreError> {
        versions::expired_files(&self.0, before)
    }

    fn shadow_days(&self, version: u32) -> Result<Vec<ShadowDayRow>, StoreError> {
        shadow_days::all(&self.0, version)
    }

    fn shadow_day(
        &self,
        version: u32,
        champion: u32,
        day: &str,
    ) -> Result<Option<String>, StoreError> {
        shadow_days::one(&self.0, version, champion, day)
    }

    fn set_shadow_day(&self, version: u32, day: &ShadowDayRow) -> Result<(), StoreError> {
        shadow_days::set(&self.0, version, day)
    }

    fn days_since(&self, day: &str) -> Result<Vec<DayRow>, StoreError> {
        day_counts::since(&self.0, day)
    }

    fn day(&self, day: &str, version: u32, route: &str) -> Result<Option<String>, StoreError> {
        day_counts::one(&self.0, day, version, route)
    }

    fn set_day(&self, row: &DayRow) -> Result<(), StoreError> {
        day_counts::set(&self.0, row)
    }
}
