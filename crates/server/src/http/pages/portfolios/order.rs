//! How a portfolio is to be scored, as a form: who comes first, how many, who is left out.

use std::collections::BTreeMap;

use propenso_portfolio::{Format, PortfolioRequest, Preview, RankName};

use crate::http::pages::words::DraftWords;
use crate::jobs::KeptDraft;
use propenso_portfolio::options::{self, OptionError, RunOptions};

/// The field with the suppression list.
pub(super) const LIST: &str = "lista";

/// The options that the form has a field for. What it does not send is not asked.
const FIELDS: [&str; 10] = [
    "rank_by",
    "fee",
    "contact_cost",
    "capacity",
    "only_fits",
    "suppress_missing",
    "control_share",
    "seed_key",
    "explain",
    "output_format",
];

/// Those of them that are shares, and percentages in the form.
const PERCENT: [&str; 2] = ["fee", "control_share"];

/// What was said of how a portfolio is scored.
pub(super) struct Ordered {
    /// All that is asked of the run.
    pub(super) options: RunOptions,
    /// What was typed, by the fields' names.
    typed: BTreeMap<&'static str, String>,
    wrong: BTreeMap<&'static str, &'static str>,
}

/// The form, with what is in its fields.
pub(super) struct OrderForm {
    ordered: Ordered,
    /// The list that has arrived already.
    pub(super) suppression: Option<String>,
    pub(super) has_amount: bool,
    pub(super) can_explain: bool,
}

impl Ordered {
    /// What a draft asks for already: by a profile, or by the configuration.
    pub(super) fn of(draft: &KeptDraft) -> Self {
        let known = FIELDS.into_iter().filter_map(|name| {
            let value = draft.options.get(name)?;
            Some((name, shown(name, value)))
        });
        Self {
            options: draft.options.clone(),
            typed: known.collect(),
            wrong: BTreeMap::new(),
        }
    }

    /// Reads what was sent, and finds what of it cannot be.
    pub(super) fn read(
        form: &[(String, String)],
        draft: &KeptDraft,
        preview: Option<&Preview>,
        words: DraftWords,
    ) -> Self {
        let mut ordered = Self {
            options: draft.options.clone(),
            typed: BTreeMap::new(),
            wrong: BTreeMap::new(),
        };
        for name in FIELDS {
            ordered.options.remove(name);
            let sent = form.iter().find(|(known, _)| known == name);
            let text = sent.map_or("", |(_, text)| text.trim());
            if !text.is_empty() {
                ordered.take(name, text, words);
            }
        }
        ordered.check(draft, preview, words);
        ordered
    }

    fn take(&mut self, name: &'static str, text: &str, words: DraftWords) {
        self.typed.insert(name, text.to_owned());
        let value = read(name, text);
        match options::check(name, &value) {
            Ok(()) => self.options.put(name, Some(value)),
            Err(_) => self.refuse(name, refusal(name, words)),
        }
    }

    /// Finds what contradicts itself, or the file.
    fn check(&mut self, draft: &KeptDraft, preview: Option<&Preview>, words: DraftWords) {
        let order = self
            .options
            .get("rank_by")
            .unwrap_or(RankName::Probability.name());
        let is_net = order == RankName::Net.name();
        let has_amount = preview.is_none_or(|preview| preview.amount.is_some());
        let has_id = preview.is_none_or(|preview| preview.id.is_some());
        if order != RankName::Probability.name() && !has_amount {
            self.refuse("rank_by", words.needs_amount());
        }
        for name in ["fee", "contact_cost"] {
            match is_net {
                true if self.typed.contains_key(name) => {}
                true => self.refuse(name, words.needed_for_net()),
                // They mean nothing with another order.
                false => self.options.remove(name),
            }
        }
        let cost = self.options.get("contact_cost").map(str::parse::<f64>);
        if cost.is_some_and(|cost| !cost.is_ok_and(|cost| cost.is_finite() && cost >= 0.0)) {
            self.refuse("contact_cost", words.wrong_euros());
        }
        if self.options.get("only_fits").is_some() && self.options.get("capacity").is_none() {
            self.refuse_if_right("capacity", words.needs_capacity());
        }
        let control = (
            self.typed.contains_key("control_share"),
            self.typed.contains_key("seed_key"),
        );
        match control {
            (true, false) => self.refuse("seed_key", words.needs_seed()),
            (false, true) => self.refuse("control_share", words.needs_share()),
            (true, true) if !has_id => self.refuse("control_share", words.needs_id()),
            _ => {}
        }
        if draft.suppression.is_some() && !has_id {
            self.refuse(LIST, words.needs_id());
        }
        // Whatever else there may be, by the rules that the run goes by.
        if !self.is_wrong() {
            let asked = self.options.ask(PortfolioRequest::new(None, None));
            if let Err(error) = asked {
                let name = match error {
                    OptionError::Value { name, .. }
                    | OptionError::Twice { name }
                    | OptionError::Alone { name, .. } => name,
                    OptionError::Unknown { .. } | OptionError::Request(_) => "rank_by",
                };
                let field = FIELDS.into_iter().find(|field| *field == name);
                self.refuse(field.unwrap_or("rank_by"), words.no_such_choice());
            }
        }
    }

