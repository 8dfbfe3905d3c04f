//! Routes, and which of them an address takes.

use std::net::Ipv4Addr;

use crate::Block;

/// What a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination<'a> {
    /// The addresses of a block.
    Block(Block),
    /// The addresses of a list of blocks that has a name.
    List(&'a [Block]),
}

/// A way for some addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route<'a, T> {
    pub to: Destination<'a>,
    /// What it leads to.
    pub by: T,
}

impl Destination<'_> {
    /// How closely it fits an address: by the length of the prefix, and whether it names it itself.
    fn fit(&self, address: Ipv4Addr) -> Option<(u8, bool)> {
        match self {
            Self::Block(block) => block.holds(address).then(|| (block.bits(), true)),
            Self::List(blocks) => {
                let holding = blocks.iter().filter(|block| block.holds(address));
                holding.map(|block| (block.bits(), false)).max()
            }
        }
    }
}

/// What an address is reached by; `None` where no route is for it.
pub fn way<'a, T>(routes: impl IntoIterator<Item = Route<'a, T>>, address: Ipv4Addr) -> Option<T> {
    let fitting = routes.into_iter().filter_map(|route| Some((route.to.fit(address)?, route.by)));
    fitting.max_by_key(|(fit, _)| *fit).map(|(_, by)| by)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Block {
        text.parse().unwrap()
    }

    fn check(routes: &[(Destination<'_>, &'static str)], address: &str, expected: Option<&str>) {
        let routes = routes.iter().map(|(to, by)| Route { to: *to, by: *by });
        assert_eq!(way(routes, address.parse().unwrap()), expected, "{address}");
    }

    #[test]
    fn the_longest_prefix_wins() {
        let list = [block("52.216.0.0/22"), block("3.5.0.0/19")];
        let local = (Destination::Block(block("10.0.0.0/16")), "local");
        let out = (Destination::Block(Block::ALL), "gateway");
        let endpoint = (Destination::List(&list), "endpoint");
        check(&[local], "10.0.9.1", Some("local"));
        check(&[local], "52.216.1.1", None);
        check(&[local, out], "52.216.1.1", Some("gateway"));
        for order in [[local, out, endpoint], [endpoint, out, local]] {
            check(&order, "52.216.1.1", Some("endpoint"));
            check(&order, "3.5.31.255", Some("endpoint"));
            check(&order, "3.5.32.0", Some("gateway"));
            check(&order, "10.0.255.255", Some("local"));
        }
        let closer = (Destination::Block(block("52.216.1.0/24")), "appliance");
        check(&[endpoint, closer], "52.216.1.1", Some("appliance"));
        check(&[endpoint, closer], "52.216.2.1", Some("endpoint"));
    }

    #[test]
    fn a_block_named_itself_goes_before_a_list_that_has_it() {
        let list = [block("52.216.0.0/22")];
        let named = (Destination::Block(block("52.216.0.0/22")), "named");
        let listed = (Destination::List(&list), "listed");
        for order in [[named, listed], [listed, named]] {
            check(&order, "52.216.3.3", Some("named"));
        }
        check(&[(Destination::List(&[]), "nothing")], "1.2.3.4", None);
    }
}
