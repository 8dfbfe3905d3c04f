//! Charts as inline SVG: bars, columns, lines. Colours come from the page's style sheet by class,
//! so one drawing serves light and dark.

use std::fmt::Write as _;

const WIDTH: f64 = 820.0;

/// Text made safe for HTML and SVG, in content and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A horizontal bar: from where to where, and what is written at its end.
pub struct Bar {
    /// The name at the left.
    pub label: String,
    /// Where it begins; zero but for bars in a time line.
    pub start: f64,
    /// Where it ends; below `start` for a negative value.
    pub end: f64,
    /// The value in words.
    pub text: String,
    /// The number of its colour, from 1.
    pub colour: usize,
}

/// One bar under the other, all on one scale. A bar with an empty label belongs to the one above it.
pub fn bars(title: &str, bars: &[Bar]) -> String {
    const LABEL: f64 = 280.0;
    const VALUE: f64 = 84.0;
    let low = bars.iter().map(|b| b.start.min(b.end)).fold(0.0, f64::min);
    let high = bars.iter().map(|b| b.start.max(b.end)).fold(0.0, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    // Values of negative bars stand at their left and need their room there.
    let left = LABEL + if low < 0.0 { VALUE * 0.6 } else { 0.0 };
    let at = |v: f64| left + (WIDTH - left - VALUE) * (v - low) / span;

    let mut body = String::new();
    let mut y = 4.0;
    for (i, bar) in bars.iter().enumerate() {
        let gap = if bar.label.is_empty() || i == 0 { 0.0 } else { 6.0 };
        y += gap;
        let (x0, x1) = (at(bar.start.min(bar.end)), at(bar.start.max(bar.end)));
        let middle = y + 13.5;
        let (edge, anchor) =
            if bar.end < bar.start { (x0 - 6.0, "end") } else { (x1 + 6.0, "start") };
        body += &words("label", LABEL - 10.0, middle, "end", &shorten(&bar.label, 44));
        let _ = write!(
            body,
            "<rect class=\"f{}\" x=\"{x0:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"18\" rx=\"2\"/>",
            bar.colour,
            (x1 - x0).max(1.0),
        );
        body += &words("value", edge, middle, anchor, &bar.text);
        y += 20.0;
    }
    let zero = at(0.0);
    let _ = write!(
        body,
        "<line class=\"zero\" x1=\"{zero:.1}\" x2=\"{zero:.1}\" y1=\"0\" y2=\"{:.1}\"/>",
        y + 4.0
    );
    frame(title, y + 8.0, &body)
}

/// A named series of values, one per label or x; nothing where there is none.
pub struct Series {
    /// Its name, for the legend.
    pub name: String,
    /// Its values.
    pub values: Vec<Option<f64>>,
}

const TOP: f64 = 18.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 12.0;
const PLOT: f64 = 220.0;

/// Upright bars: a group per label, a bar per series. Those of a single series bear their values.
pub fn columns(
    title: &str,
    labels: &[String],
    series: &[Series],
    show: fn(f64) -> String,
) -> String {
    let marks = scale(series);
    let (low, high) = ends(&marks);
    let y_at = |v: f64| TOP + PLOT * (1.0 - (v - low) / (high - low));
    let band = (WIDTH - LEFT - RIGHT) / labels.len().max(1) as f64;
    let width = (band * 0.72 / series.len().max(1) as f64).min(54.0);
    let mut body = grid(&marks, &y_at, show);
    for (i, label) in labels.iter().enumerate() {
        let centre = LEFT + band * (i as f64 + 0.5);
        body += &words("label", centre, TOP + PLOT + 20.0, "middle", &shorten(label, 16));
        for (n, one) in series.iter().enumerate() {
            let Some(value) = one.values.get(i).copied().flatten() else { continue };
            let x = centre - width * series.len() as f64 / 2.0 + width * n as f64;
            let (top, bottom) = (y_at(value.max(0.0)), y_at(value.min(0.0)));
            let _ = write!(
                body,
                "<rect class=\"f{}\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{:.1}\" \
                 height=\"{:.1}\" rx=\"2\"><title>{}: {}</title></rect>",
                n + 1,
                width - 1.5,
                (bottom - top).max(0.5),
                escape(label),
                escape(&show(value)),
            );
            if series.len() == 1 {
                body += &words("value", centre, top - 5.0, "middle", &show(value));
            }
        }
    }
    frame(title, TOP + PLOT + 32.0, &body) + &legend(series)
}

/// A line per series over `xs`, which must ascend.
pub fn lines(title: &str, xs: &[f64], series: &[Series], show: fn(f64) -> String) -> String {
    let marks = scale(series);
    let (low, high) = ends(&marks);
    let y_at = |v: f64| TOP + PLOT * (1.0 - (v - low) / (high - low));
    let (first, last) = (xs.first().copied().unwrap_or(0.0), xs.last().copied().unwrap_or(1.0));
    let span = if last > first { last - first } else { 1.0 };
    let x_at = |x: f64| LEFT + 10.0 + (WIDTH - LEFT - RIGHT - 20.0) * (x - first) / span;
    let mut body = grid(&marks, &y_at, show);
    for x in xs {
        body += &words("label", x_at(*x), TOP + PLOT + 20.0, "middle", &x.to_string());
    }
    for (n, one) in series.iter().enumerate() {
        let mut path = String::new();
        let mut dots = String::new();
        let mut pen_up = true;
        for (x, value) in xs.iter().zip(&one.values) {
            let Some(value) = *value else {
                pen_up = true;
                continue;
            };
            let (px, py) = (x_at(*x), y_at(value));
            let _ = write!(path, "{}{px:.1} {py:.1}", if pen_up { 'M' } else { 'L' });
            let _ = write!(
                dots,
                "<circle class=\"f{}\" cx=\"{px:.1}\" cy=\"{py:.1}\" r=\"3\">\
                 <title>{} at {x}: {}</title></circle>",
                n + 1,
                escape(&one.name),
                escape(&show(value)),
            );
            pen_up = false;
        }
        let _ = write!(body, "<path class=\"l{}\" d=\"{path}\"/>{dots}", n + 1);
    }
    frame(title, TOP + PLOT + 32.0, &body) + &legend(series)
}

fn frame(title: &str, height: f64, body: &str) -> String {
    let title = escape(title);
    format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" \
         aria-label=\"{title}\">{body}</svg>"
    )
}

