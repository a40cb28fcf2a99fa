//! What answers of one kind have in common, written down once: who asks, by which way, and what answers.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arc_swap::ArcSwap;
use propenso_lifecycle::served::Served;
use propenso_model::Sha256;
use propenso_scoring::Scorer;
use propenso_store::decision::draft::WrittenContext;
use propenso_store::decision::{Channel, Context, DecisionError, FieldRules, Who};

use super::{RecordSettings, Request, who};
use crate::VERSION;
use crate::access::caller::Principal;

/// Desks that are remembered: holders times routes times versions, of one process.
const MOST: usize = 1_024;

/// The desks of a process.
#[derive(Debug, Default)]
pub(super) struct Desks(ArcSwap<HashMap<DeskKey, Arc<Desk>>>);

/// What answers of one kind have in common, ready to write.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) context: WrittenContext,
    pub(super) fields: FieldRules,
}

/// What tells such answers from others.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DeskKey {
    model: Sha256,
    contract: Sha256,
    version: Option<u32>,
    who: Principal,
    route: &'static str,
}

/// Of what makes the difference nearly always: this is looked for with every answer.
impl Hash for DeskKey {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.version.hash(hasher);
        self.who.hash(hasher);
        self.route.hash(hasher);
    }
}

impl Desks {
    /// Gives `take` the desk of a request. It need not be counted who has it: all who answer would touch the same count.
    pub(super) fn with<T>(
        &self,
        served: &Served,
        request: Request<'_>,
        settings: &RecordSettings,
        take: impl FnOnce(&Arc<Desk>) -> T,
    ) -> Result<T, DecisionError> {
        let contract = served.scorer.contract();
        let key = DeskKey {
            model: served.scorer.model(),
            contract: contract.digest(),
            version: served.version,
            who: request.who.clone(),
            route: request.route,
        };
        if let Some(desk) = self.0.load().get(&key) {
            return Ok(take(desk));
        }
        let channel = Channel::Route(request.route.to_owned());
        let context = context_of(&served.scorer, served.version, channel, who(request.who));
        let desk = Arc::new(Desk {
            context: WrittenContext::new(&context)?,
            fields: FieldRules::new(contract, settings.fields()),
        });
        self.0.rcu(|desks| {
            let mut desks = match desks.len() < MOST {
                true => HashMap::clone(desks),
                false => HashMap::new(),
            };
            desks.insert(key.clone(), Arc::clone(&desk));
            desks
        });
        Ok(take(&desk))
    }
}

/// What decisions that come by one way have in common.
pub(super) fn context_of(
    scorer: &Scorer,
    version: Option<u32>,
    channel: Channel,
    who: Who,
) -> Context {
    let contract = scorer.contract();
    let inputs = contract.inputs().iter();
    Context {
        who,
        channel,
        version,
        model: scorer.model(),
        contract: contract.digest(),
        contract_name: contract.name().to_owned(),
        program: VERSION.to_owned(),
        inputs: inputs.map(|input| input.parameter().to_owned()).collect(),
    }
}
