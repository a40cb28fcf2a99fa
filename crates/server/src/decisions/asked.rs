//! Who asks and why, of which days, and from where on.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use propenso_lifecycle::plain_text::in_one_line;
use propenso_scoring::Language;
use propenso_store::access_log::{Act, Subject};
use propenso_store::decision::{ChainId, Entry};
use propenso_store::decision_log::{Place, Query};

/// Characters of a cause.
const MOST: usize = 500;

/// Who asks, by which way, and why.
#[derive(Debug, Clone)]
pub struct Visit {
    pub(super) at: Timestamp,
    pub(super) who: String,
    pub(super) way: String,
    pub(super) why: String,
}

/// No cause, or one that is a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("say why, in 1 to 500 characters: it is written down with who asks")]
pub struct NoCause;

impl Visit {
    /// Somebody asks now.
    ///
    /// # Errors
    ///
    /// [`NoCause`].
    pub fn new(who: &str, way: &str, why: &str) -> Result<Self, NoCause> {
        let why = why.trim();
        if why.is_empty() || why.chars().count() > MOST {
            return Err(NoCause);
        }
        Ok(Self::without_cause(who, way).because(why))
    }

    /// Somebody asks for nothing of one person.
    #[must_use]
    pub fn without_cause(who: &str, way: &str) -> Self {
        let now = Timestamp::now().as_millisecond();
        Self {
            at: Timestamp::from_millisecond(now).unwrap_or_default(),
            who: in_one_line(who),
            way: way.to_owned(),
            why: String::new(),
        }
    }

    fn because(self, why: &str) -> Self {
        Self {
            why: in_one_line(why),
            ..self
        }
    }

    pub(super) fn act(&self) -> Act {
        Act {
            at: self.at,
            by: self.who.clone(),
            why: self.why.clone(),
        }
    }
}

/// The days that are asked for; all of them where nothing bounds them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    /// From here on.
    pub from: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
}

impl Days {
    /// Reads the bounds: a day is meant from its beginning to its end, where the server's clock is.
    #[must_use]
    pub fn new(from: Option<Bound>, until: Option<Bound>) -> Self {
        Self {
            from: from.and_then(|bound| bound.moment(Some)),
            until: until.and_then(|bound| bound.moment(|day| day.tomorrow().ok())),
        }
    }

    /// Everybody's data of these days.
    #[must_use]
    pub fn subject(self) -> Subject {
        Subject::Span {
            from: self.from,
            until: self.until,
        }
    }

    /// The decisions of these days.
    #[must_use]
    pub fn query(self) -> Query {
        Query {
            client: None,
            from: self.from,
            until: self.until,
        }
    }
}

/// A day or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A day.
    Day(Date),
    /// A moment.
    Moment(Timestamp),
}

/// A text that is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoDay;

impl NoDay {
    /// What would do.
    #[must_use]
    pub fn accepted(self, language: Language) -> &'static str {
        language.pick(
            "un día, como 2026-11-30, o un momento, como 2026-11-30T08:15:00Z",
            "a day, as 2026-11-30, or a moment, as 2026-11-30T08:15:00Z",
        )
    }
}

impl fmt::Display for NoDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.accepted(Language::English))
    }
}

impl std::error::Error for NoDay {}

impl Bound {
    fn moment(self, of_day: impl Fn(Date) -> Option<Date>) -> Option<Timestamp> {
        match self {
            Self::Moment(moment) => Some(moment),
            Self::Day(day) => {
                let beginning = of_day(day)?.to_zoned_datetime(TimeZone::system()).ok()?;
                Some(beginning.timestamp())
            }
        }
    }
}

impl FromStr for Bound {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        // jiff also reads a time behind a day, and leaves it aside.
        match text.len() == "2026-11-30".len() {
            true => text.parse().map(Self::Day).map_err(|_| NoDay),
            false => text.parse().map(Self::Moment).map_err(|_| NoDay),
        }
    }
}

/// One decision's place among all, in the order in which pages go through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    place: Place,
    /// Its place in its entry.
    index: usize,
}

/// A text that is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`after` is what the page before had as `next`")]
pub struct NoCursor;

impl Cursor {
    pub(super) fn of(entry: &Entry, index: usize) -> Self {
        Self {
            place: entry.place(),
            index,
        }
    }

    /// The place before its entry, which may have more decisions.
    pub(super) fn before(self) -> Place {
        Place {
            place: self.place.place.saturating_sub(1),
            ..self.place
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            month,
            chain,
            place,
        } = self.place;
        write!(
            f,
            "{}.{chain}.{place}.{}",
            month.strftime("%Y-%m"),
            self.index
        )
    }
}

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let parts: Vec<&str> = text.split('.').collect();
        let [month, chain, place, index] = parts[..] else {
            return Err(NoCursor);
        };
        Ok(Self {
            place: Place {
                month: format!("{month}-01").parse().map_err(|_| NoCursor)?,
                chain: ChainId(u64::from_str_radix(chain, 16).map_err(|_| NoCursor)?),
                place: place.parse().map_err(|_| NoCursor)?,
            },
            index: index.parse().map_err(|_| NoCursor)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_in_a_line() {
        assert_eq!(Visit::new("ana", "way", "  ").unwrap_err(), NoCause);
        let long = "x".repeat(MOST + 1);
        assert_eq!(Visit::new("ana", "way", &long).unwrap_err(), NoCause);
        let visit = Visit::new("ana\u{1b}", "way", " dos\nlíneas ").unwrap();
        assert_eq!(
            (&*visit.who, &*visit.why),
            ("ana\u{fffd}", "dos\u{fffd}líneas")
        );
    }

    #[test]
    fn a_day_is_meant_to_its_end() {
        let bound = |text: &str| text.parse::<Bound>();
        let days = Days::new(bound("2026-11-30").ok(), bound("2026-11-30").ok());
        let (from, until) = (days.from.unwrap(), days.until.unwrap());
        assert_eq!(until.duration_since(from).as_hours(), 24);
        let moment = Days::new(bound("2026-11-30T08:15:00Z").ok(), None);
        assert_eq!(moment.from, Some("2026-11-30T08:15:00Z".parse().unwrap()));
        assert_eq!(moment.until, None);
        for wrong in ["", "ayer", "30/11/2026", "2026-02-30", "2026-11-30T10"] {
            assert_eq!(bound(wrong), Err(NoDay), "{wrong}");
        }
    }

    #[test]
    fn a_place_is_read_back() {
        let cursor = Cursor {
            place: Place {
                month: jiff::civil::date(2026, 11, 1),
                chain: ChainId(0x1f),
                place: 42,
            },
            index: 3,
        };
        assert_eq!(cursor.to_string(), "2026-11.000000000000001f.42.3");
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!(cursor.before().place, 41);
        for wrong in [
            "",
            "1.2.3",
            "2026-13.1.1.1",
            "2026-11.x.1.1",
            "2026-11.1.-1.1",
            "2026-11.1.1.1.1",
        ] {
            assert_eq!(wrong.parse::<Cursor>(), Err(NoCursor), "{wrong}");
        }
    }
}
