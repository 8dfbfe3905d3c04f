//! Every function Trino's reference lists, by its pages. A name that is not here is no function of
//! the dialect, whatever the engine underneath has by that name; one that is here and that nobody
//! wrote is refused by name. `docs/trino-functions.md` is made of this list.
//!
//! <https://trino.io/docs/current/functions/list.html>

use std::collections::HashSet;
use std::sync::OnceLock;

/// A page of the reference: its title, the functions on it.
pub struct Page {
    pub title: &'static str,
    pub functions: &'static [&'static str],
}

/// The reference, page by page.
#[rustfmt::skip]
pub const PAGES: &[Page] = &[
    Page { title: "Aggregate", functions: &[
        "any_value", "approx_distinct", "approx_most_frequent", "approx_percentile", "approx_set",
        "arbitrary", "array_agg", "avg", "bitwise_and_agg", "bitwise_or_agg", "bitwise_xor_agg",
        "bool_and", "bool_or", "checksum", "corr", "count", "count_if", "covar_pop", "covar_samp",
        "every", "geometric_mean", "grouping", "histogram", "kurtosis", "listagg", "map_agg",
        "map_union", "max", "max_by", "merge", "min", "min_by", "multimap_agg",
        "numeric_histogram", "qdigest_agg", "reduce_agg", "regr_avgx", "regr_avgy", "regr_count",
        "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy", "skewness",
        "stddev", "stddev_pop", "stddev_samp", "sum", "tdigest_agg", "var_pop", "var_samp",
        "variance",
    ] },
    Page { title: "Array", functions: &[
        "all_match", "any_match", "array_distinct", "array_except", "array_histogram",
        "array_intersect", "array_join", "array_max", "array_min", "array_position",
        "array_remove", "array_sort", "array_union", "arrays_overlap", "cardinality",
        "combinations", "concat", "contains", "contains_sequence", "element_at", "filter",
        "find_first", "find_first_index", "flatten", "ngrams", "none_match", "reduce", "repeat",
        "reverse", "sequence", "shuffle", "slice", "transform", "trim_array", "zip", "zip_with",
    ] },
    Page { title: "Binary", functions: &[
        "crc32", "from_base32", "from_base64", "from_base64url", "from_big_endian_32",
        "from_big_endian_64", "from_hex", "from_ieee754_32", "from_ieee754_64", "hmac_md5",
        "hmac_sha1", "hmac_sha256", "hmac_sha512", "md5", "murmur3", "sha1", "sha256", "sha512",
        "spooky_hash_v2_32", "spooky_hash_v2_64", "to_base32", "to_base64", "to_base64url",
        "to_big_endian_32", "to_big_endian_64", "to_hex", "to_ieee754_32", "to_ieee754_64",
        "xxhash64",
    ] },
    Page { title: "Bitwise", functions: &[
        "bit_count", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or",
        "bitwise_right_shift", "bitwise_right_shift_arithmetic", "bitwise_xor",
    ] },
    Page { title: "Color", functions: &["bar", "color", "render", "rgb"] },
    Page { title: "Conditional and conversion", functions: &[
        "cast", "coalesce", "format", "format_number", "greatest", "if", "least", "nullif",
        "parse_data_size", "try", "try_cast", "typeof",
    ] },
    Page { title: "Date and time", functions: &[
        "at_timezone", "current_date", "current_time", "current_timestamp", "current_timezone",
        "date", "date_add", "date_diff", "date_format", "date_parse", "date_trunc", "day",
        "day_of_month", "day_of_week", "day_of_year", "dow", "doy", "extract", "format_datetime",
        "from_iso8601_date", "from_iso8601_timestamp", "from_iso8601_timestamp_nanos",
        "from_unixtime", "from_unixtime_nanos", "hour", "human_readable_seconds",
        "last_day_of_month", "localtime", "localtimestamp", "millisecond", "minute", "month",
        "now", "parse_datetime", "parse_duration", "quarter", "second", "timezone",
        "timezone_hour", "timezone_minute", "to_iso8601", "to_milliseconds", "to_unixtime",
        "week", "week_of_year", "with_timezone", "year", "year_of_week", "yow",
    ] },
    Page { title: "Geospatial", functions: &[
        "bing_tile", "bing_tile_at", "bing_tile_coordinates", "bing_tile_polygon",
        "bing_tile_quadkey", "bing_tile_zoom_level", "bing_tiles_around", "convex_hull_agg",
        "from_encoded_polyline", "from_geojson_geometry", "geometry_from_hadoop_shape",
        "geometry_invalid_reason", "geometry_nearest_points", "geometry_to_bing_tiles",
        "geometry_union", "geometry_union_agg", "great_circle_distance",
        "line_interpolate_point", "line_interpolate_points", "line_locate_point",
        "simplify_geometry", "spatial_partitioning", "spatial_partitions", "st_area",
        "st_asbinary", "st_astext", "st_boundary", "st_buffer", "st_centroid", "st_contains",
        "st_convexhull", "st_coorddim", "st_crosses", "st_difference", "st_dimension",
        "st_disjoint", "st_distance", "st_endpoint", "st_envelope", "st_envelopeaspts",
        "st_equals", "st_exteriorring", "st_geometries", "st_geometryfromtext", "st_geometryn",
        "st_geometrytype", "st_geomfrombinary", "st_geomfromkml", "st_interiorringn",
        "st_interiorrings", "st_intersection", "st_intersects", "st_isclosed", "st_isempty",
        "st_isring", "st_issimple", "st_isvalid", "st_length", "st_linefromtext",
        "st_linestring", "st_multipoint", "st_numgeometries", "st_numinteriorring",
        "st_numpoints", "st_overlaps", "st_point", "st_pointn", "st_points", "st_polygon",
        "st_relate", "st_startpoint", "st_symdifference", "st_touches", "st_union", "st_within",
        "st_x", "st_xmax", "st_xmin", "st_y", "st_ymax", "st_ymin", "to_encoded_polyline",
        "to_geojson_geometry", "to_geometry", "to_spherical_geography",
    ] },
    Page { title: "HyperLogLog", functions: &["empty_approx_set"] },
    Page { title: "IP address", functions: &[] },
    Page { title: "JSON", functions: &[
        "is_json_scalar", "json_array", "json_array_contains", "json_array_get",
        "json_array_length", "json_exists", "json_extract", "json_extract_scalar", "json_format",
        "json_object", "json_parse", "json_query", "json_size", "json_table", "json_value",
    ] },
    Page { title: "Machine learning", functions: &[
        "classify", "evaluate_classifier_predictions", "features", "learn_classifier",
        "learn_libsvm_classifier", "learn_libsvm_regressor", "learn_regressor", "regress",
    ] },
    Page { title: "Map", functions: &[
        "map", "map_concat", "map_entries", "map_filter", "map_from_entries", "map_keys",
        "map_values", "map_zip_with", "multimap_from_entries", "transform_keys",
        "transform_values",
    ] },
    Page { title: "Mathematical", functions: &[
        "abs", "acos", "asin", "atan", "atan2", "beta_cdf", "cbrt", "ceil", "ceiling", "cos",
        "cosh", "cosine_similarity", "degrees", "e", "exp", "floor", "from_base", "infinity",
        "inverse_beta_cdf", "inverse_normal_cdf", "is_finite", "is_infinite", "is_nan", "ln",
        "log", "log10", "log2", "mod", "nan", "normal_cdf", "pi", "pow", "power", "radians",
        "rand", "random", "round", "sign", "sin", "sinh", "sqrt", "t_cdf", "t_pdf", "tan", "tanh",
        "to_base", "truncate", "width_bucket", "wilson_interval_lower", "wilson_interval_upper",
    ] },
    Page { title: "ObjectId", functions: &["objectid", "objectid_timestamp", "timestamp_objectid"] },
    Page { title: "Quantile digest and T-Digest", functions: &[
        "quantile_at_value", "value_at_quantile", "values_at_quantiles",
    ] },
    Page { title: "Regular expression", functions: &[
        "regexp_count", "regexp_extract", "regexp_extract_all", "regexp_like", "regexp_position",
        "regexp_replace", "regexp_split",
    ] },
    Page { title: "Session", functions: &[
        "current_catalog", "current_groups", "current_path", "current_schema", "current_user",
        "version",
    ] },
    Page { title: "Set digest", functions: &[
        "hash_counts", "intersection_cardinality", "jaccard_index", "make_set_digest",
        "merge_set_digest",
    ] },
    Page { title: "String", functions: &[
        "chr", "codepoint", "concat_ws", "hamming_distance", "length", "levenshtein_distance",
        "lower", "lpad", "ltrim", "luhn_check", "normalize", "position", "replace", "rpad",
        "rtrim", "soundex", "split", "split_part", "split_to_map", "split_to_multimap",
        "starts_with", "strpos", "substr", "substring", "to_utf8", "from_utf8", "translate",
        "trim", "upper", "word_stem",
    ] },
    Page { title: "Teradata", functions: &[
        "char2hexint", "index", "to_char", "to_date", "to_timestamp",
    ] },
    Page { title: "URL", functions: &[
        "url_decode", "url_encode", "url_extract_fragment", "url_extract_host",
        "url_extract_parameter", "url_extract_path", "url_extract_port", "url_extract_protocol",
        "url_extract_query",
    ] },
    Page { title: "UUID", functions: &["uuid"] },
    Page { title: "Window", functions: &[
        "cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead", "nth_value",
        "ntile", "percent_rank", "rank", "row_number",
    ] },
];

