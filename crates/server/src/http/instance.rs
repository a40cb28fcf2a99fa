//! One client as a JSON object, turned into a contract's row without rounding anything.

use std::borrow::Cow;
use std::fmt;

use propenso_scoring::reserved::CLIENT;
use propenso_scoring::{Contract, Raw, Row};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json_cell::{Text, raw};

/// Reads the object in `json` into a row, and the client's reference beside it. Long and short names may be mixed.
///
/// # Errors
///
/// When `json` is not an object.
pub fn read<'a>(
    json: &'a RawValue,
    contract: &Contract,
) -> Result<(Row<'a>, Option<Cow<'a, str>>), serde_json::Error> {
    let mut row = Row::new(contract);
    let mut client = None;
    let mut json = serde_json::Deserializer::from_str(json.get());
    RowSeed {
        contract,
        row: &mut row,
        client: &mut client,
    }
    .deserialize(&mut json)?;
    Ok((row, client))
}

struct RowSeed<'s, 'a> {
    contract: &'s Contract,
    row: &'s mut Row<'a>,
    client: &'s mut Option<Cow<'a, str>>,
}

impl<'a> DeserializeSeed<'a> for RowSeed<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for RowSeed<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the inputs of one client")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(name)) = map.next_key()? {
            let value: &'a RawValue = map.next_value()?;
            let value = raw(value.get());
            match value {
                Raw::Text(text) | Raw::Number(text)
                    if name == CLIENT && self.contract.input_index(CLIENT).is_none() =>
                {
                    self.client.get_or_insert(text);
                }
                value => self.row.set(self.contract, &name, value),
            }
        }
        Ok(())
    }
}
