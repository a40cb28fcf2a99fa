//! Clients one after the other: each an object of inputs, or a list of values.

use std::borrow::Cow;
use std::fmt;

use propenso_scoring::reserved::CLIENT;
use propenso_scoring::{Contract, Raw, Row};
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::List;
use crate::http::batch::{Client, Clients};
use crate::http::instance;
use crate::http::problem::FieldProblem;
use crate::json_cell::raw;

/// What a client may be.
#[derive(Debug)]
pub(in crate::http) enum RowForm<'b> {
    /// An object of inputs.
    Objects,
    /// An object of inputs, or a list of values in the contract's order.
    Either,
    /// A list of values, of columns with these names.
    Lists(Vec<Cow<'b, str>>),
}

/// Clients one after the other.
#[derive(Debug)]
pub(in crate::http) struct Rows<'b> {
    /// Each as its own JSON.
    pub(in crate::http) list: List<'b>,
    /// What each may be.
    pub(in crate::http) form: RowForm<'b>,
}

impl Clients for Rows<'_> {
    fn count(&self) -> usize {
        self.list.0.len()
    }

    fn client(&self, place: usize, contract: &Contract) -> Option<Client<'_>> {
        let json = *self.list.0.get(place)?;
        match (&self.form, json.get().starts_with('[')) {
            (RowForm::Objects | RowForm::Either, false) => {
                let (row, reference) = instance::read(json, contract).ok()?;
                Some(Client { row, reference })
            }
            (RowForm::Either, true) => in_order(json, None, contract),
            (RowForm::Lists(names), true) => in_order(json, Some(names), contract),
            (RowForm::Objects, true) | (RowForm::Lists(_), false) => None,
        }
    }

    fn unreadable(&self, place: usize, contract: &Contract) -> FieldProblem {
        let is_list = |json: &&RawValue| json.get().starts_with('[');
        let n_values = match &self.form {
            RowForm::Lists(names) => names.len(),
            RowForm::Either if self.list.0.get(place).is_some_and(is_list) => {
                contract.inputs().len()
            }
            RowForm::Objects | RowForm::Either => return FieldProblem::not_an_object(place),
        };
        FieldProblem::of_row(
            place,
            format!("the row is not a list of {n_values} values"),
            format!("a list of {n_values} values: one for each column, in their order"),
        )
    }
}

/// Reads a list of values by the names of its columns; without names, in the contract's order.
fn in_order<'b>(
    json: &'b RawValue,
    names: Option<&[Cow<'b, str>]>,
    contract: &Contract,
) -> Option<Client<'b>> {
    let mut client = Client {
        row: Row::new(contract),
        reference: None,
    };
    let mut json = serde_json::Deserializer::from_str(json.get());
    let values = Values {
        names,
        contract,
        client: &mut client,
    };
    values.deserialize(&mut json).ok()?;
    Some(client)
}

/// The values of one client.
struct Values<'s, 'b> {
    names: Option<&'s [Cow<'b, str>]>,
    contract: &'s Contract,
    client: &'s mut Client<'b>,
}

impl<'b> DeserializeSeed<'b> for Values<'_, 'b> {
    type Value = ();

    fn deserialize<D: Deserializer<'b>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'b> Visitor<'b> for Values<'_, 'b> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of one client's values")
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut list: A) -> Result<(), A::Error> {
        let n_columns = self.names.map_or(self.contract.inputs().len(), <[_]>::len);
        for place in 0..n_columns {
            let value: &'b RawValue = list
                .next_element()?
                .ok_or_else(|| Error::invalid_length(place, &"one value for each column"))?;
            let value = raw(value.get());
            match self.names {
                None => self.client.row.replace(place, value),
                Some(names) => set(self.client, self.contract, &names[place], value),
            }
        }
        match list.next_element::<&'b RawValue>()? {
            None => Ok(()),
            Some(_) => Err(Error::invalid_length(
                n_columns + 1,
                &"one value for each column",
            )),
        }
    }
}

/// Puts a value of a column in its place: an input's, or the client's reference.
pub(super) fn set<'b>(client: &mut Client<'b>, contract: &Contract, name: &str, value: Raw<'b>) {
    match value {
        Raw::Text(text) | Raw::Number(text)
            if name == CLIENT && contract.input_index(CLIENT).is_none() =>
        {
            client.reference.get_or_insert(text);
        }
        value => client.row.set(contract, name, value),
    }
}
