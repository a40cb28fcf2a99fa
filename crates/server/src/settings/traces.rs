//! Where spans go: `[traces]` of the configuration.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Beside, SettingsError};
use crate::cli::TracesArgs;
use crate::traces::TraceSettings;

/// `[traces]` as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TracesFile {
    endpoint: Option<String>,
    service: Option<String>,
    ratio: Option<f64>,
    ca: Option<PathBuf>,
}

impl TracesFile {
    /// What was typed before what stands in the file; nothing without an endpoint.
    pub(super) fn resolve(
        self,
        args: TracesArgs,
        beside: &Beside,
    ) -> Result<Option<TraceSettings>, SettingsError> {
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let ratio = args.traces_ratio.or(self.ratio).unwrap_or(1.0);
        if !(0.0..=1.0).contains(&ratio) {
            return Err(SettingsError::Value {
                key: "traces.ratio",
                value: ratio.to_string(),
                problem: "a share of the requests, 0 to 1",
            });
        }
        let endpoint = said(args.traces_endpoint).or_else(|| said(self.endpoint));
        let service = said(args.traces_service).or_else(|| said(self.service));
        Ok(endpoint.map(|endpoint| TraceSettings {
            endpoint,
            service: service.unwrap_or_else(|| "propenso".to_owned()),
            ratio,
            authorities: self.ca.map(|path| beside.path(path)),
        }))
    }
}
