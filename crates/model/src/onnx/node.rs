//! One operator of the graph, with its attributes, and the errors that name it.

use std::fmt::Write as _;

use super::proto::Tensor;
use super::wire::{Fields, Value, Wire};
use crate::error::Error;
use crate::label::Label;

pub(super) const FORMAT: &str = "ONNX";

/// The machine-learning operators' domain.
pub(super) const ML: &str = "ai.onnx.ml";

/// A file that breaks ONNX's rules.
pub(super) fn malformed(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::malformed(FORMAT, place, what)
}

/// A part of ONNX that is not supported.
pub(super) fn unsupported(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::unsupported_part(FORMAT, place, what)
}

/// A name out of the file, quoted and cut short: it comes from a stranger.
pub(super) fn quoted(name: &str) -> String {
    let mut text = String::new();
    let (short, dots) = match name.char_indices().nth(60) {
        Some((end, _)) => (&name[..end], "…"),
        None => (name, ""),
    };
    // Writing to a string does not fail.
    let _ = write!(text, "{short:?}{dots}");
    text
}

/// `NodeProto`.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    pub(super) inputs: Vec<&'a str>,
    pub(super) outputs: Vec<&'a str>,
    name: &'a str,
    pub(super) operator: &'a str,
    pub(super) domain: &'a str,
    attributes: Vec<(&'a str, &'a [u8])>,
}

/// `AttributeProto.AttributeType`, with the field that holds such a value.
#[derive(Clone, Copy)]
struct Kind {
    number: i64,
    field: u64,
}

const FLOAT: Kind = Kind {
    number: 1,
    field: 2,
};
const INT: Kind = Kind {
    number: 2,
    field: 3,
};
const TEXT: Kind = Kind {
    number: 3,
    field: 4,
};
const TENSOR: Kind = Kind {
    number: 4,
    field: 5,
};
const FLOATS: Kind = Kind {
    number: 6,
    field: 7,
};
const INTS: Kind = Kind {
    number: 7,
    field: 8,
};
const TEXTS: Kind = Kind {
    number: 8,
    field: 9,
};

