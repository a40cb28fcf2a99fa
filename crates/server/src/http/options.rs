//! What a query string asks of the answer to `/prediccion`, beside naming the client's inputs.

use std::borrow::Cow;

use axum::http::{HeaderMap, header};
use propenso_scoring::reserved::{CLIENT, COUNTERFACTUAL, EXPLAIN, FORMAT};
use propenso_scoring::{Asked, Contract, Language, Scorer, unexplained_message};

use super::problem::FieldProblem;

/// The parameters of a query string that are no inputs, as sent. Of one given twice the first counts.
#[derive(Debug, Default)]
pub struct Options {
    format: Option<String>,
    counterfactual: Option<String>,
    explain: Option<String>,
    client: Option<String>,
}

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The class alone.
    Text,
    /// All that is known of the answer.
    Json,
}

impl Options {
    /// Keeps a parameter that is an option and gives back any other. A contract may have an input of the name that a client's
    /// reference has otherwise.
    pub fn take<'q>(
        &mut self,
        name: &str,
        value: Cow<'q, str>,
        contract: &Contract,
    ) -> Option<Cow<'q, str>> {
        // Each of these names is among `reserved::ALL`: no contract takes another one for an input from now on.
        let option = match name {
            CLIENT if contract.input_index(CLIENT).is_none() => &mut self.client,
            FORMAT => &mut self.format,
            COUNTERFACTUAL => &mut self.counterfactual,
            EXPLAIN => &mut self.explain,
            _ => return Some(value),
        };
        option.get_or_insert_with(|| value.into_owned());
        None
    }

    /// The client's reference, by which the record finds it again.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// Checks what is asked of a scorer's answer, and in which form, by these and by the `Accept` header.
    ///
    /// # Errors
    ///
    /// Every option that cannot be used, in Spanish.
    pub fn check(
        &self,
        headers: &HeaderMap,
        scorer: &Scorer,
    ) -> Result<(Asked, Format), Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let counterfactual = match self.counterfactual.as_deref() {
            None | Some("0") => false,
            Some("1") => match scorer.check_counterfactual() {
                Ok(()) => true,
                Err(error) => {
                    let reason = error.message(Language::Spanish);
                    problems.push(problem(COUNTERFACTUAL, Some("1"), reason, "0"));
                    false
                }
            },
            other => {
                problems.push(problem(COUNTERFACTUAL, other, UNKNOWN, "0, 1"));
                false
            }
        };
        let reasons = self.check_explain(scorer, &mut problems);
        let named = self.format.as_deref();
        let format = match named {
            None => Format::of_header(headers),
            Some("json") => Some(Format::Json),
            Some("texto") => Some(Format::Text),
            Some(_) => {
                problems.push(problem(FORMAT, named, UNKNOWN, "json, texto"));
                None
            }
        };
        if counterfactual && format == Some(Format::Text) {
            let reason = "un contrafactual no cabe en la respuesta de texto, que es solo la clase";
            problems.push(problem(FORMAT, named, reason, "json"));
        }
        if reasons.is_some() && format == Some(Format::Text) {
            let reason = "una explicación no cabe en la respuesta de texto, que es solo la clase";
            problems.push(problem(FORMAT, named, reason, "json"));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let asked = Asked {
            reasons,
            counterfactual,
        };
        let implied = match asked.takes_longer() {
            true => Format::Json,
            false => Format::Text,
        };
        Ok((asked, format.unwrap_or(implied)))
    }

    fn check_explain(&self, scorer: &Scorer, problems: &mut Vec<FieldProblem>) -> Option<usize> {
        let sent = self.explain.as_deref()?;
        let is_number = !sent.is_empty() && sent.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number {
            let reason = "no es un número de motivos";
            problems.push(problem(EXPLAIN, Some(sent), reason, "0, 1, 2, …"));
            return None;
        }
        // However many are asked for, there are as many as inputs.
        let most = sent.parse().unwrap_or(usize::MAX);
        if let Err(error) = scorer.check_explanation() {
            let reason = unexplained_message(error, Language::Spanish);
            let accepted = "una petición sin explicar";
            problems.push(problem(EXPLAIN, Some(sent), &reason, accepted));
        }
        Some(most)
    }
}

/// Why an option that has only a few values cannot be used.
const UNKNOWN: &str = "no es ninguno de los valores admitidos";

fn problem(option: &str, value: Option<&str>, reason: &str, accepted: &str) -> FieldProblem {
    FieldProblem {
        row: 0,
        input: Some(option.to_owned()),
        parameter: Some(option.to_owned()),
        value: value.map(|value| value.chars().take(64).collect()),
        reason: reason.to_owned(),
        accepted: accepted.to_owned(),
    }
}

impl Format {
    /// The form that the `Accept` header names, if it names one.
    fn of_header(headers: &HeaderMap) -> Option<Self> {
        let accepts = |media_type: &str| {
            headers
                .get_all(header::ACCEPT)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .any(|value| value.contains(media_type))
        };
        if accepts("application/json") {
            Some(Self::Json)
        } else if accepts("text/plain") && !accepts("*/*") {
            Some(Self::Text)
        } else {
            None
        }
    }
}
