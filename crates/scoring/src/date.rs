//! Days as people write them, in the formats that a contract names.

use crate::Fault;

/// The first and the last year that are read: what pandas has whole years of, and nobody's typing error.
const YEARS: std::ops::RangeInclusive<i32> = 1700..=2200;

/// What [`DateReading`] reads besides a contract's formats: how pandas, databases and browsers write a day.
const ISO: &str = "%Y-%m-%d";

/// How an input's days are written.
#[derive(Debug, Clone, Default)]
pub(crate) struct DateReading {
    /// The contract's formats in its order, then ISO's.
    formats: Vec<DateFormat>,
}

/// One way to write a day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DateFormat {
    text: Box<str>,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Piece {
    /// Four digits.
    Year,
    /// One or two digits; two where digits stand next to them.
    Month,
    Day,
    Mark(char),
}

/// Why a format cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum FormatError {
    #[error("{0:?} is no format of a day; use %Y, %m and %d once each, with marks between them")]
    Malformed(String),
    #[error("{0:?} and {1:?} read the same text as different days; keep one")]
    Ambiguous(String, String),
}

impl FormatError {
    /// Says the same in Spanish.
    pub(crate) fn spanish(&self) -> String {
        match self {
            Self::Malformed(format) => format!(
                "{format:?} no es ningún formato de fecha; use %Y, %m y %d una vez cada uno, con signos entre ellos"
            ),
            Self::Ambiguous(one, other) => {
                format!("{one:?} y {other:?} leen el mismo texto como fechas distintas; deje uno")
            }
        }
    }
}

impl DateReading {
    /// Takes a contract's formats.
    pub(crate) fn new(texts: &[String]) -> Result<Self, FormatError> {
        let mut formats: Vec<DateFormat> = Vec::new();
        for text in texts.iter().map(String::as_str).chain([ISO]) {
            let format = DateFormat::parse(text)?;
            if formats.contains(&format) {
                continue;
            }
            let alike = formats.iter().find(|other| other.looks_like(&format));
            if let Some(other) = alike {
                let (one, other) = (other.text.to_string(), text.to_owned());
                return Err(FormatError::Ambiguous(one, other));
            }
            formats.push(format);
        }
        Ok(Self { formats })
    }

    /// The days since 1970 of a text. A time of midnight after the day is the day.
    pub(crate) fn read(&self, text: &str) -> Result<f64, Fault> {
        let text = without_midnight(text);
        let mut read = self.formats.iter().filter_map(|format| format.read(text));
        read.next().map(f64::from).ok_or(Fault::NotADate)
    }

    /// A day in each format, the contract's first.
    pub(crate) fn examples(&self) -> Vec<String> {
        let formats = self.formats.iter();
        formats.map(|format| format.write(2023, 10, 31)).collect()
    }

    /// A day as the contract's people write it: in its first format.
    pub(crate) fn write(&self, days: f64) -> String {
        let day = iso(days);
        let mut parts = day.split('-').map(|part| part.parse::<i32>().ok());
        let mut part = || parts.next().flatten();
        match (self.formats.first(), part(), part(), part()) {
            (Some(format), Some(year), Some(month), Some(day)) => format.write(year, month, day),
            _ => day,
        }
    }

    /// Regular expressions of what is read, one a format.
    pub(crate) fn patterns(&self) -> Vec<String> {
        self.formats.iter().map(DateFormat::pattern).collect()
    }
}

impl DateFormat {
    fn parse(text: &str) -> Result<Self, FormatError> {
        let malformed = || FormatError::Malformed(text.to_owned());
        let mut pieces = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            pieces.push(match c {
                '%' => match chars.next() {
                    Some('Y') => Piece::Year,
                    Some('m') => Piece::Month,
                    Some('d') => Piece::Day,
                    _ => return Err(malformed()),
                },
                c if c.is_alphanumeric() || c.is_control() => return Err(malformed()),
                c => Piece::Mark(c),
            });
        }
        let once = |piece| pieces.iter().filter(|other| **other == piece).count() == 1;
        if !(once(Piece::Year) && once(Piece::Month) && once(Piece::Day)) {
            return Err(malformed());
        }
        Ok(Self {
            text: text.into(),
            pieces,
        })
    }

    /// Whether digits stand next to the piece at a position, so that it needs all of its own.
    fn is_tight(&self, at: usize) -> bool {
        let is_number = |at: Option<usize>| {
            let piece = at.and_then(|at| self.pieces.get(at));
            piece.is_some_and(|piece| !matches!(piece, Piece::Mark(_)))
        };
        is_number(at.checked_sub(1)) || is_number(Some(at + 1))
    }

    /// Whether some text is a day in both formats.
    fn looks_like(&self, other: &Self) -> bool {
        self.outline() == other.outline()
    }

    /// What the texts of the format look like, whatever their digits mean.
    fn outline(&self) -> String {
        let outline = |(at, piece): (usize, &Piece)| match piece {
            Piece::Year => "9999".to_owned(),
            Piece::Month | Piece::Day if self.is_tight(at) => "99".to_owned(),
            Piece::Month | Piece::Day => "?".to_owned(),
            Piece::Mark(mark) => mark.to_string(),
        };
        self.pieces.iter().enumerate().map(outline).collect()
    }

    fn read(&self, text: &str) -> Option<i32> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = text;
        for (at, piece) in self.pieces.iter().enumerate() {
            let (place, least, most) = match piece {
                Piece::Mark(mark) => {
                    rest = rest.strip_prefix(*mark)?;
                    continue;
                }
                Piece::Year => (&mut year, 4, 4),
                Piece::Month => (&mut month, 1 + usize::from(self.is_tight(at)), 2),
                Piece::Day => (&mut day, 1 + usize::from(self.is_tight(at)), 2),
            };
            let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit);
            let digits = digits.count();
            if digits < least {
                return None;
            }
            *place = rest.get(..digits)?.parse().ok()?;
            rest = rest.get(digits..)?;
        }
        if !rest.is_empty() {
            return None;
        }
        days_since_1970(year, month, day)
    }

    fn write(&self, year: i32, month: i32, day: i32) -> String {
        let write = |piece: &Piece| match piece {
            Piece::Year => format!("{year:04}"),
            Piece::Month => format!("{month:02}"),
            Piece::Day => format!("{day:02}"),
            Piece::Mark(mark) => mark.to_string(),
        };
        self.pieces.iter().map(write).collect()
    }

    fn pattern(&self) -> String {
        let pattern = |(at, piece): (usize, &Piece)| match piece {
            Piece::Year => "[0-9]{4}".to_owned(),
            Piece::Month | Piece::Day if self.is_tight(at) => "[0-9]{2}".to_owned(),
            Piece::Month | Piece::Day => "[0-9]{1,2}".to_owned(),
            Piece::Mark(mark) => match mark {
                '-' | '/' | ' ' | ',' | ':' | '_' => mark.to_string(),
                mark if mark.is_ascii() => format!("\\{mark}"),
                mark => mark.to_string(),
            },
        };
        let pieces: String = self.pieces.iter().enumerate().map(pattern).collect();
        format!("^{pieces}$")
    }
}

