//! What is asked: the JSON of a request, and the bytes behind it.

use std::borrow::Cow;

use propenso_scoring::{Contract, Scorer};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::object::Object;
use super::super::predict_request::malformed;
use super::super::problem::Problem;
use super::super::problem_kind::ProblemKind;
use crate::open_inference::datatype::Datatype;
use crate::open_inference::output_name::OutputName;
use crate::open_inference::table::{MAX_CLIENTS, Table, TableError};
use crate::open_inference::tensor::{Cells, Tensor, TensorError, elements};

/// Tensors of a request, at the most: a model may have thousands of inputs.
pub(in crate::http) const MAX_TENSORS: usize = 20_000;

/// The JSON of a request. What is not understood is passed over, as the protocol wants.
#[derive(Debug, Deserialize)]
struct Head<'a> {
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    inputs: Vec<Object<InputHead<'a>>>,
    #[serde(borrow, default)]
    outputs: Option<Vec<Object<OutputHead<'a>>>>,
    #[serde(default)]
    parameters: Option<Object<Parameters>>,
}

#[derive(Debug, Deserialize)]
struct InputHead<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    shape: Vec<i64>,
    #[serde(borrow)]
    datatype: Cow<'a, str>,
    #[serde(default)]
    parameters: Option<Object<Parameters>>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
struct OutputHead<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default)]
    parameters: Option<Object<Parameters>>,
}

/// Those parameters that are understood.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct Parameters {
    /// Bytes of the tensor behind the JSON.
    binary_data_size: Option<u64>,
    /// Whether the output goes behind the JSON.
    binary_data: Option<bool>,
    /// The same, of all outputs.
    binary_data_output: Option<bool>,
    /// How many classes, as texts.
    classification: Option<u64>,
}

/// A request that was read, however it came.
#[derive(Debug)]
pub(in crate::http) struct InferRequest<'a> {
    /// The caller's name for it, to be echoed.
    pub(in crate::http) id: Option<Cow<'a, str>>,
    /// The clients.
    pub(in crate::http) table: Table<'a>,
    /// What is asked of each.
    pub(in crate::http) outputs: Vec<AskedOutput>,
}

/// One output that is asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct AskedOutput {
    pub(in crate::http) name: OutputName,
    /// Whether it goes behind the JSON.
    pub(in crate::http) is_binary: bool,
    /// How many classes, as texts, in place of the numbers.
    pub(in crate::http) classes: Option<usize>,
}

impl<'a> InferRequest<'a> {
    /// Reads a body of which `head` bytes are JSON; all of it where that is not said.
    ///
    /// # Errors
    ///
    /// 400, with what to send instead.
    pub(super) fn read(
        body: &'a [u8],
        head: Option<usize>,
        scorer: &Scorer,
    ) -> Result<Self, Problem> {
        let (json, binary) = match head {
            None => (body, &[][..]),
            Some(head) => body.split_at_checked(head).ok_or_else(|| {
                wrong(format!(
                    "`Inference-Header-Content-Length` says {head} bytes of JSON, and the body has {} in all",
                    body.len()
                ))
            })?,
        };
        let shape = "{\"inputs\": [{\"name\", \"shape\", \"datatype\", \"data\"}, …]}";
        let Object(head): Object<Head<'a>> =
            serde_json::from_slice(json).map_err(|error| malformed(json, &error, shape))?;
        if head.inputs.len() > MAX_TENSORS {
            return Err(wrong(format!(
                "there are {} inputs, and a request has at most {MAX_TENSORS}",
                head.inputs.len()
            )));
        }
        let tensors = tensors(head.inputs, binary, scorer.contract())?;
        let table = table(tensors, scorer.contract())?;
        let all_binary = head.parameters.unwrap_or_default().0.binary_data_output;
        let all_binary = all_binary.unwrap_or_default();
        let outputs = match head.outputs {
            Some(outputs) if !outputs.is_empty() => outputs
                .into_iter()
                .map(|Object(output)| {
                    let Object(said) = output.parameters.unwrap_or_default();
                    let is_binary = said.binary_data.unwrap_or(all_binary);
                    AskedOutput::named(&output.name, said.classification, is_binary, scorer)
                })
                .collect::<Result<_, _>>()?,
            _ => AskedOutput::usual(all_binary, scorer),
        };
        Ok(Self {
            id: head.id,
            table,
            outputs,
        })
    }