/// One piece of text; `anchor` says which of its ends stands at `x`.
fn words(class: &str, x: f64, y: f64, anchor: &str, text: &str) -> String {
    format!(
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
        escape(text)
    )
}

fn legend(series: &[Series]) -> String {
    if series.len() < 2 {
        return String::new();
    }
    let entries: String = series
        .iter()
        .enumerate()
        .map(|(n, one)| format!("<span><i class=\"b{}\"></i>{}</span>", n + 1, escape(&one.name)))
        .collect();
    format!("<div class=\"legend\">{entries}</div>")
}

fn grid(marks: &[f64], y_at: &dyn Fn(f64) -> f64, show: fn(f64) -> String) -> String {
    let mut body = String::new();
    for mark in marks {
        let y = y_at(*mark);
        let class = if *mark == 0.0 { "zero" } else { "gridline" };
        let _ = write!(
            body,
            "<line class=\"{class}\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>",
            WIDTH - RIGHT,
        );
        body += &words("label", LEFT - 8.0, y + 4.0, "end", &mark_text(*mark, show));
    }
    body
}

/// A mark on an axis: as its values are shown, without a fraction that says nothing.
fn mark_text(mark: f64, show: fn(f64) -> String) -> String {
    let text = show(mark);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn ends(marks: &[f64]) -> (f64, f64) {
    (marks.first().copied().unwrap_or(0.0), marks.last().copied().unwrap_or(1.0))
}

fn scale(series: &[Series]) -> Vec<f64> {
    let values = || series.iter().flat_map(|one| one.values.iter().flatten().copied());
    let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    // A value a hair below zero is not worth a fourth of the picture.
    ticks(if low > -0.02 * high { 0.0 } else { low }, high, 4)
}

/// Round marks that cover `low` to `high`, about `wanted` of them.
fn ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let span = if high > low { high - low } else { 1.0 };
    let raw = span / wanted.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= raw).unwrap_or(10.0) * power;
    let first = (low / step).floor() as i64;
    let last = ((high / step) - 1e-9).ceil().max(first as f64 + 1.0) as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

fn shorten(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(longest - 1).collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_cover_the_data() {
        assert_eq!(ticks(0.0, 97.0, 4), [0.0, 50.0, 100.0]);
        assert_eq!(ticks(0.0, 0.0, 4).first(), Some(&0.0));
        let marks = ticks(-3.2, 17.0, 4);
        assert!(marks[0] <= -3.2 && marks[marks.len() - 1] >= 17.0);
    }

    #[test]
    fn names_cannot_become_markup() {
        let one = Bar {
            label: "<script>".into(),
            start: 0.0,
            end: 1.0,
            text: "a & \"b\"".into(),
            colour: 1,
        };
        let svg = bars("it's", &[one]);
        assert!(!svg.contains("<script>") && svg.contains("&lt;script&gt;"));
        assert!(svg.contains("a &amp; &quot;b&quot;") && svg.contains("it&#39;s"));
    }

    #[test]
    fn a_line_is_broken_where_a_value_is_missing() {
        let series = Series { name: "s".into(), values: vec![Some(1.0), None, Some(2.0)] };
        let svg = lines("t", &[1.0, 2.0, 3.0], &[series], |v| v.to_string());
        let path = svg.split("<path").nth(1).unwrap().split("/>").next().unwrap();
        assert_eq!(path.matches('M').count(), 2);
    }
}
