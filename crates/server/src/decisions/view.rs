//! Decisions as JSON, the same over HTTP and from the shell.

use propenso_scoring::{Language, Outcome};
use propenso_store::access_log::{Hold, LetGo, NotedAccess, Subject};
use propenso_store::decision::personal::{RecordedReasons, RecordedSought};
use propenso_store::decision::{Channel, Sent};
use serde_json::{Map, Value, json};

use super::found::{Found, ShownInput};
use crate::record::replay::{Replay, Replayed};

/// A decision in a list: no more of the person than the list was asked by.
#[must_use]
pub fn brief(found: &Found) -> Value {
    let context = &found.entry.context;
    let mut view = Map::new();
    let mut put = |name: &str, value: Value| view.insert(name.to_owned(), value);
    put("id", json!(found.decision.id.to_string()));
    put("time", json!(found.decision.id.at()));
    put("holder", json!(context.who.name));
    put("channel", channel(found));
    put("version", json!(context.version));
    put("prediction", prediction(found));
    put("forgotten", json!(found.personal().is_none()));
    Value::Object(view)
}

/// All that is known of a decision.
#[must_use]
pub fn full(found: &Found, language: Language) -> Value {
    let (entry, context) = (&found.entry, &found.entry.context);
    let link = entry.link;
    let mut view = brief(found);
    let Some(fields) = view.as_object_mut() else {
        return view;
    };
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("key", json!(context.who.key));
    put("model", json!(context.model.to_string()));
    put(
        "contract",
        json!({ "name": context.contract_name, "hash": context.contract.to_string() }),
    );
    put("program", json!(context.program));
    put("control", json!(found.decision.public.control));
    put("warnings", json!(warnings(found, language)));
    let personal = found.personal();
    let client = personal.map(|known| {
        json!({ "pseudonym": known.client.map(|client| client.to_string()), "reference": known.reference })
    });
    put("client", json!(client));
    put(
        "request",
        json!(personal.and_then(|known| known.request.as_ref())),
    );
    let inputs = personal.map(|_| found.inputs(language).map(input).collect::<Vec<_>>());
    put("inputs", json!(inputs));
    put(
        "unknown_inputs",
        json!(personal.map(|known| &known.unknown)),
    );
    let reasons = personal.and_then(|known| known.reasons.as_ref());
    put(
        "reasons",
        json!(reasons.map(|reasons| explained(found, reasons))),
    );
    let sought = personal.map(|known| &known.counterfactual);
    put(
        "counterfactual",
        json!(sought.map(|sought| changed(found, sought))),
    );
    put(
        "chain",
        json!({
            "chain": link.chain.to_string(),
            "place": link.place,
            "hash": entry.hash.to_string(),
            "before": link.before.to_string(),
            "decisions": entry.count,
        }),
    );
    view
}

/// What came of scoring a decision again.
#[must_use]
pub fn replayed(found: &Found, replayed: &Replayed) -> Value {
    let detail = match replayed {
        Replayed::Other { now } => outcome(now, None),
        Replayed::Refused(told) | Replayed::NoModel(told) | Replayed::Unreadable(told) => {
            json!(told)
        }
        Replayed::Same | Replayed::Forgotten | Replayed::Withheld => Value::Null,
    };
    json!({
        "id": found.decision.id.to_string(),
        "outcome": replayed.word(),
        "is_wrong": replayed.is_wrong(),
        "recorded": prediction(found),
        "now": detail,
    })
}

/// What came of scoring many again.
#[must_use]
pub fn replay(replay: &Replay) -> Value {
    let wrong = replay.wrong.iter().map(
        |(id, replayed)| json!({ "id": id.to_string(), "outcome": replayed.word(), "detail": detail(replayed) }),
    );
    json!({
        "decisions": replay.total(),
        "counts": replay.counts,
        "wrong": replay.n_wrong,
        "first_wrong": wrong.collect::<Vec<_>>(),
    })
}

/// What there is to say of a decision that did not come to the same.
#[must_use]
pub fn detail(replayed: &Replayed) -> Option<&str> {
    match replayed {
        Replayed::Refused(told) | Replayed::NoModel(told) | Replayed::Unreadable(told) => {
            Some(told)
        }
        Replayed::Same | Replayed::Other { .. } | Replayed::Forgotten | Replayed::Withheld => None,
    }
}