    /// Whether each client's answer is to be taken apart.
    pub(in crate::http) fn is_explained(&self) -> bool {
        let mut names = self.outputs.iter().map(|output| output.name);
        names.any(|name| name == OutputName::Explain)
    }
}

/// Puts a request that cannot be understood into words.
pub(in crate::http) fn wrong(sentence: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::WrongBody, sentence)
}

/// Finds the contract's inputs in tensors, or says what to send.
pub(in crate::http) fn table<'a>(
    tensors: Vec<Tensor<'a>>,
    contract: &Contract,
) -> Result<Table<'a>, Problem> {
    Table::new(tensors, contract).map_err(|error| {
        let kind = match error {
            TableError::TooMany(_) => ProblemKind::TooManyInstances,
            _ => ProblemKind::WrongBody,
        };
        Problem::new(kind, error.to_string())
    })
}

/// How many elements a request may still have. Each takes memory, however short it is.
pub(in crate::http) struct Room {
    most: usize,
    left: usize,
}

impl Room {
    /// As many as the most clients have of a contract.
    pub(in crate::http) fn of(contract: &Contract) -> Self {
        let most = MAX_CLIENTS.saturating_mul(contract.inputs().len() + 1);
        Self { most, left: most }
    }

    /// Gives some of it away.
    ///
    /// # Errors
    ///
    /// 422 where there is not so much left.
    pub(in crate::http) fn take(&mut self, n: usize) -> Result<(), Problem> {
        self.left = self.left.checked_sub(n).ok_or_else(|| {
            let sentence = format!(
                "there are more than {} elements, as many as {MAX_CLIENTS} clients have; send fewer, or a portfolio to /v1/portfolios",
                self.most
            );
            Problem::new(ProblemKind::TooManyInstances, sentence)
        })?;
        Ok(())
    }
}

fn tensors<'a>(
    inputs: Vec<Object<InputHead<'a>>>,
    mut binary: &'a [u8],
    contract: &Contract,
) -> Result<Vec<Tensor<'a>>, Problem> {
    let mut tensors = Vec::with_capacity(inputs.len());
    let mut room = Room::of(contract);
    for Object(input) in inputs {
        let unusable = |error: TensorError| {
            let name = input.name.to_string();
            wrong(TableError::Tensor { name, error }.to_string())
        };
        room.take(elements(&input.shape).map_err(unusable)?)?;
        let datatype = Datatype::named(&input.datatype)
            .ok_or_else(|| unusable(TensorError::Datatype(input.datatype.to_string())))?;
        let size = input.parameters.and_then(|said| said.0.binary_data_size);
        let cells = match (size, input.data) {
            (None, Some(json)) => Cells::of_json(&input.shape, json),
            (Some(size), None) => {
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                let (own, rest) = binary.split_at_checked(size).ok_or_else(|| {
                    wrong(format!(
                        "the input `{}` takes {size} bytes behind the JSON, and {} are left",
                        input.name,
                        binary.len()
                    ))
                })?;
                binary = rest;
                Cells::of_bytes(datatype, &input.shape, own)
            }
            (Some(_), Some(_)) => {
                return Err(wrong(format!(
                    "the input `{}` has `data` and `binary_data_size`; send one of them",
                    input.name
                )));
            }
            (None, None) => {
                return Err(wrong(format!(
                    "the input `{}` has neither `data` nor `binary_data_size`",
                    input.name
                )));
            }
        };
        let cells = cells.map_err(unusable)?;
        tensors.push(Tensor {
            name: input.name,
            datatype,
            shape: input.shape,
            cells,
        });
    }
    match binary.len() {
        0 => Ok(tensors),
        left => Err(wrong(format!(
            "{left} bytes behind the JSON belong to no input; each says its own by `binary_data_size`"
        ))),
    }
}

