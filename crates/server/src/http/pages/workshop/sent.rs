//! A form with files, in memory.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;

use super::super::words::WorkshopWords;
use crate::http::body;
use crate::http::form::{Form, FormError};
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// What was sent.
#[derive(Debug)]
pub(super) struct Sent {
    texts: Vec<(String, String)>,
    files: Vec<SentFile>,
}

/// A file.
#[derive(Debug)]
pub(super) struct SentFile {
    field: String,
    /// What it is called.
    pub(super) name: String,
    /// What is in it.
    pub(super) content: Bytes,
}

impl Sent {
    /// Reads a form to its end.
    ///
    /// # Errors
    ///
    /// 413 when it is too large, 408 when it takes too long, 422 when it is none.
    pub(super) async fn read(
        request: Request,
        limit: usize,
        words: WorkshopWords,
    ) -> Result<Self, Problem> {
        let (head, body) = request.into_parts();
        let bytes = body::read_within(body, limit, PATIENCE).await;
        let bytes = bytes.map_err(|problem| match problem.kind() {
            ProblemKind::BodyTooLarge => problem.in_words(words.too_large()),
            ProblemKind::BodyTooSlow | ProblemKind::BodyBrokenOff => {
                problem.in_words(words.broken())
            }
            _ => problem,
        })?;
        let request = Request::from_parts(head, Body::from(bytes));
        let broken = |_: FormError| Problem::new(ProblemKind::WrongForm, words.broken());
        let mut form = Form::open(request).await.map_err(broken)?;
        let mut sent = Self {
            texts: Vec::new(),
            files: Vec::new(),
        };
        while let Some(mut part) = form.next().await.map_err(broken)? {
            let (field, name) = (std::mem::take(&mut part.name), part.file_name.take());
            let content = part.bytes().await.map_err(broken)?;
            match name {
                Some(name) => sent.files.push(SentFile {
                    field,
                    name,
                    content,
                }),
                None => {
                    let text = String::from_utf8_lossy(&content).into_owned();
                    sent.texts.push((field, text));
                }
            }
        }
        Ok(sent)
    }

    /// A text that is not blank, without the blanks around it.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        let text = self.whole(field)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A text as it was sent.
    pub(super) fn whole(&self, field: &str) -> Option<&str> {
        let mut texts = self.texts.iter();
        texts.find_map(|(known, text)| (known == field).then_some(text.as_str()))
    }

    /// A file that was chosen: browsers send an empty one where none was.
    pub(super) fn file(&self, field: &str) -> Option<&SentFile> {
        let mut files = self.files.iter();
        files.find(|file| file.field == field && !file.content.is_empty())
    }
}
