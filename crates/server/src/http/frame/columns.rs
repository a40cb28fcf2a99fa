//! Clients one column after the other: `{"EDAD": [70, 31], "PORTADO": ["NO", "SI"]}`.

use std::borrow::Cow;
use std::fmt;

use propenso_scoring::{Contract, Row};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::rows::set;
use super::{List, misshapen};
use crate::http::batch::{Client, Clients};
use crate::http::problem::Problem;
use crate::json_cell::{Text, raw};

/// Clients one column after the other, all of one length.
#[derive(Debug)]
pub(in crate::http) struct Columns<'b> {
    columns: Vec<Column<'b>>,
    n_clients: usize,
}

/// A column, and where in its JSON each cell begins: that takes less room than the cells.
#[derive(Debug)]
struct Column<'b> {
    name: Cow<'b, str>,
    json: &'b str,
    begins: Vec<u32>,
}

impl<'b> Columns<'b> {
    /// Takes an object of columns apart.
    ///
    /// # Errors
    ///
    /// 400 for what is no such object, and for columns of different lengths.
    pub(in crate::http) fn read(json: &'b RawValue) -> Result<Self, Problem> {
        let Lists(lists) = serde_json::from_str(json.get())
            .map_err(|error| misshapen(format!("columns are lists, by their names: {error}")))?;
        let mut columns = Vec::new();
        for (Text(name), json) in lists {
            columns.push(Column::read(name, json)?);
        }
        let mut lengths = columns.iter().map(|column| column.begins.len());
        let n_clients = lengths.next().unwrap_or(0);
        match lengths.all(|length| length == n_clients) {
            true => Ok(Self { columns, n_clients }),
            false => Err(misshapen(
                "The length of values for each input/column name are not the same",
            )),
        }
    }
}

impl<'b> Column<'b> {
    fn read(name: Cow<'b, str>, json: &'b RawValue) -> Result<Self, Problem> {
        let list = List::read(json)
            .map_err(|error| misshapen(format!("column {name:?} is not a list: {error}")))?;
        let json = json.get();
        let begin_of = |cell: &&RawValue| {
            let begin = cell.get().as_ptr().addr() - json.as_ptr().addr();
            u32::try_from(begin)
        };
        let begins: Result<_, _> = list.0.iter().map(begin_of).collect();
        let begins = begins.map_err(|_| misshapen("a column is longer than 4 GiB"))?;
        Ok(Self { name, json, begins })
    }

    fn cell(&self, place: usize) -> Option<&'b str> {
        let begin = usize::try_from(*self.begins.get(place)?).ok()?;
        let mut json = serde_json::Deserializer::from_str(self.json.get(begin..)?);
        let cell = <&RawValue>::deserialize(&mut json).ok()?;
        Some(cell.get())
    }
}

impl Clients for Columns<'_> {
    fn count(&self) -> usize {
        self.n_clients
    }

    fn client(&self, place: usize, contract: &Contract) -> Option<Client<'_>> {
        let mut client = Client {
            row: Row::new(contract),
            reference: None,
        };
        for column in &self.columns {
            let value = raw(column.cell(place)?);
            set(&mut client, contract, &column.name, value);
        }
        Some(client)
    }
}

/// Names and lists, in their order.
struct Lists<'b>(Vec<(Text<'b>, &'b RawValue)>);

impl<'de: 'b, 'b> Deserialize<'de> for Lists<'b> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Lists<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of columns")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lists<'de>, A::Error> {
                let mut lists = Vec::new();
                while let Some(list) = map.next_entry()? {
                    lists.push(list);
                }
                Ok(Lists(lists))
            }
        }

        json.deserialize_map(Object)
    }
}
