//! What the target of tensors does: any bytes are names, types, shapes, and what lies behind the JSON.

use std::borrow::Cow;
use std::sync::LazyLock;

use propenso::open_inference::datatype::Datatype;
use propenso::open_inference::table::Table;
use propenso::open_inference::tensor::{Cells, Tensor};
use propenso_scoring::Contract;

static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::shipped("casas-cobranzas").expect("a contract that ships"));

/// What the protocol has, and what it has not.
const DATATYPES: [&str; 15] = [
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "BF16", "FP32", "FP64",
    "BYTES", "INT4",
];

/// Clients that are looked at.
const MOST: usize = 1 << 10;

/// Reads tensors, and every cell of those that are clients.
pub fn read(mut bytes: &[u8]) {
    let mut tensors = Vec::new();
    while let Some(tensor) = take(&mut bytes) {
        match tensor {
            Some(tensor) => tensors.push(tensor),
            None => return,
        }
    }
    let Ok(table) = Table::new(tensors, &CONTRACT) else { return };
    for client in 0..table.n_clients().min(MOST) {
        let row = table.row(client, &CONTRACT);
        assert_eq!(row.slots().len(), CONTRACT.inputs().len());
        let _ = table.reference(client);
    }
}

/// Takes a tensor off: its name, its type, whether its shape goes with its bytes, how many these are, and they; a shape of one or two
/// sizes before them where it does not. The inner `None` is a tensor that is refused.
fn take<'a>(bytes: &mut &'a [u8]) -> Option<Option<Tensor<'a>>> {
    let (&[name, datatype, flags, length], rest) = bytes.split_first_chunk::<4>()?;
    let fits = flags & 1 == 0;
    let (sizes, rest) = match fits {
        true => (&[][..], rest),
        false => rest.split_at_checked(if flags & 2 == 0 { 8 } else { 16 })?,
    };
    let (cells, rest) = rest.split_at(rest.len().min(usize::from(length) * 8));
    *bytes = rest;
    Some(tensor(name, datatype, sizes, cells))
}

fn tensor<'a>(name: u8, datatype: u8, sizes: &[u8], cells: &'a [u8]) -> Option<Tensor<'a>> {
    let inputs = CONTRACT.inputs();
    let is_even = name.is_multiple_of(2);
    let name = match inputs.get(usize::from(name) % (inputs.len() + 2)) {
        Some(input) if is_even => input.name(),
        Some(input) => input.parameter(),
        None if is_even => "id",
        None => "all",
    };
    let datatype = Datatype::named(DATATYPES[usize::from(datatype) % DATATYPES.len()])?;
    let (sizes, _) = sizes.as_chunks::<8>();
    let mut shape: Vec<i64> = sizes.iter().map(|size| i64::from_le_bytes(*size)).collect();
    let mut cells = cells;
    if shape.is_empty() {
        let size = datatype.size().unwrap_or(8);
        shape = vec![i64::try_from(cells.len() / size).ok()?];
        cells = &cells[..cells.len() / size * size];
    }
    let cells = Cells::of_bytes(datatype, &shape, cells).ok()?;
    Some(Tensor { name: Cow::Owned(name.to_owned()), datatype, shape, cells })
}