impl AskedOutput {
    /// The output of a name, or so many classes of it in words.
    ///
    /// # Errors
    ///
    /// 400 where the model gives no such output, or no classes of it.
    pub(in crate::http) fn named(
        named: &str,
        classes: Option<u64>,
        is_binary: bool,
        scorer: &Scorer,
    ) -> Result<Self, Problem> {
        let name = OutputName::named(named).filter(|name| name.is_given_by(scorer));
        let name = name.ok_or_else(|| {
            let all: Vec<_> = OutputName::all(scorer).map(OutputName::as_str).collect();
            wrong(format!(
                "this model gives no output `{named}`; there are {}",
                all.join(", ")
            ))
        })?;
        let classes = classes.filter(|classes| *classes > 0);
        if classes.is_some() && name != OutputName::PredictProba {
            return Err(wrong(format!(
                "`classification` goes with the output `predict_proba`, not with `{named}`"
            )));
        }
        Ok(Self {
            name,
            is_binary,
            classes: classes.map(|classes| usize::try_from(classes).unwrap_or(usize::MAX)),
        })
    }

    /// What a model gives without being asked for more.
    pub(in crate::http) fn usual(is_binary: bool, scorer: &Scorer) -> Vec<Self> {
        let usual = OutputName::usual(scorer).into_iter();
        let usual = usual.map(|name| Self {
            name,
            is_binary,
            classes: None,
        });
        usual.collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::example::scorer as example;
    use crate::open_inference::tensor::elements;

    fn shape() -> impl Strategy<Value = Vec<i64>> {
        let size = prop_oneof![8 => 0..4_i64, 1 => Just(13), 1 => any::<i64>()];
        prop::collection::vec(size, 0..4)
    }

    /// An input, with data as its shape says or other.
    fn input() -> impl Strategy<Value = Value> {
        let name = prop_oneof!["ESCENARIO_RECOBRO", "im", "id", "x", ".*"];
        let datatype = prop_oneof!["BYTES", "FP64", "INT32", "BOOL", "FP16", ".*"];
        let data = prop_oneof![
            Just(None),
            prop::collection::vec(
                prop_oneof![
                    Just(json!(1.5)),
                    Just(json!("S")),
                    Just(json!(null)),
                    Just(json!([2, [3]])),
                    Just(json!({}))
                ],
                0..5
            )
            .prop_map(|list| Some(Value::Array(list))),
        ];
        let size = prop::option::of(prop_oneof![0..40_u64, any::<u64>()]);
        (name, datatype, shape(), data, size).prop_map(|(name, datatype, shape, data, size)| {
            let mut input = json!({ "name": name, "datatype": datatype, "shape": shape });
            if let Some(data) = data {
                input["data"] = data;
            }
            if let Some(size) = size {
                input["parameters"] = json!({ "binary_data_size": size });
            }
            input
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Whatever is sent is refused, or is clients that the contract can look at.
        #[test]
        fn a_body_is_clients_or_is_refused(
            inputs in prop::collection::vec(input(), 0..4),
            behind in prop::collection::vec(any::<u8>(), 0..60),
            said in prop::option::of(0..400_usize),
        ) {
            thread_local!(static SCORER: Scorer = example());
            let head = json!({ "inputs": inputs }).to_string();
            let body = [head.as_bytes(), &behind].concat();
            let said = said.unwrap_or(head.len());
            SCORER.with(|scorer| {
                let Ok(request) = InferRequest::read(&body, Some(said), scorer) else {
                    return Ok(());
                };
                let first = inputs.iter().find(|input| input["name"] != "id");
                let n = first.and_then(|first| first["shape"][0].as_u64());
                prop_assert_eq!(n, Some(request.table.n_clients() as u64));
                for client in 0..request.table.n_clients().min(50) {
                    let row = request.table.row(client, scorer.contract());
                    let _ = scorer.contract().encode(&row, &mut Vec::new(), &mut Vec::new());
                    let _ = request.table.reference(client);
                }
                Ok(())
            })?;
        }

        /// A tensor of bytes has as many elements as its shape says, or is refused.
        #[test]
        fn bytes_are_elements_or_are_refused(
            shape in shape(),
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            datatype in prop_oneof![Just(Datatype::Bytes), Just(Datatype::Fp64), Just(Datatype::Bool), Just(Datatype::Bf16)],
        ) {
            match Cells::of_bytes(datatype, &shape, &bytes) {
                Ok(Cells::Texts(texts)) => prop_assert_eq!(Ok(texts.len()), elements(&shape)),
                Ok(Cells::Fixed(all)) => {
                    let size = datatype.size().unwrap();
                    prop_assert_eq!(Ok(all.len() / size), elements(&shape));
                }
                Ok(Cells::Json(_)) => prop_assert!(false),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }
}
