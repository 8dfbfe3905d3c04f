//! From a method and a path to an operation, for the REST protocols.
//!
//! Every operation of the model has its route, implemented or not, so that a request for an absent
//! one can be refused by name.

use aquifer_schema::Route;

use crate::text::percent_decode;

/// The routes of one service, most specific first.
#[derive(Debug)]
pub struct RestRouter {
    routes: Vec<Compiled>,
}

/// Which operation a request is for, and what its path says.
#[derive(Debug, PartialEq, Eq)]
pub struct Match {
    pub operation: &'static str,
    /// Decoded labels by their name in the model.
    pub labels: Vec<(&'static str, String)>,
}

#[derive(Debug)]
struct Compiled {
    operation: &'static str,
    method: &'static str,
    segments: Vec<Segment>,
    /// Query parameters that must be there, with a value if the route states one.
    required: Vec<(&'static str, Option<&'static str>)>,
    headers: &'static [&'static str],
}

#[derive(Debug)]
enum Segment {
    Literal(&'static str),
    Label(&'static str),
    Greedy(&'static str),
}

impl RestRouter {
    pub fn new(routes: &'static [Route]) -> Self {
        let mut compiled: Vec<Compiled> = routes.iter().map(compile).collect();
        // More required parameters and more literal segments are more specific.
        compiled.sort_by_key(|route| {
            let literals =
                route.segments.iter().filter(|s| matches!(s, Segment::Literal(_))).count();
            let greedy = route.segments.iter().any(|s| matches!(s, Segment::Greedy(_)));
            let valued = route.required.iter().filter(|(_, value)| value.is_some()).count();
            std::cmp::Reverse((
                literals,
                valued,
                route.required.len() + route.headers.len(),
                !greedy,
            ))
        });
        Self { routes: compiled }
    }

    /// The operation for a raw path and decoded query parameters, among those `accept` takes. Of
    /// several, the one that requires most of what is there.
    pub fn find(
        &self,
        method: &str,
        path: &str,
        query: &[(String, String)],
        has_header: impl Fn(&str) -> bool,
        accept: impl Fn(&'static str) -> bool,
    ) -> Option<Match> {
        self.routes
            .iter()
            .filter(|route| route.method == method && accept(route.operation))
            .find_map(|route| {
                let present = route.required.iter().all(|(name, value)| {
                    query
                        .iter()
                        .any(|(key, given)| key == name && value.is_none_or(|value| value == given))
                }) && route.headers.iter().all(|name| has_header(name));
                // Most routes of a bucket or key fail here; decoding the path for each of them
                // was a tenth of what a small GET costs.
                if !present {
                    return None;
                }
                let labels = route.labels(path)?;
                Some(Match { operation: route.operation, labels })
            })
    }
}

fn compile(route: &Route) -> Compiled {
    let (path, query) = route.uri.split_once('?').unwrap_or((route.uri, ""));
    let segments = path
        .trim_start_matches('/')
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| {
            let label = segment.strip_prefix('{').and_then(|label| label.strip_suffix('}'));
            match label {
                Some(label) => match label.strip_suffix('+') {
                    Some(greedy) => Segment::Greedy(greedy),
                    None => Segment::Label(label),
                },
                None => Segment::Literal(segment),
            }
        })
        .collect();
    let required: Vec<(&'static str, Option<&'static str>)> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| match part.split_once('=') {
            Some((name, "")) => (name, None),
            Some((name, value)) => (name, Some(value)),
            None => (part, None),
        })
        .chain(route.query.iter().map(|name| (*name, None)))
        .collect();
    let headers = route.headers;
    Compiled { operation: route.name, method: route.method, segments, required, headers }
}

impl Compiled {
    fn labels(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let mut rest = path.strip_prefix('/').unwrap_or(path);
        let mut labels = Vec::new();
        for (at, segment) in self.segments.iter().enumerate() {
            let last = at + 1 == self.segments.len();
            if let Segment::Greedy(name) = segment
                && last
            {
                if rest.is_empty() {
                    return None;
                }
                labels.push((*name, percent_decode(rest)?));
                return Some(labels);
            }
            let (head, tail) = rest.split_once('/').unwrap_or((rest, ""));
            if head.is_empty() {
                return None;
            }
            match segment {
                Segment::Literal(text) if *text == head => {}
                Segment::Literal(_) => return None,
                Segment::Label(name) | Segment::Greedy(name) => {
                    labels.push((*name, percent_decode(head)?));
                }
            }
            rest = tail;
        }
        rest.is_empty().then_some(labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn get(name: &'static str, uri: &'static str) -> Route {
        Route { name, method: "GET", uri, query: &[], headers: &[] }
    }

    static ROUTES: &[Route] = &[
        get("GetObject", "/{Bucket}/{Key+}"),
        get("ListObjects", "/{Bucket}"),
        get("ListObjectsV2", "/{Bucket}?list-type=2"),
        get("GetObjectTagging", "/{Bucket}/{Key+}?tagging"),
        Route { query: &["uploadId"], ..get("ListParts", "/{Bucket}/{Key+}") },
        Route { headers: &["x-amz-object-attributes"], ..get("Attributes", "/{Bucket}/{Key+}") },
        get("ListBuckets", "/"),
    ];

    fn find(path: &str, query: &[(&str, &str)]) -> Option<Match> {
        let query: Vec<_> = query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        RestRouter::new(ROUTES).find("GET", path, &query, |_| false, |_| true)
    }

    #[test]
    fn the_most_specific_route_wins() {
        let name = |path, query: &[(&str, &str)]| find(path, query).map(|found| found.operation);
        assert_eq!(name("/", &[]), Some("ListBuckets"));
        assert_eq!(name("/b", &[]), Some("ListObjects"));
        assert_eq!(name("/b/", &[("list-type", "2")]), Some("ListObjectsV2"));
        assert_eq!(name("/b/k", &[("tagging", "")]), Some("GetObjectTagging"));
        assert_eq!(name("/b/k", &[("prefix", "x")]), Some("GetObject"));
        assert_eq!(name("/b/k", &[("uploadId", "1")]), Some("ListParts"));
    }

    #[test]
    fn labels_are_decoded_and_greedy_ones_keep_their_slashes() {
        let found = find("/b/a%20b//c/", &[]).expect("an object");
        assert_eq!(found.labels, [("Bucket", "b".to_owned()), ("Key", "a b//c/".to_owned())]);
        assert_eq!(find("/b/%FF", &[]), None, "not UTF-8");
    }
}
