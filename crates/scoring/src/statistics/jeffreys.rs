//! The interval that a share is in, as far as some clients tell: Jeffreys' (Brown, Cai and DasGupta, 2001), the quantiles of
//! Beta(k + 1/2, n − k + 1/2).

use super::gamma::ln_gamma;

/// The weight of each tail of a 95 % interval.
const TAIL: f64 = 0.025;

/// Halvings of the interval that a quantile is looked for in: to the last digit.
const HALVINGS: usize = 60;

/// Terms of the continued fraction: about the square root of the larger parameter is enough.
const MAX_TERMS: usize = 20_000;

/// The 95 % interval of a share of which `part` of `all` are known. Where none are, its lower end is 0, where all are its
/// upper end 1.
#[must_use]
pub fn jeffreys_interval(part: usize, all: usize) -> (f64, f64) {
    let part = part.min(all);
    if all == 0 {
        return (0.0, 1.0);
    }
    let (a, b) = (part as f64 + 0.5, (all - part) as f64 + 0.5);
    let low = match part {
        0 => 0.0,
        _ => beta_quantile(TAIL, a, b),
    };
    let high = match all - part {
        0 => 1.0,
        _ => beta_quantile(1.0 - TAIL, a, b),
    };
    (low, high)
}

/// The value that a beta variable is below with some probability.
fn beta_quantile(probability: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if beta_below(middle, a, b) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The probability that a beta variable is below a value: the regularised incomplete beta function, by its continued fraction
/// (Abramowitz and Stegun, 26.5.8), on the side where that converges fast.
fn beta_below(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let ln_front = a * x.ln() + b * (-x).ln_1p() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    let front = ln_front.exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

/// The continued fraction, from its beginning on (Lentz's method).
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let kept = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / kept(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for term in 1..=MAX_TERMS {
        let m = term as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / kept(1.0 + even * d);
        c = kept(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / kept(1.0 + odd * d);
        c = kept(1.0 + odd / c);
        let step = d * c;
        value *= step;
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64, within: f64) {
        assert!((got - expected).abs() < within, "{got} {expected}");
    }

    /// Quantiles that have a formula.
    #[test]
    fn quantiles_are_the_formulas() {
        for p in [0.001, 0.025, 0.3, 0.5, 0.975, 0.999] {
            near(beta_quantile(p, 1.0, 1.0), p, 1e-13);
            near(beta_quantile(p, 4.0, 1.0), p.powf(0.25), 1e-13);
            near(
                beta_quantile(p, 1.0, 7.0),
                1.0 - (1.0 - p).powf(1.0 / 7.0),
                1e-13,
            );
            let arc_sine = (std::f64::consts::FRAC_PI_2 * p).sin().powi(2);
            near(beta_quantile(p, 0.5, 0.5), arc_sine, 1e-12);
        }
    }

    /// By integrating the density numerically.
    #[test]
    fn intervals_are_those_of_integration() {
        for (part, all, low, high) in JEFFREYS {
            let interval = jeffreys_interval(part, all);
            near(interval.0, low, 1e-7);
            near(interval.1, high, 1e-7);
        }
    }

    #[test]
    fn the_ends_are_kept() {
        assert_eq!(jeffreys_interval(0, 0), (0.0, 1.0));
        assert_eq!(jeffreys_interval(0, 10).0, 0.0);
        assert_eq!(jeffreys_interval(10, 10).1, 1.0);
        let (low, high) = jeffreys_interval(300_000, 1_000_000);
        let width = 1.96 * (0.3_f64 * 0.7 / 1e6).sqrt();
        near(low, 0.3 - width, 1e-5);
        near(high, 0.3 + width, 1e-5);
    }

    const JEFFREYS: [(usize, usize, f64, f64); 5] = [
        (0, 10, 0.000_000_000, 0.217_196_268),
        (5, 10, 0.223_528_670, 0.776_471_330),
        (1, 29, 0.003_746_174, 0.150_077_686),
        (37, 120, 0.231_016_148, 0.394_770_289),
        (990, 1000, 0.982_333_603, 0.994_847_299),
    ];
}
