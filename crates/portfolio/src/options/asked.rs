//! The options one by one: what each is to a run.

use std::fmt::Display;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use crate::request::{
    Clients, Control, Format, ListOrder, Mapping, PortfolioRequest, RankBy, RankDirection,
    RankName, Share, SuppressMissing,
};

use super::OptionError;

/// What has been asked so far.
pub(super) struct Asked {
    request: PortfolioRequest,
    rank_by: Option<RankName>,
    order: Option<ListOrder>,
    rank_direction: Option<RankDirection>,
    only_fits: Option<bool>,
    one_per_client: Option<bool>,
    fee: Option<Share>,
    contact_cost: Option<f64>,
    control_share: Option<Share>,
    seed_key: Option<String>,
    suppress_missing: Option<SuppressMissing>,
}

/// Why a value cannot be taken.
pub(super) enum Problem {
    /// There is one already.
    Twice,
    /// It may be something else, which this says.
    Value(String),
}

/// An option's name, and what its value is to a run.
pub(super) type RunOption = (&'static str, fn(&mut Asked, &str) -> Result<(), Problem>);

/// The options. What is said of one run, and not of the next one, is not among them.
pub(super) const OPTIONS: [RunOption; 29] = [
    ("amount_column", |asked, value| {
        put(&mut asked.request.amount_column, value.parse())
    }),
    ("capacity", |asked, value| {
        let capacity = value.parse::<Clients>().map(u64::from);
        put(&mut asked.request.capacity, capacity)
    }),
    ("columns", |asked, value| {
        let mapping: Mapping = value.parse().map_err(Problem::value)?;
        asked.request.mapping.push(mapping.where_there());
        Ok(())
    }),
    ("columns_first", |asked, value| {
        put(&mut asked.request.writing.columns_first, yes_or_no(value))
    }),
    ("contact_cost", |asked, value| {
        let cost = value.parse().map_err(|_| "an amount in euros, as 0.35");
        put(&mut asked.contact_cost, cost)
    }),
    ("control_share", |asked, value| {
        put(&mut asked.control_share, value.parse())
    }),
    ("decimal", |asked, value| {
        put(&mut asked.request.reading.decimal, value.parse())
    }),
    ("encoding", |asked, value| {
        put(&mut asked.request.reading.encoding, value.parse())
    }),
    ("explain", |asked, value| {
        put(&mut asked.request.explain, reasons(value))
    }),
    ("fee", |asked, value| put(&mut asked.fee, value.parse())),
    ("header_row", |asked, value| {
        let row = value.parse().map(NonZeroU32::get);
        let row = row.map_err(|_| "a row's number, as a spreadsheet counts, from 1");
        put(&mut asked.request.reading.header_row, row)
    }),
    ("id_column", |asked, value| {
        put(&mut asked.request.id_column, value.parse())
    }),
    ("input_format", |asked, value| {
        put(&mut asked.request.reading.format, Format::of_input(value))
    }),
    ("map", |asked, value| {
        let mapping = value.parse().map_err(Problem::value)?;
        asked.request.mapping.push(mapping);
        Ok(())
    }),
    ("one_per_client", |asked, value| {
        put(&mut asked.one_per_client, yes_or_no(value))
    }),
    ("only_fits", |asked, value| {
        put(&mut asked.only_fits, yes_or_no(value))
    }),
    ("order", |asked, value| put(&mut asked.order, value.parse())),
    ("output_decimal", |asked, value| {
        put(&mut asked.request.writing.decimal, value.parse())
    }),
    ("output_encoding", |asked, value| {
        put(&mut asked.request.writing.encoding, value.parse())
    }),
    ("output_format", |asked, value| {
        put(&mut asked.request.writing.format, value.parse())
    }),
    ("output_separator", |asked, value| {
        put(&mut asked.request.writing.separator, value.parse())
    }),
    ("rank_by", |asked, value| {
        put(&mut asked.rank_by, value.parse())
    }),
    ("rank_direction", |asked, value| {
        put(&mut asked.rank_direction, value.parse())
    }),
    ("seed_key", |asked, value| {
        put(&mut asked.seed_key, value.parse())
    }),
    ("separator", |asked, value| {
        put(&mut asked.request.reading.separator, value.parse())
    }),
    ("sheet", |asked, value| {
        put(&mut asked.request.reading.sheet, value.parse())
    }),
    ("split", |asked, value| {
        let clients = value.parse::<Clients>();
        put(
            &mut asked.request.split,
            clients.and_then(NonZeroU64::try_from),
        )
    }),
    ("suppress", |asked, value| {
        put(
            &mut asked.request.suppress,
            Ok::<_, &str>(PathBuf::from(value)),
        )
    }),
    ("suppress_missing", |asked, value| {
        put(&mut asked.suppress_missing, value.parse())
    }),
];

impl Asked {
    pub(super) fn new(request: PortfolioRequest) -> Self {
        Self {
            request,
            rank_by: None,
            order: None,
            rank_direction: None,
            only_fits: None,
            one_per_client: None,
            fee: None,
            contact_cost: None,
            control_share: None,
            seed_key: None,
            suppress_missing: None,
        }
    }

    /// Puts together what depends on more than one option.
    pub(super) fn request(self) -> Result<PortfolioRequest, OptionError> {
        let (share, key) = ("control_share", "seed_key");
        let mut request = self.request;
        request.suppress_missing = self.suppress_missing.unwrap_or_default();
        request.control = match (self.control_share, self.seed_key) {
            (Some(share), Some(key)) => Some(Control {
                share: share.into(),
                key,
            }),
            (None, None) => None,
            (Some(_), None) => return Err(alone(share, key)),
            (None, Some(_)) => return Err(alone(key, share)),
        };
        let rank_by = self.rank_by.unwrap_or_default();
        request.rank_by = RankBy::new(rank_by, self.fee, self.contact_cost)?;
        request.order = self.order.unwrap_or_default();
        request.rank_direction = self.rank_direction.unwrap_or_default();
        request.only_fits = self.only_fits.unwrap_or_default();
        request.one_per_client = self.one_per_client.unwrap_or(true);
        if request.only_fits && request.capacity.is_none() {
            return Err(alone("only_fits", "capacity"));
        }
        Ok(request)
    }
}

impl Problem {
    fn value(accepted: impl Display) -> Self {
        Self::Value(accepted.to_string())
    }

    /// Says of which option and value it is.
    pub(super) fn of(self, name: &'static str, value: &str) -> OptionError {
        match self {
            Self::Twice => OptionError::Twice { name },
            Self::Value(accepted) => OptionError::Value {
                name,
                value: value.to_owned(),
                accepted,
            },
        }
    }
}

/// Keeps a value that could be read; an error says what it may be.
fn put<T, E: Display>(to: &mut Option<T>, value: Result<T, E>) -> Result<(), Problem> {
    match to.replace(value.map_err(Problem::value)?) {
        Some(_) => Err(Problem::Twice),
        None => Ok(()),
    }
}

fn yes_or_no(text: &str) -> Result<bool, &'static str> {
    match text {
        "yes" | "true" | "1" => Ok(true),
        "no" | "false" | "0" => Ok(false),
        _ => Err("yes or no"),
    }
}

/// Reads how many reasons are asked for.
fn reasons(text: &str) -> Result<NonZeroUsize, String> {
    let most = PortfolioRequest::MOST_REASONS;
    let number = text.parse().ok();
    number
        .filter(|number: &NonZeroUsize| number.get() <= most.into())
        .ok_or_else(|| format!("a whole number, from 1 to {most}"))
}

fn alone(name: &'static str, other: &'static str) -> OptionError {
    OptionError::Alone { name, other }
}