/// Functions the engine has as they are in the dialect.
#[rustfmt::skip]
pub const ENGINES: &[&str] = &[
    "abs", "acos", "any_value", "approx_distinct", "array_agg", "asin", "atan", "atan2", "bool_and",
    "bool_or", "cbrt", "coalesce", "corr", "cos", "cosh", "count", "covar_pop", "covar_samp",
    "cume_dist", "current_date", "current_time", "current_timestamp", "degrees", "dense_rank",
    "exp", "first_value", "grouping", "lag", "last_value", "lead", "ln", "log", "log10", "log2",
    "lower", "ltrim", "max", "min", "now", "nth_value", "ntile", "nullif", "percent_rank", "pi",
    "pow", "power", "radians", "rank", "regr_avgx", "regr_avgy", "regr_count", "regr_intercept",
    "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy", "row_number", "rtrim", "sin",
    "sinh", "sqrt", "stddev", "stddev_pop", "stddev_samp", "tan", "tanh", "trim", "upper",
    "var_pop", "var_samp",
];

/// Functions that are syntax: rewriting puts others in their place.
pub const SYNTAX: &[&str] = &[
    "cast",
    "extract",
    "if",
    "json_array",
    "json_exists",
    "json_object",
    "json_query",
    "json_value",
    "listagg",
    "localtime",
    "position",
    "reduce_agg",
    "row",
    "try",
    "try_cast",
    "uuid",
];

/// Names the dialect takes for functions that no page of the reference lists.
const UNLISTED: &[&str] = &["char_length", "character_length", "row", "unnest"];

/// Whether the reference lists the function.
pub(crate) fn is_known(name: &str) -> bool {
    static NAMES: OnceLock<HashSet<&str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        PAGES.iter().flat_map(|page| page.functions).chain(UNLISTED).copied().collect()
    });
    names.contains(name)
}

/// Whether the function can be called here.
pub fn is_there(name: &str) -> bool {
    static NAMES: OnceLock<HashSet<String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut names: HashSet<String> = HashSet::new();
        names.extend([ENGINES, SYNTAX, UNLISTED].concat().into_iter().map(str::to_owned));
        for function in super::scalars() {
            names.insert(function.name().to_owned());
            names.extend(function.aliases().iter().cloned());
        }
        for function in super::aggregates() {
            names.insert(function.name().to_owned());
            names.extend(function.aliases().iter().cloned());
        }
        names.extend(super::higher_orders().iter().map(|f| f.name().to_owned()));
        names
    });
    names.contains(name)
}
