//! What the house says in its letters.

use propenso_scoring::{Bilingual, Language};

/// What the house says in its letters: all that the record, the model and the contract do not know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sender {
    /// Its name and address.
    pub sender: Option<Bilingual>,
    /// Whom the person turns to.
    pub contact: Option<Bilingual>,
    /// The data protection officer.
    pub officer: Option<Bilingual>,
    /// Who hears complaints about the house.
    pub authority: Option<Bilingual>,
    /// What scores are used for, and what follows from them.
    pub used_for: Option<Bilingual>,
    /// What the house adds: the law that it goes by, a date by which it answers.
    pub note: Option<Bilingual>,
}

/// One thing that the house says, without which a letter has a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statement {
    /// Who writes.
    Sender,
    /// What scores are used for.
    UsedFor,
    /// Whom to turn to.
    Contact,
    /// The data protection officer.
    Officer,
    /// Who hears complaints.
    Authority,
    /// Whom the letter goes to.
    To,
}

impl Statement {
    /// The name of its option.
    #[must_use]
    pub fn option(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::UsedFor => "used_for",
            Self::Contact => "contact",
            Self::Officer => "officer",
            Self::Authority => "authority",
            Self::To => "to",
        }
    }

    /// What is to be filled in.
    pub(super) fn gap(self, language: Language) -> &'static str {
        match self {
            Self::Sender => language.pick(
                "Falta: nombre y dirección de quien envía la carta",
                "Missing: name and address of who sends the letter",
            ),
            Self::UsedFor => language.pick(
                "Falta: para qué se usa la puntuación y qué consecuencias tiene para la persona",
                "Missing: what the score is used for, and what follows from it for the person",
            ),
            Self::Contact => language.pick(
                "Falta: correo, teléfono o dirección a los que dirigirse",
                "Missing: e-mail, telephone or address to turn to",
            ),
            Self::Officer => language.pick(
                "Falta: contacto del delegado de protección de datos",
                "Missing: contact of the data protection officer",
            ),
            Self::Authority => language.pick(
                "Falta: autoridad de protección de datos",
                "Missing: data protection authority",
            ),
            Self::To => language.pick(
                "Falta: nombre y dirección de la persona",
                "Missing: name and address of the person",
            ),
        }
    }
}

impl Sender {
    /// What it says of one thing.
    #[must_use]
    pub fn says(&self, statement: Statement) -> Option<&Bilingual> {
        match statement {
            Statement::Sender => self.sender.as_ref(),
            Statement::UsedFor => self.used_for.as_ref(),
            Statement::Contact => self.contact.as_ref(),
            Statement::Officer => self.officer.as_ref(),
            Statement::Authority => self.authority.as_ref(),
            Statement::To => None,
        }
    }

    /// What it leaves open.
    pub fn gaps(&self) -> impl Iterator<Item = Statement> {
        let all = [
            Statement::Sender,
            Statement::UsedFor,
            Statement::Contact,
            Statement::Officer,
            Statement::Authority,
        ];
        all.into_iter()
            .filter(|statement| self.says(*statement).is_none())
    }

    /// What this one says, and where it says nothing, what another does.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            sender: self.sender.or(other.sender),
            contact: self.contact.or(other.contact),
            officer: self.officer.or(other.officer),
            authority: self.authority.or(other.authority),
            used_for: self.used_for.or(other.used_for),
            note: self.note.or(other.note),
        }
    }
}
