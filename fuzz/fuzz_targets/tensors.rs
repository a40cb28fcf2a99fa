//! Any bytes as the tensors of `/v2`: names, types, shapes, and what lies behind the JSON.
#![no_main]

use std::borrow::Cow;
use std::sync::LazyLock;

use libfuzzer_sys::arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use propenso::open_inference::datatype::Datatype;
use propenso::open_inference::table::Table;
use propenso::open_inference::tensor::{Cells, Tensor};
use propenso_scoring::Contract;

static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::shipped("casas-cobranzas").expect("a contract that ships"));

/// What the protocol has, and what it has not.
const DATATYPES: [&str; 15] = [
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "BF16", "FP32", "FP64", "BYTES", "INT4",
];

/// Clients that are looked at.
const MOST: usize = 1 << 10;

#[derive(Debug, Arbitrary)]
struct Sent<'a> {
    name: u8,
    datatype: u8,
    shape: Vec<i64>,
    /// Whether the shape is to go with the bytes.
    fits: bool,
    bytes: &'a [u8],
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(sent) = Vec::<Sent<'_>>::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    let tensors: Option<Vec<_>> = sent.iter().map(tensor).collect();
    let Some(tensors) = tensors else { return };
    let Ok(table) = Table::new(tensors, &CONTRACT) else { return };
    for client in 0..table.n_clients().min(MOST) {
        let row = table.row(client, &CONTRACT);
        assert_eq!(row.slots().len(), CONTRACT.inputs().len());
        let _ = table.reference(client);
    }
});

fn tensor<'a>(sent: &Sent<'a>) -> Option<Tensor<'a>> {
    let names = CONTRACT.inputs();
    let name = match names.get(usize::from(sent.name) % (names.len() + 2)) {
        Some(input) if sent.name % 2 == 0 => input.name().to_owned(),
        Some(input) => input.parameter().to_owned(),
        None if sent.name % 2 == 0 => "id".to_owned(),
        None => "all".to_owned(),
    };
    let datatype = Datatype::named(DATATYPES[usize::from(sent.datatype) % DATATYPES.len()])?;
    let shape = match (sent.fits, datatype.size()) {
        (true, Some(size)) => vec![i64::try_from(sent.bytes.len() / size).ok()?, 1],
        _ => sent.shape.clone(),
    };
    let bytes = match (sent.fits, datatype.size()) {
        (true, Some(size)) => &sent.bytes[..sent.bytes.len() / size * size],
        _ => sent.bytes,
    };
    let cells = Cells::of_bytes(datatype, &shape, bytes).ok()?;
    Some(Tensor { name: Cow::Owned(name), datatype, shape, cells })
}
