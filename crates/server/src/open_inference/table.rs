//! Tensors as the clients of a request.

use propenso_scoring::reserved::CLIENT;
use propenso_scoring::{Contract, Raw, Row, Slot};

use super::tensor::{Tensor, TensorError};

/// Most clients of a request, of any model.
pub const MAX_CLIENTS: usize = 100_000;

/// Tensors as the clients of a request.
#[derive(Debug)]
pub struct Table<'a> {
    tensors: Vec<Tensor<'a>>,
    /// Of each input of the contract, where its column is.
    columns: Vec<Option<Column>>,
    /// The tensor of the clients' references.
    references: Option<usize>,
    n_clients: usize,
}

/// Where the values of an input are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Column {
    tensor: usize,
    /// The first client's place in it, and how far the next one is.
    first: usize,
    step: usize,
}

/// Why tensors are not the clients of a contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A tensor cannot be read.
    #[error("the input `{name}` cannot be read: {error}")]
    Tensor {
        /// The tensor's name.
        name: String,
        /// What is wrong with it.
        error: TensorError,
    },
    /// There is none.
    #[error("there are no inputs")]
    None,
    /// A name is not one of the contract's.
    #[error(
        "there is no input `{name}`; send one tensor of the shape [n, {}] with the inputs as its columns, or a tensor for each: {}",
        known.len(),
        known.join(", ")
    )]
    Unknown {
        /// The tensor's name.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A name came twice, or with its short form.
    #[error("the input `{0}` is there twice; send it once")]
    Twice(String),
    /// A shape that is no column.
    #[error("the shape of `{name}` is {found:?}; send {expected}")]
    Shape {
        /// The tensor's name.
        name: String,
        /// Its shape.
        found: Vec<i64>,
        /// What it may be.
        expected: String,
    },
    /// There are more clients than a request may have.
    #[error(
        "there are {0} clients, and a request has at most {MAX_CLIENTS}; send fewer, or a portfolio to /v1/portfolios"
    )]
    TooMany(usize),
}

impl<'a> Table<'a> {
    /// Finds the contract's inputs in tensors.
    ///
    /// # Errors
    ///
    /// [`TableError`].
    pub fn new(tensors: Vec<Tensor<'a>>, contract: &Contract) -> Result<Self, TableError> {
        let is_reference =
            |tensor: &Tensor<'_>| tensor.name == CLIENT && contract.input_index(CLIENT).is_none();
        let references = tensors.iter().position(is_reference);
        let mut data = tensors
            .iter()
            .enumerate()
            .filter(|(place, _)| Some(*place) != references);
        let (_, first) = data.next().ok_or(TableError::None)?;
        let is_alone = data.next().is_none();
        let n_inputs = contract.inputs().len();
        let is_whole = is_alone && contract.input_index(&first.name).is_none();
        let columns = match is_whole {
            true => whole(first, place_of(first, &tensors), n_inputs, contract)?,
            false => one_by_one(&tensors, references, contract)?,
        };
        let n_clients = match first.shape.first() {
            Some(n) => usize::try_from(*n).unwrap_or_default(),
            None => 0,
        };
        if n_clients > MAX_CLIENTS {
            return Err(TableError::TooMany(n_clients));
        }
        for (place, tensor) in tensors.iter().enumerate() {
            let is_column = !is_whole || Some(place) == references;
            if is_column && !is_column_of(&tensor.shape, n_clients) {
                return Err(TableError::Shape {
                    name: tensor.name.to_string(),
                    found: tensor.shape.clone(),
                    expected: format!("[{n_clients}] or [{n_clients}, 1], as the first has"),
                });
            }
        }
        Ok(Self {
            tensors,
            columns,
            references,
            n_clients,
        })
    }

    /// How many clients there are.
    #[must_use]
    pub fn n_clients(&self) -> usize {
        self.n_clients
    }

    /// What one client sent.
    #[must_use]
    pub fn row(&self, client: usize, contract: &Contract) -> Row<'_> {
        let slots = self.columns.iter().map(|column| match column {
            None => Slot::Absent,
            Some(column) => match self.tensors.get(column.tensor) {
                None => Slot::Absent,
                Some(tensor) => Slot::Given(tensor.cell(column.first + client * column.step)),
            },
        });
        Row::of_slots(contract, slots.collect(), Vec::new())
    }

    /// The client's reference, where one was sent.
    #[must_use]
    pub fn reference(&self, client: usize) -> Option<Raw<'_>> {
        let tensor = self.tensors.get(self.references?)?;
        Some(tensor.cell(client))
    }
}

fn place_of(tensor: &Tensor<'_>, tensors: &[Tensor<'_>]) -> usize {
    let found = tensors.iter().position(|other| std::ptr::eq(other, tensor));
    found.unwrap_or_default()
}

fn is_column_of(shape: &[i64], n_clients: usize) -> bool {
    let is_n = |size: i64| usize::try_from(size) == Ok(n_clients);
    match *shape {
        [n] => is_n(n),
        [n, one] => is_n(n) && one == 1,
        _ => false,
    }
}

/// One tensor with the contract's inputs as its columns.
fn whole(
    tensor: &Tensor<'_>,
    place: usize,
    n_inputs: usize,
    contract: &Contract,
) -> Result<Vec<Option<Column>>, TableError> {
    let width = match *tensor.shape {
        [_, width] => usize::try_from(width).ok(),
        _ => None,
    };
    if width == Some(n_inputs) {
        let column = |first| {
            Some(Column {
                tensor: place,
                first,
                step: n_inputs,
            })
        };
        return Ok((0..n_inputs).map(column).collect());
    }
    // Of one column it is more likely that the name is wrong.
    if width.is_none_or(|width| width == 1) {
        return Err(unknown(&tensor.name, contract));
    }
    Err(TableError::Shape {
        name: tensor.name.to_string(),
        found: tensor.shape.clone(),
        expected: format!(
            "[n, {n_inputs}]: one column for each input, in the order of the model's metadata"
        ),
    })
}

/// A tensor for each input.
fn one_by_one(
    tensors: &[Tensor<'_>],
    references: Option<usize>,
    contract: &Contract,
) -> Result<Vec<Option<Column>>, TableError> {
    let mut columns = vec![None; contract.inputs().len()];
    for (place, tensor) in tensors.iter().enumerate() {
        if Some(place) == references {
            continue;
        }
        let column = contract
            .input_index(&tensor.name)
            .and_then(|index| columns.get_mut(index))
            .ok_or_else(|| unknown(&tensor.name, contract))?;
        let found = Column {
            tensor: place,
            first: 0,
            step: 1,
        };
        if column.replace(found).is_some() {
            return Err(TableError::Twice(tensor.name.to_string()));
        }
    }
    Ok(columns)
}

fn unknown(name: &str, contract: &Contract) -> TableError {
    let known = contract.inputs().iter();
    TableError::Unknown {
        name: name.to_owned(),
        known: known.map(|input| input.name().to_owned()).collect(),
    }
}
