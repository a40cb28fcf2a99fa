//! The gamma function, and the chi-square distribution, which is made of it.

/// Terms of a series or a continued fraction: about the square root of the parameter is enough.
const MAX_TERMS: usize = 10_000;

/// The probability that a chi-square variable of so many degrees of freedom is above a value: the regularised upper incomplete
/// gamma function of half of each, by its series or its continued fraction (Abramowitz and Stegun, 6.5.29 and 6.5.31), whichever
/// converges fast.
pub(super) fn chi_square_above(value: f64, degrees: usize) -> f64 {
    if degrees == 0 || value.is_nan() || value <= 0.0 {
        return 1.0;
    }
    let (a, x) = (degrees as f64 / 2.0, value / 2.0);
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        (1.0 - front * series(a, x)).clamp(0.0, 1.0)
    } else {
        (front * fraction(a, x)).clamp(0.0, 1.0)
    }
}

/// Σ xⁿ / (a · (a + 1) · … · (a + n)).
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for n in 1..=MAX_TERMS {
        term *= x / (a + n as f64);
        sum += term;
        if term < sum * 1e-16 {
            break;
        }
    }
    sum
}

/// The continued fraction, from its beginning on (Lentz's method).
fn fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let kept = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / kept(b);
    let mut value = d;
    for n in 1..=MAX_TERMS {
        let n = n as f64;
        let step = -n * (n - a);
        b += 2.0;
        d = 1.0 / kept(step * d + b);
        c = kept(b + step / c);
        let change = c * d;
        value *= change;
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// The logarithm of the gamma function of a positive number: Stirling's series where it is good, and below by recurrence.
pub(super) fn ln_gamma(x: f64) -> f64 {
    const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;
    let (mut x, mut product) = (x, 1.0);
    while x < 15.0 {
        product *= x;
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r / 1680.0))) / x;
    (x - 0.5) * x.ln() - x + HALF_LN_TWO_PI + series - f64::ln(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64, within: f64) {
        assert!((got - expected).abs() < within, "{got} {expected}");
    }

    #[test]
    fn the_gamma_function_is_the_tables() {
        near(ln_gamma(1.0), 0.0, 1e-13);
        near(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln(), 1e-13);
        near(ln_gamma(11.0), 3_628_800_f64.ln(), 1e-12);
        near(ln_gamma(100.5), 361.435_540_467_777_1, 1e-9);
    }

    /// The quantiles that every table has.
    #[test]
    fn chi_squares_are_the_tables() {
        for (value, degrees, above) in [
            (3.841_459, 1, 0.05),
            (10.827_566, 1, 0.001),
            (5.991_465, 2, 0.05),
            (16.918_978, 9, 0.05),
            (27.877_165, 9, 0.001),
            (2.700_389, 9, 0.975),
            (124.342_113, 100, 0.05),
            (67.327_563, 100, 0.995),
        ] {
            near(chi_square_above(value, degrees), above, 1e-6);
        }
    }

    /// Of two degrees of freedom the probability has a formula.
    #[test]
    fn far_out_it_stays_a_probability() {
        for value in [0.1_f64, 1.0, 10.0, 100.0, 700.0] {
            let formula = (-value / 2.0).exp();
            near(chi_square_above(value, 2) / formula, 1.0, 1e-12);
        }
        assert_eq!(chi_square_above(0.0, 3), 1.0);
        assert_eq!(chi_square_above(1e9, 3), 0.0);
        assert_eq!(chi_square_above(5.0, 0), 1.0);
        assert_eq!(chi_square_above(f64::NAN, 4), 1.0);
    }
}
