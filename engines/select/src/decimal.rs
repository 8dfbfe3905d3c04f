//! Decimal numbers of up to 38 digits.

use std::cmp::Ordering;
use std::fmt;

/// Digits a decimal may have.
const DIGITS_MAX: u32 = 38;

/// `digits` divided by ten to the power of `scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: i128,
    scale: u32,
}

fn power(exponent: u32) -> Option<i128> {
    10i128.checked_pow(exponent)
}

fn bound() -> i128 {
    power(DIGITS_MAX).unwrap_or(i128::MAX)
}

impl Decimal {
    /// `None` when it has more digits than fit.
    pub fn new(digits: i128, scale: u32) -> Option<Self> {
        (digits.unsigned_abs() < bound().unsigned_abs() && scale <= DIGITS_MAX)
            .then_some(Self { digits, scale })
    }

    /// A number as text: `-12.50`, `1e-3`.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
        if unsigned.len() + fraction.len() == 0
            || !unsigned.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        let mut digits: i128 = 0;
        for byte in unsigned.bytes().chain(fraction.bytes()) {
            digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        }
        if whole.starts_with('-') {
            digits = -digits;
        }
        let scale = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
        match u32::try_from(scale) {
            Ok(scale) => Self::new(digits, scale),
            Err(_) => {
                let up = power(u32::try_from(-scale).ok()?)?;
                Self::new(digits.checked_mul(up)?, 0)
            }
        }
    }

    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Without its fraction; `None` when it does not fit.
    pub fn to_i64(self) -> Option<i64> {
        i64::try_from(self.digits / power(self.scale)?).ok()
    }

    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    pub fn negate(self) -> Self {
        Self { digits: -self.digits, ..self }
    }

    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let left = self.digits.checked_mul(power(scale - self.scale)?)?;
        let right = other.digits.checked_mul(power(scale - other.scale)?)?;
        Some((left, right, scale))
    }

    pub fn add(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Self::new(left.checked_add(right)?, scale)
    }

    pub fn subtract(self, other: Self) -> Option<Self> {
        self.add(other.negate())
    }

    pub fn multiply(self, other: Self) -> Option<Self> {
        let (left, right) = (self.trimmed(), other.trimmed());
        Self::new(left.digits.checked_mul(right.digits)?, left.scale + right.scale)
    }

    /// To as many digits as fit, halves rounded away from zero; `None` for a division by zero.
    pub fn divide(self, other: Self) -> Option<Self> {
        let (mut left, right, _) = self.trimmed().aligned(other.trimmed())?;
        if right == 0 {
            return None;
        }
        let mut scale = 0;
        while left % right != 0 && scale < DIGITS_MAX - 1 {
            let Some(more) = left
                .checked_mul(10)
                .filter(|more| (more / right).unsigned_abs() < (bound() / 10).unsigned_abs())
            else {
                break;
            };
            left = more;
            scale += 1;
        }
        let (quotient, remainder) = (left / right, left % right);
        let up = remainder.unsigned_abs() >= right.unsigned_abs().div_ceil(2) && remainder != 0;
        let away = if (left < 0) == (right < 0) { 1 } else { -1 };
        Self::new(if up { quotient + away } else { quotient }, scale).map(Self::trimmed)
    }

    pub fn remainder(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Self::new(left.checked_rem(right)?, scale)
    }

    /// Without zeros at its end that say nothing.
    fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.scale -= 1;
        }
        self
    }

    pub fn compare(self, other: Self) -> Ordering {
        match self.trimmed().aligned(other.trimmed()) {
            Some((left, right, _)) => left.cmp(&right),
            None => self.to_f64().total_cmp(&other.to_f64()),
        }
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self { digits: i128::from(value), scale: 0 }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let width = self.scale as usize + 1;
        let digits = format!("{:0>width$}", self.digits.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        match fraction {
            "" => write!(f, "{sign}{whole}"),
            fraction => write!(f, "{sign}{whole}.{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_read_and_written() {
        for (text, written) in [
            ("1.50", "1.50"),
            ("-0.05", "-0.05"),
            ("+7", "7"),
            ("12e2", "1200"),
            ("1.5e-3", "0.0015"),
            (".5", "0.5"),
        ] {
            assert_eq!(decimal(text).to_string(), written);
        }
        for text in ["", "-", "1.2.3", "1e", "e1", "abc", "1e99", &"9".repeat(39)] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn quotients_have_as_many_digits_as_they_need() {
        let divide = |a, b| decimal(a).divide(decimal(b)).map(|quotient| quotient.to_string());
        assert_eq!(divide("10", "4").as_deref(), Some("2.5"));
        assert_eq!(divide("6", "3").as_deref(), Some("2"));
        assert_eq!(divide("-2", "3").unwrap().len(), "-0.".len() + 37);
        assert!(divide("2", "3").unwrap().ends_with("667"));
        assert_eq!(divide("1", "0"), None);
    }

    proptest! {
        #[test]
        fn sums_and_orders_are_those_of_integers(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000, scale in 0u32..6) {
            let of = |digits: i64| Decimal::new(i128::from(digits), scale).unwrap();
            prop_assert_eq!(of(a).add(of(b)).unwrap(), of(a + b));
            prop_assert_eq!(of(a).compare(of(b)), a.cmp(&b));
            let read = decimal(&of(a).to_string());
            prop_assert_eq!(read, of(a));
        }
    }
}