/// An access.
#[must_use]
pub fn access(noted: &NotedAccess) -> Value {
    let access = &noted.access;
    let (mut decision, mut client, mut span) = (None, None, None);
    match access.subject {
        Subject::Decision(id) => decision = Some(id.to_string()),
        Subject::Client(pseudonym) => client = Some(pseudonym.to_string()),
        Subject::Span { from, until } => span = Some(json!({ "from": from, "until": until })),
    }
    json!({
        "number": noted.number,
        "time": access.at,
        "who": access.who,
        "way": access.way,
        "action": access.action.word(),
        "decision": decision,
        "client": client,
        "span": span,
        "why": access.why,
    })
}

/// A hold.
#[must_use]
pub fn hold(hold: &Hold) -> Value {
    let released = hold.released.as_ref();
    let released = released.map(|act| json!({ "time": act.at, "by": act.by, "why": act.why }));
    json!({
        "client": hold.client.to_string(),
        "since": hold.since.at,
        "by": hold.since.by,
        "why": hold.since.why,
        "released": released,
    })
}

/// A month that was let go.
#[must_use]
pub fn let_go(gone: &LetGo) -> Value {
    json!({
        "month": gone.month.strftime("%Y-%m").to_string(),
        "time": gone.at,
        "by": gone.by,
        "decisions": gone.decisions,
        "held": gone.held,
    })
}

fn channel(found: &Found) -> Value {
    match &found.entry.context.channel {
        Channel::Route(route) => json!({ "route": route }),
        Channel::Portfolio { file, job, control } => json!({
            "portfolio": job,
            "file": file.map(|file| file.to_string()),
            "row": found.decision.public.row,
            "control": control,
        }),
    }
}

fn prediction(found: &Found) -> Value {
    let label = found.label();
    outcome(&found.decision.public.outcome, Some(&label))
}

/// What came out. Numbers have the digits that bring back their bits; those that JSON has none for have their bits alone.
fn outcome(outcome: &Outcome, label: Option<&str>) -> Value {
    let bits = |number: f64| format!("{:016x}", number.to_bits());
    match outcome {
        Outcome::Payer { pays, probability } => json!({
            "class": u8::from(*pays),
            "label": label,
            "probability": probability,
            "bits": probability.map(bits),
        }),
        Outcome::Class {
            class,
            probabilities,
        } => json!({
            "class": class,
            "label": label,
            "probabilities": probabilities,
            "bits": probabilities.iter().map(|number| bits(*number)).collect::<Vec<_>>(),
        }),
        Outcome::Value(value) => json!({ "value": value, "bits": bits(*value) }),
    }
}

fn warnings(found: &Found, language: Language) -> Vec<Value> {
    let texts = found.warnings(language);
    let recorded = found.decision.public.warnings.iter();
    let warnings = recorded.zip(texts).map(|(warning, text)| {
        json!({
            "parameter": warning.input.map(|index| found.parameter(index)),
            "kind": warning.kind,
            "text": text,
        })
    });
    warnings.collect()
}

fn input(input: ShownInput<'_>) -> Value {
    let (state, value) = match input.sent {
        Sent::Absent => ("absent", Value::Null),
        Sent::Missing => ("missing", Value::Null),
        Sent::Text(text) => ("sent", json!(text)),
        // As it was written: a number of JSON's might have fewer digits.
        Sent::Number(text) => ("number", json!(text)),
        Sent::Boolean(is_true) => ("sent", json!(is_true)),
        Sent::Other(kind) => (*kind, Value::Null),
        Sent::Withheld => ("withheld", Value::Null),
        Sent::Pseudonym(pseudonym) => ("pseudonym", json!(pseudonym.to_string())),
    };
    json!({ "parameter": input.parameter, "text": input.text, "state": state, "value": value })
}

fn explained(found: &Found, reasons: &RecordedReasons) -> Value {
    let contributions = reasons.contributions.iter().map(
        |(index, contribution)| json!({ "parameter": found.parameter(*index), "contribution": contribution }),
    );
    json!({
        "asked": reasons.asked,
        "base": reasons.base,
        "contributions": contributions.collect::<Vec<_>>(),
    })
}

fn changed(found: &Found, sought: &RecordedSought) -> Value {
    match sought {
        RecordedSought::Not => Value::Null,
        RecordedSought::InVain => json!({ "found": false }),
        RecordedSought::Found {
            changes,
            outcome: then,
        } => {
            let changes = changes.iter().map(
                |(index, proposed)| json!({ "parameter": found.parameter(*index), "proposed": proposed }),
            );
            json!({
                "found": true,
                "changes": changes.collect::<Vec<_>>(),
                "prediction": outcome(then, None),
            })
        }
    }
}
