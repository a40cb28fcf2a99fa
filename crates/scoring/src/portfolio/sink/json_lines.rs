//! Stub.
use crate::portfolio::{
    finished::{FinishedRows, OutputColumns},
    sink::LineStyle,
};
pub(crate) struct JsonLinesStyle;
impl JsonLinesStyle {
    pub(crate) fn new(_: OutputColumns) -> Self {
        Self
    }
}
impl LineStyle for JsonLinesStyle {
    fn write_header(&self, _: &mut Vec<u8>) {}
    fn write_rows(&self, _: &dyn FinishedRows, _: &mut Vec<u8>) {}
}
