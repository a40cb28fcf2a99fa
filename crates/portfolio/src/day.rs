//! Days of typed tables as text: `31/12/2023`, or `31/12/2023 14:05:09` where they have a time.

use jiff::civil::{Date, DateTime, Time, date};

/// The day before Excel's first, as if 1900 had been no leap year: right for all days from March 1900 on.
const EXCEL_DAY_0: Date = date(1899, 12, 30);

/// A day's text.
pub(crate) fn text(at: DateTime) -> String {
    let day = at.strftime("%d/%m/%Y");
    match at.time() == Time::midnight() {
        true => day.to_string(),
        false => format!("{day} {}", at.time()),
    }
}

/// The day of such a text.
pub(crate) fn parse(text: &str) -> Option<DateTime> {
    let (day, time) = match text.split_once(' ') {
        Some((day, time)) => (day, time.parse().ok()?),
        None => (text, Time::midnight()),
    };
    let mut parts = day.splitn(3, '/');
    let (d, m, y) = (parts.next()?, parts.next()?, parts.next()?);
    let day = Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok()?;
    Some(day.to_datetime(time))
}

/// Writes a day as ISO 8601 does: `2023-12-31`, or `2023-12-31T14:05:09`.
pub(crate) fn iso(text: &str) -> Option<String> {
    let at = parse(text)?;
    Some(match at.time() == Time::midnight() {
        true => at.date().to_string(),
        false => at.to_string(),
    })
}

/// The number that Excel keeps for a day; only from March 1900 on.
pub(crate) fn excel_serial(text: &str) -> Option<f64> {
    let at = parse(text)?;
    let days = EXCEL_DAY_0.until(at.date()).ok()?.get_days();
    let since_midnight = Time::midnight().until(at.time()).ok()?;
    let seconds = since_midnight.total(jiff::Unit::Second).ok()?;
    (days > 60).then(|| f64::from(days) + seconds / 86_400.0)
}

/// The day that is so many microseconds after 1970.
pub(crate) fn of_micros(micros: i64) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(micros).ok()?;
    Some(text(jiff::tz::TimeZone::UTC.to_datetime(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (days, micros, iso_text, serial) in [
            (
                "31/12/2023",
                1_703_980_800_000_000,
                "2023-12-31",
                Some(45_291.0),
            ),
            (
                "01/03/1900",
                -2_203_891_200_000_000,
                "1900-03-01",
                Some(61.0),
            ),
            ("28/02/1900", -2_203_977_600_000_000, "1900-02-28", None),
            (
                "16/03/2023 12:00:00",
                1_678_968_000_000_000,
                "2023-03-16T12:00:00",
                Some(45_001.5),
            ),
            (
                "16/03/2023 12:00:00.25",
                1_678_968_000_250_000,
                "2023-03-16T12:00:00.25",
                None,
            ),
        ] {
            assert_eq!(of_micros(micros).as_deref(), Some(days));
            assert_eq!(iso(days).as_deref(), Some(iso_text));
            if let Some(serial) = serial {
                assert_eq!(excel_serial(days), Some(serial));
            }
            assert_eq!(text(parse(days).unwrap()), days);
        }
        for wrong in ["", "1/2", "32/01/2023", "hoy", "01/01/2023 x"] {
            assert_eq!(parse(wrong), None);
        }
    }
}
