//! Rows on their way out: the original cells, and what was added to them.

use crate::batch::Batch;

/// A column that is added to the original ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddedColumn {
    /// Its name in the file: the role's, or one more where the file has a column of that name already.
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// The meaning of an added column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// P(pays), 0 to 1.
    Probability,
    /// The model's class: 1 pays, 0 does not.
    Class,
    /// The contract's word for it.
    Label,
    /// Tenth of the day's order, 1 is called first.
    Decile,
    /// Fifth of the model's reference portfolio, `A` pays best.
    Band,
    /// Place in the day's order, from 1 or down to 1.
    Rank,
    /// Probability × debt, in euros.
    Expected,
    /// Fee × expected − cost of the contact, in euros.
    Net,
    /// `control` or `gestión`.
    Group,
    /// `SI` for those who fit the day's capacity, else `NO`.
    Fits,
    /// What the contract did to the inputs.
    Notes,
    /// One of the reasons, from 1.
    Reason(usize),
}

impl Role {
    /// The column's name.
    pub(crate) fn name(self) -> String {
        let name = match self {
            Self::Probability => "prob_pago",
            Self::Class => "clase",
            Self::Label => "clasificacion",
            Self::Decile => "decil",
            Self::Band => "banda",
            Self::Rank => "rango",
            Self::Expected => "recuperacion_esperada",
            Self::Net => "neto_esperado",
            Self::Group => "grupo",
            Self::Fits => "cabe",
            Self::Notes => "avisos",
            Self::Reason(number) => return format!("motivo_{number}"),
        };
        name.to_owned()
    }
}

/// A value in an added column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Empty,
    Text(&'a str),
    /// A finite number.
    Number(f64),
    Count(u64),
}

/// The columns of the file that is written.
#[derive(Debug, Clone)]
pub(crate) struct OutputColumns {
    /// The original ones, in their order.
    pub(crate) original: Vec<OriginalColumn>,
    pub(crate) added: Vec<AddedColumn>,
    /// Whether the added ones stand before the original ones.
    pub(crate) added_first: bool,
}

/// A column of the file that is written, by its index among its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    Original(usize),
    Added(usize),
}

impl OutputColumns {
    /// All columns, in the order they are written in.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        let original = (0..self.original.len()).map(Slot::Original);
        let added = (0..self.added.len()).map(Slot::Added);
        match self.added_first {
            true => added.chain(original).collect(),
            false => original.chain(added).collect(),
        }
    }

    /// A column's name.
    pub(crate) fn name(&self, slot: Slot) -> &str {
        match slot {
            Slot::Original(at) => &self.original[at].name,
            Slot::Added(at) => &self.added[at].name,
        }
    }
}

/// An original column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OriginalColumn {
    /// As the input spells it.
    pub(crate) name: String,
    /// Whether the contract reads numbers from it, or it is the debt. Ids never are.
    pub(crate) is_number: bool,
    /// Whether it has the clients' ids.
    pub(crate) is_id: bool,
}

/// Rows that are ready to be written, in their order.
pub(crate) trait FinishedRows {
    /// The original cells, row by row.
    fn cells(&self) -> &Batch;

    /// Gives what stands in the added column at this index.
    fn added(&self, row: usize, column: usize) -> Value<'_>;
}
