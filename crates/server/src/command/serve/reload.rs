//! A configuration that is read again while the server runs: on SIGHUP.

use std::sync::Arc;

use propenso_lifecycle::background::Bell;

use crate::cli::ServeArgs;
use crate::hangup::{Hangup, Hangups};
use crate::http::App;
use crate::logging::Log;
use crate::service_manager::{Told, tell};
use crate::settings::changes::Changes;
use crate::settings::{Settings, SettingsError};
use crate::tls::Tls;

/// What reads the configuration again, and what follows it.
pub(super) struct Reloader {
    /// What was typed, which goes before the configuration as it did.
    pub(super) args: ServeArgs,
    /// What counts now.
    pub(super) settings: Settings,
    pub(super) log: Log,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) app: Arc<App>,
    /// Calls who looks after the keys.
    pub(super) keys: Bell,
}

impl Reloader {
    /// Reads again whenever it is asked to. Completes when the terminal is closed that the server was started in.
    pub(super) async fn watch(mut self, mut hangups: Hangups) {
        while hangups.next().await == Hangup::Reload {
            tell(&[Told::Reloading]);
            let read = tokio::task::spawn_blocking(move || {
                self.reload();
                self
            });
            // A panic was reported by its hook, and what counted counts on.
            match read.await {
                Ok(reloader) => self = reloader,
                Err(_) => return std::future::pending().await,
            }
            tell(&[Told::Ready]);
        }
        tracing::info!("the terminal is closed");
    }

    fn reload(&mut self) {
        // Its file may have been renamed meanwhile.
        if let Err(error) = self.log.redirect(self.settings.log.file.clone()) {
            tracing::error!(%error, "the log goes on where it was");
        }
        self.keys.ring();
        self.reload_certificate();
        match self.follow() {
            Ok(changes) => tracing::info!(
                taken = changes.taken.join(", "),
                needs_restart = changes.left.join(", "),
                "the configuration was read again"
            ),
            Err(error) => tracing::error!(
                %error,
                "the configuration was read again and is wrong; nothing was changed"
            ),
        }
    }

    /// Lets the configuration count, as it is now, as far as that can be without a restart.
    fn follow(&mut self) -> Result<Changes, SettingsError> {
        let after = Settings::resolve(self.args.clone())?;
        let mut changes = Changes::between(&self.settings, &after);
        if after.log.file != self.settings.log.file
            && let Err(error) = self.log.redirect(after.log.file.clone())
        {
            tracing::error!(%error, "the log goes on where it was");
            changes.taken.retain(|name| *name != "log.file");
        } else {
            self.settings.log.file = after.log.file;
        }
        self.log.set_level(&after.log.level);
        self.app.limits.follow(after.http);
        if let Some(portfolios) = &self.app.portfolios {
            portfolios.jobs().replace_settings(after.portfolios.clone());
        }
        self.settings.log.level = after.log.level;
        self.settings.http = self.settings.http.followed_by(after.http);
        let max_disk_bytes = self.settings.portfolios.max_disk_bytes;
        self.settings.portfolios = after.portfolios;
        self.settings.portfolios.max_disk_bytes = max_disk_bytes;
        Ok(changes)
    }

    fn reload_certificate(&self) {
        match self.tls.as_ref().map(|tls| tls.reload()) {
            Some(Ok(true)) => {
                tracing::info!("the certificate was read again; new connections get it");
            }
            Some(Err(error)) => tracing::error!(%error, "the certificate of before stays in use"),
            Some(Ok(false)) | None => {}
        }
    }
}
