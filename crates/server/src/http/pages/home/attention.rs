//! What needs a person, the most urgent first.

use jiff::{SignedDuration, Timestamp};
use propenso_lifecycle::keys::Role;
use propenso_lifecycle::registry::State;
use propenso_lifecycle::watched_folder::Sighted;

use super::super::figure::bytes;
use super::super::reader::Reader;
use super::super::words::HomeWords;
use super::told;
use crate::disk_room::DiskRoom;
use crate::http::App;

/// A portfolio that failed is told for so long.
const FRESH: SignedDuration = SignedDuration::from_hours(48);

/// A certificate or a key is told of so long before its end.
const ENDING: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Failed portfolios that are named.
const MOST_FAILED: usize = 3;

/// Something that needs a person.
#[derive(Debug)]
pub(super) struct Attention {
    pub(super) is_urgent: bool,
    pub(super) text: String,
    /// Where it is dealt with, and what that is called.
    pub(super) link: Option<(String, String)>,
}

/// Finds all that needs whoever reads.
pub(super) fn find(app: &App, reader: &Reader, room: Option<&DiskRoom>) -> Vec<Attention> {
    let mut found = Vec::new();
    let search = Search {
        app,
        reader,
        words: HomeWords(reader.language),
    };
    search.service(&mut found);
    search.record(&mut found);
    search.disk(room, &mut found);
    search.folders(&mut found);
    search.certificate(&mut found);
    search.portfolios(&mut found);
    search.models(&mut found);
    search.keys(&mut found);
    found.sort_by_key(|attention| !attention.is_urgent);
    found
}

struct Search<'a> {
    app: &'a App,
    reader: &'a Reader,
    words: HomeWords,
}

impl Search<'_> {
    fn service(&self, found: &mut Vec<Attention>) {
        let live = self.app.serving.live();
        let is_empty = live.champion().is_none();
        let label = match is_empty && self.reader.may(Role::Modelos) {
            true => self.words.put_a_model(),
            false => self.words.see_models(),
        };
        let may_look = self.reader.may(Role::Lectura);
        let link = may_look.then(|| self.link("/modelos", label));
        if is_empty {
            found.push(urgent(self.words.nothing_answers(), link));
        } else if let Some(fallback) = live.fallback() {
            let text = self.words.fallback(&fallback.champion);
            found.push(urgent(text, link));
        }
    }

    fn record(&self, found: &mut Vec<Attention>) {
        let record = self.app.record.as_ref();
        if record.is_some_and(|record| record.writer().trouble().is_some()) {
            found.push(urgent(self.words.record_fails(), None));
        }
    }

    fn disk(&self, room: Option<&DiskRoom>, found: &mut Vec<Attention>) {
        let Some(room) = room.filter(|room| room.free < DiskRoom::LITTLE) else {
            return;
        };
        let free = bytes(room.free, self.reader.language);
        let attention = Attention {
            is_urgent: room.free < DiskRoom::NONE,
            text: self.words.little_room(&free),
            link: None,
        };
        found.push(attention);
    }

    fn folders(&self, found: &mut Vec<Attention>) {
        let folders = &self.app.folders;
        let models = folders.models.as_ref().map(|of| (of, Role::Modelos));
        let portfolios = folders.portfolios.as_ref().map(|of| (of, Role::Carteras));
        for (folder, role) in models.into_iter().chain(portfolios) {
            let Some(sighted) = folder.sighted().filter(|_| self.reader.may(role)) else {
                continue;
            };
            let path = folder.path.display().to_string();
            let text = match sighted {
                Sighted {
                    is_reachable: false,
                    ..
                } => self.words.folder_out_of_reach(&path),
                Sighted { untaken: 0, .. } => continue,
                Sighted { untaken, .. } => self.words.files_not_taken(&path, &untaken),
            };
            found.push(Attention {
                is_urgent: !sighted.is_reachable,
                text,
                link: None,
            });
        }
    }

    fn certificate(&self, found: &mut Vec<Attention>) {
        let expiry = self.app.tls.as_ref().and_then(|tls| tls.expiry());
        let Some(days) = expiry.and_then(days_to) else {
            return;
        };
        if self.reader.may(Role::Administracion) {
            found.push(Attention {
                is_urgent: days <= 2,
                text: self.words.certificate_ends(&days),
                link: None,
            });
        }
    }

    fn portfolios(&self, found: &mut Vec<Attention>) {
        let Some(portfolios) = &self.app.portfolios else {
            return;
        };
        if !self.reader.may(Role::Resultados) {
            return;
        }
        let since = Timestamp::now() - FRESH;
        for job in portfolios.jobs().failed_since(since, MOST_FAILED) {
            let place = format!("/carteras/{}", job.id);
            found.push(Attention {
                is_urgent: false,
                text: self.words.portfolio_failed(&job.file_name),
                link: Some(self.link(&place, self.words.see_why())),
            });
        }
    }

    fn models(&self, found: &mut Vec<Attention>) {
        let Some(models) = &self.app.models else {
            return;
        };
        if !self.reader.may(Role::Modelos) {
            return;
        }
        for state in [State::Candidate, State::Shadow] {
            let Some(version) = told(models.registry.holder(state)).flatten() else {
                continue;
            };
            let number = version.number;
            let text = match state {
                State::Shadow => self.words.shadow_waits(&number),
                _ => self.words.candidate_waits(&number),
            };
            let place = format!("/modelos/{number}");
            found.push(Attention {
                is_urgent: false,
                text,
                link: Some(self.link(&place, self.words.look_at_it())),
            });
        }
    }

    fn keys(&self, found: &mut Vec<Attention>) {
        if !self.reader.may(Role::Administracion) {
            return;
        }
        let ring = self.app.access.ring();
        let ending = ring.live(Timestamp::now()).filter_map(|key| {
            let days = days_to(key.expires()?)?;
            Some((key.holder.to_string(), days))
        });
        for (holder, days) in ending {
            found.push(Attention {
                is_urgent: days <= 2,
                text: self.words.key_ends(&holder, &days),
                link: Some(self.link("/ajustes", self.words.see_keys())),
            });
        }
    }

    fn link(&self, path: &str, label: &str) -> (String, String) {
        (path.to_owned(), label.to_owned())
    }
}

fn urgent(text: impl Into<String>, link: Option<(String, String)>) -> Attention {
    Attention {
        is_urgent: true,
        text: text.into(),
        link,
    }
}

/// Whole days until a moment, where it is near.
fn days_to(at: Timestamp) -> Option<i64> {
    let left = at.duration_since(Timestamp::now());
    (left < ENDING).then(|| left.as_hours().max(0) / 24)
}
