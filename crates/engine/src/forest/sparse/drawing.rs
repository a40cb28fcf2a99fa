//! A tree as it will lie in a segment, drawn by itself, so that threads draw several at a time.

use propenso_model::Node;

use super::placing::Placing;
use super::{Form, LINE, Line, ManyColumns, PlainColumns, SparseNode, children};
use crate::forest::Unfit;
use crate::forest::column::Columns;
use crate::forest::column::row_order::{RowOrders, RowPlace};
use crate::forest::layout::Source;

/// What nodes ask of rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'c> {
    pub(super) columns: &'c Columns,
    /// The orders of a row's keys.
    pub(super) orders: &'c RowOrders,
    pub(super) has_few_columns: bool,
}

/// A tree's lines, whose nodes' children count from the first of them.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) lines: Vec<Line>,
    pub(super) placing: Placing,
    /// Steps that bring any row to a leaf.
    pub(super) depth: u32,
}

impl Drawing {
    pub(super) fn of(asked: Asked<'_>, source: &Source<'_>) -> Result<Self, Unfit> {
        let placing = Placing::of(source.tree);
        let lines = match asked.has_few_columns {
            true => lines::<PlainColumns>(asked, source, &placing),
            false => lines::<ManyColumns>(asked, source, &placing),
        };
        Ok(Self {
            lines: lines?,
            placing,
            depth: u32::try_from(source.tree.depth()).map_err(|_| Unfit::TooLarge)?,
        })
    }
}

fn lines<F: Form>(
    asked: Asked<'_>,
    source: &Source<'_>,
    placing: &Placing,
) -> Result<Vec<Line>, Unfit> {
    let Asked {
        columns, orders, ..
    } = asked;
    let zero = RowPlace {
        plain: u32::try_from(orders.zero()).map_err(|_| Unfit::TooLarge)?,
        is_second: false,
    };
    let mut lines = Vec::with_capacity(placing.n_lines());
    // What no node comes to leads to itself, as a leaf; it is refused where a segment has no room for it.
    for place in (0..).step_by(LINE).take(placing.n_lines()) {
        let mut line = [SparseNode::NOWHERE; LINE];
        for (filled, node) in line.iter_mut().zip(place..) {
            *filled = SparseNode::new::<F>(zero, 0, node)?;
        }
        lines.push(Line(line));
    }
    for (node, place) in source.tree.nodes().zip(placing.places()) {
        let (column, bound, child) = match node {
            Node::Leaf(leaf) => (zero, source.codes[leaf as usize], *place),
            Node::Split(_) | Node::Categories(_) => {
                let question = columns.row_question(source.position, &node);
                let question = question.ok_or(Unfit::Kind)?;
                let [left, _] = children(&node);
                let left = placing.places()[left as usize];
                (orders.place(question.column), question.rank, left)
            }
        };
        // What walks rely on.
        if !orders.have(column) {
            return Err(Unfit::Kind);
        }
        let place = *place as usize;
        lines[place / LINE].0[place % LINE] = SparseNode::new::<F>(column, bound, child)?;
    }
    Ok(lines)
}
