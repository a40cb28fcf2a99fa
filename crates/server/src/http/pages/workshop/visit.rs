//! Somebody who comes to a contract in the making: which one it is, and whose.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::response::Response;
use propenso_store::decision::Who;

use super::super::reader::Reader;
use super::super::words::WorkshopWords;
use super::sent::Sent;
use super::tried::Tried;
use super::{open, shop, told, who};
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::http::App;
use crate::http::problem::Problem;
use crate::workshop::{MOST_GOLDEN, MOST_TEXT};

/// What every route of `/modelos/contrato/{id}` is asked with.
pub struct ContractVisit {
    app: Arc<App>,
    reader: Reader,
    caller: Option<Caller>,
    id: String,
}

impl FromRequestParts<Arc<App>> for ContractVisit {
    type Rejection = PathRejection;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PathRejection> {
        let Path(id) = Path::from_request_parts(parts, app).await?;
        let Ok(reader) = Reader::from_request_parts(parts, app).await;
        Ok(Self {
            app: Arc::clone(app),
            reader,
            caller: parts.extensions.get().cloned(),
            id,
        })
    }
}

impl ContractVisit {
    pub(super) fn words(&self) -> WorkshopWords {
        WorkshopWords(self.reader.language)
    }

    /// Whose contract it must be.
    fn who(&self) -> Who {
        who(self.caller.as_ref())
    }

    /// Reads the form of the text, with its golden rows.
    pub(super) async fn read(&self, request: Request) -> Result<Sent, Problem> {
        let limit = 2 * (MOST_GOLDEN + MOST_TEXT);
        Sent::read(request, limit, self.words()).await
    }

    /// Keeps what was sent, and does something with the contract; what is wrong with the golden rows is shown first.
    pub(super) async fn with_kept(
        self,
        request: Request,
        work: impl FnOnce(&mut Tried<'_>, &Sent) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let sent = self.read(request).await?;
        self.with(move |tried| match tried.keep(&sent)? {
            Some(wrong) => tried.show(Some(wrong)),
            None => work(tried, &sent),
        })
        .await
    }

    /// Does something with the contract, off the threads of connections. A model that is not open yet is opened in turn: it may be
    /// large.
    pub(super) async fn with(
        self,
        work: impl FnOnce(&mut Tried<'_>) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let words = self.words();
        let contract = shop(&self.app, words)?.find(&self.id, &self.who());
        let contract = contract.map_err(|error| told(error, words))?;
        let turn = match shop(&self.app, words)?.is_open(&contract) {
            true => None,
            false => {
                let turn = self.app.limits.looks.turn().await;
                Some(turn.map_err(|busy| Problem::busy_in(busy, self.reader.language))?)
            }
        };
        blocking(move || {
            let _alone = turn;
            let mut tried = Tried {
                app: &self.app,
                reader: &self.reader,
                caller: self.caller.as_ref(),
                known: open(&self.app, words)?,
                words,
                contract,
            };
            work(&mut tried)
        })
        .await
    }

    /// Removes the contract, without opening its model.
    pub(super) async fn remove(self) -> Result<(), Problem> {
        blocking(move || {
            let words = self.words();
            let shop = shop(&self.app, words)?;
            let contract = shop.find(&self.id, &self.who());
            let removed = contract.and_then(|contract| shop.remove(&contract));
            removed.map_err(|error| told(error, words))
        })
        .await
    }
}
