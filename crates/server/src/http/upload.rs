//! An uploaded model: the form of `POST /v1/models`.

use std::fmt::Display;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use propenso_lifecycle::admission::Arrival;
use propenso_lifecycle::contract_source::ContractSource;
use propenso_lifecycle::registry::WayIn;
use propenso_model::Blob;

use super::body;
use super::caller_name;
use super::form::Form;
use super::problem::Problem;
use super::problem_kind::ProblemKind;
use crate::access::caller::Caller;
use crate::limits::line::Line;

/// How long an upload may take.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Reads a form to its end; `line` lets one come at a time.
///
/// # Errors
///
/// 413 when it is too large, 422 when it is wrong, 503 while others are read.
pub(super) async fn read(request: Request, limit: usize, line: &Line) -> Result<Arrival, Problem> {
    let caller = request.extensions().get::<Caller>().cloned();
    let _alone = match line.turn().await {
        Ok(turn) => turn,
        Err(busy) => {
            body::read_away(request).await;
            return Err(Problem::busy(busy));
        }
    };
    // Read as any other body, with its limits; then taken apart.
    let (head, body) = request.into_parts();
    let bytes = body::read_within(body, limit, PATIENCE).await?;
    let request = Request::from_parts(head, Body::from(bytes));
    let mut form = Form::open(request).await.map_err(wrong_form)?;
    let mut file: Option<(String, Bytes)> = None;
    let mut fields = Fields::default();
    while let Some(mut part) = form.next().await.map_err(wrong_form)? {
        let (name, file_name) = (std::mem::take(&mut part.name), part.file_name.take());
        let content = part.bytes().await.map_err(wrong_form)?;
        // What browsers send of a file that was not chosen.
        if content.is_empty() && file_name.as_deref() == Some("") {
            continue;
        }
        match name.as_str() {
            "file" => {
                let file_name = file_name.unwrap_or_else(|| "model".to_owned());
                file = Some((file_name, content));
            }
            _ => fields.set(&name, file_name, content)?,
        }
    }
    let (file_name, bytes) = file.ok_or_else(|| wrong_form("the field `file` is missing"))?;
    Ok(Arrival {
        file_name,
        model: Vec::from(bytes).into(),
        announced: fields.announced,
        key: fields.key,
        contract: fields.contract,
        golden: fields.golden,
        holdout: fields.holdout,
        way: WayIn::Upload,
        by: caller_name(caller.as_ref(), fields.by.as_deref()),
        note: fields.note,
    })
}

/// What comes along with an uploaded file.
#[derive(Debug, Default)]
struct Fields {
    announced: Option<propenso_model::Sha256>,
    key: Option<String>,
    contract: Option<ContractSource>,
    golden: Option<Blob>,
    holdout: Option<(String, Vec<u8>)>,
    by: Option<String>,
    note: String,
}

impl Fields {
    fn set(
        &mut self,
        name: &str,
        file_name: Option<String>,
        content: Bytes,
    ) -> Result<(), Problem> {
        let text = || String::from_utf8_lossy(&content).into_owned();
        match name {
            "golden" => self.golden = Some(Vec::from(content).into()),
            "holdout" => {
                let file_name = file_name.unwrap_or_else(|| "holdout.csv".to_owned());
                self.holdout = Some((file_name, content.into()));
            }
            // A file is a contract; a text is the name of one that ships. Files of this machine are not read.
            "contract" => {
                let contract = match file_name {
                    Some(file_name) => Ok(ContractSource::with_text(file_name, text())),
                    None => ContractSource::shipped(text().trim()),
                };
                self.contract = Some(contract.map_err(wrong_form)?);
            }
            "sha256" => {
                let hash = text().trim().parse();
                let hash = hash.map_err(|error| wrong_form(format!("sha256: {error}")))?;
                self.announced = Some(hash);
            }
            "key" => self.key = Some(text()),
            "by" => self.by = Some(text()),
            "note" => self.note = text(),
            other => {
                return Err(wrong_form(format!(
                    "`{other}` is no field; there are file, key, golden, holdout, contract, sha256, by and note"
                )));
            }
        }
        Ok(())
    }
}

fn wrong_form(what: impl Display) -> Problem {
    Problem::new(
        ProblemKind::WrongForm,
        format!("send the model as multipart/form-data, in the field `file`: {what}"),
    )
}
