//! Which version answered when, as the registry's events tell.

use jiff::Timestamp;
use jiff::civil::Date;
use propenso_lifecycle::registry::{Event, State};

use crate::http::pages::chart::{Chart, Span, Spans};
use crate::http::pages::figure;
use crate::http::pages::words::ModelsWords;

/// A time that a version answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answering {
    pub(super) version: u32,
    pub(super) from: Timestamp,
    /// `None` of the one that answers now.
    pub(super) until: Option<Timestamp>,
}

/// Which versions answered, in order. `has_fallback` tells whether another version answers in the champion's place now: that it
/// did is on record, and that it does no longer is not.
pub(super) fn answering(events: &[Event], has_fallback: bool) -> Vec<Answering> {
    let mut spans: Vec<Answering> = Vec::new();
    let begins = |event: &&Event| {
        let becomes = event.to == State::Champion && event.from != Some(State::Champion);
        becomes || event.is_fallback()
    };
    let beginnings: Vec<&Event> = events.iter().filter(begins).collect();
    for (at, event) in beginnings.iter().enumerate() {
        let is_over = event.is_fallback() && at + 1 == beginnings.len() && !has_fallback;
        let is_the_same = spans
            .last()
            .is_some_and(|last| last.version == event.version);
        if is_over || is_the_same {
            continue;
        }
        if let Some(last) = spans.last_mut() {
            last.until = Some(event.at);
        }
        spans.push(Answering {
            version: event.version,
            from: event.at,
            until: None,
        });
    }
    spans
}

/// Draws them.
pub(super) fn chart(spans: &[Answering], now: Timestamp, words: ModelsWords) -> Chart {
    let spans = spans.iter().map(|span| Span {
        label: words.version_of(span.version),
        short: words.short(span.version),
        from: span.from,
        until: span.until,
    });
    Spans {
        title: words.timeline().to_owned(),
        of: words.version().to_owned(),
        spans: spans.collect(),
        now,
    }
    .chart(words.0)
}

/// Says which versions answered on a day, by this machine's clock.
pub(super) fn on_day(spans: &[Answering], day: Date, words: ModelsWords) -> Vec<String> {
    let begins_by = |span: &&Answering| figure::date_of(span.from) <= day;
    let lasts_to = |span: &&Answering| span.until.is_none_or(|at| figure::date_of(at) >= day);
    let moment = |at| figure::moment(at, words.0);
    spans
        .iter()
        .filter(begins_by)
        .filter(lasts_to)
        .map(|span| match span.until {
            Some(until) => words.day_answer(span.version, &moment(span.from), &moment(until)),
            None => words.day_answer_now(span.version, &moment(span.from)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use propenso_model::Sha256;
    use propenso_scoring::Language;

    use super::*;

    fn event(day: i64, version: u32, action: &str, from: State, to: State) -> Event {
        Event {
            id: day,
            at: Timestamp::from_second(day * 86_400 + 43_200).unwrap(),
            version,
            model: Sha256::of(b""),
            action: action.to_owned(),
            from: Some(from),
            to,
            who: String::new(),
            why: String::new(),
            previous_champion: None,
        }
    }

    #[test]
    fn who_answers_is_who_became_champion() {
        use State::{Candidate, Champion, Retired, Shadow};
        let events = [
            event(1, 1, "promote", Candidate, Champion),
            event(2, 2, "shadow", Candidate, Shadow),
            event(3, 1, "promote", Champion, Retired),
            event(3, 2, "promote", Shadow, Champion),
            event(4, 2, "check", Champion, Champion),
            event(5, 1, "fallback", Retired, Retired),
        ];
        let told = |events: &[Event], has_fallback| {
            let spans = answering(events, has_fallback);
            let told = spans
                .iter()
                .map(|span| (span.version, span.until.is_some()));
            told.collect::<Vec<_>>()
        };
        assert_eq!(told(&events, true), [(1, true), (2, true), (1, false)]);
        // It is not needed any more.
        assert_eq!(told(&events, false), [(1, true), (2, false)]);
        assert_eq!(told(&[], false), []);
        let spans = answering(&events, false);
        let words = ModelsWords(Language::Spanish);
        let day = |day| {
            on_day(
                &spans,
                figure::date_of(event(day, 1, "", Retired, Retired).at),
                words,
            )
        };
        assert_eq!(day(0).len(), 0);
        assert_eq!(day(3).len(), 2);
        assert!(day(9)[0].contains("la versión 2"), "{:?}", day(9));
    }
}
