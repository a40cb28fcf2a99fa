//! Numbers and texts as bytes, for what waits on disk.

/// Appends numbers and how many there are.
pub(crate) fn write_numbers(numbers: &[u32], out: &mut Vec<u8>) {
    out.extend((numbers.len() as u64).to_le_bytes());
    out.reserve(numbers.len() * 4);
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

/// Appends a text and its length.
pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Takes what [`write_numbers`] wrote; `None` if it is not whole.
pub(crate) fn read_numbers(from: &mut &[u8]) -> Option<Vec<u32>> {
    let length = usize::try_from(u64::from_le_bytes(take_array(from)?)).ok()?;
    let (bytes, rest) = from.split_at_checked(length.checked_mul(4)?)?;
    *from = rest;
    let (numbers, _) = bytes.as_chunks();
    Some(
        numbers
            .iter()
            .map(|number| u32::from_le_bytes(*number))
            .collect(),
    )
}

/// Takes what [`write_text`] wrote; `None` if it is not whole.
pub(crate) fn read_text(from: &mut &[u8]) -> Option<String> {
    take_text(from).map(str::to_owned)
}

/// Takes what [`write_text`] wrote, where it lies; `None` if it is not whole.
pub(crate) fn take_text<'b>(from: &mut &'b [u8]) -> Option<&'b str> {
    let length = usize::try_from(u64::from_le_bytes(take_array(from)?)).ok()?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    std::str::from_utf8(bytes).ok()
}

/// Takes so many bytes; `None` if there are fewer.
pub(crate) fn take_array<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (array, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(*array)
}
