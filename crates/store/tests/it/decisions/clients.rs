//! Clients of the shipped contract, and what they were answered.

use jiff::Timestamp;
use propenso_model::Sha256;
use propenso_scoring::{Contract, Outcome, Raw, Row, Sought, Warning};
use propenso_store::decision::Keeping;
use propenso_store::decision::draft::{Sealed, WrittenContext};
use propenso_store::decision::{
    Channel, Context, Deciding, DecisionId, Draft, FieldRule, FieldRules, PseudonymKey,
    RecordedWarning, RequestName, Who, Written,
};

/// What is kept, and how.
pub(crate) struct Desk {
    pub(crate) contract: Contract,
    pub(crate) fields: FieldRules,
    pub(crate) key: PseudonymKey,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with_rules(&[])
    }

    pub(crate) fn with_rules(rules: &[(&str, FieldRule)]) -> Self {
        let contract = Contract::shipped("casas-cobranzas").expect("it ships");
        Self {
            fields: FieldRules::new(&contract, rules.iter().copied()),
            key: PseudonymKey::new(&[7; 32]),
            contract,
        }
    }

    pub(crate) fn keeping(&self) -> Keeping<'_> {
        Keeping {
            contract: &self.contract,
            fields: &self.fields,
            key: &self.key,
            clients: true,
            references: false,
        }
    }

    /// Keeps one answer per client in one entry; the debt is the client's number.
    pub(crate) fn seal(&self, channel: Channel, clients: &[(&str, f64)], at: Timestamp) -> Sealed {
        let mut draft = Draft::new(self.context(channel), at);
        for (place, (client, probability)) in clients.iter().enumerate() {
            self.with_deciding((client, *probability), Some(place), |deciding| {
                draft.push(deciding, &self.keeping());
            });
        }
        draft.seal()
    }

    /// Writes down the answer of a request on one client.
    pub(crate) fn write(&self, client: &str, probability: f64) -> Written {
        self.with_deciding((client, probability), None, |deciding| {
            Written::new(deciding, &self.keeping())
        })
    }

    /// Gives a client's answer to `take`, as it is about to be kept: that of a row of a file where it has a place there.
    fn with_deciding<T>(
        &self,
        (client, probability): (&str, f64),
        place: Option<usize>,
        take: impl FnOnce(&Deciding<'_>) -> T,
    ) -> T {
        let mut row = Row::new(&self.contract);
        let debt = format!("{}.50", place.unwrap_or(0) + 1);
        for (name, value) in [
            ("er", "EMP"),
            ("po", "NO"),
            ("im", debt.as_str()),
            ("otro", "x"),
        ] {
            row.set(&self.contract, name, Raw::text(value));
        }
        let outcome = Outcome::Payer {
            pays: probability >= 0.5,
            probability: Some(probability),
        };
        let (mut features, mut warnings) = (Vec::new(), Vec::<Warning>::new());
        // Whatever it says: warnings of all kinds come out of it.
        let _ = self.contract.encode(&row, &mut features, &mut warnings);
        take(&Deciding {
            row: &row,
            outcome: &outcome,
            warnings: &RecordedWarning::of_all(&warnings, &self.contract),
            client: (!client.is_empty()).then_some(client),
            reasons: None,
            counterfactual: &Sought::Not,
            request: Some(RequestName::of("0123456789abcdef-2a")),
            control: place.map(|place| place % 2 == 1),
            file_row: place.map(|place| place as u64 * 3 + 2),
        })
    }

    /// What decisions that come by one way have in common.
    pub(crate) fn context(&self, channel: Channel) -> WrittenContext {
        WrittenContext::new(&context(&self.contract, channel)).expect("a context")
    }
}

pub(crate) fn route() -> Channel {
    Channel::Route("/prediccion".to_owned())
}

pub(crate) fn portfolio(job: &str) -> Channel {
    Channel::Portfolio {
        file: Some(Sha256::of(job.as_bytes())),
        job: job.to_owned(),
        control: None,
    }
}

fn context(contract: &Contract, channel: Channel) -> Context {
    Context {
        who: Who {
            name: "cobros".to_owned(),
            key: Some("prp_01234567".to_owned()),
        },
        channel,
        version: Some(3),
        model: Sha256::of(b"model"),
        contract: Sha256::of(b"contract"),
        contract_name: contract.name().to_owned(),
        program: "0.1.0".to_owned(),
        inputs: contract
            .inputs()
            .iter()
            .map(|input| input.parameter().to_owned())
            .collect(),
    }
}

pub(crate) fn digest_of(sealed: &Sealed) -> Sha256 {
    sealed.context.digest
}

pub(crate) fn last(sealed: &Sealed) -> DecisionId {
    sealed.first.plus(sealed.count - 1)
}
