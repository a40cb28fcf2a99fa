//! Whole numbers of a range as a pattern of their texts: JSON brings them as numbers or as texts, and a schema bounds numbers alone.

/// The pattern of the numbers from `low` to `high`, without zeros before them; `None` where there are none, or negative ones.
///
/// A range is cut where its numbers begin to differ in fewer digits: 7 to 120 is 7–9, 10–99, 100–119, 120.
pub(super) fn pattern(low: f64, high: f64) -> Option<String> {
    let is_whole = |end: f64| end.fract() == 0.0 && (0.0..1e15).contains(&end);
    if !(is_whole(low) && is_whole(high) && low <= high) {
        return None;
    }
    let (low, high) = (low as u64, high as u64);
    let mut ends = vec![high];
    let powers = (1..=15).map(|digits| 10_u64.pow(digits));
    for power in powers {
        // The last number that shares all but its last digits with the first one; the same before the last one.
        let (up, down) = (low - low % power + power - 1, (high + 1) / power * power);
        ends.extend(Some(up).filter(|end| *end < high));
        ends.extend(down.checked_sub(1).filter(|end| *end >= low));
    }
    ends.sort_unstable();
    ends.dedup();
    let mut begin = low;
    let mut parts = Vec::new();
    for end in ends {
        parts.push(same_digits(begin, end));
        begin = end + 1;
    }
    Some(format!("^({})$", parts.join("|")))
}

/// Numbers that differ in each digit by itself.
fn same_digits(low: u64, high: u64) -> String {
    let (low, high) = (low.to_string(), high.to_string());
    let digits = low.chars().zip(high.chars());
    let digits = digits.map(|(low, high)| match low == high {
        true => low.to_string(),
        false => format!("[{low}-{high}]"),
    });
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tells whether a text is matched, by what such patterns are made of.
    fn matches(pattern: &str, text: &str) -> bool {
        let inside = pattern.trim_start_matches("^(").trim_end_matches(")$");
        inside.split('|').any(|part| {
            let (mut part, mut text) = (part.chars(), text.chars());
            while let Some(digit) = part.next() {
                let Some(found) = text.next() else {
                    return false;
                };
                let range = match digit {
                    '[' => {
                        let range: Vec<char> = part.by_ref().take(4).collect();
                        range[0]..=range[2]
                    }
                    digit => digit..=digit,
                };
                if !range.contains(&found) {
                    return false;
                }
            }
            text.next().is_none()
        })
    }

    #[test]
    fn all_numbers_of_a_range_and_no_others() {
        for (low, high) in [
            (0, 0),
            (0, 120),
            (7, 120),
            (1, 1_000),
            (1_001, 52_999),
            (9, 10),
            (100, 999),
            (999, 1_000),
            (30_000, 30_003),
        ] {
            let pattern = pattern(f64::from(low), f64::from(high)).unwrap();
            for number in 0..=60_000 {
                let is_matched = matches(&pattern, &number.to_string());
                assert_eq!(
                    is_matched,
                    (low..=high).contains(&number),
                    "{number} {pattern}"
                );
            }
        }
        assert_eq!(
            pattern(7.0, 120.0).unwrap(),
            "^([7-9]|[1-9][0-9]|1[0-1][0-9]|120)$"
        );
    }

    #[test]
    fn ranges_that_are_none() {
        for (low, high) in [
            (-3.0, 5.0),
            (5.0, 4.0),
            (0.5, 2.0),
            (0.0, f64::INFINITY),
            (f64::NAN, 1.0),
        ] {
            assert_eq!(pattern(low, high), None);
        }
    }
}