impl<'a> Node<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Wire<Self> {
        let mut node = Self::default();
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => node.inputs.push(value.text()?),
                (2, value) => node.outputs.push(value.text()?),
                (3, value) => node.name = value.text()?,
                (4, value) => node.operator = value.text()?,
                (5, value) => node.attributes.push(named(value)?),
                (7, value) => node.domain = value.text()?,
                _ => {}
            }
        }
        if node.domain == "ai.onnx" {
            node.domain = "";
        }
        Ok(node)
    }

    /// The operator with its domain: `ai.onnx.ml.Scaler`.
    fn full_operator(&self) -> String {
        let domain = if self.domain.is_empty() {
            "ai.onnx"
        } else {
            self.domain
        };
        quoted(&format!("{domain}.{}", self.operator))
    }

    /// Where an error is: the operator and the node's name.
    pub(super) fn place(&self) -> String {
        format!(
            "operator {}, node {}",
            self.full_operator(),
            quoted(self.name)
        )
    }

    /// An error: the node breaks ONNX's rules.
    pub(super) fn malformed(&self, what: impl Into<String>) -> Error {
        malformed(self.place(), what)
    }

    /// An error: the node asks for something that is not supported.
    pub(super) fn unsupported(&self, what: impl Into<String>) -> Error {
        unsupported(self.place(), what)
    }

    /// An error: the operator itself is not supported.
    pub(super) fn unsupported_operator(&self) -> Error {
        let place = format!("node {}", quoted(self.name));
        unsupported(place, format!("the operator {}", self.full_operator()))
    }

    /// The inputs, if there are exactly so many; trailing optional ones may be left empty.
    pub(super) fn inputs<const N: usize>(&self) -> Result<[&'a str; N], Error> {
        let last = self.inputs.iter().rposition(|name| !name.is_empty());
        let used = &self.inputs[..last.map_or(0, |last| last + 1)];
        <[&str; N]>::try_from(used)
            .map_err(|_| self.unsupported(format!("{} inputs", self.inputs.len())))
    }

    /// The only output.
    pub(super) fn output(&self) -> Result<&'a str, Error> {
        match self.outputs[..] {
            [output] => Ok(output),
            _ => Err(self.unsupported(format!("{} outputs", self.outputs.len()))),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|(known, _)| *known == name)
    }

    /// Refuses attributes that would change the meaning of others.
    pub(super) fn refuse(&self, names: &[&str]) -> Result<(), Error> {
        match names.iter().find(|name| self.has(name)) {
            Some(name) => Err(self.unsupported(format!("the attribute {name}"))),
            None => Ok(()),
        }
    }

    /// Every value of an attribute, handed to `add`.
    fn each(
        &self,
        name: &str,
        kind: Kind,
        mut add: impl FnMut(Value<'a>) -> Wire<()>,
    ) -> Result<(), Error> {
        let mut found = self.attributes.iter().filter(|(known, _)| *known == name);
        let Some((_, bytes)) = found.next() else {
            return Ok(());
        };
        let mut read = || {
            for field in Fields::of(bytes) {
                match field? {
                    // 0 is "not stated", which files before IR version 2 had.
                    (20, value) if ![0, kind.number].contains(&value.int()?) => {
                        return Err("it is of the wrong type");
                    }
                    (21, _) => return Err("it refers to a function's attribute"),
                    (field, value) if field == kind.field => add(value)?,
                    _ => {}
                }
            }
            Ok(())
        };
        let broken = |what| self.malformed(format!("the attribute {name}: {what}"));
        read().map_err(broken)?;
        match found.next() {
            Some(_) => Err(broken("it is there twice")),
            None => Ok(()),
        }
    }

    pub(super) fn ints(&self, name: &str) -> Result<Vec<i64>, Error> {
        let mut ints = Vec::new();
        self.each(name, INTS, |value| value.add_ints(&mut ints))?;
        Ok(ints)
    }

    pub(super) fn floats(&self, name: &str) -> Result<Vec<f32>, Error> {
        let mut floats = Vec::new();
        self.each(name, FLOATS, |value| value.add_floats(&mut floats))?;
        Ok(floats)
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<&'a [u8]>, Error> {
        let mut texts = Vec::new();
        self.each(name, TEXTS, |value| {
            value.bytes().map(|text| texts.push(text))
        })?;
        Ok(texts)
    }

    pub(super) fn int(&self, name: &str, default: i64) -> Result<i64, Error> {
        let mut int = default;
        self.each(name, INT, |value| value.int().map(|value| int = value))?;
        Ok(int)
    }

    pub(super) fn float(&self, name: &str, default: f32) -> Result<f32, Error> {
        let mut float = default;
        self.each(name, FLOAT, |value| {
            value.float().map(|value| float = value)
        })?;
        Ok(float)
    }

    pub(super) fn text(&self, name: &str, default: &'a str) -> Result<&'a str, Error> {
        let mut text = default;
        self.each(name, TEXT, |value| value.text().map(|value| text = value))?;
        Ok(text)
    }

    pub(super) fn tensor(&self, name: &str) -> Result<Option<Tensor<'a>>, Error> {
        let mut tensor = None;
        self.each(name, TENSOR, |value| {
            tensor = Some(Tensor::read(value.bytes()?)?);
            Ok(())
        })?;
        Ok(tensor)
    }

    /// Class labels: of the two attributes, the one that is there.
    pub(super) fn labels(&self, ints: &str, texts: &str) -> Result<Vec<Label>, Error> {
        let (ints, texts) = (self.ints(ints)?, self.texts(texts)?);
        match (ints.is_empty(), texts.is_empty()) {
            (false, true) => Ok(ints.into_iter().map(Label::Int).collect()),
            (true, false) => {
                text_labels(&texts).ok_or_else(|| self.malformed("a class label is not UTF-8"))
            }
            _ => Err(self.malformed("there are no class labels, or two lists of them")),
        }
    }
}

/// Labels out of texts; `None` when one is not UTF-8.
pub(super) fn text_labels(texts: &[&[u8]]) -> Option<Vec<Label>> {
    let label = |text: &&[u8]| Some(Label::Text(std::str::from_utf8(text).ok()?.to_owned()));
    texts.iter().map(label).collect()
}

fn named<'a>(value: Value<'a>) -> Wire<(&'a str, &'a [u8])> {
    let bytes = value.bytes()?;
    for field in Fields::of(bytes) {
        if let (1, name) = field? {
            return Ok((name.text()?, bytes));
        }
    }
    Err("an attribute has no name")
}
