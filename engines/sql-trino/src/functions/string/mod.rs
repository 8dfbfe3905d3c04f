//! Text. Positions and lengths count characters from one.

mod chr;
mod codepoint;
mod concat;
mod concat_ws;
mod format;
mod format_number;
mod hamming_distance;
mod length;
mod levenshtein_distance;
mod like_pattern;
mod listagg_limit;
mod luhn_check;
mod normalize;
mod pad;
mod replace;
mod reverse;
mod soundex;
mod split;
mod split_part;
mod split_to_map;
mod split_to_multimap;
mod starts_with;
mod strpos;
mod substr;
mod translate;

use datafusion::logical_expr::ScalarUDF;

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        chr::function(),
        codepoint::function(),
        concat::function(),
        concat_ws::function(),
        format::function(),
        format_number::function(),
        hamming_distance::function(),
        length::function(),
        levenshtein_distance::function(),
        like_pattern::function(),
        listagg_limit::function(),
        luhn_check::function(),
        normalize::function(),
        pad::lpad(),
        pad::rpad(),
        replace::function(),
        reverse::function(),
        soundex::function(),
        split::function(),
        split_part::function(),
        split_to_map::function(),
        split_to_multimap::function(),
        starts_with::function(),
        strpos::function(),
        substr::function(),
        translate::function(),
    ]
}
