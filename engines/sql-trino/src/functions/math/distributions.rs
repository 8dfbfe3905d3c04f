//! Distribution functions: `beta_cdf(a, b, v)`, `inverse_beta_cdf(a, b, p)`,
//! `normal_cdf(mean, sd, v)`, `inverse_normal_cdf(mean, sd, p)`, `t_cdf(x, df)`, `t_pdf(x, df)`;
//! all `→ double`.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Evaluate, Function, Rows, Type};

const THREE: &[Type] = &[Type::Double, Type::Double, Type::Double];

pub(super) fn all() -> Vec<ScalarUDF> {
    let three = |name, evaluate: Evaluate| {
        Function::named(name).takes(THREE, Type::Double, evaluate).finish()
    };
    let two = |name, evaluate: Evaluate| {
        Function::named(name).takes(&THREE[..2], Type::Double, evaluate).finish()
    };
    vec![
        three("beta_cdf", |rows| of_three(rows, beta_cdf)),
        three("inverse_beta_cdf", |rows| of_three(rows, inverse_beta_cdf)),
        three("normal_cdf", |rows| of_three(rows, normal_cdf)),
        three("inverse_normal_cdf", |rows| of_three(rows, inverse_normal_cdf)),
        two("t_cdf", |rows| of_two(rows, t_cdf)),
        two("t_pdf", |rows| of_two(rows, t_pdf)),
    ]
}

fn of_three(rows: &Rows, rule: fn(f64, f64, f64) -> Result<f64>) -> Result<ArrayRef> {
    let (a, b, c) = (rows.double(0), rows.double(1), rows.double(2));
    rows.doubles(|row| rule(a.at(row), b.at(row), c.at(row)).map(Some))
}

fn of_two(rows: &Rows, rule: fn(f64, f64) -> Result<f64>) -> Result<ArrayRef> {
    let (a, b) = (rows.double(0), rows.double(1));
    rows.doubles(|row| rule(a.at(row), b.at(row)).map(Some))
}

fn require(holds: bool, message: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(invalid_argument(message)) }
}

fn beta_cdf(a: f64, b: f64, value: f64) -> Result<f64> {
    require(
        (0.0..=1.0).contains(&value),
        "betaCdf Function: value must be in the interval [0, 1]",
    )?;
    require(a > 0.0 && b > 0.0, "betaCdf Function: a, b must be > 0")?;
    Ok(incomplete_beta(a, b, value))
}

fn inverse_beta_cdf(a: f64, b: f64, p: f64) -> Result<f64> {
    require((0.0..=1.0).contains(&p), "inverseBetaCdf Function: p must be in the interval [0, 1]")?;
    require(a > 0.0 && b > 0.0, "inverseBetaCdf Function: a, b must be > 0")?;
    // The function rises from 0 to 1: halving finds it to the last bit.
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if incomplete_beta(a, b, middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(if p == 0.0 { 0.0 } else { high })
}

fn normal_cdf(mean: f64, deviation: f64, value: f64) -> Result<f64> {
    require(deviation > 0.0, "standardDeviation must be > 0")?;
    Ok(libm::erfc(-(value - mean) / (deviation * std::f64::consts::SQRT_2)) / 2.0)
}

fn inverse_normal_cdf(mean: f64, deviation: f64, p: f64) -> Result<f64> {
    require(p > 0.0 && p < 1.0, "p must be 0 > p > 1")?;
    require(deviation > 0.0, "sd must be > 0")?;
    Ok(mean + deviation * standard_quantile(p))
}

/// The standard normal distribution's quantile: a first guess, then Newton's steps.
fn standard_quantile(p: f64) -> f64 {
    // Hastings' guess is good to three digits; each step doubles them.
    let tail = p.min(1.0 - p);
    let t = (-2.0 * tail.ln()).sqrt();
    let guess = t
        - (2.515_517 + 0.802_853 * t + 0.010_328 * t * t)
            / (1.0 + 1.432_788 * t + 0.189_269 * t * t + 0.001_308 * t * t * t);
    let mut x = -guess;
    for _ in 0..6 {
        let density = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        if density == 0.0 {
            break;
        }
        let error = libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0 - tail;
        let step = error / density;
        x -= step / (1.0 + x * step / 2.0);
    }
    if p > 0.5 {
        -x
    } else if p == 0.5 {
        0.0
    } else {
        x
    }
}

fn t_cdf(x: f64, degrees: f64) -> Result<f64> {
    require(degrees > 0.0, "df must be greater than 0")?;
    let tail = incomplete_beta(degrees / 2.0, 0.5, degrees / (degrees + x * x)) / 2.0;
    Ok(if x > 0.0 { 1.0 - tail } else { tail })
}

fn t_pdf(x: f64, degrees: f64) -> Result<f64> {
    require(degrees > 0.0, "df must be greater than 0")?;
    let half = degrees.midpoint(1.0);
    let log = libm::lgamma(half)
        - libm::lgamma(degrees / 2.0)
        - (degrees * std::f64::consts::PI).ln() / 2.0
        - half * (x * x / degrees).ln_1p();
    Ok(log.exp())
}

/// The regularised incomplete beta function.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front =
        (libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * x.ln() + b * (-x).ln_1p())
            .exp();
    // The fraction converges fast on the side of the mean only.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(a, b, x) / a
    } else {
        1.0 - front * continued_fraction(b, a, 1.0 - x) / b
    }
}

/// Lentz's evaluation of the incomplete beta function's continued fraction.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Result<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn known_values() {
        close(beta_cdf(3.0, 3.6, 0.3), 0.217_648_099_976_8);
        close(inverse_beta_cdf(3.0, 3.6, 0.217_648_099_976_8), 0.3);
        close(normal_cdf(0.0, 1.0, 1.96), 0.975_002_104_851_780);
        close(inverse_normal_cdf(0.0, 1.0, 0.975), 1.959_963_984_540_054);
        close(inverse_normal_cdf(10.0, 9.0, 0.9), 21.533_964_089_901_4);
        close(t_cdf(0.0, 4.0), 0.5);
        close(t_cdf(2.0, 4.0), 0.941_941_738_241_592);
        close(t_pdf(0.0, 1.0), std::f64::consts::FRAC_1_PI);
        assert!(beta_cdf(0.0, 3.0, 0.5).is_err());
    }
}
