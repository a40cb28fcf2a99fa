//! What the server says of its own machine and configuration, when a page asks: as the commands do that look at them.

use std::path::Path;

use propenso_scoring::Language;

use super::super::findings::{Finding, Findings, Level as Found};
use super::super::{backup, check_config, doctor};
use crate::cli::{BackupArgs, CheckConfigArgs, ServeArgs};
use crate::http::examiner::{Examiner, Level, Looked};

/// Looks as the commands do, with what the server was given.
#[derive(Debug)]
pub(super) struct OwnLook {
    pub(super) args: ServeArgs,
}

impl Examiner for OwnLook {
    fn machine(&self, language: Language) -> Vec<Looked> {
        let mut found = Findings::new(language);
        doctor::look_at(self.args.clone(), &mut found);
        looked(found)
    }

    fn configuration(&self, language: Language) -> Vec<Looked> {
        let mut found = Findings::new(language);
        let args = CheckConfigArgs {
            serve: self.args.clone(),
            json: false,
        };
        check_config::look(args, &mut found);
        looked(found)
    }

    fn backup(&self, file: &Path, language: Language) -> Result<(), String> {
        let args = BackupArgs {
            registry: self.args.registry.clone(),
            file: file.to_owned(),
            force: false,
        };
        backup::write(&args, &mut |_, _| {})
            .map(drop)
            .map_err(|error| error.message(language))
    }
}

fn looked(found: Findings) -> Vec<Looked> {
    let language = found.language;
    let all = found.all.into_iter();
    all.map(|finding| {
        let subject = finding.subject.name(language).to_owned();
        let Finding {
            level,
            text,
            advice,
            ..
        } = finding;
        let level = match level {
            Found::Ok => Level::Good,
            Found::Warning => Level::Warning,
            Found::Error => Level::Wrong,
        };
        Looked {
            level,
            subject,
            text,
            advice,
        }
    })
    .collect()
}