/// The day of a text that has midnight after it, as pandas and databases print one.
fn without_midnight(text: &str) -> &str {
    let Some((day, time)) = text.rsplit_once([' ', 'T']) else {
        return text;
    };
    let time = time.strip_suffix('Z').unwrap_or(time);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let is_midnight = matches!(clock, "00:00:00" | "00:00" | "0:00:00" | "0:00")
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte == b'0');
    if is_midnight { day } else { text }
}

/// The number of a day, where there is such a day.
pub(crate) fn days_since_1970(year: i32, month: i32, day: i32) -> Option<i32> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) || !YEARS.contains(&year) {
        return None;
    }
    // Counted in years that begin in March, so that the day of a leap year is the last.
    let shifted = year - i32::from(month <= 2);
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(era * 146_097 + of_era - 719_468)
}

/// The day of a number, as ISO writes it.
pub(crate) fn iso(days: f64) -> String {
    let days = days as i64 + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(formats: &[&str]) -> Result<DateReading, FormatError> {
        let formats: Vec<String> = formats.iter().map(|&text| text.to_owned()).collect();
        DateReading::new(&formats)
    }

    #[test]
    fn days_are_pythons() {
        // Each number is `(date(y, m, d) - date(1970, 1, 1)).days` of CPython 3.
        for (text, days) in [
            ("1970-01-01", 0.0),
            ("2000-02-29", 11_016.0),
            ("1900-03-01", -25_508.0),
            ("2023-10-31", 19_661.0),
            ("1700-01-01", -98_615.0),
            ("2200-12-31", 84_370.0),
        ] {
            assert_eq!(reading(&[]).unwrap().read(text), Ok(days), "{text}");
            assert_eq!(iso(days), text);
        }
    }

    #[test]
    fn what_is_a_day() {
        let spanish = reading(&["%d/%m/%Y", "%Y%m%d"]).unwrap();
        for text in [
            "31/10/2023",
            "20231031",
            "2023-10-31",
            "2023-10-31 00:00:00",
            "2023-10-31T00:00:00.000Z",
            "31/10/2023 0:00",
        ] {
            assert_eq!(spanish.read(text), Ok(19_661.0), "{text}");
        }
        assert_eq!(spanish.read("1/2/2023"), spanish.read("01/02/2023"));
        for text in [
            "",
            "31/02/2023",
            "29/02/2023",
            "0/1/2023",
            "10/31/2023",
            "31/10/23",
            "2023-10-31 12:00:00",
            "2023103",
            "202310311",
            "31/10/2023x",
            "１/2/2023",
            "ñ",
            "1/1/1699",
            "1/1/2201",
            "+1/1/2023",
        ] {
            assert_eq!(spanish.read(text), Err(Fault::NotADate), "{text}");
        }
    }

    #[test]
    fn formats_that_contradict_each_other() {
        for formats in [
            &["%d/%m/%Y", "%m/%d/%Y"][..],
            &["%d%m%Y", "%Y%m%d"],
            &["%Y-%d-%m"],
        ] {
            let error = reading(formats).unwrap_err();
            assert!(matches!(error, FormatError::Ambiguous(..)), "{error}");
        }
        for format in ["", "%d/%m", "%d/%m/%y", "%Y-%m-%d-%d", "%", "dd/mm/aaaa"] {
            let error = reading(&[format]).unwrap_err();
            assert!(matches!(error, FormatError::Malformed(_)), "{error}");
        }
        assert!(reading(&["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"]).is_ok());
    }
}