    /// Says what is wrong with a field.
    pub(super) fn refuse(&mut self, name: &'static str, why: &'static str) {
        self.wrong.insert(name, why);
    }

    fn refuse_if_right(&mut self, name: &'static str, why: &'static str) {
        self.wrong.entry(name).or_insert(why);
    }

    pub(super) fn is_wrong(&self) -> bool {
        !self.wrong.is_empty()
    }
}

impl OrderForm {
    pub(super) fn new(
        ordered: Ordered,
        draft: &KeptDraft,
        preview: &Preview,
        can_explain: bool,
    ) -> Self {
        Self {
            ordered,
            suppression: draft.suppression.clone(),
            has_amount: preview.amount.is_some(),
            can_explain,
        }
    }

    /// What is in a field.
    pub(super) fn value(&self, name: &str) -> &str {
        self.ordered.typed.get(name).map_or("", String::as_str)
    }

    /// Whether a choice is the one that was made, or the one that is made where none was.
    pub(super) fn is(&self, name: &str, value: &str, otherwise: &str) -> bool {
        let chosen = self.value(name);
        value == if chosen.is_empty() { otherwise } else { chosen }
    }

    /// Whether a mark is set.
    pub(super) fn is_set(&self, name: &str) -> bool {
        matches!(self.value(name), "yes" | "true" | "1" | "ok")
    }

    /// What is wrong with a field.
    pub(super) fn wrong(&self, name: &str) -> Option<&'static str> {
        self.ordered.wrong.get(name).copied()
    }

    /// Whether more is asked than most ask for, or something there is wrong.
    pub(super) fn has_more(&self) -> bool {
        ["control_share", "seed_key", "explain", "output_format"]
            .iter()
            .any(|name| !self.value(name).is_empty() || self.wrong(name).is_some())
    }

    /// The forms that a list is written in.
    pub(super) fn formats(&self, words: DraftWords) -> [(&'static str, &'static str); 4] {
        Format::WRITTEN.map(|format| {
            let label = match format {
                Format::Xlsx => words.format_xlsx(),
                Format::Parquet => words.format_parquet(),
                Format::JsonLines => words.format_jsonl(),
                Format::Csv | Format::Ods | Format::Xls => words.format_csv(),
            };
            (format.name(), label)
        })
    }
}

/// An option's value as people write it.
fn shown(name: &str, value: &str) -> String {
    if !PERCENT.contains(&name) {
        return value.to_owned();
    }
    match value.strip_suffix('%') {
        Some(percent) => percent.trim().to_owned(),
        None => match value.replace(',', ".").parse::<f64>() {
            // Rounded, since 0.07 × 100 is 7.000000000000001.
            Ok(share) => ((share * 1e8).round() / 1e6).to_string().replace('.', ","),
            Err(_) => value.to_owned(),
        },
    }
}

/// An option's value as it is asked.
fn read(name: &str, text: &str) -> String {
    match name {
        name if PERCENT.contains(&name) => format!("{}%", text.trim_end_matches(['%', ' '])),
        "contact_cost" => text.trim_end_matches(['€', ' ']).replace(',', "."),
        _ => text.to_owned(),
    }
}

fn refusal(name: &str, words: DraftWords) -> &'static str {
    match name {
        "capacity" => words.wrong_number(),
        "contact_cost" => words.wrong_euros(),
        name if PERCENT.contains(&name) => words.wrong_percent(),
        _ => words.no_such_choice(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percentages_to_people() {
        assert_eq!(shown("fee", "0.07"), "7");
        assert_eq!(shown("fee", "20%"), "20");
        assert_eq!(shown("control_share", "0,125"), "12,5");
        assert_eq!(shown("capacity", "2.400"), "2.400");
        assert_eq!(read("fee", "20 %"), "20%");
        assert_eq!(read("fee", "12,5"), "12,5%");
        assert_eq!(read("contact_cost", "0,35 €"), "0.35");
        assert!(options::check("fee", &read("fee", "12,5")).is_ok());
        assert!(options::check("fee", &read("fee", "120")).is_err());
    }
}
